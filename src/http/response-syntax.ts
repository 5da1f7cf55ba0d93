/**
 * The head of a response, from its bytes: RFC 9112 §4, §5 and §6.3. Strict: no folded lines, no space in front of a
 * colon, no bare CR or LF, no control character, one length at most. What is doubtful here would be read in another way
 * by the next reader.
 */

import { joinedValue, lowerCaseName, type MutableHeaderList } from './header-list.ts';
import { InvalidResponse, invalid } from './invalid-response.ts';
import type { ResponseHead } from './request-head.ts';
import { fieldBytes, isBlank, listElements, tokenPattern, trimmed } from './token.ts';

/** How long a body is: bytes (0 where there is none), `chunked`, or as long as the connection (`close`). */
export type BodyLength = number | 'chunked' | 'close';

export interface ReadHead {
  readonly head: ResponseHead;
  readonly body: BodyLength;
  /** Whether the connection may carry another request behind this response (RFC 9112 §9.3). */
  readonly persists: boolean;
  /** Milliseconds that the upstream means to keep it idle (`Keep-Alive: timeout=5`); `undefined` where it says nothing. */
  readonly idleMs: number | undefined;
}

const fieldLine = `${tokenPattern}:[${fieldBytes}]*`;
// A reason phrase may hold anything but a line's end: whoever writes it down again has to look at it (RFC 9112 §4).
const statusLine = String.raw`HTTP/1\.[01] [1-9][0-9]{2}(?: [^\r\n]*)?`;
const wellFormed = new RegExp(`^${statusLine}(?:\r\n${fieldLine})*$`);
const isStatusLine = new RegExp(`^${statusLine}$`);
const isFieldLine = new RegExp(`^${fieldLine}$`);

const zero = 0x30;

/** Reads a head without the empty line behind it, as latin1 text. `method` is the request's: HEAD has no body. */
export function readResponseHead(text: string, method: string): ReadHead | InvalidResponse {
  if (!wellFormed.test(text)) return problemOf(text.split('\r\n'));
  const lineEnd = text.indexOf('\r\n');
  const end = lineEnd === -1 ? text.length : lineEnd;
  const status = Number(text.slice(9, 12));
  const headers: MutableHeaderList = [];
  const facts: Facts = {
    isHttp10: text.charCodeAt(7) === zero,
    length: undefined,
    coding: undefined,
    connection: undefined,
    keepAlive: undefined,
  };
  const problem = readFields(text, end, headers, facts);
  if (problem !== undefined) return problem;
  const body = bodyLength(status, method, facts);
  if (body instanceof InvalidResponse) return body;
  const head = { status, reason: text.slice(13, end), headers };
  return { head, body, persists: persists(status, body, facts), idleMs: idleMs(facts.keepAlive) };
}

/** Adds the field of a line, which ends with CR, to `trailers`. */
export function readTrailer(line: string, trailers: MutableHeaderList): InvalidResponse | undefined {
  const end = line.length - 1;
  const problem = problemOfEnd(line) ?? problemOfField(line.slice(0, end));
  if (problem !== undefined) return problem;
  const colon = line.indexOf(':');
  trailers.push(line.slice(0, colon), trimmed(line, colon + 1, end));
  return undefined;
}

/**
 * What is wrong with the beginning of a head whose end has not come: `text` begins where a line does, behind `checked`
 * bytes. So that something that is no HTTP is not waited for.
 */
export function problemOfBeginning(text: string, checked: number): InvalidResponse | undefined {
  const whole = text.split('\n');
  const rest = whole.pop() ?? '';
  for (const [i, line] of whole.entries()) {
    const problem = problemOfEnd(line, text) ?? problemOfLine(line.slice(0, -1), checked + i);
    if (problem !== undefined) return problem;
  }
  const isFirst = checked + whole.length === 0;
  // A lone CR may be the first half of an empty line.
  return isFirst && rest !== '\r' && !'HTTP/1.'.startsWith(rest.slice(0, 7)) ? notHttp(rest) : undefined;
}

interface Facts {
  readonly isHttp10: boolean;
  length: string | undefined;
  coding: string | undefined;
  connection: string | undefined;
  keepAlive: string | undefined;
}

/** Adds the lines behind `at`, which have been found well-formed, to `headers`. */
function readFields(
  text: string,
  at: number,
  headers: MutableHeaderList,
  facts: Facts,
): InvalidResponse | undefined {
  let lineEnd = at;
  while (lineEnd < text.length) {
    const start = lineEnd + 2;
    const next = text.indexOf('\r\n', start);
    lineEnd = next === -1 ? text.length : next;
    const colon = text.indexOf(':', start);
    const name = text.slice(start, colon);
    const value = trimmed(text, colon + 1, lineEnd);
    headers.push(name, value);
    const problem = note(facts, name, value);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

function note(facts: Facts, name: string, value: string): InvalidResponse | undefined {
  switch (lowerCaseName(name)) {
    case 'content-length':
      if (facts.length !== undefined) return invalid('two Content-Length lines');
      facts.length = value;
      return undefined;
    case 'transfer-encoding':
      facts.coding = joinedValue(facts.coding, value);
      return undefined;
    case 'connection':
      facts.connection = joinedValue(facts.connection, value);
      return undefined;
    case 'keep-alive':
      facts.keepAlive = value;
      return undefined;
    default:
      return undefined;
  }
}

/** RFC 9112 §6.3, in its order; where it permits mercy with two lengths there is none. */
function bodyLength(status: number, method: string, facts: Facts): BodyLength | InvalidResponse {
  const { length, coding } = facts;
  if (status < 200) return 0;
  // RFC 9112 §6.1: its framing is faulty. Some take the chunks apart, and some take them for the body.
  if (coding !== undefined && facts.isHttp10) return invalid('a Transfer-Encoding in HTTP/1.0');
  if (coding !== undefined && coding.toLowerCase() !== 'chunked') return unknownCoding(coding);
  if (coding !== undefined && length !== undefined)
    return invalid('a Content-Length beside a Transfer-Encoding');
  // More would not be exact as a number, and nobody sends as much.
  if (length !== undefined && !/^[0-9]{1,15}$/.test(length))
    return invalid(`the Content-Length "${length.slice(0, 80)}"`);
  if (method === 'HEAD' || status === 204 || status === 304) return 0;
  if (coding !== undefined) return 'chunked';
  return length === undefined ? 'close' : Number(length);
}

function unknownCoding(coding: string): InvalidResponse {
  const message = `the Transfer-Encoding "${coding.slice(0, 80)}", and only "chunked" is understood`;
  return new InvalidResponse('UNKNOWN_TRANSFER_CODING', message);
}

/** RFC 9112 §9.3; HTTP/1.0 has to say so. */
function persists(
  status: number,
  body: BodyLength,
  { isHttp10, length, coding, connection }: Facts,
): boolean {
  if (body === 'close') return false;
  // RFC 9110 §8.6 forbids both. Whoever sends them may send the body, too, which nobody must take for the next answer.
  if (status === 204 && (coding !== undefined || Number(length ?? 0) > 0)) return false;
  if (connection === undefined) return !isHttp10;
  const options = listElements(connection.toLowerCase());
  if (options.includes('close')) return false;
  return !isHttp10 || options.includes('keep-alive');
}

function idleMs(keepAlive: string | undefined): number | undefined {
  const seconds = keepAlive === undefined ? null : /(?:^|[,;\s])timeout=([0-9]{1,6})/i.exec(keepAlive);
  return seconds === null ? undefined : Number(seconds[1]) * 1000;
}

function problemOf(lines: readonly string[]): InvalidResponse {
  for (const [i, line] of lines.entries()) {
    const problem = problemOfLine(line, i);
    if (problem !== undefined) return problem;
  }
  return invalid('its head is not well-formed');
}

function problemOfLine(line: string, number: number): InvalidResponse | undefined {
  if (number > 0) return problemOfField(line);
  return isStatusLine.test(line) ? undefined : notHttp(line);
}

function problemOfEnd(line: string, data = line): InvalidResponse | undefined {
  return line.endsWith('\r') ? undefined : invalid('a line does not end with CR LF', data);
}

function problemOfField(line: string): InvalidResponse | undefined {
  if (isFieldLine.test(line)) return undefined;
  const shown = JSON.stringify(line.slice(0, 80));
  if (/^[ \t]/.test(line)) return invalid(`the folded line ${shown}`);
  if (isBlank(line.charCodeAt(line.indexOf(':') - 1))) return invalid(`white space in the name of ${shown}`);
  return invalid(`the line ${shown} is no field`);
}

function notHttp(line: string): InvalidResponse {
  return invalid(`it begins with ${JSON.stringify(line.slice(0, 40))}`, line);
}
