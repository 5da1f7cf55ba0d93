/** One request under way: what is known of it, whom it needs, and how its exchange is reported. */

import type { Exchange, Failure, Observer } from '../exchange.ts';
import type { FinishContext } from '../finish.ts';
import { secretsIn } from '../guard/secret-text.ts';
import type { HeaderList } from '../http/header-list.ts';
import type { RequestHead } from '../http/request-head.ts';
import type { OwnEndpoints } from '../own-endpoint.ts';
import type { Plan } from '../plan-shape.ts';
import type { Route, Ruleset } from '../ruleset.ts';
import type { KeptBodies } from './kept-bodies.ts';
import type { Request, Response } from './respond.ts';
import type { UnderwayList } from './underway.ts';
import type { Upstreams } from './upstream.ts';

export interface Serving {
  readonly upstreams: Upstreams;
  readonly observe: Observer;
  readonly notice: (level: 'info' | 'warn', message: string) => void;
  /** A warning that would be the same for every request of its kind. */
  readonly noticeOnce: (message: string) => void;
  /** Answers what is below `/__cors-proxy`, or gives `undefined` for a 404. */
  readonly endpoints: OwnEndpoints;
  /** Whether the bodies of an exchange that begins now are to be kept. */
  readonly keepsBodies: () => boolean;
  /** Called when the listener stops: what Node's server would leave open until the deadline. */
  readonly stops: Set<() => void>;
  /** What is forwarded at present: for whoever asks, since nobody is told before the end. */
  readonly underway: UnderwayList;
  /** Called a moment later: what never ends by itself, such as an event stream, leaves. */
  readonly endless: Set<() => void>;
}

export interface Task {
  readonly id: string;
  readonly head: RequestHead;
  readonly plan: Plan;
  readonly ruleset: Ruleset;
  readonly request: Request;
  readonly response: Response;
  /** `performance.now()` and milliseconds since the epoch, at the head. */
  readonly startedAt: number;
  readonly startedAtEpoch: number;
  /** What is kept of the bodies; `undefined` where nobody looks. */
  readonly kept: KeptBodies | undefined;
}

/** What became of it. */
export interface Sent {
  readonly status: number;
  readonly responseHeaders: HeaderList;
  readonly upstreamHeaders: HeaderList | undefined;
  readonly bytes: number;
  readonly outcome: Exchange['outcome'];
  readonly failure: Failure | undefined;
  readonly attempts: number;
  readonly upstreamHeadMs: number | undefined;
}

/** An answer of our own: nothing was asked of an upstream. */
export function answeredHere(answer: Pick<Sent, 'status' | 'responseHeaders' | 'bytes' | 'outcome'>): Sent {
  return {
    status: answer.status,
    responseHeaders: answer.responseHeaders,
    upstreamHeaders: undefined,
    bytes: answer.bytes,
    outcome: answer.outcome,
    failure: undefined,
    attempts: 0,
    upstreamHeadMs: undefined,
  };
}

export function report(task: Task, { observe }: Serving, sent: Sent): void {
  observe(exchangeOf(task, sent));
}

/** Each name is written out, as above: to spread an object costs a twentieth of a request. */
export function exchangeOf(task: Task, sent: Sent): Exchange {
  return {
    id: task.id,
    head: task.head,
    plan: task.plan,
    ruleset: task.ruleset,
    status: sent.status,
    responseHeaders: sent.responseHeaders,
    upstreamHeaders: sent.upstreamHeaders,
    bytes: sent.bytes,
    outcome: sent.outcome,
    failure: sent.failure,
    attempts: sent.attempts,
    bodies: task.kept?.bodies(),
    timings: {
      startedAt: task.startedAtEpoch,
      upstreamHeadMs: sent.upstreamHeadMs,
      totalMs: performance.now() - task.startedAt,
    },
  };
}

/** What is said of a route's answers is said once, and quotes what the API wrote. */
export function finishContext({ ruleset }: Task, serving: Serving, { ref }: Route): FinishContext {
  const notice = (text: string) => {
    const said = secretsIn(ruleset.secrets).mask(text);
    serving.noticeOnce(`routes[${ref.index}] "${ref.match}": ${said}`);
  };
  return { ruleset, notice };
}
