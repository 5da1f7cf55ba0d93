/**
 * upstream ResponseHead → the head that goes down: hop-by-hop and the upstream's own `Access-Control-*` dropped, what
 * the route edits edited, ours written last, Vary merged. Pure. Every answer passes here, our own errors too: an error
 * without CORS headers is shown to a page as a "CORS error" and hides the true one.
 */

import type { CorsDecision } from './cors/decision.ts';
import { actualHeaders, varyNames } from './cors/headers.ts';
import type { CorsPolicy } from './cors/policy.ts';
import { protect } from './finishing/protection.ts';
import { rewriteReference } from './finishing/references.ts';
import { type SecretText, secretsIn } from './guard/secret-text.ts';
import {
  type HeaderList,
  isField,
  lines,
  lowerCaseName,
  type MutableHeaderList,
} from './http/header-list.ts';
import { isHopByHop, nominated } from './http/hop-by-hop.ts';
import type { ResponseHead } from './http/request-head.ts';
import { appendVary } from './http/vary.ts';
import type { ForwardPlan, Plan } from './plan-shape.ts';
import { sortChallenges } from './rewrite/challenges.ts';
import { cookieWarnings } from './rewrite/cookie-warnings.ts';
import { rewriteCookie } from './rewrite/cookies.ts';
import { hasNoBody, isBoundToOrigin } from './rewrite/response-fields.ts';
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

/** The upstream's answer. */
export function finish(plan: ForwardPlan, response: ResponseHead, context: FinishContext): ResponseHead {
  const rewriting = rewritingOf(plan, response, context);
  if (rewriting === undefined) return response;
  const { route } = rewriting;
  const headers = passOn(rewriting);
  headers.push(...route.response.set);
  protect(headers, { route, ruleset: context.ruleset, status: response.status });
  const { policy } = route;
  writeCors(headers, { decision: plan.decision, policy, status: response.status, also: [] });
  // A page reads it as statusText; without it the standard phrase stands there.
  const reason = rewriting.secrets?.isIn(response.reason) === true ? '' : response.reason;
  return { status: response.status, reason, headers };
}

/**
 * An early head of the upstream's (103): the same way down, without what only the final answer may say. It carries no
 * framing and no field of the upstream's connection (nginx learned it late).
 */
export function finishEarly(plan: ForwardPlan, early: ResponseHead, context: FinishContext): ResponseHead {
  const rewriting = rewritingOf(plan, early, context);
  if (rewriting === undefined) return early;
  const headers = passOn(rewriting);
  return { ...early, headers: headers.filter((_, i) => !isField(headers[i - (i % 2)] ?? '', 'set-cookie')) };
}

/** Fields behind the body: what echoes a secret is dropped there, too. */
export function finishTrailers(plan: ForwardPlan, trailers: HeaderList, context: FinishContext): HeaderList {
  const rewriting = rewritingOf(plan, { status: 200, reason: '', headers: trailers }, context);
  if (rewriting?.secrets === undefined) return trailers;
  return [...lines(trailers)].flatMap(([name, value]) =>
    echoes(name, value, rewriting) ? [] : [name, value],
  );
}

export interface FinishContext {
  readonly ruleset: Ruleset;
  /** Hears what was taken away that a user may look for. */
  readonly notice?: (text: string) => void;
}

function rewritingOf(
  plan: ForwardPlan,
  response: ResponseHead,
  { ruleset, notice = () => {} }: FinishContext,
): Rewriting | undefined {
  const route = ruleset.routes[plan.route.index];
  if (route === undefined) return undefined;
  // An API that was sent no secret has none to give away.
  const secrets = route.secretNames.length > 0 ? secretsIn(ruleset.secrets) : undefined;
  return { plan, route, response, ruleset, notice, secrets };
}

interface Rewriting {
  readonly secrets: SecretText | undefined;
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
    const lower = lowerCaseName(name);
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
  if (echoes(name, value, rewriting)) return;
  switch (lower) {
    case 'set-cookie':
      passCookie(out, field, rewriting);
      return;
    case 'location':
    case 'content-location':
    case 'refresh':
    case 'link':
      out.push(name, rewriteReference({ lower, value, status: rewriting.response.status }, rewriting));
      return;
    case 'www-authenticate':
      passChallenge(out, field);
      return;
    default:
      out.push(name, value);
  }
}

/** Whether a field is dropped because it gives a secret of this route back, in its value or in its name. */
function echoes(name: string, value: string, { secrets, notice }: Rewriting): boolean {
  if (secrets === undefined || !(secrets.isIn(value) || secrets.isInName(name))) return false;
  const shown = secrets.isInName(name) ? 'whose name holds it' : name;
  notice(`dropped the response header ${shown}: it echoes a secret of this route`);
  return true;
}

function passCookie(out: MutableHeaderList, { name, value }: Field, rewriting: Rewriting): void {
  const { plan, route } = rewriting;
  const handling = route.response.cookies;
  if (handling === 'drop') return;
  const scheme = plan.downstream.startsWith('https:') ? 'https' : 'http';
  const { site, cookies } = plan;
  const { way } = route.policy.places.allowCredentials;
  cookieWarnings({ line: value, scheme, site, cookies, handling, way }).forEach(rewriting.notice);
  if (cookies === 'strip') return;
  const mapPath = (path: string) => cookiePath(route.unmapPath(path));
  const rules = { scheme, site, mapPath, prefix: route.root } as const;
  out.push(name, handling === 'keep' ? value : rewriteCookie(value, rules));
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
