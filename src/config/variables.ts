/** Where `${NAME}` is looked for: the environment, then .env.local and .env. `process.env` is never written to. */

import { join } from 'node:path';
import { parseEnv } from 'node:util';
import { type ReadText, readText, shownPath } from './config-file.ts';
import type { VariableSource } from './substitution.ts';

export function environment(values: VariableSource['values']): VariableSource {
  return { name: 'the environment', kind: 'environment', values };
}

/** Beside the config; a file that a developer keeps for themselves goes before the shared one. */
export function envFilesOf(directory: string): readonly string[] {
  return [join(directory, '.env.local'), join(directory, '.env')];
}

export type VariableFile =
  | { readonly ok: true; readonly source: VariableSource }
  | Extract<ReadText, { ok: false }>;

export async function readVariables(path: string, cwd: string): Promise<VariableFile> {
  const shown = shownPath(path, cwd);
  const read = await readText(path, shown);
  if (!read.ok) return read;
  return { ok: true, source: { name: shown, kind: 'file', values: parseEnv(read.text) } };
}

/** A file that need not be there. A directory of that name is a Python environment, and no mistake. */
export async function readOptionalVariables(path: string, cwd: string): Promise<VariableFile> {
  const file = await readVariables(path, cwd);
  if (file.ok || (file.why !== 'missing' && file.why !== 'directory')) return file;
  const name = `${shownPath(path, cwd)} (no such file)`;
  return { ok: true, source: { name, kind: 'file', values: {} } };
}
