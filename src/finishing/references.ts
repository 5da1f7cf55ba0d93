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
  const next = { first: route, ruleset, method };
  const upstreamOrigin = route.target.origin;
  const rules: LocationRules = {
    downstream: plan.downstream,
    upstreamOrigin,
    pathFor: (origin, path) => {
      if (!isOurName(origin, plan.downstream)) return downstreamPath(origin, path, next);
      // Made of our X-Forwarded-Host: where no route takes the path, it is the upstream's own, without our prefix.
      const isRouted = ruleset.index.find(path, method) !== -1;
      return isRouted ? path : downstreamPath(upstreamOrigin, path, next);
    },
  };
  if (lower === 'link') return rewriteLink(value, rules);
  return lower === 'refresh' ? rewriteRefresh(value, rules) : rewriteLocation(value, rules);
}

/** With the other scheme, too: an upstream need not know where TLS ends, and a port speaks one of the two. */
function isOurName(origin: string, downstream: string): boolean {
  if (origin === downstream) return true;
  const [ours, theirs] = [downstream, origin].map((text) => text.slice(text.indexOf('//')));
  return theirs === ours && /:[0-9]+$/.test(origin);
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
    // A path that a rewrite does not touch is the same on both sides.
    const mapped = route.unmapPath(path) ?? path;
    // In a Location, "//evil.test" is another host.
    if (mapped.startsWith('//')) continue;
    // The page's next request must come out at the same place: another route may take that path first.
    const taker = ruleset.routes[ruleset.index.find(mapped, method)];
    if (taker?.target.origin === origin && taker.mapPath(mapped) === path) return mapped;
  }
  return undefined;
}
