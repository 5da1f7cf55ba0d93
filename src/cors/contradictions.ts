/** Rules that cannot both hold: credentials with "*", "passthrough" with a secret or a flag. */

import { credentialsOn, flaggedKeys, originExample, ruleName } from '../config/as-given.ts';
import { type KeyPath, keyText, placeText } from '../config/problem.ts';
import type { Verdicts } from '../config/verdict.ts';
import type { MergedPolicy } from './compile-policy.ts';
import type { RulePlace } from './policy.ts';

interface RoutePlace {
  /** `routes[0]`, `target`. */
  readonly at: KeyPath;
  /** Names of the secrets that the route carries. */
  readonly secretNames: readonly string[];
}

export function checkPassthrough(
  merged: MergedPolicy,
  { at, secretNames }: RoutePlace,
  verdicts: Verdicts,
): void {
  refuseFlagsOnPassthrough(merged, at, verdicts);
  if (secretNames.length === 0) return;
  verdicts.error([...at, 'cors'], {
    code: 'CP132',
    said: `Cannot leave CORS to the API with "passthrough": the route carries a secret (${named(secretNames)}), and any page could spend it`,
    mend: 'list the origins instead: "cors": { "allowOrigin": ["http://localhost:5173"] }',
  });
}

/** A flag stands above every route's rule, and this route has none that it could stand above. */
function refuseFlagsOnPassthrough({ policy }: MergedPolicy, at: KeyPath, verdicts: Verdicts): void {
  const cors = [...at, 'cors'];
  for (const key of flaggedKeys) {
    const { written, way } = policy.places[key];
    if (!written || way === 'key') continue;
    const name = ruleName(key, way);
    verdicts.error(['cors', key], {
      code: 'CP109',
      said: `Cannot apply ${name} to ${keyText(at)}: its "cors" is "passthrough" (${placeText(verdicts.placeOf(cors))}), which leaves CORS to the API`,
      mend: `leave ${name} out, or write rules in place of "passthrough"`,
    });
  }
}

/** V02. What a flag gave is to be changed; else the route's own key, for the other may serve further routes. */
export function checkCredentials(merged: MergedPolicy, verdicts: Verdicts): void {
  const { origins, paths } = merged;
  if (origins?.kind !== 'any' || !merged.asksCredentials) return;
  const { allowOrigin, allowCredentials } = merged.policy.places;
  const star = `${ruleName('allowOrigin', allowOrigin.way)} "*"`;
  const credentials = credentialsOn(allowCredentials.way);
  const isAtOrigin = isOriginToChange(merged);
  const what = isAtOrigin
    ? `${star} with ${placed(credentials, allowCredentials)}`
    : `${credentials} with ${placed(star, allowOrigin)}`;
  verdicts.error(isAtOrigin ? paths.allowOrigin : paths.allowCredentials, {
    code: 'CP130',
    said: `Cannot combine ${what}: browsers refuse that pair`,
    mend: `list the origins, e.g. ${originExample(allowOrigin.way)}`,
  });
}

/** The name of a flag is its place. */
function placed(text: string, { way, place }: RulePlace): string {
  return way === 'key' ? `${text} (${place})` : text;
}

function isOriginToChange({ policy, paths, at }: MergedPolicy): boolean {
  const { allowOrigin, allowCredentials } = policy.places;
  if (allowOrigin.way !== 'key') return true;
  return allowCredentials.way === 'key' && keyText(paths.allowOrigin).startsWith(keyText(at));
}

export function named(names: readonly string[]): string {
  return names.map((name) => (name === 'target' ? 'the user in "target"' : `\${${name}}`)).join(', ');
}
