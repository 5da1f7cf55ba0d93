/** `cors-proxy allow ORIGIN [--route GLOB]`: adds an origin to the config, where it stands, comments kept. */

import { allowInFile } from '../allow/allow-in-file.ts';
import { tellAllowed } from '../allow/tell.ts';
import type { Run } from '../context.ts';
import { exitCode } from '../exit-code.ts';
import { loadRequest } from '../read-rules.ts';
import { UsageError } from '../usage-error.ts';

export const allow: Run = async ({ io, line, settings, terminal }) => {
  const [origin] = line.operands;
  if (origin === undefined) {
    throw new UsageError('allow needs an origin', 'write cors-proxy allow http://localhost:5173');
  }
  const route = line.texts.get('route')?.[0];
  const allowed = await allowInFile(loadRequest(settings, io), { origin, route });
  tellAllowed(allowed, terminal);
  if (allowed.kind === 'added') terminal.out.line('A running proxy takes it up by itself.');
  return allowed.kind === 'added' || allowed.kind === 'there already' ? exitCode.ok : exitCode.usage;
};
