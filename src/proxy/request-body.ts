/**
 * A client's body on its way up. It stands between the two streams so that a failure on one side does not destroy the
 * other: undici destroys the body that it was given, and destroying Node's request destroys the client's socket before
 * the error can be answered.
 */

import { IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import { mostWaitingBytes, type Request } from './respond.ts';

export interface RequestBodyOptions {
  readonly limitBytes: number;
  /** Called once, when more than the limit has come; nothing more is passed on. */
  readonly onTooLarge: () => void;
  /** Called for each chunk that came: the client is not silent. */
  readonly onProgress: (chunk: Buffer) => void;
}

/** Bytes that may be sent again on a fresh connection (research: 64 KiB covers JSON, and bounds the memory). */
const replayable = 64 * 1024;

export class RequestBody {
  isComplete = false;
  readonly #request: Request;
  readonly #options: RequestBodyOptions;
  #received = 0;
  #kept: Buffer[] | undefined = [];
  /** For undici: ends, or is destroyed, with the client's body. */
  #stream: Readable | undefined;
  #send: ((body: Readable | Buffer) => void) | undefined;
  #turn: NodeJS.Immediate | undefined;

  constructor(request: Request, options: RequestBodyOptions) {
    this.#request = request;
    this.#options = options;
    request.on('data', (chunk: Buffer) => this.#pass(chunk));
    request.on('end', () => this.#end());
    request.on('error', () => this.#stream?.destroy());
    request.on('close', () => this.#close());
  }

  /**
   * Calls `send` once, unless the body is discarded before: with all of it where it has come whole by the end of this
   * turn of the event loop, as a small one has, else with a stream. A stream costs as much as the rest of the request.
   */
  begin(send: (body: Readable | Buffer) => void): void {
    this.#send = send;
    this.#turn = setImmediate(() => this.#sendStream());
  }

  get receivedBytes(): number {
    return this.#received;
  }

  /** The whole body, if it is complete and small enough to be sent again. */
  replay(): Buffer | undefined {
    if (!this.isComplete || this.#kept === undefined) return undefined;
    return joined(this.#kept);
  }

  /** Takes the rest from the client and throws it away, so that the connection can be used or closed in peace. */
  discard(): void {
    this.#kept = undefined;
    this.#takeSend();
    if (this.#stream?.destroyed === false) this.#stream.destroy();
    this.#request.resume();
  }

  #pass(chunk: Buffer): void {
    this.#received += chunk.length;
    this.#options.onProgress(chunk);
    if (this.#stream?.destroyed === true) return;
    if (this.#received > this.#options.limitBytes) {
      this.discard();
      this.#options.onTooLarge();
      return;
    }
    this.#kept?.push(chunk);
    if (this.#stream?.push(chunk) === false) this.#request.pause();
    if (this.#received <= replayable) return;
    this.#sendStream();
    this.#kept = undefined;
  }

  #end(): void {
    // Node ends a stream of HTTP/2 that was reset as if it were whole; `close` follows.
    if (isReset(this.#request)) return;
    this.isComplete = true;
    if (this.#stream?.destroyed === false) this.#stream.push(null);
    this.#takeSend()?.(joined(this.#kept ?? []));
  }

  #close(): void {
    if (!this.isComplete) this.#stream?.destroy(new Error('The client left in the middle of its body'));
  }

  #sendStream(): void {
    const send = this.#takeSend();
    if (send === undefined) return;
    const stream = new Readable({
      highWaterMark: mostWaitingBytes,
      read: () => this.#request.resume(),
    });
    // Whoever destroys it tells the exchange by other means.
    stream.on('error', () => {});
    for (const chunk of this.#kept ?? []) stream.push(chunk);
    this.#stream = stream;
    send(stream);
  }

  #takeSend(): ((body: Readable | Buffer) => void) | undefined {
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
