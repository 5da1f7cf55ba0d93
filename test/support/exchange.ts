/** Exchanges as the observers get them, without a server. */

import type { Exchange } from '../../src/exchange.ts';
import { plan } from '../../src/plan.ts';
import type { Ruleset } from '../../src/ruleset.ts';
import { type Fields, request } from './ruleset.ts';

/** 12:04:31 in the zone of the machine. */
const startedAt = new Date(2026, 0, 2, 12, 4, 31).getTime();

export function exchangeOf(
  line: string,
  fields: Fields,
  { ruleset, ...parts }: Partial<Exchange> & { readonly ruleset: Ruleset },
): Exchange {
  const head = request(line, fields);
  const planned = plan(head, ruleset);
  const isForwarded = planned.kind === 'forward';
  return {
    id: 'run-1',
    head,
    plan: planned,
    ruleset,
    status: isForwarded ? 200 : planned.kind === 'refuse' ? planned.refusal.status : 204,
    responseHeaders: [],
    upstreamHeaders: isForwarded ? [] : undefined,
    bytes: 1234,
    outcome: planned.kind === 'refuse' ? 'refused' : 'ok',
    failure: undefined,
    bodies: undefined,
    attempts: isForwarded ? 1 : 0,
    timings: { startedAt, upstreamHeadMs: undefined, totalMs: 84.2 },
    ...parts,
  };
}
