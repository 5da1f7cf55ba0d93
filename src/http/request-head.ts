/** A request as the pure centre sees it: the head alone, read once, never changed. */

import type { HeaderList } from './header-list.ts';

export interface RequestHead {
  readonly method: string;
  /** As received: origin-form, absolute-form or `*`. */
  readonly target: string;
  readonly version: '0.9' | '1.0' | '1.1' | '2.0' | string;
  /** In HTTP/2 `:authority` stands here as `host`. */
  readonly headers: HeaderList;
  /** The listener that took it. */
  readonly listener: Listener;
}

export interface Listener {
  readonly scheme: 'http' | 'https';
  /** HTTP/2 streams have no connection fields of their own; HTTP/1.1 request lines may lie about the version. */
  readonly protocol: 'h1' | 'h2';
}

/** A response's head: status, reason phrase and fields, in the order in which they are written. */
export interface ResponseHead {
  readonly status: number;
  /** Empty where the standard phrase serves. */
  readonly reason: string;
  readonly headers: HeaderList;
}
