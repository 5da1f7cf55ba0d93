/** A request as the pure centre sees it: the head alone, read once, never changed. */

import type { HeaderList } from './header-list.ts';

export interface RequestHead {
  readonly method: string;
  /** As received: origin-form, absolute-form or `*`. */
  readonly target: string;
  /** `1.1`; HTTP/2 streams say `2.0`. */
  readonly version: string;
  /** In HTTP/2 `:authority` stands here as `host`. */
  readonly headers: HeaderList;
  /** Address of the peer, for X-Forwarded-For. */
  readonly client: string;
  readonly listener: Listener;
}

/** The listener that took a request. */
export interface Listener {
  readonly scheme: 'http' | 'https';
  /** Its name in `Via`, different for each process: our own name in a request's Via is a loop. */
  readonly via: string;
}

/** A response's head: status, reason phrase and fields, in the order in which they are written. */
export interface ResponseHead {
  readonly status: number;
  /** Empty where the standard phrase serves. */
  readonly reason: string;
  readonly headers: HeaderList;
}
