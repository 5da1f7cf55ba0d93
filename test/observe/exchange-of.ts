/** An exchange without a server: rules and a head, planned and finished as the proxy would, the API's part made up. */

import type { Exchange } from '../../src/exchange.ts';
import { finish, finishOwn } from '../../src/finish.ts';
import type { RequestHead, ResponseHead } from '../../src/http/request-head.ts';
import { plan } from '../../src/plan.ts';
import type { Ruleset } from '../../src/ruleset.ts';
import { response } from '../support/ruleset.ts';

/** 12:04:31 wherever the test runs. */
export const startedAt = new Date(2026, 0, 15, 12, 4, 31).getTime();

export interface MadeUp extends Partial<Omit<Exchange, 'timings'>> {
  readonly upstream?: ResponseHead;
  readonly timings?: Partial<Exchange['timings']>;
}

export function exchangeOf(
  head: RequestHead,
  ruleset: Ruleset,
  { upstream, ...parts }: MadeUp = {},
): Exchange {
  const planned = plan(head, ruleset);
  const api = upstream ?? response(200, { 'Content-Type': 'application/json' });
  const own = planned.kind === 'refuse' ? response(planned.refusal.status) : response(200);
  const sent =
    planned.kind === 'forward'
      ? finish(planned, api, { ruleset })
      : planned.kind === 'answer'
        ? planned.response
        : finishOwn(planned, own, ruleset);
  return {
    id: '1a2b3c4d-1',
    head,
    plan: planned,
    ruleset,
    status: sent.status,
    responseHeaders: sent.headers,
    upstreamHeaders: planned.kind === 'forward' ? api.headers : undefined,
    bytes: 1234,
    outcome: planned.kind === 'refuse' ? 'refused' : 'ok',
    failure: undefined,
    bodies: undefined,
    attempts: planned.kind === 'forward' ? 1 : 0,
    ...parts,
    timings: { startedAt, upstreamHeadMs: 80, totalMs: 84, ...parts.timings },
  };
}

export const refusedConnection: MadeUp = {
  status: 502,
  outcome: 'upstream_error',
  upstreamHeaders: undefined,
  failure: {
    code: 'connection_refused',
    status: 502,
    detail: 'Cannot reach https://api.test for GET /gh/zen: connection refused',
    hint: 'start the server',
  },
};
