/** Verdicts that need several keys of one route (V48, V62, V65, A8). */

import { originExample } from '../config/as-given.ts';
import { type KeyPath, keyText } from '../config/problem.ts';
import { isLoopbackHost } from '../http/origin.ts';
import type { Route } from '../ruleset.ts';
import type { RouteContext, WrittenRoute } from './written-route.ts';

export function checkRoute(route: Route, written: WrittenRoute, context: RouteContext): void {
  if (route.secretNames.length > 0) {
    checkClearText(route, written, context);
    warnOfForwardedPreflight(route, written, context);
    warnOfFollowing(route, written, context);
  }
  checkWebSocket(route, written, context);
}

/** `${API_KEY}`; a user in a URL has no name. */
function secretText({ secretNames }: Route): string {
  return secretNames.map((name) => (name === 'target' ? 'the password' : `\${${name}}`)).join(', ');
}

/** V48. */
function checkClearText(
  route: Route,
  { rules, targetAt, at }: WrittenRoute,
  { verdicts }: RouteContext,
): void {
  const { scheme, hostHeader, origin } = route.target;
  if (scheme !== 'http' || isLoopbackHost(hostHeader.replace(/:\d+$/, ''))) return;
  const target = verdicts.shown(targetAt, origin);
  if (rules.dangerouslyAllowPlainHttpSecrets === true) {
    verdicts.warn(targetAt, {
      code: 'CP226',
      said: `${secretText(route)} travels to ${target} in clear text`,
      mend: 'use https',
    });
    return;
  }
  verdicts.error(targetAt, {
    code: 'CP125',
    said: `Cannot send ${secretText(route)} to ${target}: it would travel in clear text`,
    mend: `use https; or set "dangerouslyAllowPlainHttpSecrets": true on ${keyText(at)}`,
  });
}

/** A8. */
function warnOfForwardedPreflight(route: Route, { at }: WrittenRoute, { verdicts }: RouteContext): void {
  if (route.preflight !== 'forward') return;
  verdicts.warn([...at, 'preflight'], {
    code: 'CP255',
    said: 'Preflights go to the API on a route that carries a secret: they have no credentials of the page, and the answer of the API decides',
    mend: 'remove the key: "answer" is the default',
  });
}

/** V65. */
function warnOfFollowing(route: Route, { rules, at }: WrittenRoute, { verdicts }: RouteContext): void {
  if (route.response.redirects !== 'follow') return;
  const base: KeyPath = rules.response?.redirects === undefined ? [] : at;
  verdicts.warn([...base, 'response', 'redirects'], {
    code: 'CP260',
    said: `Redirects are followed on a route that carries a secret (${keyText(at)}): ${secretText(route)} is dropped when the origin changes, and private addresses are refused`,
    mend: 'write "redirects": "rewrite", unless the page cannot follow itself',
  });
}

const everyPath: ReadonlySet<string> = new Set(['/**', '/**/*', '/*/**']);

/** V62, and `"*"`, which never opens a socket: a WebSocket has no CORS, so that its Origin is the whole defence. */
function checkWebSocket(route: Route, { rules, at }: WrittenRoute, { verdicts }: RouteContext): void {
  if (rules.websocket !== true) return;
  const key = [...at, 'websocket'];
  if (route.policy.origins.kind === 'any') {
    verdicts.warn(key, {
      code: 'CP257',
      said: 'WebSockets of pages on other origins are refused here all the same: allowOrigin "*" does not open them',
      mend: `list the origins, e.g. ${originExample(route.policy.places.allowOrigin.way)}`,
    });
  }
  const isLocal = isLoopbackHost(route.target.hostHeader.replace(/:\d+$/, ''));
  if (!isLocal || !route.globs.some((glob) => everyPath.has(glob))) return;
  verdicts.warn(key, {
    code: 'CP256',
    said: `A catch-all route to ${verdicts.shown([...at, 'target'], route.target.origin)} takes the dev server's own sockets too, those of hot reload for one`,
    mend: 'give the path of your sockets a route of its own, e.g. "match": "/ws/**"',
  });
}
