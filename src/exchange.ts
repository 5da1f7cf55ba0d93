/** One request and what became of it. The log line, the inspector and the HAR are views of this value. */

import type { ErrorCode } from './http/error-code.ts';
import type { HeaderList } from './http/header-list.ts';
import type { RequestHead } from './http/request-head.ts';
import type { Plan } from './plan-shape.ts';
import type { Ruleset } from './ruleset.ts';

export interface Exchange {
  /** The value of X-Request-Id. */
  readonly id: string;
  readonly head: RequestHead;
  readonly plan: Plan;
  /** The rules that it began with. */
  readonly ruleset: Ruleset;
  /** Status sent, or 499 where the client left before one was; 101 for a tunnel; 0 while it is still awaited. */
  readonly status: number;
  /** What was written downstream; empty where nothing was. */
  readonly responseHeaders: HeaderList;
  /** What the upstream sent, before `finish`; `undefined` where it was not asked or did not answer. */
  readonly upstreamHeaders: HeaderList | undefined;
  /** Body bytes written downstream. */
  readonly bytes: number;
  /** `running`: not over yet. No observer is told of such a one. */
  readonly outcome: 'ok' | 'refused' | 'client_abort' | 'upstream_error' | 'running';
  readonly failure: Failure | undefined;
  /** Upstream requests made: 0, 1, or 2 after a retry. */
  readonly attempts: number;
  /** What was kept of the bodies; `undefined` where nobody looked. */
  readonly bodies: { readonly request: KeptBody; readonly response: KeptBody } | undefined;
  readonly timings: {
    /** Milliseconds since the epoch. */
    readonly startedAt: number;
    /** Milliseconds from the request's head to the upstream's head; `undefined` where there was none. */
    readonly upstreamHeadMs: number | undefined;
    /** Milliseconds from the request's head to the end, or to now. */
    readonly totalMs: number;
  };
}

/** The beginning of a body, as it was on the wire. */
export interface KeptBody {
  readonly bytes: Buffer;
  /** Bytes that passed, those that were not kept too. */
  readonly passedBytes: number;
}

/** Why no good answer could be given; a value, never an exception. */
export interface Failure {
  readonly code: ErrorCode;
  readonly status: number;
  readonly detail: string;
  readonly hint: string;
}

/** What goes on at a moment. */
export interface Running {
  readonly requests: readonly Exchange[];
  /** The ids of handshakes whose WebSocket is open: their exchanges were over when it opened. */
  readonly sockets: ReadonlySet<string>;
}

/** Called once for each exchange, after its end; must not throw and must not block. */
export type Observer = (exchange: Exchange) => void;
