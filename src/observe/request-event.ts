/** Exchange → the fields of a `request` line for machines. Everything that a peer wrote is masked. */

import type { Exchange } from '../exchange.ts';
import type { ErrorCode } from '../http/error-code.ts';
import { combinedValue } from '../http/header-list.ts';
import { type CorsVerdict, corsVerdict } from './cors-verdict.ts';
import { maskOf } from './mask.ts';

export interface RequestEvent {
  readonly method: string;
  readonly path: string;
  readonly status: number;
  readonly durationMs: number;
  /** Body bytes written to the page. */
  readonly bytes: number;
  /** The route's globs; `null` where none matched. */
  readonly route: string | null;
  readonly origin: string | null;
  readonly cors: CorsVerdict;
  readonly requestId: string;
  /** Why no good answer could be given; `null` where one was. */
  readonly code: ErrorCode | null;
  readonly attempts: number;
  readonly outcome: Exchange['outcome'];
}

/** What is longer was no origin. */
const longestOrigin = 300;

export function requestEvent(exchange: Exchange): RequestEvent {
  const { head, plan, timings } = exchange;
  const mask = maskOf(exchange.ruleset);
  const origin = combinedValue(head.headers, 'origin');
  return {
    method: mask.text(head.method),
    path: mask.target(head.target),
    status: exchange.status,
    durationMs: Math.round(timings.totalMs * 10) / 10,
    bytes: exchange.bytes,
    route: plan.route?.match ?? null,
    origin: origin === undefined ? null : mask.text(origin).slice(0, longestOrigin),
    cors: corsVerdict(exchange),
    requestId: exchange.id,
    code: codeOf(exchange),
    attempts: exchange.attempts,
    outcome: exchange.outcome,
  };
}

export function codeOf({ failure, plan }: Exchange): ErrorCode | null {
  if (failure !== undefined) return failure.code;
  return plan.kind === 'refuse' || plan.kind === 'answer' ? (plan.refusal?.code ?? null) : null;
}
