/** What will be done with a request: plain data, with its reasons. `explain --json` prints it as it is. */

import type { CorsDecision } from './cors/decision.ts';
import type { ErrorCode } from './http/error-code.ts';
import type { HeaderList } from './http/header-list.ts';
import type { ResponseHead } from './http/request-head.ts';
import type { RouteRef } from './ruleset.ts';

export type Plan = RefusePlan | AnswerPlan | ForwardPlan;

/** No upstream is called. `finish` writes the CORS headers that `decision` earns. */
export interface RefusePlan {
  readonly kind: 'refuse';
  readonly route: RouteRef | null;
  /** `null` where the request was refused before a decision could be made (Host, target form, framing). */
  readonly decision: CorsDecision | null;
  readonly refusal: Refusal;
}

export interface Refusal {
  readonly status: number;
  readonly code: ErrorCode;
  /** What is refused and why, the value quoted. */
  readonly detail: string;
  /** How to mend it; empty where nothing can be said. */
  readonly hint: string;
  /** Where the rule stands: `cors-proxy.config.json:7:27`, or empty. */
  readonly place: string;
  /** Further fields of the response, `Allow` for one. */
  readonly headers: HeaderList;
  /** Whether the connection must end: the framing is in doubt. */
  readonly close: boolean;
  /** Whether the body may tell more than the status: on a secret route it is the same text for every path. */
  readonly quiet: boolean;
}

/** Answered here: a preflight, `OPTIONS *`, `Max-Forwards: 0`. */
export interface AnswerPlan {
  readonly kind: 'answer';
  readonly route: RouteRef | null;
  readonly decision: CorsDecision | null;
  readonly response: ResponseHead;
  /** JSON text of a refused preflight, else empty. */
  readonly body: string;
}

export interface ForwardPlan {
  readonly kind: 'forward';
  readonly route: RouteRef;
  readonly decision: CorsDecision;
  readonly upstream: UpstreamRequest;
  /** Whether Cookie goes up and Set-Cookie comes down: only where the request carries the right to it. */
  readonly cookies: 'pass' | 'strip';
  /** `websocket` where the handshake is to become a tunnel. */
  readonly as: 'http' | 'websocket';
}

export interface UpstreamRequest {
  /** `https://api.github.com` */
  readonly origin: string;
  readonly method: string;
  /** Path and query, byte for byte what the route makes of the request's. */
  readonly path: string;
  /** Host first; hop-by-hop fields, framing and `Expect` left out. */
  readonly headers: HeaderList;
}
