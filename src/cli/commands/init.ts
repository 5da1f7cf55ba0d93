/** `cors-proxy init [target]`: writes a config to begin with; asks nothing, and never writes over another one. */

import { existsSync, readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { whyNoTarget } from '../../compile/target.ts';
import { defaults } from '../../config/defaults.ts';
import type { Run } from '../context.ts';
import { exitCode } from '../exit-code.ts';
import { type FrontEnd, frontEndsOf } from '../front-end.ts';
import { complain } from '../terminal.ts';
import { UsageError } from '../usage-error.ts';

const names = ['cors-proxy.config.json', 'cors-proxy.config.jsonc'] as const;

export const init: Run = async ({ io, line, terminal }) => {
  const target = targetOf(line.operands[0]);
  const there = names.find((name) => existsSync(join(io.cwd, name)));
  if (there !== undefined) {
    const said = `Cannot write a config: ${there} is there already`;
    complain(terminal, said, `edit it, or look at it: cors-proxy check`);
    return exitCode.usage;
  }
  const frontEnds = frontEndsOf({ textOf: (name) => textOf(join(io.cwd, name)) });
  try {
    // `wx`: should somebody write one in this moment, theirs stays.
    await writeFile(join(io.cwd, names[0]), configText(target, frontEnds, io.cwd), { flag: 'wx' });
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    complain(terminal, `Cannot write ${names[0]} here (${code})`, 'check the permissions of this folder');
    return exitCode.failure;
  }
  for (const text of nextSteps(target, frontEnds, line.operands.length > 0 ? 'given' : 'example'))
    terminal.out.line(text);
  return exitCode.ok;
};

const exampleTarget = 'https://api.example.com';

function targetOf(text: string | undefined): string {
  if (text === undefined) return exampleTarget;
  const why = whyNoTarget(text);
  if (why === undefined) return text;
  throw new UsageError(`Cannot forward to ${JSON.stringify(text)}: ${why.said}`, why.mend);
}

/** `undefined` where the file cannot be read. */
function textOf(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

/**
 * In the project's own package, or in that of the workspace above; where neither has it, where it will lie once the
 * project has it. A path of this machine would be wrong on every other.
 */
function schemaPath(cwd: string): string {
  const name = 'node_modules/cors-dev-proxy/config/cors-proxy.schema.json';
  const above = foldersUp(cwd).findIndex((folder) => existsSync(join(folder, name)));
  return above > 0 ? `${'../'.repeat(above)}${name}` : `./${name}`;
}

/** The folder itself first. */
function foldersUp(folder: string): readonly string[] {
  const parent = dirname(folder);
  return parent === folder ? [folder] : [folder, ...foldersUp(parent)];
}

function configText(target: string, frontEnds: readonly FrontEnd[], cwd: string): string {
  const origins = frontEnds.map(({ origin }) => origin);
  const allowOrigin = origins.length > 1 ? origins : origins[0];
  const config = {
    $schema: schemaPath(cwd),
    target,
    ...(allowOrigin === undefined ? {} : { cors: { allowOrigin } }),
  };
  return `${JSON.stringify(config, null, 2)}\n`;
}

function nextSteps(
  target: string,
  frontEnds: readonly FrontEnd[],
  kind: 'given' | 'example',
): readonly string[] {
  const named = frontEnds.map(({ origin, name }) => `${origin} (${name})`);
  const whom = named.length === 0 ? 'pages on any port of localhost' : named.join(' and ');
  const wrote = `Wrote ${names[0]}: ${target}, for ${whom}`;
  const own = `http://localhost:${defaults.listen.port}`;
  if (kind === 'example') return [wrote, 'Put the URL of your API into "target".', 'Then: cors-proxy'];
  return [wrote, 'Now: cors-proxy', `In your app: ${own} instead of ${target.replace(/\/$/, '')}`];
}
