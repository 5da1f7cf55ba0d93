/** `cors-proxy schema`: the JSON Schema as it is shipped. */

import { readFileSync } from 'node:fs';
import type { Run } from '../context.ts';
import { exitCode } from '../exit-code.ts';

export const schema: Run = async ({ terminal }) => {
  const text = readFileSync(new URL('../../../config/cors-proxy.schema.json', import.meta.url), 'utf8');
  terminal.out.line(text.trimEnd());
  return exitCode.ok;
};
