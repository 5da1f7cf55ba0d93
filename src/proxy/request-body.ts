/**
 * A client's body on its way up. It stands between the two so that a failure on one side does not destroy the other:
 * destroying Node's request destroys the client's socket before the error can be answered.
 */

import { IncomingMessage } from 'node:http';
import type { Upload, UploadSink } from './client/upload.ts';
import type { Request } from './respond.ts';
import { mostWaitingBytes } from './waiting.ts';

export interface RequestBodyOptions {
  readonly limitBytes: number;
  /** Called once, when more than the limit has come; nothing more is passed on. */
  readonly onTooLarge: () => void;
  /** Called for each chunk that came: the client is not silent. */
  readonly onProgress: (chunk: Buffer) => void;
}

/** Bytes that may be sent again on a fresh connection (research: 64 KiB covers JSON, and bounds the memory). */
const replayable = 64 * 1024;

export class RequestBody implements Upload {
  isComplete = false;
  readonly #request: Request;
  readonly #options: RequestBodyOptions;
  #received = 0;
  #kept: Buffer[] | undefined = [];
  /** What came before the connection was there. */
  #waiting: Buffer[] = [];
  #sink: UploadSink | undefined;
  #isDiscarded = false;
  #send: ((body: Buffer | Upload) => void) | undefined;
  #turn: NodeJS.Immediate | undefined;

  constructor(request: Request, options: RequestBodyOptions) {
    this.#request = request;
    this.#options = options;
    request.on('data', (chunk: Buffer) => this.#pass(chunk));
    request.on('end', () => this.#end());
    // The response hears of the same end, and the exchange with it.
    request.on('error', () => {});
  }

  /** What the client has promised. */
  get length(): number | undefined {
    const length = this.#request.headers['content-length'];
    return length === undefined ? undefined : Number(length);
  }

  /**
   * Calls `send` once, unless the body is discarded before: with all of it where it has come whole by the end of this
   * turn of the event loop, as a small one has, else with itself, to go on as it comes.
   */
  begin(send: (body: Buffer | Upload) => void): void {
    this.#send = send;
    this.#turn = setImmediate(() => this.#takeSend()?.(this));
  }

  flowTo(sink: UploadSink): void {
    if (this.#isDiscarded) return;
    this.#sink = sink;
    let hasRoom = true;
    for (const chunk of this.#waiting) hasRoom = sink.write(chunk);
    this.#waiting = [];
    if (this.isComplete) sink.end();
    else if (hasRoom) this.#request.resume();
    else this.#request.pause();
  }

  resume(): void {
    this.#request.resume();
  }

  /** The whole body, if it is complete and small enough to be sent again. */
  replay(): Buffer | undefined {
    if (!this.isComplete || this.#kept === undefined) return undefined;
    return joined(this.#kept);
  }

  /** Takes the rest from the client and throws it away, so that the connection can be used or closed in peace. */
  discard(): void {
    this.#isDiscarded = true;
    this.#kept = undefined;
    this.#waiting = [];
    this.#sink = undefined;
    this.#takeSend();
    this.#request.resume();
  }

  #pass(chunk: Buffer): void {
    this.#received += chunk.length;
    this.#options.onProgress(chunk);
    if (this.#isDiscarded) return;
    if (this.#received > this.#options.limitBytes) {
      this.discard();
      this.#options.onTooLarge();
      return;
    }
    this.#kept?.push(chunk);
    if (!this.#give(chunk)) this.#request.pause();
    if (this.#received <= replayable) return;
    this.#kept = undefined;
    this.#takeSend()?.(this);
  }

  /** Whether more may come at once. */
  #give(chunk: Buffer): boolean {
    if (this.#sink !== undefined) return this.#sink.write(chunk);
    this.#waiting.push(chunk);
    return this.#received < mostWaitingBytes;
  }

  #end(): void {
    // Node ends a stream of HTTP/2 that was reset as if it were whole; `close` follows.
    if (isReset(this.#request)) return;
    this.isComplete = true;
    this.#sink?.end();
    this.#takeSend()?.(joined(this.#kept ?? []));
  }

  #takeSend(): ((body: Buffer | Upload) => void) | undefined {
    clearImmediate(this.#turn);
    const send = this.#send;
    this.#send = undefined;
    return send;
  }
}

function joined(chunks: readonly Buffer[]): Buffer {
  return chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks);
}

function isReset(request: Request): boolean {
  if (request instanceof IncomingMessage) return false;
  return request.aborted || request.stream.rstCode !== 0;
}
