/** Decision → the header lines that it earns. The only place that writes `Access-Control-*`. */

import { forbiddenResponseHeaders, safelistedResponseHeaders } from '../http/fetch-names.ts';
import { type HeaderList, lines, type MutableHeaderList } from '../http/header-list.ts';
import { isToken } from '../http/token.ts';
import type { CorsDecision, PreflightAsk } from './decision.ts';
import type { CorsPolicy, NameRule } from './policy.ts';

/** The response that the headers are for: its status and its other fields, which `exposeHeaders: "*"` names. */
export interface ExposedResponse {
  readonly status: number;
  readonly headers: HeaderList;
  /** Names exposed beside the rule's own: Proxy-Status and X-Request-Id on errors of ours. */
  readonly also: readonly string[];
}

/** The names that `Vary` must hold (RFC 9110 §12.5.5); derived from the policy, whatever was decided. */
export function varyNames(decision: CorsDecision, policy: CorsPolicy): readonly string[] {
  if (policy.mode === 'passthrough') return [];
  if (isOnPreflight(decision)) return preflightVary;
  // Without a list every origin gets the same "*": nothing varies.
  return policy.origins.kind === 'any' ? [] : originVary;
}

const originVary: readonly string[] = ['Origin'];
const preflightVary: readonly string[] = [
  'Origin',
  'Access-Control-Request-Method',
  'Access-Control-Request-Headers',
];

/** A decision on a preflight; a refused origin is refused whatever it asked for. */
function isOnPreflight(decision: CorsDecision): decision is CorsDecision & { ask: PreflightAsk } {
  return decision.kind === 'preflight-allowed' || decision.kind === 'preflight-refused';
}

/**
 * The `Access-Control-*` lines of a response to an actual request; a refused origin earns none. A preflight that was
 * forwarded earns its origin's alone: exposed names have no place there (Fetch, "HTTP responses").
 */
export function actualHeaders(
  decision: CorsDecision,
  policy: CorsPolicy,
  response: ExposedResponse,
): MutableHeaderList {
  const out = originHeaders(decision, policy);
  if (out.length === 0 || isOnPreflight(decision)) return out;
  const exposed = exposedNames(policy.expose, response);
  if (exposed !== '') out.push('Access-Control-Expose-Headers', exposed);
  return out;
}

/** The lines of a preflight answer. */
export function preflightHeaders(decision: CorsDecision, policy: CorsPolicy): MutableHeaderList {
  const out = originHeaders(decision, policy);
  if (!isOnPreflight(decision)) return out;
  const methods = allowedMethods(policy.methods, decision);
  if (methods !== '') out.push('Access-Control-Allow-Methods', methods);
  const headers = allowedHeaders(policy.headers, decision.ask);
  if (headers !== '') out.push('Access-Control-Allow-Headers', headers);
  if (policy.maxAgeSeconds !== undefined) out.push('Access-Control-Max-Age', String(policy.maxAgeSeconds));
  return out;
}

/** Fetch, "CORS check": one Allow-Origin line, and Allow-Credentials spelled exactly `true`. */
function originHeaders(decision: CorsDecision, policy: CorsPolicy): MutableHeaderList {
  if (policy.mode === 'passthrough' || decision.kind === 'refused') return [];
  // "*" is the same for everyone, so it is sent without an Origin too and needs no Vary.
  if (policy.origins.kind === 'any') return ['Access-Control-Allow-Origin', '*'];
  if (decision.kind === 'not-needed') return [];
  const out = ['Access-Control-Allow-Origin', decision.origin];
  if (policy.allowCredentials) out.push('Access-Control-Allow-Credentials', 'true');
  return out;
}

/**
 * `"*"` echoes the method: as a wildcard it would mean nothing with credentials. Only a method that passed is echoed,
 * never bytes that are no token.
 */
function allowedMethods(rule: NameRule, decision: CorsDecision & { ask: PreflightAsk }): string {
  if (rule !== '*') return rule.join(',');
  const isMethodRefused = decision.kind === 'preflight-refused' && decision.reason.startsWith('method-');
  return isMethodRefused ? '' : decision.ask.method;
}

/** As for methods; the names are echoed lower-case, as browsers write them. One bad name would fail the whole list. */
function allowedHeaders(rule: NameRule, ask: PreflightAsk): string {
  if (rule !== '*') return rule.join(',');
  return ask.headers.filter(isToken).join(',');
}

function exposedNames(rule: NameRule, response: ExposedResponse): string {
  // A 304's list replaces the stored response's, and a 304 lacks most of its fields: under "*" say nothing.
  if (rule === '*') return response.status === 304 ? '' : readableNames(response).join(',');
  return union(rule, response.also).join(',');
}

/** Every name in this response that a list can make readable, once. A literal `*` would expose nothing with credentials. */
function readableNames(response: ExposedResponse): readonly string[] {
  const names = new Map<string, string>();
  for (const [name] of lines(response.headers)) {
    const lower = name.toLowerCase();
    if (isReadable(lower) && !names.has(lower)) names.set(lower, name);
  }
  return union([...names.values()], response.also);
}

function isReadable(lowerCaseName: string): boolean {
  return (
    !safelistedResponseHeaders.has(lowerCaseName) &&
    !forbiddenResponseHeaders.has(lowerCaseName) &&
    !lowerCaseName.startsWith('access-control-') &&
    // One invalid name voids the whole list (seen in Chromium).
    isToken(lowerCaseName)
  );
}

function union(names: readonly string[], also: readonly string[]): readonly string[] {
  if (also.length === 0) return names;
  const known = new Set(names.map((name) => name.toLowerCase()));
  return [...names, ...also.filter((name) => !known.has(name.toLowerCase()))];
}
