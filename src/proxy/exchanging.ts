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

/** undici hands the fields over as buffers; header bytes are latin1. */
function headerList(raw: readonly (Buffer | string)[]): HeaderList {
  return raw.map((text) => (typeof text === 'string' ? text : text.toString('latin1')));
}
