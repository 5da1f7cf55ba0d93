/**
 * Why a CORS decision fell as it did, in words: the one place where a reason becomes a sentence. The terminal, the
 * inspector, `explain` and the problem body all print these.
 */

import { normalizedMethods } from '../http/fetch-names.ts';
import { receivableMethods } from '../http/receivable-methods.ts';
import { type BlockedAt, sayHeaderRefused, sayMethodRefused, sayOriginRefused } from './browser-words.ts';
import type { CorsDecision, NearMiss, RefusedReason } from './decision.ts';
import type { CorsPolicy, RulePlace } from './policy.ts';

export interface Explanation {
  readonly verdict: 'allowed' | 'refused' | 'not needed';
  /** `http://localhost:4200 is not in allowOrigin` */
  readonly why: string;
  /** What Chromium prints in its console, without the URLs in front; empty where it says nothing. */
  readonly browserSays: string;
  /** `add "http://localhost:4200" to routes[0].cors.allowOrigin`; empty where there is nothing to mend. */
  readonly mend: string;
  /** Where the rule stands: `cors-proxy.config.json:7:27`, or empty. */
  readonly place: string;
}

/** `at`: where a browser would stop; only an origin is refused in more than one place. */
export function explainDecision(
  decision: CorsDecision,
  policy: CorsPolicy,
  { at = 'response' }: { readonly at?: BlockedAt } = {},
): Explanation {
  switch (decision.kind) {
    case 'not-needed':
      return nothingToMend('not needed', notNeeded[decision.reason], '');
    case 'allowed':
      return nothingToMend('allowed', `${decision.origin} is allowed`, policy.places.allowOrigin.place);
    case 'preflight-allowed':
      return nothingToMend('allowed', allowedAsk(decision), policy.places.allowOrigin.place);
    case 'refused':
      return explainOrigin(decision, policy, at);
    case 'preflight-refused':
      return explainPreflight(decision, policy);
  }
}

function nothingToMend(verdict: Explanation['verdict'], why: string, place: string): Explanation {
  return { verdict, why, browserSays: '', mend: '', place };
}

const notNeeded = {
  'no-origin': 'no Origin header (curl, same origin or navigation)',
  'own-origin': 'the page is served through this proxy itself',
  passthrough: 'cors is "passthrough": the API answers for itself',
} as const;

function allowedAsk(decision: Extract<CorsDecision, { kind: 'preflight-allowed' }>): string {
  const names = decision.ask.headers.length === 0 ? '' : ` · ${decision.ask.headers.join(', ')}`;
  return `answered here: ${decision.ask.method}${names}`;
}

function explainOrigin(
  decision: Extract<CorsDecision, { kind: 'refused' }>,
  policy: CorsPolicy,
  at: BlockedAt,
): Explanation {
  const { reason, origin, near } = decision;
  return {
    verdict: 'refused',
    why: `${originWhy(reason, origin, policy)}${near === undefined ? '' : `; ${nearText(near)}`}`,
    browserSays: sayOriginRefused(at),
    mend: originMend(reason, origin, policy),
    place: policy.places.allowOrigin.place,
  };
}

function originWhy(reason: RefusedReason, origin: string, policy: CorsPolicy): string {
  switch (reason) {
    case 'origin-null':
      return 'Origin "null" (a sandboxed frame, data: or file: page, or a redirect from another site) is never trusted by default';
    case 'origin-malformed':
      return `Origin "${origin}" is not in the form that browsers send`;
    case 'origin-repeated':
      return `two Origin headers were sent ("${origin}")`;
    default:
      return policy.places.allowOrigin.written
        ? `${origin} is not in allowOrigin`
        : `${origin} is not a loopback origin, and no allowOrigin is set`;
  }
}

function nearText(near: NearMiss): string {
  switch (near.differsIn) {
    case 'scheme':
      return `the list has ${near.listed}, with another scheme`;
    case 'host':
      return `the list has ${near.listed}: localhost and 127.0.0.1 are different origins`;
    case 'port':
      return `the list has ${near.listed}, with another port`;
    case 'case':
      return `browsers send it in lower case, as ${near.listed}`;
    case 'trailing-slash':
      return `browsers send it without a slash at its end, as ${near.listed}`;
    case 'default-port':
      return `browsers leave the default port out, as ${near.listed}`;
  }
}

function originMend(reason: RefusedReason, origin: string, policy: CorsPolicy): string {
  switch (reason) {
    case 'origin-null':
      return 'serve the page over http, or take the sandbox off the frame';
    case 'origin-malformed':
    case 'origin-repeated':
      return 'send one Origin header as browsers do: scheme://host[:port]';
    default:
      return addOrigin(origin, policy.places.allowOrigin);
  }
}

function addOrigin(origin: string, { way, key }: RulePlace): string {
  switch (way) {
    case 'key':
      return `add "${origin}" to ${key}`;
    case 'flag':
      return `add --allow-origin ${origin}`;
    case 'variable':
      return `add "${origin}" to CORS_PROXY_ALLOW_ORIGIN`;
  }
}

function explainPreflight(
  decision: Extract<CorsDecision, { kind: 'preflight-refused' }>,
  policy: CorsPolicy,
): Explanation {
  const isMethod = decision.reason.startsWith('method-');
  const key = isMethod ? 'allowMethods' : 'allowHeaders';
  return {
    verdict: 'refused',
    why: preflightWhy(decision.reason, decision.culprit),
    browserSays: isMethod ? sayMethodRefused(decision.culprit) : sayHeaderRefused(decision.culprit),
    mend: preflightMend(decision.reason, decision.culprit, policy.places[key].key),
    place: policy.places[key].place,
  };
}

function preflightWhy(reason: RefusedReason, culprit: string): string {
  switch (reason) {
    case 'method-malformed':
      return `"${culprit}" is not one method name`;
    case 'method-forbidden':
      return `${culprit} is a forbidden method (Fetch): no page can send it, and this proxy refuses it`;
    case 'method-unsupported':
      return `${culprit} is a method that this server's HTTP parser cannot receive`;
    case 'header-malformed':
      return `"${culprit}" is not a header name`;
    case 'header-not-allowed':
      return `${culprit} is not in allowHeaders`;
    default:
      return `${culprit} is not in allowMethods`;
  }
}

function preflightMend(reason: RefusedReason, culprit: string, key: string): string {
  const upper = culprit.toUpperCase();
  const isSlip = upper !== culprit && receivableMethods.has(upper) && !normalizedMethods.has(upper);
  if (reason.startsWith('method-') && isSlip) {
    return `methods are case-sensitive and fetch does not upper-case this one: write method: '${upper}'`;
  }
  switch (reason) {
    case 'method-not-allowed':
      // A list cannot let in what Node's parser answers with a bare 400.
      return receivableMethods.has(culprit)
        ? `add "${culprit}" to ${key}`
        : 'use a method of the IANA registry';
    case 'header-not-allowed':
      return `add "${culprit}" to ${key}`;
    case 'method-forbidden':
      return 'use another method';
    case 'method-unsupported':
      return 'use a method of the IANA registry';
    default:
      return 'ask as browsers do: one method, a list of header names';
  }
}
