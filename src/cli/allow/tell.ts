/** What came of an origin that was to be allowed, in words. */

import { folded } from '../../config/wrapped.ts';
import type { Route } from '../../ruleset.ts';
import { printProblems } from '../problem-report.ts';
import { complain, type Terminal } from '../terminal.ts';
import type { Allowed } from './allow-in-file.ts';

export function tellAllowed(allowed: Allowed, terminal: Terminal): void {
  const { out, err } = terminal;
  switch (allowed.kind) {
    case 'added':
      for (const text of addedLines(allowed))
        out.line(folded(text, { indent: 2, width: out.layout().width }));
      break;
    case 'there already':
      out.line(`Nothing to do: ${allowed.origin} is allowed already  ${allowed.place}`);
      break;
    case 'refused':
      complain(terminal, allowed.said, allowed.mend);
      break;
    case 'bad config':
      printProblems(allowed.report, err);
      break;
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
