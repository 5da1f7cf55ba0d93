/** A request that is refused, as a value: what the problem body, the log and `explain` are made from. */

import type { ErrorCode } from '../http/error-code.ts';
import type { HeaderList } from '../http/header-list.ts';

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
  /** The body says no more than the status: on a secret route it is the same text for every path. */
  readonly quiet: boolean;
}

type RefusalParts = Pick<Refusal, 'status' | 'code' | 'detail'> & Partial<Refusal>;

export function refusal(parts: RefusalParts): Refusal {
  return { hint: '', place: '', headers: [], close: false, quiet: false, ...parts };
}

/** The client's framing or syntax: RFC 9209 `http_request_error`. */
export function requestError(status: number, detail: string, parts: Partial<Refusal> = {}): Refusal {
  return refusal({ status, code: 'http_request_error', detail, ...parts });
}

/** The client may not: RFC 9209 `http_request_denied`. */
export function requestDenied(status: number, detail: string, parts: Partial<Refusal> = {}): Refusal {
  return refusal({ status, code: 'http_request_denied', detail, ...parts });
}

/** Bytes of a peer in a sentence: bounded, on one line. */
export function excerpt(text: string): string {
  const printable = text.replace(/[^\x20-\x7e]/g, '?');
  return printable.length > 80 ? `${printable.slice(0, 80)}…` : printable;
}
