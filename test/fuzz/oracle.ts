/** What must hold of every conversation, whatever was sent: the invariants of the house, looked at from outside. */

import { answerViolations } from './answer-invariants.ts';
import type { Observed } from './fuzz-stand.ts';
import { readAnswered, readAsked } from './reading.ts';
import { upstreamViolations } from './upstream-invariants.ts';

/** Broken invariants; each begins with its name and a colon, the rest says what was seen. */
export function violations(seen: Observed): string[] {
  const asked = readAsked(seen);
  return [
    ...seen.missed.map((what) => `hang: ${what}`),
    ...upstreamViolations(seen, asked),
    ...answerViolations(seen, asked, readAnswered(seen)),
  ];
}
