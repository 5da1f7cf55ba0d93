/** Finding and reading the files of a config. What cannot be read is a value with a mend, not an exception. */

import { open, stat } from 'node:fs/promises';
import { dirname, isAbsolute, join, relative, resolve, sep } from 'node:path';
import { largestConfig } from './parse.ts';

/** In this order. */
const names = ['cors-proxy.config.json', 'cors-proxy.config.jsonc'] as const;

/** The files that count as a config of this directory. */
export function configsIn(directory: string): readonly string[] {
  return names.map((name) => join(directory, name));
}

export interface FoundConfig {
  readonly path: string;
  /** A second config in the same directory, which is not read. */
  readonly shadowed: string | undefined;
}

/**
 * Looks upward from a directory to the repository's root (the folder that holds .git), or to the root of the file
 * system where there is none. A config is never taken from outside of the repository that one works in.
 */
export async function findConfig(directory: string): Promise<FoundConfig | undefined> {
  const [path, shadowed] = await filesAmong(configsIn(directory));
  if (path !== undefined) return { path, shadowed };
  const parent = dirname(directory);
  if (parent === directory || (await exists(join(directory, '.git')))) return undefined;
  return findConfig(parent);
}

async function filesAmong(paths: readonly string[]): Promise<string[]> {
  const kinds = await Promise.all(paths.map(kindOf));
  return paths.filter((_, i) => kinds[i] === 'file');
}

async function exists(path: string): Promise<boolean> {
  return (await kindOf(path)) !== 'nothing';
}

async function kindOf(path: string): Promise<'file' | 'directory' | 'nothing'> {
  try {
    return (await stat(path)).isDirectory() ? 'directory' : 'file';
  } catch {
    return 'nothing';
  }
}

export type ReadText =
  | { readonly ok: true; readonly text: string }
  | { readonly ok: false; readonly why: ReadFault; readonly said: string; readonly mend: string };

type ReadFault = 'missing' | 'directory' | 'unreadable' | 'too-large' | 'not-utf8';

/** `shown` is the path as the user would name it. */
export async function readText(path: string, shown: string): Promise<ReadText> {
  try {
    return decode(await readBytes(path), shown);
  } catch (error) {
    return unreadable(codeOf(error), shown);
  }
}

/** Reads no further than a config can be long: the path may lead to a device or a pipe without an end. */
async function readBytes(path: string): Promise<Buffer> {
  const file = await open(path);
  try {
    const chunks: Buffer[] = [];
    for await (const chunk of file.createReadStream({ end: largestConfig, autoClose: false }))
      chunks.push(chunk);
    return Buffer.concat(chunks);
  } finally {
    await file.close();
  }
}

function decode(bytes: Buffer, shown: string): ReadText {
  if (bytes.length > largestConfig) return fault('too-large', shown);
  try {
    // A byte order mark in front is taken away here.
    return { ok: true, text: new TextDecoder('utf-8', { fatal: true }).decode(bytes) };
  } catch {
    return fault('not-utf8', shown);
  }
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : String(error);
}

function unreadable(code: string, shown: string): ReadText {
  if (code === 'ENOENT' || code === 'ENOTDIR') return fault('missing', shown);
  if (code === 'EISDIR') return fault('directory', shown);
  return fault('unreadable', `${shown} (${code})`);
}

function fault(why: ReadFault, shown: string): ReadText {
  const quoted = JSON.stringify(shown);
  switch (why) {
    case 'missing':
      return { ok: false, why, said: `Cannot read ${quoted}: there is no such file`, mend: 'check the path' };
    case 'directory':
      return { ok: false, why, said: `Cannot read ${quoted}: it is a directory`, mend: 'name a file in it' };
    case 'unreadable':
      return { ok: false, why, said: `Cannot read ${quoted}`, mend: 'check its permissions' };
    case 'too-large':
      return {
        ok: false,
        why,
        said: `Cannot read ${quoted}: it has more than 1 MB`,
        mend: 'is this the right file?',
      };
    case 'not-utf8':
      return {
        ok: false,
        why,
        said: `Cannot read ${quoted}: it is not UTF-8 (an editor or a shell may have written UTF-16)`,
        mend: 'save it as UTF-8',
      };
  }
}

/** A path as the user would name it: relative where it lies below the working directory. */
export function shownPath(path: string, cwd: string): string {
  const way = relative(cwd, resolve(cwd, path));
  const isBelow = way !== '' && way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way);
  return isBelow ? way : resolve(cwd, path);
}
