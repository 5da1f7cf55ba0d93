/** Plans that end here: preflights, `OPTIONS *`, an exhausted `Max-Forwards`. */

import type { CorsDecision } from '../cors/decision.ts';
import { preflightHeaders, varyNames } from '../cors/headers.ts';
import type { CorsPolicy } from '../cors/policy.ts';
import { explainDecision } from '../cors/reasons.ts';
import { type Refusal, refusal } from '../guard/refusal.ts';
import type { AnswerPlan } from '../plan-shape.ts';
import type { Reading } from './reading.ts';
import { type Speaker, speakerOf } from './speaker.ts';

/** `OPTIONS *` asks for the server as a whole (RFC 9110 §9.3.7), and that is this one. */
export function answerAsterisk(reading: Reading): AnswerPlan {
  return answerHere(reading, 204);
}

export function answerHere(reading: Reading, status: number): AnswerPlan {
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

export function answerPreflight(reading: Reading, { ref, policy, decision }: Speaker): AnswerPlan {
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
