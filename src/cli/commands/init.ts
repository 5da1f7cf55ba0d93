/** `cors-proxy init [target]`: writes a config to begin with; never over another one. */

import { readFile, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { Run } from '../context.ts';
import { exitCode } from '../exit-code.ts';
import { frontEndOf } from '../front-end.ts';
import { complain } from '../terminal.ts';
import { UsageError } from '../usage-error.ts';

const names = ['cors-proxy.config.json', 'cors-proxy.config.jsonc'];

export const init: Run = async ({ io, line, terminal }) => {
  const target = targetOf(line.operands[0]);
  for (const name of names) {
    if ((await textOf(join(io.cwd, name))) === undefined) continue;
    complain(
      terminal,
      `Cannot write a config: ${name} is there already`,
      `edit it, or look at it: cors-proxy check`,
    );
    return exitCode.usage;
  }
  const frontEnd = frontEndOf(await textOf(join(io.cwd, 'package.json')));
  const file = join(io.cwd, names[0] ?? '');
  // `wx`: should somebody write one in this moment, theirs stays.
  await writeFile(file, configText(target, frontEnd?.origin), {
    flag: 'wx',
  });
  const { out } = terminal;
  const whom =
    frontEnd === undefined ? 'pages on any port of localhost' : `${frontEnd.origin} (${frontEnd.name})`;
  out.line(`Wrote ${basename(file)}: ${target}, for ${whom}`);
  out.line('Now: cors-proxy');
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
async function textOf(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch {
    return undefined;
  }
}

/** Where the package lies in a project that has it; a path of this machine would be wrong on every other. */
const schemaPath = './node_modules/cors-dev-proxy/config/cors-proxy.schema.json';

function configText(target: string, origin: string | undefined): string {
  const config = {
    $schema: schemaPath,
    target,
    ...(origin === undefined ? {} : { cors: { allowOrigin: origin } }),
  };
  return `${JSON.stringify(config, null, 2)}\n`;
}
