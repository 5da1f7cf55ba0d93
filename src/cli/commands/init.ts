/** `cors-proxy init [target]`: writes a config to begin with; asks nothing, and never writes over another one. */

import { existsSync, readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { whyNoTarget } from '../../compile/target.ts';
import { defaults } from '../../config/defaults.ts';
import type { Run } from '../context.ts';
import { exitCode } from '../exit-code.ts';
import { type FrontEnd, frontEndsOf } from '../front-end.ts';
import { complain } from '../terminal.ts';
import { UsageError } from '../usage-error.ts';

const names = ['cors-proxy.config.json', 'cors-proxy.config.jsonc'] as const;

export const init: Run = async ({ io, line, settings, terminal }) => {
  const target = targetOf(line.operands[0]);
  const asked = settings.configFile;
  if (asked === '-') throw new UsageError('init writes a file, and "-" is none', 'write --config FILE');
  const there = (asked === undefined ? names : [asked]).find((name) => existsSync(resolve(io.cwd, name)));
  if (there !== undefined) {
    const said = `Cannot write a config: ${there} is there already`;
    complain(terminal, said, `edit it, or look at it: ${commandWith('cors-proxy check', asked)}`);
    return exitCode.usage;
  }
  const file = asked ?? names[0];
  const path = resolve(io.cwd, file);
  const frontEnds = frontEndsOf({ textOf: (name) => textOf(join(io.cwd, name)) });
  try {
    // `wx`: should somebody write one in this moment, theirs stays.
    await writeFile(path, configText(target, frontEnds, dirname(path)), { flag: 'wx' });
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    complain(terminal, `Cannot write ${file} (${code})`, 'check the folder and its permissions');
    return exitCode.failure;
  }
  const origins = frontEnds.map(({ origin, name }) => `${origin} (${name})`);
  const whom = origins.length === 0 ? 'pages on any port of localhost' : origins.join(' and ');
  terminal.out.line(`Wrote ${file}: ${target}, for ${whom}`);
  for (const text of nextSteps(line.operands[0], commandWith('cors-proxy', asked))) terminal.out.line(text);
  return exitCode.ok;
};

/** Only what is not looked for has to be named. */
function commandWith(command: string, file: string | undefined): string {
  return file === undefined ? command : `${command} --config ${file}`;
}

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
function schemaPath(folder: string): string {
  const name = 'node_modules/cors-dev-proxy/config/cors-proxy.schema.json';
  const above = foldersUp(folder).findIndex((each) => existsSync(join(each, name)));
  return above > 0 ? `${'../'.repeat(above)}${name}` : `./${name}`;
}

/** The folder itself first. */
function foldersUp(folder: string): readonly string[] {
  const parent = dirname(folder);
  return parent === folder ? [folder] : [folder, ...foldersUp(parent)];
}

function configText(target: string, frontEnds: readonly FrontEnd[], folder: string): string {
  const origins = frontEnds.map(({ origin }) => origin);
  const allowOrigin = origins.length > 1 ? origins : origins[0];
  const config = {
    $schema: schemaPath(folder),
    target,
    ...(allowOrigin === undefined ? {} : { cors: { allowOrigin } }),
  };
  return `${JSON.stringify(config, null, 2)}\n`;
}

function nextSteps(target: string | undefined, command: string): readonly string[] {
  if (target === undefined) return ['Put the URL of your API into "target".', `Then: ${command}`];
  const own = `http://localhost:${defaults.listen.port}`;
  return [`Now: ${command}`, `In your app: ${own} instead of ${target.replace(/\/$/, '')}`];
}
