/**
 * The CORS protocol's server side: request → decision with its reason. Pure. What the decision writes is in
 * `headers.ts`, what it says in `reasons.ts`.
 */

import { forbiddenMethods, safelistedMethods } from '../http/fetch-names.ts';
import { parseOrigin } from '../http/origin.ts';
import { receivableMethods } from '../http/receivable-methods.ts';
import { isPreflight, type RequestFacts } from '../http/request-facts.ts';
import { isToken, listElements } from '../http/token.ts';
import type { CorsDecision, PreflightAsk, RefusedReason } from './decision.ts';
import { nearMiss } from './near-miss.ts';
import type { CorsPolicy, NameRule, OriginRule } from './policy.ts';

export interface DecideOptions {
  /**
   * This proxy's own serialized origin as the client named it, which needs no permission; `undefined` on a route that
   * carries a secret, where a page served through the proxy is no better than any other.
   */
  readonly ownOrigin: string | undefined;
}

export function decide(
  request: { readonly method: string; readonly facts: RequestFacts },
  policy: CorsPolicy,
  { ownOrigin }: DecideOptions,
): CorsDecision {
  const { method, facts } = request;
  if (policy.mode === 'passthrough') return { kind: 'not-needed', reason: 'passthrough' };
  const origin = facts.origin;
  if (origin === undefined) return { kind: 'not-needed', reason: 'no-origin' };
  const reason = whyOriginRefused(facts, origin, policy.origins);
  if (reason !== undefined) {
    if (origin === ownOrigin) return { kind: 'not-needed', reason: 'own-origin' };
    return refused(reason, origin, policy.origins);
  }
  if (!isPreflight(method, facts)) return { kind: 'allowed', origin };
  return decidePreflight(facts, origin, policy);
}

function refused(reason: RefusedReason, origin: string, rule: OriginRule): CorsDecision {
  const near = rule.kind === 'listed' ? nearMiss(origin, rule.written) : undefined;
  return near === undefined ? { kind: 'refused', reason, origin } : { kind: 'refused', reason, origin, near };
}

/** Fetch, "CORS check": the origin passes if it is listed, byte for byte. */
function whyOriginRefused(facts: RequestFacts, origin: string, rule: OriginRule): RefusedReason | undefined {
  // Two Origin lines are no origin at all; joining them is how `http://a, http://evil` passes a loose check.
  if (facts.lines.origin > 1) return 'origin-repeated';
  if (rule.kind === 'any') return undefined;
  if (origin === 'null') return rule.allowNull ? undefined : 'origin-null';
  if (rule.exact.has(origin)) return undefined;
  const parsed = parseOrigin(origin);
  if (parsed === undefined) return 'origin-malformed';
  return rule.patterns.some((pattern) => pattern.matches(parsed)) ? undefined : 'origin-not-listed';
}

/** Fetch, "CORS-preflight fetch" step 7: what the browser will check, checked here first. */
function decidePreflight(facts: RequestFacts, origin: string, policy: CorsPolicy): CorsDecision {
  const ask = readAsk(facts);
  const reason = whyMethodRefused(facts, ask.method, policy.methods);
  if (reason !== undefined) return { kind: 'preflight-refused', reason, origin, ask, culprit: ask.method };
  const malformed = ask.headers.find((name) => !isToken(name));
  if (malformed !== undefined) {
    return { kind: 'preflight-refused', reason: 'header-malformed', origin, ask, culprit: malformed };
  }
  const missing = ask.headers.find((name) => !allowsHeader(policy.headers, name));
  if (missing !== undefined) {
    return { kind: 'preflight-refused', reason: 'header-not-allowed', origin, ask, culprit: missing };
  }
  return { kind: 'preflight-allowed', origin, ask };
}

function readAsk(facts: RequestFacts): PreflightAsk {
  const asked = facts.askedHeaders;
  return {
    method: facts.askedMethod ?? '',
    headers: asked === undefined ? [] : listElements(asked.toLowerCase()),
  };
}

function whyMethodRefused(facts: RequestFacts, method: string, rule: NameRule): RefusedReason | undefined {
  if (facts.lines.askedMethod > 1 || !isToken(method)) return 'method-malformed';
  // No page can send it, and this proxy refuses it (405): a preflight must not promise it, "*" or not.
  if (forbiddenMethods.has(method.toUpperCase())) return 'method-forbidden';
  // A page may use any token, but Node's parser answers a method that it does not know with a bare 400.
  if (!receivableMethods.has(method)) return rule === '*' ? 'method-unsupported' : 'method-not-allowed';
  // Step 7.5: a CORS-safelisted method needs no permission, so a list cannot forbid it.
  if (rule === '*' || safelistedMethods.has(method) || rule.includes(method)) return undefined;
  return 'method-not-allowed';
}

function allowsHeader(rule: NameRule, lowerCaseName: string): boolean {
  return rule === '*' || rule.some((name) => name.toLowerCase() === lowerCaseName);
}
