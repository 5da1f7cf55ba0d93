/** What will be done with a request: plain data, with its reasons. `explain --json` prints it as it is. */

import type { CorsDecision } from './cors/decision.ts';
import type { Refusal } from './guard/refusal.ts';
import type { HeaderList } from './http/header-list.ts';
import type { RequestSite } from './http/request-facts.ts';
import type { ResponseHead } from './http/request-head.ts';
import type { RouteRef } from './ruleset.ts';

export type Plan = RefusePlan | AnswerPlan | OwnPlan | ForwardPlan;

/** No upstream is called. `finishOwn` writes the CORS headers that `decision` earns. */
export interface RefusePlan {
  readonly kind: 'refuse';
  /** The route that matched. */
  readonly route: RouteRef | null;
  /** `null` where the request was refused before a decision could be made: it gets no CORS headers at all. */
  readonly decision: CorsDecision | null;
  /** The route whose CORS rules speak; `null` = the top-level ones. Differs from `route` only where none matched. */
  readonly speaker: RouteRef | null;
  readonly refusal: Refusal;
}

/** Answered here: a preflight, `OPTIONS *`, `Max-Forwards: 0`. */
export interface AnswerPlan {
  readonly kind: 'answer';
  readonly route: RouteRef | null;
  readonly decision: CorsDecision | null;
  readonly speaker: RouteRef | null;
  readonly response: ResponseHead;
  /** Why a preflight whose origin passed will fail in the browser: becomes the body. */
  readonly refusal: Refusal | null;
}

/** A path below `/__cors-proxy/`: decided before routing, never forwarded. */
export interface OwnPlan {
  readonly kind: 'own';
  readonly route: null;
  readonly decision: null;
  /** The path behind `/__cors-proxy`. */
  readonly path: string;
  /** With its question mark; empty where there is none. */
  readonly query: string;
  /** `http://localhost:8010`: this proxy as the client calls it. */
  readonly downstream: string;
}

export interface ForwardPlan {
  readonly kind: 'forward';
  readonly route: RouteRef;
  readonly decision: CorsDecision;
  readonly upstream: UpstreamRequest;
  /** `http://localhost:8010`: this proxy as the client calls it, for Location and cookies. */
  readonly downstream: string;
  /** Whether Cookie goes up and Set-Cookie comes down: only where the request carries the right to it. */
  readonly cookies: 'pass' | 'strip';
  readonly site: RequestSite;
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
