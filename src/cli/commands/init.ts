/** `cors-proxy init [target]`: writes a config to begin with; asks nothing, and never writes over another one. */

import { existsSync, readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
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
    await writeFile(join(io.cwd, names[0]), configText(target, frontEnds), { flag: 'wx' });
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
  if (/^(?:https?|wss?):\/\/[^/?#]+/i.test(text) && URL.canParse(text)) return text;
  const mend = URL.canParse(`https://${text}`) ? `write https://${text}` : `write ${exampleTarget}`;
  throw new UsageError(
    `Cannot use ${JSON.stringify(text)} as a target: it is no full http(s) or ws(s) URL`,
    mend,
  );
}

/** `undefined` where the file cannot be read. */
function textOf(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

/** Where the package lies in a project that has it; a path of this machine would be wrong on every other. */
const schemaPath = './node_modules/cors-dev-proxy/config/cors-proxy.schema.json';

function configText(target: string, frontEnds: readonly FrontEnd[]): string {
  const origins = frontEnds.map(({ origin }) => origin);
  const allowOrigin = origins.length > 1 ? origins : origins[0];
  const config = {
    $schema: schemaPath,
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
