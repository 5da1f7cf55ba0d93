/** Says things once: a refusal that comes again gets a count, an API that is down is explained once until it is back. */

import type { Exchange } from '../exchange.ts';
import { firstValue } from '../http/header-list.ts';
import { corsVerdict } from './cors-verdict.ts';
import { codeOf } from './request-event.ts';

/** How often the same refusal came: 1 for the first. */
export interface RefusalCounter {
  readonly count: (exchange: Exchange) => number;
}

/** More different refusals than anybody mends: afterwards all are new again, and memory stays bounded. */
const mostKinds = 1000;

export function createRefusalCounter(): RefusalCounter {
  const counts = new Map<string, number>();
  return {
    count: (exchange) => {
      const key = refusalKey(exchange);
      const count = (counts.get(key) ?? 0) + 1;
      if (counts.size >= mostKinds && count === 1) counts.clear();
      counts.set(key, count);
      return count;
    },
  };
}

function refusalKey(exchange: Exchange): string {
  const { plan, head } = exchange;
  const { decision } = plan;
  const culprit = decision?.kind === 'preflight-refused' ? decision.culprit : '';
  const origin = firstValue(head.headers, 'origin') ?? '';
  // Without a route every path has its own sentence.
  const where = plan.route === null ? head.target : String(plan.route.index);
  // One code has many mends, and a mend is what the block is read for.
  const rule = plan.kind === 'refuse' ? [plan.refusal.status, plan.refusal.hint] : [];
  return JSON.stringify([where, origin, corsVerdict(exchange).reason, codeOf(exchange), culprit, ...rule]);
}

/** What is to be printed of a run of failures. */
export type FailureNews =
  | { readonly kind: 'first' }
  | { readonly kind: 'quiet' }
  | { readonly kind: 'still'; readonly run: FailureRun }
  | { readonly kind: 'back'; readonly run: FailureRun };

export interface FailureRun {
  readonly upstream: string;
  readonly code: string;
  readonly count: number;
  readonly seconds: number;
}

export interface FailureRuns {
  /** The news of an exchange, or `undefined` where no run begins, goes on or ends with it. */
  readonly note: (exchange: Exchange) => FailureNews | undefined;
}

/** Whoever reloads a page sees that it came; what a client asks again without end does not fill the screen. */
const mentionEveryMs = 1000;

interface OpenRun {
  code: string;
  count: number;
  startedAt: number;
  mentionedAt: number;
}

export function createFailureRuns(): FailureRuns {
  const open = new Map<string, OpenRun>();
  return { note };

  function note({ plan, outcome, failure, status, timings }: Exchange): FailureNews | undefined {
    if (plan.kind !== 'forward') return undefined;
    const upstream = plan.upstream.origin;
    const now = timings.startedAt + timings.totalMs;
    const run = open.get(upstream);
    if (outcome === 'upstream_error' && failure !== undefined) {
      if (run?.code !== failure.code) return begin(upstream, failure.code, now);
      run.count += 1;
      if (now - run.mentionedAt < mentionEveryMs) return { kind: 'quiet' };
      run.mentionedAt = now;
      return { kind: 'still', run: told(upstream, run, now) };
    }
    if (run === undefined || outcome !== 'ok' || status === 499) return undefined;
    open.delete(upstream);
    return { kind: 'back', run: told(upstream, run, now) };
  }

  function begin(upstream: string, code: string, now: number): FailureNews {
    open.set(upstream, { code, count: 1, startedAt: now, mentionedAt: now });
    return { kind: 'first' };
  }
}

function told(upstream: string, run: OpenRun, now: number): FailureRun {
  const seconds = Math.round((now - run.startedAt) / 1000);
  return { upstream, code: run.code, count: run.count, seconds };
}
