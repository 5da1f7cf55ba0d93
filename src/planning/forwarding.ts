/** Plans that go to an upstream: its request, and the right to cookies. */

import type { CorsDecision } from '../cors/decision.ts';
import { isWebSocketHandshake, type RequestFacts, requestSite } from '../http/request-facts.ts';
import type { ForwardPlan } from '../plan-shape.ts';
import { upstreamHead } from '../rewrite/upstream-head.ts';
import type { Route } from '../ruleset.ts';
import { ownOrigin, type Reading } from './reading.ts';

/** RFC 9110 §7.6.2: OPTIONS (and TRACE) count their hops; -1 where nothing is counted. */
export function forwardsLeft({ head, facts }: Reading): number {
  if (head.method !== 'OPTIONS' || facts.maxForwards === undefined) return -1;
  return /^[0-9]+$/.test(facts.maxForwards) ? Math.min(Number(facts.maxForwards), mostForwards) : -1;
}

/** A recipient may count from less than it was told; beyond 2^53 a number cannot be written as digits for sure. */
const mostForwards = 65_535;

export function forward(reading: Reading, route: Route, decision: CorsDecision): ForwardPlan {
  const { head, facts, path, query } = reading;
  const cookies = mayCarryCookies(reading, route, decision) ? 'pass' : 'strip';
  const { host, origin, drop, set } = route.request;
  const headers = upstreamHead(head, { target: route.target, host, origin, drop, set, cookies });
  return {
    kind: 'forward',
    route: route.ref,
    decision,
    upstream: {
      origin: route.target.origin,
      method: head.method,
      path: `${route.mapPath(path)}${query}`,
      headers: withOneHopLess(headers, forwardsLeft(reading)),
    },
    downstream: ownOrigin(reading),
    cookies,
    site: requestSite(facts),
    as: isWebSocketHandshake(head, facts) ? 'websocket' : 'http',
  };
}

function withOneHopLess(headers: readonly string[], left: number): readonly string[] {
  if (left === -1) return headers;
  return headers.map((text, i) => {
    return i % 2 === 1 && headers[i - 1]?.toLowerCase() === 'max-forwards' ? String(left - 1) : text;
  });
}

/**
 * Cookies do not isolate by port: the jar of localhost holds those of every dev app on this machine. So they pass only
 * where the route's rule gives the page that right, or where no other page speaks.
 */
function mayCarryCookies({ facts }: Reading, { policy }: Route, decision: CorsDecision): boolean {
  if (policy.mode === 'passthrough' || policy.allowCredentials) return mayCarryAcrossSites(facts);
  return decision.kind === 'not-needed' && (facts.fetchSite === undefined || isOwnSite(facts.fetchSite));
}

function isOwnSite(site: string): boolean {
  return site === 'none' || site === 'same-origin';
}

/** Across sites a listed origin speaks for itself, and a navigation brings a login back; an image has no right. */
function mayCarryAcrossSites(facts: RequestFacts): boolean {
  return facts.fetchSite !== 'cross-site' || facts.origin !== undefined || facts.fetchMode === 'navigate';
}
