/**
 * What Node's parser refuses never becomes a request. It is answered all the same, with JSON, and with CORS headers as
 * far as the raw bytes tell who asked: a bare 400 would be a "CORS error" in the page.
 */

import type { Duplex } from 'node:stream';
import { finishOwn } from '../finish.ts';
import { type Refusal, requestError } from '../guard/refusal.ts';
import { type HeaderList, lines } from '../http/header-list.ts';
import type { Listener, RequestHead, ResponseHead } from '../http/request-head.ts';
import { isFieldValue, isToken } from '../http/token.ts';
import { plan } from '../plan.ts';
import type { RefusePlan } from '../plan-shape.ts';
import type { Ruleset } from '../ruleset.ts';
import { problemResponse } from './problem.ts';
import { statusLine } from './status-line.ts';

export interface ParserError {
  readonly code?: string;
  readonly reason?: string;
  readonly rawPacket?: Buffer;
}

/** What is refused, and under which status. */
export function parserRefusal(error: ParserError): Refusal {
  const first = error.rawPacket?.[0];
  const close = { close: true };
  switch (error.code) {
    case 'HPE_HEADER_OVERFLOW':
      // Of so much only the last packet is at hand: whether the target or a field is too long, nobody knows.
      return requestError(431, "The request's head, target and fields, is larger than this proxy reads", {
        ...close,
        hint: 'clear the cookies of localhost (every localhost port shares them), or raise listen.limits.headers; for a long target, listen.limits.url',
      });
    case 'HPE_CHUNK_EXTENSIONS_OVERFLOW':
      return requestError(413, 'The chunk extensions of the request are too long', close);
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return requestError(408, "The request's head did not arrive in time", {
        ...close,
        hint: 'listen.timeouts.head sets how long to wait',
      });
    case 'HPE_INVALID_VERSION':
      // The same code stands for what is no version at all, which is a 400.
      if (error.reason !== 'Invalid HTTP version') return unreadable(error);
      return requestError(505, 'That version of HTTP is not spoken on this connection', {
        ...close,
        hint: 'use HTTP/1.1',
      });
    case 'HPE_PAUSED_H2_UPGRADE':
      return requestError(400, 'The client spoke HTTP/2 to an HTTP/1.1 port', {
        ...close,
        hint: 'use HTTP/1.1, or https: HTTP/2 is served there',
      });
    case 'PLAIN_HTTP_ON_TLS_PORT':
      return plainOnTlsPort;
    default:
      return first === 0x16 ? tlsOnPlainPort : unreadable(error);
  }
}

function unreadable({ reason, code }: ParserError): Refusal {
  const detail = `The request is not valid HTTP/1.1: ${reason ?? code ?? 'unreadable'}`;
  return requestError(400, detail, { close: true });
}

const tlsOnPlainPort = requestError(400, 'The client spoke TLS to a plain HTTP port', {
  close: true,
  hint: 'use http://, or set listen.https',
});

const plainOnTlsPort = requestError(400, 'The client spoke plain HTTP to an HTTPS port', {
  close: true,
  hint: 'use https://, or take listen.https away',
});

/** With its mend: a client that speaks another protocol cannot read the answer, and its user can read this. */
export function noticeOf({ status, detail, hint }: Refusal): string {
  return `${status} ${detail}${hint === '' ? '' : `. Mend: ${hint}`}`;
}

export interface ErrorContext {
  readonly ruleset: Ruleset;
  readonly listener: Listener;
  readonly id: string;
  /** The request whose body the bytes belong to, where its head was read. */
  readonly request?: RequestHead | undefined;
}

/** The whole answer as bytes for the socket. */
export function parserErrorAnswer(
  error: ParserError,
  context: ErrorContext,
): { readonly refusal: Refusal; readonly bytes: Buffer } {
  const refusal = parserRefusal(error);
  const { status, code, detail, hint } = refusal;
  const problem = problemResponse({
    status,
    code,
    detail,
    hint,
    route: '',
    upstream: '',
    requestId: context.id,
    headers: ['Connection', 'close'],
  });
  const head = withCors(problem.head, error, context);
  // RFC 9110 §9.3.2: also where it is the body of a HEAD that is broken.
  const body = context.request?.method === 'HEAD' ? '' : problem.body;
  return { refusal, bytes: Buffer.from(`${wireHead(head)}${body}`, 'latin1') };
}

/** The policy of the path that the bytes name, for the Origin that they name; none where either cannot be read. */
function withCors(head: ResponseHead, error: ParserError, context: ErrorContext): ResponseHead {
  const { ruleset, listener, request } = context;
  const scraped = request === undefined ? scrape(error.rawPacket) : undefined;
  const known = request ?? (scraped && { ...scraped, version: '1.1', client: '', listener });
  if (known === undefined) return head;
  const planned = plan(known, ruleset);
  if (planned.kind === 'own' || planned.kind === 'forward') {
    return finishOwn(asRefusal(planned.route, planned.decision), head, ruleset);
  }
  return finishOwn(planned, head, ruleset);
}

function asRefusal(route: RefusePlan['route'], decision: RefusePlan['decision']): RefusePlan {
  return { kind: 'refuse', route, decision, speaker: route, refusal: tlsOnPlainPort };
}

/** Most that is searched; the parser's own limit is of this order. */
const scrapeBytes = 64 * 1024;

function scrape(
  packet: Buffer | undefined,
): { method: string; target: string; headers: HeaderList } | undefined {
  if (packet === undefined) return undefined;
  const text = packet.subarray(0, scrapeBytes).toString('latin1');
  const host = fieldIn(text, 'host');
  const origin = fieldIn(text, 'origin');
  if (host === undefined || origin === undefined) return undefined;
  const target = /^[A-Z]+ (\/[\x21-\x7e]*)/.exec(text)?.[1] ?? '/';
  return { method: 'GET', target, headers: ['Host', host, 'Origin', origin] };
}

/** The one line of that name; several are none. */
function fieldIn(text: string, name: string): string | undefined {
  const found = [...text.matchAll(new RegExp(`\\n${name}:[ \\t]*([^\\r\\n]*)`, 'gi'))];
  return found.length === 1 ? found[0]?.[1]?.trim() : undefined;
}

/** Status line and fields as they go on a raw socket. */
export function wireHead(head: ResponseHead): string {
  let text = statusLine(head);
  for (const [name, value] of lines(head.headers)) {
    if (isToken(name) && isFieldValue(value)) text += `${name}: ${value}\r\n`;
  }
  return `${text}\r\n`;
}

/** Writes bytes as the last of a connection; a client that is still sending gets to read them. */
export function sayLast(socket: Duplex, bytes: Buffer): void {
  if (!socket.writable) {
    socket.destroy();
    return;
  }
  socket.end(bytes, () => {
    // Closing with unread bytes would reset the connection, and take the answer with it.
    socket.resume();
    const timer = setTimeout(() => socket.destroy(), 500);
    socket.once('close', () => clearTimeout(timer));
    socket.once('end', () => socket.destroy());
  });
}
