/** One request to an upstream, from the queue to the last byte of its answer, and who hears of it. */

import type { HeaderList } from '../../http/header-list.ts';
import type { ResponseHead } from '../../http/request-head.ts';
import type { RequestLine } from '../../http/request-text.ts';
import type { Upload } from './upload.ts';

export interface CallRequest extends RequestLine {
  readonly body: Buffer | Upload | null;
}

/** What a request to an upstream tells of itself. */
export interface Handler {
  /** A connection is there; the request is written to it next. */
  onRequestStart(controller: Controller): void;
  /** Comes for each 1xx, too, but never for 101. */
  onResponseStart(controller: Controller, head: ResponseHead): void;
  /** The chunk belongs to the handler. */
  onResponseData(controller: Controller, chunk: Buffer): void;
  onResponseEnd(controller: Controller, trailers: HeaderList): void;
  onResponseError(controller: Controller, error: Error): void;
}

export interface Controller {
  readonly paused: boolean;
  /** The connection had carried another request before, or had waited for one. */
  readonly isReused: boolean;
  /** At least one byte of an answer has come. */
  readonly isAnswered: boolean;
  pause(): void;
  resume(): void;
  /** The handler hears of it by `onResponseError`, before this returns. */
  abort(reason: Error): void;
}

/** What a call asks of the connection that carries it. */
export interface Carrier {
  pauseReading(): void;
  resumeReading(): void;
  drop(): void;
}

export class Call implements Controller {
  readonly request: CallRequest;
  readonly #handler: Handler;
  readonly #done: () => void;
  #carrier: Carrier | undefined;
  #isOver = false;
  paused = false;
  isReused = false;
  isAnswered = false;

  /** `done` is called once, in front of the handler's last word. */
  constructor(request: CallRequest, handler: Handler, done: () => void) {
    this.request = request;
    this.#handler = handler;
    this.#done = done;
  }

  /** Whether the request is still wanted. */
  start(carrier: Carrier, isReused: boolean): boolean {
    this.isReused = isReused;
    this.#handler.onRequestStart(this);
    if (this.#isOver) return false;
    this.#carrier = carrier;
    return true;
  }

  head(head: ResponseHead): void {
    if (!this.#isOver) this.#handler.onResponseStart(this, head);
  }

  data(chunk: Buffer): void {
    if (!this.#isOver) this.#handler.onResponseData(this, chunk);
  }

  end(trailers: HeaderList): void {
    if (this.#finish()) this.#handler.onResponseEnd(this, trailers);
  }

  fail(error: Error): void {
    if (this.#finish()) this.#handler.onResponseError(this, error);
  }

  pause(): void {
    this.paused = true;
    this.#carrier?.pauseReading();
  }

  resume(): void {
    if (!this.paused) return;
    this.paused = false;
    this.#carrier?.resumeReading();
  }

  abort(reason: Error): void {
    if (this.#isOver) return;
    const carrier = this.#carrier;
    this.fail(reason);
    carrier?.drop();
  }

  #finish(): boolean {
    if (this.#isOver) return false;
    this.#isOver = true;
    this.#carrier = undefined;
    this.#done();
    return true;
  }
}
