/** Response heads that parse, and still cannot be passed on. */

import type { Failure } from '../exchange.ts';
import { combinedValue } from '../http/header-list.ts';
import type { ResponseHead } from '../http/request-head.ts';
import type { Route } from '../ruleset.ts';
import { failure } from './failure.ts';

export interface Carrier {
  /** The upstream's. */
  readonly origin: string;
  /** Of the request. RFC 9110 §15 ends at 599; HTTP/1.1 clients get more as it is, Node's HTTP/2 would throw. */
  readonly version: string;
}

/** Why the head cannot go down. 1xx heads other than 101 are fit. */
export function unfitResponse(head: ResponseHead, { origin, version }: Carrier): Failure | undefined {
  const { status } = head;
  const highest = version === '2.0' ? 599 : 999;
  if (status < 100 || status > highest) return invalidResponse(`the status ${status}`, origin);
  if (status === 101) {
    return failure('http_upgrade_failed', `${origin} answered 101 although no upgrade was asked for`);
  }
  return status === 407 ? proxyAuthentication(origin) : unknownCoding(head, origin);
}

export function tooManyInformational({ limits: { informational }, target }: Route): Failure {
  const detail = `${target.origin} sent more than ${informational} 1xx answers before its own`;
  return failure('http_protocol_error', detail, 'raise limits.informational of this route if it means them');
}

function invalidResponse(what: string, origin: string): Failure {
  return failure('http_protocol_error', `${origin} answered with ${what}`);
}

/** A 407 would be a network error in the page (seen in Chromium): only a proxy may ask for proxy credentials. */
function proxyAuthentication(origin: string): Failure {
  const hint = 'a company proxy stands in between, or the API misuses the status';
  return failure('http_protocol_error', `${origin} answered 407 Proxy Authentication Required`, hint);
}

/**
 * undici takes "chunked" away and leaves any other coding in the body, where nobody would look for it; and a body
 * without "chunked" it reads to the end of the connection (RFC 9112 §6.3).
 */
function unknownCoding({ headers }: ResponseHead, origin: string): Failure | undefined {
  const coding = combinedValue(headers, 'transfer-encoding');
  if (coding === undefined || coding.toLowerCase() === 'chunked') return undefined;
  const detail = `${origin} uses the Transfer-Encoding "${coding.slice(0, 80)}", and only "chunked" is understood`;
  return failure('http_response_transfer_coding', detail);
}
