/** `cors-proxy allow ORIGIN [--route GLOB]`: adds an origin to the config, where it stands, comments kept. */

import type { Route } from '../../ruleset.ts';
import { type Allowed, allowInFile } from '../allow/allow-in-file.ts';
import type { Run } from '../context.ts';
import { type ExitCode, exitCode } from '../exit-code.ts';
import { printProblems } from '../problem-report.ts';
import { loadRequest } from '../read-rules.ts';
import { complain, type Terminal } from '../terminal.ts';
import { UsageError } from '../usage-error.ts';

export const allow: Run = async ({ io, line, settings, terminal }) => {
  const [origin] = line.operands;
  if (origin === undefined) {
    throw new UsageError('allow needs an origin', 'write cors-proxy allow http://localhost:5173');
  }
  const route = line.texts.get('route')?.[0];
  return tell(await allowInFile(loadRequest(settings, io), { origin, route }), terminal);
};

function tell(allowed: Allowed, terminal: Terminal): ExitCode {
  switch (allowed.kind) {
    case 'added':
      for (const text of addedLines(allowed)) terminal.out.line(text);
      terminal.out.line('A running proxy takes it up by itself.');
      return exitCode.ok;
    case 'there already':
      terminal.out.line(`Nothing to do: ${allowed.origin} is allowed already  ${allowed.place}`);
      return exitCode.ok;
    case 'refused':
      complain(terminal, allowed.said, allowed.mend);
      return exitCode.usage;
    case 'bad config':
      printProblems(allowed.report, terminal.err);
      return exitCode.usage;
  }
}

export function addedLines({ origin, key, place, routes }: Extract<Allowed, { kind: 'added' }>) {
  return [`Added ${JSON.stringify(origin)} to ${key}  ${place}`, `For ${routes.map(routeText).join(', ')}`];
}

/** What the origin may spend from now on is said by name. */
function routeText({ ref, secretNames, policy }: Route): string {
  const notes = [
    ...(policy.allowCredentials ? ['credentials'] : []),
    ...(secretNames.length === 0 ? [] : [`secret: ${secretNames.join(', ')}`]),
  ];
  const name = `routes[${ref.index}] ${JSON.stringify(ref.match)}`;
  return notes.length === 0 ? name : `${name} (${notes.join(', ')})`;
}
