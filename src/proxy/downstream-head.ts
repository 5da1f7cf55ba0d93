/** The head of an answer as one connection needs it, and what it says of the body's time. */

import { firstValue, type HeaderList, isField } from '../http/header-list.ts';
import type { ResponseHead } from '../http/request-head.ts';

/** What only this connection asks for. */
export function fitted(
  head: ResponseHead,
  facts: { readonly isEarly: boolean; readonly isHttp1: boolean },
): ResponseHead {
  const closes = facts.isEarly && facts.isHttp1;
  if (head.status !== 205 && !closes) return head;
  const headers = head.status === 205 ? withoutLength(head.headers) : [...head.headers];
  // RFC 9112 §9.3: the upload is not read to its end, so this connection cannot carry another request.
  if (closes) headers.push('Connection', 'close');
  // RFC 9110 §15.3.6: no content in a 205. Chunked, it can spoil the next response (seen in Chromium).
  if (head.status === 205) headers.push('Content-Length', '0');
  return { ...head, headers };
}

function withoutLength(headers: HeaderList): string[] {
  return headers.filter((_, i) => !isField(headers[i - (i % 2)] ?? '', 'content-length'));
}

/** Streams that may be silent for as long as they like. */
export function isUntimed(headers: HeaderList): boolean {
  const type = firstValue(headers, 'content-type') ?? '';
  return /^\s*(?:text\/event-stream|application\/(?:x-)?ndjson|application\/(?:json-seq|stream\+json|jsonl))/i.test(
    type,
  );
}
