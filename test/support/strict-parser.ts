/**
 * A strict reader of HTTP/1.1 messages, for tests alone. It does not mend: where two readers could understand two
 * things it throws. It shares no code with the parser of Node, so that a mistake cannot hide in both.
 */

import { Buffer } from 'node:buffer';

export type HeaderLine = readonly [name: string, value: string];
export type Framing = 'none' | 'length' | 'chunked' | 'close' | 'tunnel';
/** How a connection stands: the peer ended it, the peer reset it, or it is open. */
export type Ending = 'fin' | 'rst' | 'open';

export interface Message {
  /** In the order and case of the wire. */
  readonly headers: readonly HeaderLine[];
  /** Chunked coding removed. */
  readonly body: Buffer;
  readonly trailers: readonly HeaderLine[];
  readonly framing: Framing;
}

export interface Response extends Message {
  readonly status: number;
  readonly reason: string;
  /** The 1xx responses in front of it. */
  readonly interim: readonly Interim[];
}

export interface Interim {
  readonly status: number;
  readonly headers: readonly HeaderLine[];
}

export interface Request extends Message {
  readonly method: string;
  readonly target: string;
}

export class StrictParseError extends Error {}

/** A message and the bytes behind it, or `incomplete` where more must come. */
export type Read<T> = { readonly message: T; readonly rest: Buffer } | 'incomplete';

export interface ResponseContext {
  /** Of the request: HEAD has no body. Default GET. */
  readonly method?: string;
  /** Default `open`: more bytes may come. */
  readonly ended?: Ending;
  /** Fields that may stand once at most. */
  readonly single?: RegExp;
}

/** Exactly one response (1xx before it are allowed) and not a byte more; a tunnel's bytes are its body. */
export function parseResponse(bytes: Buffer, context: ResponseContext = {}): Response {
  const read = readResponse(bytes, context);
  if (read === 'incomplete') throw failure('The response is not complete', bytes);
  if (read.rest.length > 0) throw failure('Extra bytes stand behind the response', read.rest);
  return read.message;
}

export function readResponse(bytes: Buffer, context: ResponseContext = {}): Read<Response> {
  const interim: Interim[] = [];
  let rest = bytes;
  for (;;) {
    const head = readHead(rest);
    if (head === 'incomplete') return 'incomplete';
    const { status, reason } = statusLine(head.message.startLine);
    rest = head.rest;
    if (status >= 200 || status === 101) {
      const body = responseBody({ status, headers: head.message.headers, rest }, context);
      if (body === 'incomplete') return 'incomplete';
      refuseDoubled(head.message.headers, context.single ?? singleFields);
      const message = { status, reason, interim, headers: head.message.headers, ...body.message };
      return { message, rest: body.rest };
    }
    // RFC 9112 §6.1, RFC 9110 §8.6: no framing on 1xx.
    refuseFraming(head.message.headers, status);
    interim.push({ status, headers: head.message.headers });
  }
}

export function readRequest(bytes: Buffer): Read<Request> {
  const head = readHead(bytes);
  if (head === 'incomplete') return 'incomplete';
  const { startLine, headers } = head.message;
  const match = /^([!#$%&'*+\-.^_`|~0-9A-Za-z]+) ([\x21-\x7e]+) HTTP\/1\.1$/.exec(startLine);
  if (match === null) throw failure('Not a request line', startLine);
  if (values(headers, 'host').length !== 1) throw failure('There is not one Host line', startLine);
  const framing = framingOf(headers);
  const body = readBody(framing === 'close' ? { framing: 'none', length: 0 } : framing, head.rest);
  if (body === 'incomplete') return 'incomplete';
  const [, method = '', target = ''] = match;
  return { message: { method, target, headers, ...body.message }, rest: body.rest };
}

/** The values of a field, one per line. */
export function values(headers: readonly HeaderLine[], name: string): string[] {
  const wanted = name.toLowerCase();
  return headers.filter(([field]) => field.toLowerCase() === wanted).map(([, value]) => value);
}

interface Head {
  readonly startLine: string;
  readonly headers: readonly HeaderLine[];
}

function readHead(bytes: Buffer): Read<Head> {
  const end = bytes.indexOf('\r\n\r\n');
  if (end === -1) return 'incomplete';
  const [startLine = '', ...lines] = bytes.toString('latin1', 0, end).split('\r\n');
  return {
    message: { startLine, headers: lines.map(headerLine) },
    rest: bytes.subarray(end + 4),
  };
}

function headerLine(line: string): HeaderLine {
  // RFC 9112 §5: no space before the colon, no folding, no control character; a bare CR or LF is one.
  const match = /^([!#$%&'*+\-.^_`|~0-9A-Za-z]+):[ \t]*([\t\x20-\x7e\x80-\xff]*?)[ \t]*$/.exec(line);
  if (match === null) throw failure('Not a header line', line);
  return [match[1] ?? '', match[2] ?? ''];
}

function statusLine(line: string): { readonly status: number; readonly reason: string } {
  const match = /^HTTP\/1\.1 ([1-9][0-9]{2}) ([\t\x20-\x7e\x80-\xff]*)$/.exec(line);
  if (match === null) throw failure('Not a status line', line);
  return { status: Number(match[1]), reason: match[2] ?? '' };
}

type BodyPart = Pick<Message, 'body' | 'trailers' | 'framing'>;
type Length = { readonly framing: 'none' | 'length'; readonly length: number } | 'chunked' | 'close';

function responseBody(
  head: { readonly status: number; readonly headers: readonly HeaderLine[]; readonly rest: Buffer },
  { method = 'GET', ended = 'open' }: ResponseContext,
): Read<BodyPart> {
  const { status, headers, rest } = head;
  if (status === 101 || status === 204) refuseFraming(headers, status);
  if (status === 101) return whole(rest, 'tunnel');
  const framing = framingOf(headers);
  // RFC 9112 §6.3: these end at the head, whatever their fields say.
  if (method === 'HEAD' || status === 204 || status === 304) {
    return readBody({ framing: 'none', length: 0 }, rest);
  }
  if (framing !== 'close') return readBody(framing, rest);
  if (ended === 'rst') throw failure('The body was to end with the connection, which was reset', rest);
  return ended === 'fin' ? whole(rest, 'close') : 'incomplete';
}

function whole(rest: Buffer, framing: Framing): Read<BodyPart> {
  return { message: { body: rest, trailers: [], framing }, rest: Buffer.alloc(0) };
}

/** RFC 9112 §6.3, without the mercy that it permits. */
function framingOf(headers: readonly HeaderLine[]): Length {
  const codings = values(headers, 'transfer-encoding');
  const lengths = values(headers, 'content-length');
  if (codings.length > 0 && lengths.length > 0) throw failure('Transfer-Encoding beside Content-Length', '');
  if (codings.length === 1 && codings[0] === 'chunked') return 'chunked';
  if (codings.length > 0) throw failure('Transfer-Encoding is not "chunked"', codings.join(' | '));
  if (lengths.length === 0) return 'close';
  if (lengths.length > 1 || !/^[0-9]{1,19}$/.test(lengths[0] ?? '')) {
    throw failure('Content-Length is not one number', lengths.join(' | '));
  }
  return { framing: 'length', length: Number(lengths[0]) };
}

function readBody(length: Exclude<Length, 'close'>, bytes: Buffer): Read<BodyPart> {
  if (length === 'chunked') return readChunks(bytes);
  if (bytes.length < length.length) return 'incomplete';
  const body = bytes.subarray(0, length.length);
  return { message: { body, trailers: [], framing: length.framing }, rest: bytes.subarray(length.length) };
}

function readChunks(bytes: Buffer): Read<BodyPart> {
  const chunks: Buffer[] = [];
  let rest = bytes;
  for (;;) {
    const end = rest.indexOf('\r\n');
    if (end === -1) return 'incomplete';
    const sizeText = rest.toString('latin1', 0, end);
    // No extensions and no signs: what a proxy writes needs none.
    if (!/^[0-9A-Fa-f]{1,8}$/.test(sizeText)) throw failure('Not a chunk size', sizeText);
    const size = Number.parseInt(sizeText, 16);
    if (size === 0) return readTrailers(Buffer.concat(chunks), rest.subarray(end));
    const from = end + 2;
    if (rest.length < from + size + 2) return 'incomplete';
    if (rest.toString('latin1', from + size, from + size + 2) !== '\r\n') {
      throw failure('A chunk does not end with CRLF', rest);
    }
    chunks.push(rest.subarray(from, from + size));
    rest = rest.subarray(from + size + 2);
  }
}

/** `bytes` begins with the CRLF behind the last chunk's size. */
function readTrailers(body: Buffer, bytes: Buffer): Read<BodyPart> {
  const end = bytes.indexOf('\r\n\r\n');
  if (end === -1) return 'incomplete';
  const lines = end === 0 ? [] : bytes.toString('latin1', 2, end).split('\r\n');
  const trailers = lines.map(headerLine);
  refuseFraming(trailers, 'a trailer section');
  return { message: { body, trailers, framing: 'chunked' }, rest: bytes.subarray(end + 4) };
}

function refuseFraming(headers: readonly HeaderLine[], where: number | string): void {
  for (const name of ['transfer-encoding', 'content-length']) {
    if (values(headers, name).length > 0) throw failure(`${name} stands in ${where}`, '');
  }
}

/** Fields of which two lines mean nothing good; Fetch joins them, and the CORS check fails. */
const singleFields =
  /^(?:access-control-.*|content-type|content-range|date|etag|expires|last-modified|location|age)$/i;

function refuseDoubled(headers: readonly HeaderLine[], single: RegExp): void {
  const seen = new Set<string>();
  for (const [name, value] of headers) {
    const lower = name.toLowerCase();
    if (single.test(lower) && seen.has(lower)) throw failure(`${name} stands twice`, value);
    seen.add(lower);
  }
}

function failure(said: string, where: Buffer | string): StrictParseError {
  const text = typeof where === 'string' ? where : where.toString('latin1', 0, 200);
  return new StrictParseError(text === '' ? said : `${said}: ${JSON.stringify(text)}`);
}
