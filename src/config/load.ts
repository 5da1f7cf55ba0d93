/** From what the user gave (file, standard input, flags, variables) to one Config. */

import { dirname, resolve } from 'node:path';
import type { Config } from './config.ts';
import { configsIn, findConfig, readText, shownPath } from './config-file.ts';
import type { Given, GivenValues } from './given.ts';
import { parseConfig } from './parse.ts';
import type { Checked, Problem } from './problem.ts';
import type { Salvaged } from './salvage.ts';
import type { VariableSource } from './substitution.ts';
import { envFilesOf, environment, readOptionalVariables, readVariables } from './variables.ts';

export interface LoadRequest {
  /** `-c`: a path, or `-` for standard input; `undefined`: look upward from `cwd`. */
  readonly file: string | undefined;
  /** `--env-file`: read instead of .env.local and .env. */
  readonly envFile: string | undefined;
  readonly given: GivenValues;
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly readStdin: () => Promise<string>;
  /** Stands in place of what the file holds: what an edit would come to, before anything is written. */
  readonly instead?: string;
}

export interface Loaded {
  readonly config: Config;
  /** The file that was read, as the user would name it; `undefined` where there is none. */
  readonly file: string | undefined;
  /** The text of the file, for the lines around a problem. */
  readonly text: string;
}

/** `text` stands beside the problems too, where the file could be read. */
export type Load = Checked<Loaded> & { readonly text?: string; readonly salvaged?: Salvaged };

export async function loadConfig(request: LoadRequest): Promise<Load> {
  const located = await locate(request);
  if (!located.ok) return located;
  const { file, text, directory, path, problems: notes } = located.value;
  const variables = await variablesFor(request, { text: text ?? '', directory });
  if (!variables.ok) return { ...variables, ...(text === undefined ? {} : { text }) };
  const parsed = parseConfig(text, {
    ...(file === undefined ? {} : { file }),
    directory,
    variables: variables.value,
    given: absoluteFiles(request.given, request.cwd),
    files: watched(request, { path, directory, hasText: text !== undefined }),
  });
  const problems = [...notes, ...parsed.problems];
  if (!parsed.ok) {
    const { salvaged } = parsed;
    return { ok: false, problems, text: text ?? '', ...(salvaged === undefined ? {} : { salvaged }) };
  }
  return { ok: true, value: { config: parsed.value, file, text: text ?? '' }, problems, text: text ?? '' };
}

interface Located {
  /** As the user would name it. */
  readonly file: string | undefined;
  readonly text: string | undefined;
  readonly directory: string;
  /** Absolute; `undefined` for standard input and where there is no file. */
  readonly path: string | undefined;
  readonly problems: readonly Problem[];
}

async function locate({ file, cwd, readStdin, instead }: LoadRequest): Promise<Checked<Located>> {
  if (file === '-') return located({ file: '<stdin>', text: await readStdin(), directory: cwd });
  if (file !== undefined) return readAt(resolve(cwd, file), { cwd, notes: [], instead });
  const found = await findConfig(resolve(cwd));
  if (found === undefined) return located({ directory: cwd });
  const shown = (path: string) => shownPath(path, cwd);
  const notes = found.shadowed === undefined ? [] : [shadowed(shown(found.shadowed), shown(found.path))];
  return readAt(found.path, { cwd, notes, instead });
}

function located(value: Partial<Located> & { readonly directory: string }): Checked<Located> {
  return {
    ok: true,
    value: { file: undefined, text: undefined, path: undefined, problems: [], ...value },
    problems: [],
  };
}

interface Reading {
  readonly cwd: string;
  readonly notes: readonly Problem[];
  readonly instead: string | undefined;
}

async function readAt(path: string, { cwd, notes, instead }: Reading): Promise<Checked<Located>> {
  const file = shownPath(path, cwd);
  const read = instead === undefined ? await readText(path, file) : ({ ok: true, text: instead } as const);
  if (read.ok) return located({ file, text: read.text, directory: dirname(path), path, problems: notes });
  const mend = read.why === 'missing' ? `${read.mend}, or write a config: cors-proxy init` : read.mend;
  return { ok: false, problems: [...notes, wholeFile({ code: 'CP100', file, said: read.said, mend })] };
}

function wholeFile({ file, ...words }: { code: string; file: string; said: string; mend: string }): Problem {
  return { severity: 'error', place: { file, line: 0, column: 0, length: 1, key: '' }, ...words };
}

function shadowed(file: string, read: string): Problem {
  const said = `${JSON.stringify(file)} is not read: ${JSON.stringify(read)} stands beside it`;
  return { ...wholeFile({ code: 'CP200', file, said, mend: 'keep one of the two' }), severity: 'warning' };
}

/** Reads the .env files only where a `${NAME}` may want them; a file that was asked for is always read. */
async function variablesFor(
  { envFile, cwd, env }: LoadRequest,
  { text, directory }: { readonly text: string; readonly directory: string },
): Promise<Checked<readonly VariableSource[]>> {
  const optional = text.includes('${') ? envFilesOf(directory) : [];
  const files =
    envFile === undefined
      ? await Promise.all(optional.map((path) => readOptionalVariables(path, cwd)))
      : [await readVariables(resolve(cwd, envFile), cwd)];
  const place = envFile === undefined ? '.env' : '--env-file';
  const problems = files.flatMap((file) =>
    file.ok ? [] : [wholeFile({ code: 'CP123', file: place, said: file.said, mend: file.mend })],
  );
  if (problems.length > 0) return { ok: false, problems };
  const sources = files.flatMap((file) => (file.ok ? [file.source] : []));
  return { ok: true, value: [environment(env), ...sources], problems: [] };
}

/** Files that a flag names lie where the user stands, not where the config does. */
function absoluteFiles(given: GivenValues, cwd: string): GivenValues {
  const absolute = ({ value, from }: Given<string>) => ({ value: resolve(cwd, value), from });
  return {
    ...given,
    ...(given.cert === undefined ? {} : { cert: absolute(given.cert) }),
    ...(given.key === undefined ? {} : { key: absolute(given.key) }),
  };
}

/** The config first. Where there is none, those that would be found here: one may be written while the proxy runs. */
function watched(
  { envFile, cwd }: LoadRequest,
  { path, directory, hasText }: { path: string | undefined; directory: string; hasText: boolean },
): readonly string[] {
  const variables = envFile === undefined ? envFilesOf(resolve(directory)) : [resolve(cwd, envFile)];
  if (!hasText) return configsIn(resolve(directory));
  return path === undefined ? variables : [path, ...variables];
}
