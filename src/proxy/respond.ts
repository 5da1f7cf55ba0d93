/**
 * The one place that writes a head downstream. Nothing that came from a peer reaches `writeHead` unguarded: a control
 * character in a reason phrase, or a field that Node refuses, throws there and would end the process.
 */

import { IncomingMessage, ServerResponse } from 'node:http';
import { constants, type Http2ServerRequest, type Http2ServerResponse } from 'node:http2';
import { firstValue, type HeaderList } from '../http/header-list.ts';
import { isHopByHop } from '../http/hop-by-hop.ts';
import { giveBack } from '../http/piece.ts';
import type { ResponseHead } from '../http/request-head.ts';
import { isFieldValue, isToken } from '../http/token.ts';
import { endsWith, onTurn } from './turn.ts';
import { mostWaitingBytes } from './waiting.ts';

export type Request = IncomingMessage | Http2ServerRequest;
export type Response = ServerResponse | Http2ServerResponse;

/** Writes the head; order, case and repeats are kept in HTTP/1.1. */
export function writeHead(response: Response, head: ResponseHead): void {
  if (response instanceof ServerResponse) {
    writeHttp1Head(response, head);
    // Node closes on its own where it answered an expectation without a 100.
    if (isClosing(head) || !response.shouldKeepAlive) endsWith(response.req.socket);
    return;
  }
  // HTTP/2 has no reason phrase (RFC 9113 §8.3.2).
  response.writeHead(head.status, fieldsByName(head.headers));
}

/**
 * Node checks all fields before it writes any; those that it refuses are left out. To check them here, too, would cost
 * a fifteenth of a forwarded request.
 */
function writeHttp1Head(response: ServerResponse, { status, reason, headers }: ResponseHead): void {
  const said = isFieldValue(reason) ? reason : '';
  try {
    writeParts(response, { status, reason: said, headers });
  } catch {
    writeParts(response, { status, reason: said, headers: filtered(headers) });
  }
}

/** Node's array form is `string[]`, never readonly. */
function writeParts(response: ServerResponse, { status, reason, headers }: ResponseHead): void {
  if (reason === '') response.writeHead(status, headers as string[]);
  else response.writeHead(status, reason, headers as string[]);
}

function isClosing({ headers }: ResponseHead): boolean {
  return firstValue(headers, 'connection') === 'close';
}

/** Writes a whole answer of our own. Node sends no body to HEAD. */
export function respond(
  request: Request,
  response: Response,
  { head, body = '' }: { readonly head: ResponseHead; readonly body?: string | Buffer },
): void {
  if (response.headersSent || response.destroyed) return;
  writeHead(response, head);
  if (body.length > 0) writeBody(response, typeof body === 'string' ? Buffer.from(body) : body);
  endResponse(request, response, { head });
}

/** Whether more may be written at once; if not, `drain` follows. */
export function writeBody(response: Response, chunk: Buffer): boolean {
  // The head has ended a stream of HTTP/2 where there is no content: HEAD, 204, 205, 304. A write after that is an error.
  const isOver = !(response instanceof ServerResponse) && response.stream.writableEnded;
  return isOver || write(response, chunk) || response.writableLength < mostWaitingBytes;
}

/** The overloads of the two are the same, which their union does not say. */
function write(response: Response, chunk: Buffer): boolean {
  if (!(response instanceof ServerResponse)) return response.write(chunk);
  // With an error the system may still look at it.
  return response.write(chunk, (error) => {
    if (!(error instanceof Error)) giveBack(chunk);
  });
}

function filtered(headers: HeaderList): string[] {
  const out: string[] = [];
  for (let i = 0; i < headers.length; i += 2) {
    const name = headers[i] ?? '';
    const value = headers[i + 1] ?? '';
    if (isWritable(name, value)) out.push(name, value);
  }
  return out;
}

function isWritable(name: string, value: string): boolean {
  return isToken(name) && isFieldValue(value);
}

/**
 * As HTTP/2 wants them: in lower case, no field of the connection (RFC 9113 §8.2.2), no white space around a value
 * (§8.2.1). Repeated lines are joined (RFC 9110 §5.3), because Node throws on some that are repeated.
 */
function fieldsByName(headers: HeaderList): Record<string, string | string[]> {
  const fields: Record<string, string | string[]> = Object.create(null);
  const cookies: string[] = [];
  for (let i = 0; i < headers.length; i += 2) {
    const name = (headers[i] ?? '').toLowerCase();
    const value = (headers[i + 1] ?? '').replace(/^[ \t]+|[ \t]+$/g, '');
    if (isHopByHop(name) || !isWritable(name, value)) continue;
    const before = fields[name];
    if (name === 'set-cookie') cookies.push(value);
    else if (before === undefined || before === value) fields[name] = value;
    else fields[name] = `${before}, ${value}`;
  }
  return cookies.length === 0 ? fields : Object.assign(fields, { 'set-cookie': cookies });
}

/** What is read of an upload that nobody needs any more: enough for the client to see the answer (RFC 9112 §9.6). */
const lingerBytes = 256 * 1024;
const lingerMs = 1000;

/**
 * Ends a response whose request may still be coming in. Closing at once would reset the connection, and the client
 * would lose the answer; reading for ever would let it hold us. A response that says `Connection: close` is ended
 * after the wait, for Node closes the connection with it; another is ended at once and the rest is read behind it.
 */
export function endResponse(
  request: Request,
  response: Response,
  { head, last }: { readonly head: ResponseHead; readonly last?: Buffer | undefined },
): void {
  if (request.complete || !hasUpload(request) || response.destroyed) {
    // Head, body and end are one write.
    if (last === undefined) response.end();
    else response.end(last);
    return;
  }
  if (last !== undefined) writeBody(response, last);
  const isLast = isClosing(head);
  if (!isLast) response.end();
  linger(request, () => {
    if (isLast) response.end();
    else if (!request.complete) stopUpload(request);
  });
}

/** RFC 9112 §6.3: one of two fields says so; RFC 9113 §8.1: a head that does not end the stream does. */
export function hasUpload(request: Request): boolean {
  if (!(request instanceof IncomingMessage)) return !request.stream.endAfterHeaders;
  const { headers } = request;
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
}

/** RFC 9113 §8.1: after a whole answer, NO_ERROR asks the client to send no more, and it keeps the answer. */
function stopUpload(request: Request): void {
  if (request instanceof IncomingMessage) request.destroy();
  else request.stream.close(constants.NGHTTP2_NO_ERROR);
}

/** Reads and drops what still comes, up to the limits, then calls `done` once. */
function linger(request: Request, done: () => void): void {
  let left = lingerBytes;
  const timer = setTimeout(finish, lingerMs);
  request.on('data', count);
  request.once('end', finish);
  request.once('close', finish);
  request.resume();

  function count(chunk: Buffer): void {
    left -= chunk.length;
    if (left < 0) finish();
  }

  function finish(): void {
    clearTimeout(timer);
    request.off('data', count);
    request.off('end', finish);
    request.off('close', finish);
    done();
  }
}

/**
 * Cuts a response that cannot be completed. The client must never take what it got for the whole: no last chunk, and
 * where the body ends with the connection a reset. Every byte that came is delivered first.
 */
export function cutResponse(response: Response, head: ResponseHead): void {
  if (!(response instanceof ServerResponse)) {
    response.stream.close(constants.NGHTTP2_INTERNAL_ERROR);
    return;
  }
  // What was written in this turn of the event loop is kept back until its end, by Node 26 in the response itself.
  onTurn(response, () => process.nextTick(cutConnection, response, head));
}

function cutConnection(response: ServerResponse, head: ResponseHead): void {
  const { socket } = response;
  if (socket === null || socket.destroyed) return;
  const isDelimited = firstValue(head.headers, 'content-length') !== undefined || response.chunkedEncoding;
  if (isDelimited) socket.destroySoon();
  else socket.write('', () => socket.resetAndDestroy());
}
