/**
 * RequestHead → Plan: pure, total, synchronous. The order is fixed: message → Host → own endpoints → route → CORS
 * decision → secret gate → preflight | refuse | forward. Nothing here reaches an upstream.
 */

import { decide } from './cors/decide.ts';
import type { CorsDecision } from './cors/decision.ts';
import { preflightHeaders, varyNames } from './cors/headers.ts';
import type { CorsPolicy } from './cors/policy.ts';
import { explainDecision } from './cors/reasons.ts';
import { isAllowedHost } from './guard/host-rules.ts';
import { refuseMessage } from './guard/message.ts';
import { ownPath, refuseOwn } from './guard/own-endpoints.ts';
import { type Refusal, refusal, requestDenied, requestError } from './guard/refusal.ts';
import { refuseAtSecretGate } from './guard/secret-gate.ts';
import { type Authority, parseAuthority } from './http/host.ts';
import { defaultPort } from './http/origin.ts';
import { isPreflight, isWebSocketHandshake, type RequestFacts, readFacts } from './http/request-facts.ts';
import type { RequestHead } from './http/request-head.ts';
import { parseRequestTarget, type RequestTarget } from './http/request-target.ts';
import type { AnswerPlan, ForwardPlan, Plan, RefusePlan } from './plan-shape.ts';
import { upstreamHead } from './rewrite/upstream-head.ts';
import type { Route, RouteRef, Ruleset } from './ruleset.ts';

export function plan(head: RequestHead, ruleset: Ruleset): Plan {
  const facts = readFacts(head.headers);
  const target = parseRequestTarget(head.target);
  const reading = read({ head, facts, target, ruleset });
  const malformed = refuseMessage(head, facts, { target, limits: ruleset.listen });
  if (malformed !== undefined) return refuse(reading, malformed);
  if (!isAllowedHost(ruleset.hosts, reading.authority.host)) return refuseForeignHost(reading);
  if (target.form === 'asterisk') return answerAsterisk(reading);
  const own = ownPath(reading.path);
  if (own !== undefined) return planOwn(reading, own);
  if (facts.isServiceWorkerScript) return refuse(reading, noServiceWorker);
  if (reading.route === undefined) return planUnrouted(reading);
  return planRouted(reading, reading.route);
}

/** All that the steps look at. */
interface Reading {
  readonly head: RequestHead;
  readonly facts: RequestFacts;
  readonly ruleset: Ruleset;
  /** Of an absolute-form target, else of Host (RFC 9112 §3.2.2). */
  readonly authority: Authority;
  /** Path and query as received; the path is what the globs see. */
  readonly path: string;
  readonly query: string;
  readonly hidesDotSegment: boolean;
  readonly isPreflight: boolean;
  readonly route: Route | undefined;
}

function read(request: {
  readonly head: RequestHead;
  readonly facts: RequestFacts;
  readonly target: RequestTarget;
  readonly ruleset: Ruleset;
}): Reading {
  const { head, facts, target, ruleset } = request;
  const hasPath = target.form === 'origin' || target.form === 'absolute';
  // A target that will be refused is still routed, so that the page whose rule it is can read the refusal.
  const path = hasPath ? target.path : head.target;
  const preflight = isPreflight(head.method, facts);
  const index = ruleset.index.find(path, preflight ? (facts.askedMethod ?? '') : head.method);
  return {
    head,
    facts,
    ruleset,
    authority: target.form === 'absolute' ? target.authority : hostOf(facts),
    path,
    query: hasPath ? target.query : '',
    hidesDotSegment: hasPath && target.hidesDotSegment,
    isPreflight: preflight,
    route: index === -1 ? undefined : ruleset.routes[index],
  };
}

function hostOf(facts: RequestFacts): Authority {
  return parseAuthority(facts.host ?? '') ?? { host: '', port: '' };
}

/** `http://localhost:8010`: this proxy as the client names it; as an origin, the default port left out. */
function ownOrigin({ head, authority }: Reading): string {
  const { scheme } = head.listener;
  const isDefault = authority.port === '' || authority.port === defaultPort(scheme);
  return `${scheme}://${authority.host}${isDefault ? '' : `:${authority.port}`}`;
}

/** Whose CORS rules speak: those of the route, or where none matched those under which the page may read the answer. */
interface Speaker {
  readonly ref: RouteRef | null;
  readonly policy: CorsPolicy;
  readonly decision: CorsDecision;
}

function speakerOf(reading: Reading): Speaker {
  const { route, ruleset } = reading;
  if (route !== undefined) return speak(reading, route.policy, route.ref);
  const byDefault = speak(reading, ruleset.defaultPolicy, null);
  if (byDefault.decision.kind !== 'refused') return byDefault;
  // A page that some route lets in may read that no route took its path: the commonest false lead otherwise.
  const candidates = ruleset.routes.map(({ policy, ref }) => speak(reading, policy, ref));
  return candidates.find(({ decision }) => decision.kind === 'allowed' || isOk(decision)) ?? byDefault;
}

function isOk(decision: CorsDecision): boolean {
  return decision.kind === 'preflight-allowed';
}

function speak(reading: Reading, policy: CorsPolicy, ref: RouteRef | null): Speaker {
  const carriesSecret = (reading.route?.secretNames.length ?? 0) > 0;
  const own = carriesSecret ? undefined : ownOrigin(reading);
  const decision = decide({ method: reading.head.method, facts: reading.facts }, policy, { ownOrigin: own });
  return { ref, policy, decision };
}

function refuse(reading: Reading, why: Refusal): RefusePlan {
  const { ref, decision } = speakerOf(reading);
  return { kind: 'refuse', route: reading.route?.ref ?? null, decision, speaker: ref, refusal: why };
}

const noServiceWorker = requestDenied(
  403,
  "Service workers are not served: one would take over every page of this proxy's origin",
  { hint: "serve the worker's script from the page's own origin" },
);

/** Protection against DNS rebinding: a page on evil.test that rebinds to this machine is same-origin for its browser. */
function refuseForeignHost({ authority }: Reading): RefusePlan {
  const why = requestDenied(
    403,
    `Host "${authority.host}" is not a name of this proxy (protection against DNS rebinding)`,
    { hint: `if you meant it, add "${authority.host}" to listen.allowedHosts` },
  );
  return { kind: 'refuse', route: null, decision: null, speaker: null, refusal: why };
}

/** `OPTIONS *` asks for the server as a whole (RFC 9110 §9.3.7), and that is this one. */
function answerAsterisk(reading: Reading): AnswerPlan {
  return answerHere(reading, 204);
}

function answerHere(reading: Reading, status: number): AnswerPlan {
  const { ref, policy, decision } = speakerOf(reading);
  const headers = ['Allow', 'GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS', ...varyLine(decision, policy)];
  headers.push(...preflightHeaders(decision, policy));
  if (status === 200) headers.push('Content-Length', '0');
  return {
    kind: 'answer',
    route: reading.route?.ref ?? null,
    decision,
    speaker: ref,
    response: { status, reason: '', headers },
    refusal: null,
  };
}

function varyLine(decision: CorsDecision, policy: CorsPolicy): string[] {
  const names = varyNames(decision, policy);
  return names.length === 0 ? [] : ['Vary', names.join(', ')];
}

function planOwn(reading: Reading, path: string): Plan {
  const why = refuseOwn(reading.facts, reading.authority.host, ownOrigin(reading));
  if (why === undefined) return { kind: 'own', route: null, decision: null, path };
  return { kind: 'refuse', route: null, decision: null, speaker: null, refusal: why };
}

/** A preflight of a path without a route passes, so that the page can read the 404 that follows. */
function planUnrouted(reading: Reading): Plan {
  const speaker = speakerOf(reading);
  if (reading.isPreflight && speaker.decision.kind !== 'refused') return answerPreflight(reading, speaker);
  return refuse(reading, noRoute(reading));
}

function noRoute({ head, path, ruleset }: Reading): Refusal {
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

function planRouted(reading: Reading, route: Route): Plan {
  const speaker = speakerOf(reading);
  const { decision } = speaker;
  if (decision.kind === 'refused') return refuse(reading, refusedOrigin(speaker, route));
  const isAnsweredHere = route.preflight === 'answer' && route.policy.mode === 'enforce';
  if (reading.isPreflight && isAnsweredHere) return answerPreflight(reading, speaker);
  const why = refuseBeforeForward(reading, route);
  if (why !== undefined) return refuse(reading, why);
  const hops = forwardsLeft(reading);
  return hops === 0 ? answerHere(reading, 200) : forward(reading, route, decision);
}

function refusedOrigin({ decision, policy }: Speaker, route: Route): Refusal {
  const { why, mend, place } = explainDecision(decision, policy);
  // Fetch, "HTTP responses": 403 is the status for a request that the server will not share.
  return requestDenied(403, why, { hint: mend, place, quiet: route.secretNames.length > 0 });
}

function answerPreflight(reading: Reading, { ref, policy, decision }: Speaker): AnswerPlan {
  const headers = [...varyLine(decision, policy), ...preflightHeaders(decision, policy)];
  const why = decision.kind === 'preflight-refused' ? refusedPreflight(decision, policy) : null;
  return {
    kind: 'answer',
    route: reading.route?.ref ?? null,
    decision,
    speaker: ref,
    // An ok status either way: only then DevTools names the method or header that is missing.
    response: { status: why === null ? 204 : 200, reason: '', headers },
    refusal: why,
  };
}

function refusedPreflight(decision: CorsDecision, policy: CorsPolicy): Refusal {
  const { why, mend, place } = explainDecision(decision, policy);
  return refusal({ status: 200, code: 'cors_preflight_refused', detail: why, hint: mend, place });
}

function refuseBeforeForward(reading: Reading, route: Route): Refusal | undefined {
  const { facts, hidesDotSegment } = reading;
  const { secretNames } = route;
  return (
    (secretNames.length > 0 ? refuseAtSecretGate({ facts, hidesDotSegment, secretNames }) : undefined) ??
    refuseLoop(reading) ??
    refuseBody(reading, route) ??
    refuseHandshake(reading, route)
  );
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
  const length = Number(facts.contentLength ?? '0');
  const limit = route.limits.requestBodyBytes;
  if (!(length > limit)) return undefined;
  return requestError(413, `The request's body has ${length} bytes, more than ${limit}`, {
    hint: `raise limits.requestBody of routes[${route.ref.index}]`,
    close: true,
  });
}

/** WebSockets know no CORS, and cookies ride along: the decision on Origin is the whole defence (CVE-2025-24010). */
function refuseHandshake({ facts, head }: Reading, route: Route): Refusal | undefined {
  if (!isWebSocketHandshake(facts)) return undefined;
  const hasBody = facts.transferEncoding !== undefined || Number(facts.contentLength ?? '0') > 0;
  if (head.method !== 'GET' || hasBody) {
    return requestError(400, 'A WebSocket handshake is a GET without a body', { close: true });
  }
  if (route.websocket) return undefined;
  return requestDenied(403, `WebSockets are off on this route ("${route.ref.match}")`, {
    hint: `set "websocket": true and list the page's origin in routes[${route.ref.index}].cors.allowOrigin; "*" alone opens none`,
    close: true,
  });
}

/** RFC 9110 §7.6.2: OPTIONS (and TRACE) count their hops; -1 where nothing is counted. */
function forwardsLeft({ head, facts }: Reading): number {
  if (head.method !== 'OPTIONS' || facts.maxForwards === undefined) return -1;
  return /^[0-9]+$/.test(facts.maxForwards) ? Number(facts.maxForwards) : -1;
}

function forward(reading: Reading, route: Route, decision: CorsDecision): ForwardPlan {
  const { head, facts, path, query } = reading;
  const isCrossSite = facts.fetchSite === 'cross-site';
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
    isCrossSite,
    as: isWebSocketHandshake(facts) ? 'websocket' : 'http',
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
