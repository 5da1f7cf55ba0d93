/** What CORS said of an exchange, in the three verdicts that every view knows. */

import type { BlockedAt } from '../cors/browser-words.ts';
import type { CorsDecision } from '../cors/decision.ts';
import { type Explanation, explainDecision } from '../cors/reasons.ts';
import type { Exchange } from '../exchange.ts';
import { policyOf } from '../finish.ts';
import { isPreflight, isWebSocketHandshake, readFacts } from '../http/request-facts.ts';
import type { RequestHead } from '../http/request-head.ts';

export interface CorsVerdict {
  readonly verdict: 'allowed' | 'refused' | 'not needed' | 'none';
  /** A word for machines: the reason of the decision. */
  readonly reason: string;
}

/** `none`: the request was turned away before CORS was asked. */
export function corsVerdict({ plan: { decision } }: Exchange): CorsVerdict {
  if (decision === null) return { verdict: 'none', reason: 'undecided' };
  switch (decision.kind) {
    case 'not-needed':
      return { verdict: 'not needed', reason: decision.reason };
    case 'allowed':
      return { verdict: 'allowed', reason: 'origin-allowed' };
    case 'preflight-allowed':
      return { verdict: 'allowed', reason: 'preflight-allowed' };
    case 'refused':
    case 'preflight-refused':
      return { verdict: 'refused', reason: decision.reason };
  }
}

export function isRefusal(decision: CorsDecision | null): boolean {
  return decision?.kind === 'refused' || decision?.kind === 'preflight-refused';
}

/** The decision in words; `undefined` where none was made. */
export function explanationOf({ head, plan, ruleset }: Exchange): Explanation | undefined {
  const { decision } = plan;
  if (decision === null) return undefined;
  // Whatever else is explained has one place; to look for it would mean to read the head again.
  const at = decision.kind === 'refused' ? blockedAt(head) : 'response';
  return explainDecision(decision, policyOf(plan, ruleset), { at });
}

/** What the browser gives up: a page's author knows a WebSocket by that name alone, not by its GET. */
export function blockedAt(head: RequestHead): BlockedAt {
  const facts = readFacts(head.headers);
  if (isPreflight(head.method, facts)) return 'preflight';
  return isWebSocketHandshake(head, facts) ? 'handshake' : 'response';
}
