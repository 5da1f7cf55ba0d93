/** The head of a request as it goes over the wire: RFC 9112 §3 and §6. The framing is made here, from the body alone. */

import { type HeaderList, isField } from './header-list.ts';
import { isFieldValue, isToken } from './token.ts';

export interface RequestLine {
  readonly method: string;
  /** In origin-form. */
  readonly path: string;
  /** `Host` among them. A length is made anew; a coding is never the client's. */
  readonly headers: HeaderList;
}

/** Bytes, or `chunked` where nobody knows yet; `undefined` where there is no body. */
export type RequestLength = number | 'chunked' | undefined;

/** Methods whose content has a meaning: RFC 9110 §8.6 wants the length said even where it is 0. */
const withContent: ReadonlySet<string> = new Set(['POST', 'PUT', 'PATCH', 'QUERY']);

/** The head and the empty line behind it, as latin1 text; an Error where a part could be read as something else. */
export function requestText({ method, path, headers }: RequestLine, length: RequestLength): string | Error {
  if (!isToken(method) || /[^\x21-\x7e\x80-\xff]/.test(path) || path === '')
    return new Error(
      `Not to be written as a request line: ${JSON.stringify(`${method} ${path}`.slice(0, 200))}`,
    );
  if (typeof length === 'number' && !(Number.isSafeInteger(length) && length >= 0))
    return new Error(`Not to be written as a length: ${length}`);
  let text = `${method} ${path} HTTP/1.1\r\n`;
  for (let i = 0; i < headers.length; i += 2) {
    const name = headers[i] ?? '';
    const value = headers[i + 1] ?? '';
    if (!isToken(name) || !isFieldValue(value))
      // Without the value, which may be a secret.
      return new Error(`Not to be written as a field: ${JSON.stringify(name.slice(0, 200))}`);
    if (!isFraming(name)) text += `${name}: ${value}\r\n`;
  }
  return `${text}Connection: keep-alive\r\n${framing(method, length)}\r\n`;
}

function framing(method: string, length: RequestLength): string {
  if (length === 'chunked') return 'Transfer-Encoding: chunked\r\n';
  if (length === undefined) return withContent.has(method) ? 'Content-Length: 0\r\n' : '';
  return `Content-Length: ${length}\r\n`;
}

function isFraming(name: string): boolean {
  return isField(name, 'content-length') || isField(name, 'transfer-encoding') || isField(name, 'connection');
}
