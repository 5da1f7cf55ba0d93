/**
 * upstream ResponseHead → the head that goes down: hop-by-hop and the upstream's own `Access-Control-*` dropped, what
 * the route edits edited, ours written last, Vary merged. Pure. Every answer passes here, our own errors too: an error
 * without CORS headers is shown to a page as a "CORS error" and hides the true one.
 */

import type { CorsDecision } from './cors/decision.ts';
import { actualHeaders, varyNames } from './cors/headers.ts';
import type { CorsPolicy } from './cors/policy.ts';
import { allValues, firstValue, type MutableHeaderList, replaceField } from './http/header-list.ts';
import { isHopByHop, nominated } from './http/hop-by-hop.ts';
import type { ResponseHead } from './http/request-head.ts';
import { appendVary } from './http/vary.ts';
import type { ForwardPlan, Plan } from './plan-shape.ts';
import { sortChallenges } from './rewrite/challenges.ts';
import { cookieWarnings } from './rewrite/cookie-warnings.ts';
import { rewriteCookie } from './rewrite/cookies.ts';
import { type LocationRules, rewriteLink, rewriteLocation, rewriteRefresh } from './rewrite/location.ts';
import { hasNoBody, isActiveDocument, isBoundToOrigin } from './rewrite/response-fields.ts';
import type { Route, Ruleset } from './ruleset.ts';

/** Fields that our own errors carry and that a page may read beside what its rule exposes. */
const ownFields = ['Proxy-Status', 'X-Request-Id'];

/** The policy that speaks for a plan. */
export function policyOf(plan: Plan, ruleset: Ruleset): CorsPolicy {
  const ref = plan.kind === 'forward' || plan.kind === 'own' ? plan.route : plan.speaker;
  return (ref === null ? undefined : ruleset.routes[ref.index]?.policy) ?? ruleset.defaultPolicy;
}

/** An answer of our own: a refusal, a failure. Without a decision it gets no CORS headers at all. */
export function finishOwn(plan: Plan, response: ResponseHead, ruleset: Ruleset): ResponseHead {
  if (plan.decision === null) return response;
  const policy = policyOf(plan, ruleset);
  const headers = [...response.headers];
  writeCors(headers, { decision: plan.decision, policy, status: response.status, also: ownFields });
  return { ...response, headers };
}

/** The upstream's answer. `notice` hears what was taken away that a user may look for. */
export function finish(
  plan: ForwardPlan,
  response: ResponseHead,
  { ruleset, notice = () => {} }: { readonly ruleset: Ruleset; readonly notice?: (text: string) => void },
): ResponseHead {
  const route = ruleset.routes[plan.route.index];
  if (route === undefined) return response;
  const rewriting = { plan, route, response, ruleset, notice };
  const headers = passOn(rewriting);
  headers.push(...route.response.set);
  protect(headers, rewriting);
  const { policy } = route;
  writeCors(headers, { decision: plan.decision, policy, status: response.status, also: [] });
  // A page reads it as statusText; without it the standard phrase stands there.
  const reason = echoesSecret(response.reason, rewriting) ? '' : response.reason;
  return { status: response.status, reason, headers };
}

interface Rewriting {
  readonly plan: ForwardPlan;
  readonly route: Route;
  readonly response: ResponseHead;
  readonly ruleset: Ruleset;
  readonly notice: (text: string) => void;
}

function passOn(rewriting: Rewriting): MutableHeaderList {
  const { headers } = rewriting.response;
  const gone = nominated(headers);
  const out: MutableHeaderList = [];
  for (let i = 0; i < headers.length; i += 2) {
    const name = headers[i] ?? '';
    const lower = name.toLowerCase();
    if (!isDropped(lower, gone, rewriting))
      pass(out, { name, lower, value: headers[i + 1] ?? '' }, rewriting);
  }
  return out;
}

function isDropped(lower: string, gone: ReadonlySet<string>, { route, response, plan }: Rewriting): boolean {
  if (isHopByHop(lower) || gone.has(lower) || isBoundToOrigin(lower)) return true;
  if (route.response.drop.has(lower)) return true;
  // RFC 9110 §8.6: no Content-Length on 1xx and 204; a 304 and an answer to HEAD may keep it.
  if (lower === 'content-length') return hasNoBody(response.status) && response.status !== 304;
  if (!lower.startsWith('access-control-')) return false;
  return !keepsUpstreamCors(lower, route, plan);
}

/** Under `preflight: "forward"` the upstream says which methods and headers it takes; the origin stays our affair. */
function keepsUpstreamCors(lower: string, route: Route, plan: ForwardPlan): boolean {
  if (route.policy.mode === 'passthrough') return true;
  const isForwardedPreflight =
    plan.decision.kind === 'preflight-allowed' || plan.decision.kind === 'preflight-refused';
  return isForwardedPreflight && preflightAnswers.has(lower);
}

const preflightAnswers: ReadonlySet<string> = new Set([
  'access-control-allow-methods',
  'access-control-allow-headers',
  'access-control-max-age',
]);

interface Field {
  readonly name: string;
  readonly lower: string;
  readonly value: string;
}

function pass(out: MutableHeaderList, field: Field, rewriting: Rewriting): void {
  const { name, lower, value } = field;
  if (echoesSecret(value, rewriting)) {
    rewriting.notice(`dropped the response header ${name}: it echoes a secret of this route`);
    return;
  }
  switch (lower) {
    case 'set-cookie':
      passCookie(out, field, rewriting);
      return;
    case 'location':
    case 'content-location':
    case 'refresh':
    case 'link':
      out.push(name, rewriteReference(field, rewriting));
      return;
    case 'www-authenticate':
      passChallenge(out, field);
      return;
    default:
      out.push(name, value);
  }
}

function echoesSecret(value: string, { route, ruleset }: Rewriting): boolean {
  return route.secretNames.length > 0 && ruleset.secrets.some((secret) => value.includes(secret.value));
}

function passCookie(out: MutableHeaderList, { name, value }: Field, rewriting: Rewriting): void {
  const { plan, route } = rewriting;
  const handling = route.response.cookies;
  if (handling === 'drop') return;
  const scheme = plan.downstream.startsWith('https:') ? 'https' : 'http';
  const { isCrossSite, cookies } = plan;
  const { way } = route.policy.places.allowCredentials;
  cookieWarnings({ line: value, scheme, isCrossSite, cookies, handling, way }).forEach(rewriting.notice);
  if (cookies === 'strip') return;
  const mapPath = (path: string) => cookiePath(route.unmapPath(path));
  const prefix = mapPath(route.target.basePath === '' ? '/' : route.target.basePath) ?? '/';
  out.push(
    name,
    handling === 'keep' ? value : rewriteCookie(value, { scheme, isCrossSite, mapPath, prefix }),
  );
}

/** `/api/` would not take in `/api` itself (RFC 6265 §5.1.4); a prefix without its slash takes in both. */
function cookiePath(path: string | undefined): string | undefined {
  return path !== undefined && path.length > 1 && path.endsWith('/') ? path.slice(0, -1) : path;
}

function passChallenge(out: MutableHeaderList, { name, value }: Field): void {
  const { kept, taken } = sortChallenges(value);
  if (kept !== '') out.push(name, kept);
  if (taken !== '') out.push('X-Proxied-WWW-Authenticate', taken);
}

function rewriteReference({ lower, value }: Field, { plan, route, response, ruleset }: Rewriting): string {
  if (route.response.redirects === 'keep') return value;
  // Fetch, "HTTP-redirect fetch" step 12: these two keep the method, and so perhaps another route.
  const method = response.status === 307 || response.status === 308 ? plan.upstream.method : 'GET';
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

/** What keeps other pages, and pages served through us, away from routes that carry a secret. */
function protect(headers: MutableHeaderList, { route, ruleset, response }: Rewriting): void {
  const policy = firstValue(headers, 'cross-origin-resource-policy');
  if (route.secretNames.length > 0) {
    replaceField(headers, 'Cross-Origin-Resource-Policy', 'same-site');
    replaceField(headers, 'X-Content-Type-Options', 'nosniff');
  } else if (policy?.trim().toLowerCase() === 'same-origin' && route.policy.mode === 'enforce') {
    // The upstream meant its own origin; for the page that is any localhost port.
    replaceField(headers, 'Cross-Origin-Resource-Policy', 'same-site');
  }
  // A document on our own origin sends no Origin on GET: without scripts it cannot reach a secret route.
  const mayRun = !hasNoBody(response.status) && isActiveDocument(allValues(headers, 'content-type'));
  if (ruleset.hasSecretRoute && mayRun) {
    headers.push('Content-Security-Policy', 'sandbox');
  }
}

interface CorsWriting {
  readonly decision: CorsDecision;
  readonly policy: CorsPolicy;
  readonly status: number;
  readonly also: readonly string[];
}

function writeCors(headers: MutableHeaderList, { decision, policy, status, also }: CorsWriting): void {
  const cors = actualHeaders(decision, policy, { status, headers, also });
  appendVary(headers, varyNames(decision, policy));
  headers.push(...cors);
}
