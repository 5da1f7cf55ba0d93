/** Which `allowOrigin` an origin belongs into. Pure. */

import type { Config } from '../../config/config.ts';
import type { KeyPath } from '../../config/problem.ts';
import { decide } from '../../cors/decide.ts';
import { readFacts } from '../../http/request-facts.ts';
import type { Route, Ruleset } from '../../ruleset.ts';

export type Widening =
  | { readonly kind: 'rule'; readonly section: KeyPath; readonly routes: readonly Route[] }
  /** `place` of the rule that allows it. */
  | { readonly kind: 'allowed'; readonly place: string }
  | { readonly kind: 'refused'; readonly said: string; readonly mend: string };

export interface Wish {
  readonly origin: string;
  /** A glob of the route as it is written, or the route's place; `undefined`: whichever rule it is. */
  readonly route: string | undefined;
}

export function ruleToWiden(
  { ruleset, config }: { readonly ruleset: Ruleset; readonly config: Pick<Config, 'values'> },
  wish: Wish,
): Widening {
  if (wish.route !== undefined) {
    const listed = config.values.routes?.length ?? 0;
    return forRoute(ruleset, { ...wish, route: wish.route, listed });
  }
  const enforced = ruleset.routes.filter(({ policy }) => policy.mode === 'enforce');
  if (enforced.length === 0) {
    return refused('Cannot allow an origin: cors is "passthrough" on every route', passthroughMend);
  }
  const refusing = enforced.filter((route) => !allows(route, wish.origin));
  const [first, ...others] = bySection(refusing);
  if (first === undefined)
    return { kind: 'allowed', place: enforced[0]?.policy.places.allowOrigin.place ?? '' };
  return others.length === 0 ? { kind: 'rule', ...first } : ambiguous(refusing, wish.origin);
}

const passthroughMend = 'give the route a "cors" section first: "cors": { "allowOrigin": [] }';

function refused(said: string, mend: string): Widening {
  return { kind: 'refused', said, mend };
}

interface RouteWish extends Wish {
  readonly route: string;
  /** How many routes stand in `routes`: `target` makes one more. */
  readonly listed: number;
}

function forRoute({ routes }: Ruleset, { origin, route: named, listed }: RouteWish): Widening {
  const route = routes.find(
    ({ ref, globs }) => ref.place === named || ref.match === named || globs.includes(named),
  );
  if (route === undefined) {
    const globs = [...new Set(routes.map(({ ref }) => ref.match))];
    const mend = `write one of ${globs.map((glob) => JSON.stringify(glob)).join(', ')}`;
    return refused(`There is no route ${JSON.stringify(named)}`, mend);
  }
  const { ref, policy } = route;
  if (policy.mode === 'passthrough') {
    return refused(`Cannot allow an origin: cors of routes[${ref.index}] is "passthrough"`, passthroughMend);
  }
  if (allows(route, origin)) return { kind: 'allowed', place: policy.places.allowOrigin.place };
  // A rule at the top is not widened for one route's sake: the route gets a rule of its own.
  const section = ref.index < listed ? ['routes', ref.index, 'cors'] : ['cors'];
  return { kind: 'rule', section, routes: [route] };
}

/** Asked as a request would be: what decides here is what decides there. */
function allows({ policy }: Route, origin: string): boolean {
  if (policy.origins.kind === 'any') return true;
  const request = { method: 'GET', facts: readFacts(['Origin', origin]) };
  return decide(request, policy, { ownOrigin: undefined }).kind === 'allowed';
}

interface Shared {
  readonly section: KeyPath;
  readonly routes: readonly Route[];
}

function bySection(routes: readonly Route[]): readonly Shared[] {
  const found = new Map<string, Shared>();
  for (const route of routes) {
    const section = sectionOf(route);
    const key = JSON.stringify(section);
    found.set(key, { section, routes: [...(found.get(key)?.routes ?? []), route] });
  }
  return [...found.values()];
}

/** Where the rule of a route stands; where it would be written where none does. */
function sectionOf({ policy }: Route): KeyPath {
  const { key, written } = policy.places.allowOrigin;
  const index = /^routes\[([0-9]+)\]/.exec(key)?.[1];
  return written && index !== undefined ? ['routes', Number(index), 'cors'] : ['cors'];
}

function ambiguous(routes: readonly Route[], origin: string): Widening {
  const names = routes.map(({ ref }) => `routes[${ref.index}] ${JSON.stringify(ref.match)}`);
  const example = routes[0]?.globs[0] ?? '/**';
  return refused(
    `Cannot tell which rule is meant: ${names.join(' and ')} have different ones`,
    `name the route: cors-proxy allow ${origin} --route '${example}'`,
  );
}
