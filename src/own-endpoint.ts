/** What this proxy serves of itself below `/__cors-proxy/`, as values: whoever answers needs no sockets. */

import type { RequestHead, ResponseHead } from './http/request-head.ts';

export interface OwnRequest {
  /** The path behind `/__cors-proxy`. */
  readonly path: string;
  /** With its question mark; empty where there is none. */
  readonly query: string;
  readonly head: RequestHead;
  /** `http://localhost:8010`: this proxy as the client names it. */
  readonly origin: string;
  /** Where the connection arrived: this proxy, as it reaches itself. */
  readonly local: { readonly address: string; readonly port: number };
  /** The whole body; `undefined` where it is too large or was cut. */
  readonly body: () => Promise<Buffer | undefined>;
}

export type OwnAnswer = WholeAnswer | EventStream;

export interface WholeAnswer {
  readonly kind: 'whole';
  readonly head: ResponseHead;
  readonly body: string | Buffer;
}

/** Goes on until one side leaves. */
export interface EventStream {
  readonly kind: 'stream';
  readonly head: ResponseHead;
  /** Called once the head is out; gives what is to be called at the end. */
  readonly start: (out: StreamOut) => () => void;
}

export interface StreamOut {
  readonly write: (text: string) => void;
  /** Bytes that the reader has not taken yet. */
  readonly waiting: () => number;
}

/** `undefined`: nothing is there. */
export type OwnEndpoints = (request: OwnRequest) => OwnAnswer | undefined | Promise<OwnAnswer | undefined>;
