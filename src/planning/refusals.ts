/** Plans that end in a refusal, and what must be refused before an upstream is asked. */

import { originExample } from '../config/as-given.ts';
import { explainDecision } from '../cors/reasons.ts';
import { type Refusal, refusal, requestDenied, requestError } from '../guard/refusal.ts';
import { refuseAtSecretGate } from '../guard/secret-gate.ts';
import { isWebSocketHandshake } from '../http/request-facts.ts';
import type { RefusePlan } from '../plan-shape.ts';
import type { Route } from '../ruleset.ts';
import { ownOrigin, type Reading } from './reading.ts';
import { type Speaker, speakerOf } from './speaker.ts';

export function refuse(reading: Reading, why: Refusal): RefusePlan {
  const { ref, decision } = speakerOf(reading);
  return { kind: 'refuse', route: reading.route?.ref ?? null, decision, speaker: ref, refusal: why };
}

export const noServiceWorker = requestDenied(
  403,
  "Service workers are not served: one would take over every page of this proxy's origin",
  { hint: "serve the worker's script from the page's own origin" },
);

/** Protection against DNS rebinding: a page on evil.test that rebinds to this machine is same-origin for its browser. */
export function refuseForeignHost({ authority, ruleset }: Reading): RefusePlan {
  const why = requestDenied(
    403,
    `Host "${authority.host}" is not a name of this proxy (protection against DNS rebinding)`,
    {
      hint: `if you meant it, add "${authority.host}" to listen.allowedHosts`,
      place: ruleset.hosts.place,
    },
  );
  return { kind: 'refuse', route: null, decision: null, speaker: null, refusal: why };
}

export function noRoute({ head, path, ruleset }: Reading): Refusal {
  const listed = ruleset.routes.slice(0, 20).map(({ ref, methods }) => {
    return methods === undefined ? `"${ref.match}"` : `"${ref.match}" (${[...methods].join(', ')})`;
  });
  const more = ruleset.routes.length > 20 ? `, … ${ruleset.routes.length - 20} more` : '';
  return refusal({
    status: 404,
    code: 'destination_not_found',
    detail: `No route matches ${head.method} ${path}; looked at ${listed.join(', ')}${more}`,
    hint: `add a route whose "match" takes this path; to see what matches: cors-proxy explain ${head.method} ${path}`,
  });
}

export function refusedOrigin({ decision, policy }: Speaker, route: Route): Refusal {
  const { why, mend, place } = explainDecision(decision, policy);
  // Fetch, "HTTP responses": 403 is the status for a request that the server will not share.
  return requestDenied(403, why, { hint: mend, place, quiet: route.secretNames.length > 0 });
}

export function refuseBeforeForward(reading: Reading, route: Route): Refusal | undefined {
  const { facts, hidesDotSegment } = reading;
  const { secretNames, ref } = route;
  const why =
    (secretNames.length > 0 ? refuseAtSecretGate({ facts, hidesDotSegment, secretNames }) : undefined) ??
    refuseLoop(reading) ??
    refuseBody(reading, route) ??
    refuseHandshake(reading, route);
  return why === undefined ? undefined : { ...why, place: ref.place };
}

/** RFC 9110 §7.6: our own name in Via means that a target leads back to this proxy. */
function refuseLoop({ facts, head }: Reading): Refusal | undefined {
  if (facts.via === undefined || !facts.via.includes(head.listener.via)) return undefined;
  return refusal({
    status: 502,
    code: 'proxy_loop_detected',
    detail: 'The request has passed through this proxy before: a target leads back to it',
    hint: 'point "target" at the API itself',
  });
}

function refuseBody({ facts }: Reading, route: Route): Refusal | undefined {
  const length = facts.contentLength ?? '0';
  const limit = route.limits.requestBodyBytes;
  if (!(Number(length) > limit)) return undefined;
  return requestError(413, `The request's body has ${length} bytes, more than ${limit}`, {
    hint: `raise limits.requestBody of routes[${route.ref.index}]`,
    close: true,
  });
}

/** WebSockets know no CORS, and cookies ride along: the decision on Origin is the whole defence (CVE-2025-24010). */
function refuseHandshake(reading: Reading, route: Route): Refusal | undefined {
  const { facts, head } = reading;
  if (!isWebSocketHandshake(head, facts)) return undefined;
  const hasBody = facts.transferEncoding !== undefined || Number(facts.contentLength ?? '0') > 0;
  if (head.method !== 'GET' || hasBody) {
    return requestError(400, 'A WebSocket handshake is a GET without a body', { close: true });
  }
  const isByStarAlone = isOpenedByStarAlone(reading, route);
  if (route.websocket && !isByStarAlone) return undefined;
  const why = isByStarAlone ? 'allowOrigin "*" opens no WebSockets' : 'WebSockets are off on this route';
  return requestDenied(403, `${why} ("${route.ref.match}")`, {
    hint: openingHint(route),
    close: true,
  });
}

function openingHint({ ref, policy }: Route): string {
  const { way } = policy.places.allowOrigin;
  const list =
    way === 'key'
      ? `set "websocket": true and list the page's origin in routes[${ref.index}].cors.allowOrigin`
      : `list the page's origin, e.g. ${originExample(way)}`;
  return `${list}; "*" alone opens none`;
}

/** "*" says that an answer is public, not that any page may speak with the user's rights: it opens no socket to others. */
function isOpenedByStarAlone(reading: Reading, { policy }: Route): boolean {
  const { origin } = reading.facts;
  return policy.origins.kind === 'any' && origin !== undefined && origin !== ownOrigin(reading);
}
