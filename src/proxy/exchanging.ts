/** One request on its way to an upstream, as undici tells of it and as this proxy hears of it. */

import type { HeaderList } from '../http/header-list.ts';
import type { ResponseHead } from '../http/request-head.ts';
import { announce, type Connected } from './connections.ts';

/** What a request to an upstream tells of itself. */
export interface Handler extends Connected {
  onRequestStart(controller: Controller): void;
  /** Comes for each 1xx, too. */
  onResponseStart(controller: Controller, head: ResponseHead): void;
  onResponseData(controller: Controller, chunk: Buffer): void;
  onResponseEnd(controller: Controller, trailers: HeaderList): void;
  onResponseError(controller: Controller, error: Error): void;
}

export interface Controller {
  readonly paused: boolean;
  pause(): void;
  resume(): void;
  /** The handler hears of it by `onResponseError`. */
  abort(reason: Error): void;
}

/**
 * A handler in undici's own terms, which also is its controller, and calls `done` once at its end. The handlers that
 * undici documents are wrapped in these, with all fields parsed into an object that nobody here reads: a twelfth of
 * what a forwarded request costs (`npm run bench`, GET 1 KB).
 */
export class Exchanging implements Controller {
  readonly #handler: Handler;
  readonly #done: () => void;
  #abort: ((error?: Error) => void) | undefined;
  #resume: (() => void) | undefined;
  #isOver = false;
  #isAborted = false;
  paused = false;

  constructor(handler: Handler, done: () => void) {
    this.#handler = handler;
    this.#done = done;
  }

  pause(): void {
    this.paused = true;
  }

  resume(): void {
    if (!this.paused) return;
    this.paused = false;
    this.#resume?.();
  }

  abort(reason: Error): void {
    if (this.#isAborted) return;
    this.#isAborted = true;
    this.#abort?.(reason);
  }

  onConnect(abort: (error?: Error) => void): void {
    this.#abort = abort;
    announce(this.#handler);
    this.#handler.onRequestStart(this);
  }

  onHeaders(status: number, headers: Buffer[], resume: () => void, reason: string): boolean {
    this.#resume = resume;
    this.#handler.onResponseStart(this, { status, reason, headers: headerList(headers) });
    return !this.paused;
  }

  onData(chunk: Buffer): boolean {
    this.#handler.onResponseData(this, chunk);
    return !this.paused;
  }

  onComplete(trailers: readonly (Buffer | string)[] | null): void {
    this.#finish();
    this.#handler.onResponseEnd(this, headerList(trailers ?? []));
  }

  onError(error: Error): void {
    this.#finish();
    this.#handler.onResponseError(this, error);
  }

  #finish(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#done();
  }
}

/**
 * undici hands the fields over as buffers; header bytes are latin1. Nearly always they are views of one piece that it
 * read, in order: that is made one text, and cut, for many small ones cost three times as much.
 */
function headerList(raw: readonly (Buffer | string)[]): HeaderList {
  const whole = wholeOf(raw);
  if (whole === undefined)
    return raw.map((part) => (typeof part === 'string' ? part : part.toString('latin1', 0, endOf(part))));
  const from = whole.byteOffset;
  const text = whole.toString('latin1');
  return raw.map((part) => {
    if (typeof part === 'string') return part;
    const start = part.byteOffset - from;
    return text.slice(start, start + endOf(part));
  });
}

/**
 * RFC 9110 §5.5: white space around a value is no part of it; undici takes off what stands in front alone. A tab behind
 * it stays: its parser does not take `chunked` for itself with one, and this proxy must not either.
 */
function endOf(part: Buffer): number {
  let end = part.length;
  while (end > 0 && part[end - 1] === 0x20) end -= 1;
  return end;
}

/** The one piece of memory in which the parts lie one behind the other; `undefined` where they do not. */
function wholeOf(raw: readonly (Buffer | string)[]): Buffer | undefined {
  const first = raw[0];
  if (first === undefined || typeof first === 'string') return undefined;
  let end = first.byteOffset;
  for (const part of raw) {
    if (typeof part === 'string' || part.buffer !== first.buffer || part.byteOffset < end) return undefined;
    end = part.byteOffset + part.length;
  }
  return Buffer.from(first.buffer, first.byteOffset, end - first.byteOffset);
}
