/** One connection to an upstream: a request at a time, the next only where nothing of the last can still come. */

import type { Socket } from 'node:net';
import type { InvalidResponse } from '../../http/invalid-response.ts';
import type { ResponseHead } from '../../http/request-head.ts';
import { requestText } from '../../http/request-text.ts';
import { type ResponseEnd, type ResponseListener, ResponseReader } from '../../http/response-reader.ts';
import { mostWaitingBytes } from '../waiting.ts';
import type { Call, CallRequest, Carrier } from './call.ts';
import type { Dial } from './dial.ts';
import type { Upload, UploadSink } from './upload.ts';

/** Who opened it. */
export interface Owner {
  /** It may carry another request. */
  onFree(connection: Connection): void;
  /** Comes once. */
  onClosed(connection: Connection): void;
}

/** Where an upstream does not say how long it keeps an idle connection: less than the 5 s of Node's own server. */
const usualIdleMs = 4000;
/** What is taken off from what it says, for the way there (nodejs/node#59315). */
const marginMs = 1000;
const longestIdleMs = 600_000;

/** Head and body go out as one piece where copying costs less than a second write. */
const joinedBytes = 16 * 1024;

export class Connection implements Carrier, ResponseListener, UploadSink {
  readonly #owner: Owner;
  readonly #reader = new ResponseReader(this);
  readonly #cancel: () => void;
  #socket: Socket | undefined;
  #call: Call | undefined;
  /** It stood idle, or carried another request: its end may have been on its way when the next began. */
  #isUsed = false;
  #isClosed = false;
  #upload: Upload | undefined;
  /** Of an upload with a promised length: bytes that are still to come. */
  #promised: number | undefined;
  /** `performance.now()` up to which the upstream keeps it idle. */
  idleUntil = 0;

  /** Opens it, and carries `call` over it. */
  constructor(dial: Dial, call: Call, owner: Owner) {
    this.#owner = owner;
    this.#call = call;
    this.#cancel = dial(
      (chunk) => this.#read(chunk),
      (error, socket) => {
        if (socket === null) this.#close(error);
        else this.#opened(socket, call);
      },
    );
  }

  /** Writes the request, if it is still wanted. Only for a free connection. */
  carry(call: Call): boolean {
    if (!call.start(this, this.#isUsed)) return false;
    this.#call = call;
    this.#reader.begin(call.request.method);
    this.#write(call);
    return true;
  }

  /** Ends it at once; who is on it is told by others. */
  drop(): void {
    this.#close(new Error('The connection was given up'));
  }

  pauseReading(): void {
    this.#socket?.pause();
  }

  resumeReading(): void {
    this.#socket?.resume();
  }

  onHead(head: ResponseHead): void {
    this.#call?.head(head);
  }

  onData(chunk: Buffer): void {
    this.#call?.data(chunk);
  }

  onEnd({ trailers, persists, idleMs }: ResponseEnd): void {
    const call = this.#call;
    this.#call = undefined;
    if (call?.paused === true) this.resumeReading();
    // RFC 9112 §9.3: the next request would stand behind the rest of an upload, or be read as that.
    if (!persists || this.#isWriting) this.#close(null);
    else this.#free(idleMs === undefined ? usualIdleMs : Math.min(idleMs, longestIdleMs) - marginMs);
    call?.end(trailers);
  }

  onInvalid(problem: InvalidResponse): void {
    this.#close(problem);
  }

  write(chunk: Buffer): boolean {
    const socket = this.#socket;
    if (socket === undefined || this.#upload === undefined) return true;
    if (this.#promised === undefined) {
      socket.cork();
      socket.write(`${chunk.length.toString(16)}\r\n`, 'latin1');
      socket.write(chunk);
      socket.write('\r\n', 'latin1');
      socket.uncork();
    } else {
      this.#promised -= chunk.length;
      if (this.#promised < 0) {
        this.#close(new Error('The body is longer than its Content-Length'));
        return true;
      }
      socket.write(chunk);
    }
    return socket.writableLength < mostWaitingBytes;
  }

  end(): void {
    if (this.#upload === undefined) return;
    if (this.#promised === undefined) this.#socket?.write('0\r\n\r\n', 'latin1');
    else if (this.#promised > 0) {
      this.#close(new Error('The body is shorter than its Content-Length'));
      return;
    }
    this.#upload = undefined;
  }

  /** The connection is not free then, whatever has been answered. A little may wait for TLS at any time. */
  get #isWriting(): boolean {
    return this.#upload !== undefined || this.#socket?.writableNeedDrain === true;
  }

  #opened(socket: Socket, call: Call): void {
    this.#socket = socket;
    socket.on('drain', () => this.#upload?.resume());
    socket.on('end', () => {
      if (!this.#reader.finish()) this.#close(null);
    });
    socket.on('error', (error) => this.#close(error));
    socket.on('close', () => this.#close(null));
    this.#call = undefined;
    if (!this.carry(call)) this.#free(usualIdleMs);
  }

  #read(chunk: Buffer): void {
    const call = this.#call;
    // RFC 9112 §9.2: what comes unasked would be taken for the answer to the next request.
    if (call === undefined || !this.#reader.isBusy) {
      this.#close(null);
      return;
    }
    call.isAnswered = true;
    this.#reader.push(chunk);
  }

  #write(call: Call): void {
    const { body } = call.request;
    const text = requestText(call.request, lengthOf(body));
    if (text instanceof Error) this.#close(text);
    else if (body === null) this.#socket?.write(text, 'latin1');
    else if (Buffer.isBuffer(body)) this.#writeWhole(text, body);
    else {
      this.#upload = body;
      this.#promised = body.length;
      this.#socket?.write(text, 'latin1');
      body.flowTo(this);
    }
  }

  #writeWhole(text: string, body: Buffer): void {
    if (body.length > joinedBytes) {
      this.#socket?.write(text, 'latin1');
      this.#socket?.write(body);
      return;
    }
    const joined = Buffer.allocUnsafe(text.length + body.length);
    joined.write(text, 0, 'latin1');
    body.copy(joined, text.length);
    this.#socket?.write(joined);
  }

  #free(idleMs: number): void {
    this.#isUsed = true;
    this.idleUntil = performance.now() + idleMs;
    if (idleMs > 0) this.#owner.onFree(this);
    else this.#close(null);
  }

  /** Once. `error` is `null` where the upstream ended it, or nobody needs it. */
  #close(error: Error | null): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#reader.stop();
    const call = this.#call;
    this.#call = undefined;
    this.#upload = undefined;
    if (this.#socket === undefined) this.#cancel();
    else this.#socket.destroy();
    this.#owner.onClosed(this);
    call?.fail(error ?? ended());
  }
}

function lengthOf(body: CallRequest['body']): number | 'chunked' | undefined {
  if (body === null) return undefined;
  return body.length ?? 'chunked';
}

function ended(): Error {
  return Object.assign(new Error('The upstream ended the connection'), { code: 'CONNECTION_ENDED' });
}
