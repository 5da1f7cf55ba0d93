/** Response heads that are well-formed, and still cannot be passed on. */

import type { Failure } from '../exchange.ts';
import type { ResponseHead } from '../http/request-head.ts';
import type { Route } from '../ruleset.ts';
import { failure } from './failure.ts';

export interface Carrier {
  /** The upstream's. */
  readonly origin: string;
  /** Of the request. RFC 9110 §15 ends at 599; HTTP/1.1 clients get more as it is, Node's HTTP/2 would throw. */
  readonly version: string;
}

/** Why the head cannot go down. 1xx heads are fit. */
export function unfitResponse(head: ResponseHead, { origin, version }: Carrier): Failure | undefined {
  const { status } = head;
  const highest = version === '2.0' ? 599 : 999;
  if (status < 100 || status > highest) return invalidResponse(`the status ${status}`, origin);
  return status === 407 ? proxyAuthentication(origin) : undefined;
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
