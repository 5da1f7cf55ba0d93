/** Location, Content-Location, Refresh and Link of an answer: URLs of configured targets become paths of this proxy. */

import type { ForwardPlan } from '../plan-shape.ts';
import { type LocationRules, rewriteLink, rewriteLocation, rewriteRefresh } from '../rewrite/location.ts';
import type { Route, Ruleset } from '../ruleset.ts';

/** A field that holds URLs, and the answer that it stands in. */
export interface Reference {
  readonly lower: string;
  readonly value: string;
  readonly status: number;
}

export interface ReferenceRules {
  readonly plan: ForwardPlan;
  readonly route: Route;
  readonly ruleset: Ruleset;
}

export function rewriteReference(
  { lower, value, status }: Reference,
  { plan, route, ruleset }: ReferenceRules,
): string {
  if (route.response.redirects === 'keep') return value;
  // Fetch, "HTTP-redirect fetch" step 12: these two keep the method, and so perhaps another route.
  const method = status === 307 || status === 308 ? plan.upstream.method : 'GET';
  const rules: LocationRules = {
    downstream: plan.downstream,
    upstreamOrigin: route.target.origin,
    pathFor: (origin, path) => downstreamPath(origin, path, { first: route, ruleset, method }),
  };
  if (lower === 'link') return rewriteLink(value, rules);
  return lower === 'refresh' ? rewriteRefresh(value, rules) : rewriteLocation(value, rules);
}

interface NextRequest {
  readonly first: Route;
  readonly ruleset: Ruleset;
  readonly method: string;
}

/** The listener's path for a path of `origin`: by this route if it leads there, else by the first that does. */
function downstreamPath(
  origin: string,
  path: string,
  { first, ruleset, method }: NextRequest,
): string | undefined {
  for (const route of [first, ...ruleset.routes]) {
    if (route.target.origin !== origin) continue;
    const mapped = route.unmapPath(path);
    // The page's next request must come out at the same place: another route may take that path first.
    if (mapped === undefined) continue;
    const taker = ruleset.routes[ruleset.index.find(mapped, method)];
    if (taker?.target.origin === origin && taker.mapPath(mapped) === path) return mapped;
  }
  return undefined;
}
