/** The last words of a process that fails by a bug: what Node would print, less the secrets that an error may carry. */

import { inspect } from 'node:util';
import { secretsIn } from '../guard/secret-text.ts';
import type { Ruleset } from '../ruleset.ts';

/** An error's own fields are printed too: Node hangs the input of a parser on them, and that may be an answer's bytes. */
export function crashText(error: unknown, rulesets: readonly Ruleset[]): string {
  const told = rulesets.reduce(
    (text, { secrets }) => secretsIn(secrets).mask(text),
    inspect(error, { colors: false }),
  );
  return `✗ cors-proxy ends, by a bug of its own\n${told}\n  Mend: please report it, with the lines above\n`;
}
