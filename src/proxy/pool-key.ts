/** Which requests may share connections: those to one target, by the same TLS, way and bounds. */

import type { Route } from '../ruleset.ts';

const keys = new WeakMap<Route, string>();

/** Collision-free: a list as JSON, never texts glued together (GHSA-v574-6498-x57v). Made once per route. */
export function keyOf(route: Route): string {
  const known = keys.get(route);
  if (known !== undefined) return known;
  const { target, tls, timeouts, limits, forwardProxy } = route;
  const key = JSON.stringify([target.origin, tls, forwardProxy, timeouts.connectMs, limits.connections]);
  keys.set(route, key);
  return key;
}
