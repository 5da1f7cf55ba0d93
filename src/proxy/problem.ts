/** Our own errors as RFC 9457 problem details: the one shape that a page, curl and DevTools can all read. */

import type { ErrorCode } from '../http/error-code.ts';
import type { HeaderList, MutableHeaderList } from '../http/header-list.ts';
import { plainPage } from '../http/plain-page.ts';
import type { ResponseHead } from '../http/request-head.ts';

export interface ProblemFacts {
  readonly status: number;
  readonly code: ErrorCode;
  readonly detail: string;
  readonly hint: string;
  /** The route's globs; empty where none matched. */
  readonly route: string;
  /** The upstream's origin; empty where none was called. */
  readonly upstream: string;
  readonly requestId: string;
  /** Further fields of the response. */
  readonly headers: HeaderList;
}

export interface ProblemResponse {
  readonly head: ResponseHead;
  readonly body: string;
}

const titles: Readonly<Record<ErrorCode, string>> = {
  cors_preflight_refused: 'The browser will refuse this preflight',
  dns_error: "The API's host name cannot be resolved",
  dns_timeout: "The API's host name was not resolved in time",
  connection_refused: 'The API refused the connection',
  connection_terminated: 'The API closed the connection before it answered',
  connection_timeout: 'The API could not be connected to in time',
  connection_read_timeout: 'The body fell silent',
  connection_limit_reached: 'Too many requests to the API at once',
  destination_ip_unroutable: 'The API cannot be reached from this network',
  destination_ip_prohibited: "The API's address is not allowed",
  destination_unavailable: 'The API is not available',
  destination_not_found: 'No route matches',
  tls_certificate_error: "The API's certificate is not trusted",
  tls_protocol_error: 'The API does not speak TLS',
  tls_alert_received: 'The API refused the TLS handshake',
  http_response_timeout: 'The API did not answer in time',
  http_response_incomplete: "The API's answer was cut short",
  http_response_header_section_size: "The API's response head is too large",
  http_response_transfer_coding: "The API's transfer coding is not understood",
  http_protocol_error: "The API's answer is not valid HTTP",
  http_upgrade_failed: 'The API switched to a protocol that nobody asked for',
  http_request_error: 'The request is not acceptable',
  http_request_denied: 'The request is refused',
  proxy_loop_detected: 'The request went in a circle',
  proxy_internal_error: 'This proxy failed',
};

/** A program reads JSON; a person who opened the URL in a window reads a page with the same facts. */
export function problemResponse(
  facts: ProblemFacts,
  reader: 'program' | 'person' = 'program',
): ProblemResponse {
  const { body, type } = reader === 'person' ? pageOf(facts) : jsonOf(facts);
  const headers = [...type, 'Content-Length', String(Buffer.byteLength(body)), ...fields(facts)];
  return { head: { status: facts.status, reason: '', headers }, body };
}

interface Content {
  readonly body: string;
  /** Content-Type, and what belongs to it. */
  readonly type: HeaderList;
}

function jsonOf({ status, code, detail, hint, route, upstream, requestId }: ProblemFacts): Content {
  const problem = {
    type: `urn:cors-proxy:error:${code}`,
    title: titles[code],
    status,
    code,
    detail,
    ...(hint === '' ? {} : { hint }),
    ...(route === '' ? {} : { route }),
    ...(upstream === '' ? {} : { upstream }),
    requestId,
  };
  return { body: `${JSON.stringify(problem)}\n`, type: ['Content-Type', 'application/problem+json'] };
}

function pageOf({ status, code, detail, hint, route, upstream, requestId }: ProblemFacts): Content {
  const { html, policy } = plainPage({
    title: titles[code],
    lead: [detail],
    mend: hint,
    facts: [
      ['status', String(status)],
      ['code', code],
      ['route', route],
      ['API', upstream],
      ['request', requestId],
    ],
  });
  const type = ['Content-Type', 'text/html; charset=utf-8', 'Content-Security-Policy', policy];
  // Programs are told JSON whatever they accept, so only a page depends on it; and nothing of this is stored.
  return { body: html, type: [...type, 'Vary', 'Accept'] };
}

function fields(facts: ProblemFacts): MutableHeaderList {
  return [
    'Cache-Control',
    'no-store',
    'X-Content-Type-Options',
    'nosniff',
    // RFC 9209: who failed and how, for people and for intermediaries.
    'Proxy-Status',
    `cors-proxy; error=${facts.code}; details=${structuredString(facts.detail)}`,
    'X-Request-Id',
    facts.requestId,
    ...facts.headers,
  ];
}

/** RFC 9651 §3.3.3: printable ASCII, quote and backslash escaped. */
function structuredString(text: string): string {
  return `"${text
    .replace(/[^\x20-\x7e]/g, '?')
    .slice(0, 500)
    .replace(/["\\]/g, '\\$&')}"`;
}
