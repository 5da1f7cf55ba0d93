/** The answers on one connection, read from its bytes as they come. No sockets here: bytes go in, what they say comes out. */

import { ChunkedBody } from './chunked-body.ts';
import type { HeaderList } from './header-list.ts';
import { HeldBytes } from './held-bytes.ts';
import { InvalidResponse } from './invalid-response.ts';
import { pieceOf } from './piece.ts';
import type { ResponseHead } from './request-head.ts';
import { problemOfBeginning, type ReadHead, readResponseHead } from './response-syntax.ts';

/** 256 KiB passes what Node's own 16 KiB would not, and still bounds the memory. */
const largestHead = 256 * 1024;

/** Enough to see, and to show, that a first line is none of HTTP. */
const shownBytes = 40;

export interface ResponseEnd {
  readonly trailers: HeaderList;
  /** Whether the connection may carry another request. */
  readonly persists: boolean;
  readonly idleMs: number | undefined;
}

export interface ResponseListener {
  /** Comes for each 1xx, too. */
  onHead(head: ResponseHead): void;
  /** A copy, which belongs to the listener. */
  onData(chunk: Buffer): void;
  onEnd(end: ResponseEnd): void;
  /** Nothing more is read. */
  onInvalid(problem: InvalidResponse): void;
}

const cr = 0x0d;
const lf = 0x0a;
const none: HeaderList = [];

export class ResponseReader {
  readonly #listener: ResponseListener;
  #phase: 'idle' | 'head' | 'length' | 'chunked' | 'close' = 'idle';
  #method = '';
  #read: ReadHead | undefined;
  #left = 0;
  #chunks: ChunkedBody | undefined;
  readonly #held = new HeldBytes();
  /** Of a head that is held: the bytes in which its end is not, and those of them whose lines were looked at. */
  #searched = 0;
  #checked = 0;

  constructor(listener: ResponseListener) {
    this.#listener = listener;
  }

  /** Whether an answer is awaited or being read. */
  get isBusy(): boolean {
    return this.#phase !== 'idle';
  }

  /** What comes from now on is the answer to a request with this method. */
  begin(method: string): void {
    this.#method = method;
    this.#phase = 'head';
  }

  /** Nothing that comes is of interest any more. */
  stop(): void {
    this.#phase = 'idle';
    this.#read = undefined;
    this.#chunks = undefined;
    this.#held.clear();
    this.#searched = 0;
    this.#checked = 0;
  }

  /** `chunk` may be overwritten afterwards. */
  push(chunk: Buffer): void {
    const bytes = this.#held.join(chunk);
    let at = 0;
    while (at < bytes.length && this.isBusy) at = this.#step(bytes, at);
  }

  /** The upstream has ended the connection. Whether that completed the answer. */
  finish(): boolean {
    if (this.#phase !== 'close') return false;
    this.#end(none, false);
    return true;
  }

  /** The place up to which `bytes` are read, or held until more comes. */
  #step(bytes: Buffer, at: number): number {
    switch (this.#phase) {
      case 'head':
        return this.#readHead(bytes, at);
      case 'length': {
        const end = Math.min(bytes.length, at + this.#left);
        this.#left -= end - at;
        this.#listener.onData(pieceOf(bytes, at, end));
        if (this.#left > 0 || !this.isBusy) return end;
        return this.#end(none, end === bytes.length);
      }
      case 'chunked':
        return this.#chunks === undefined ? bytes.length : this.#readChunks(bytes, at, this.#chunks);
      default:
        this.#listener.onData(pieceOf(bytes, at, bytes.length));
        return bytes.length;
    }
  }

  #readHead(bytes: Buffer, at: number): number {
    const start = behindEmptyLines(bytes, at);
    const end = bytes.indexOf('\r\n\r\n', start + Math.max(0, this.#searched - 3), 'latin1');
    // Three bytes of its end may have come.
    if ((end === -1 ? bytes.length - 3 : end) - start > largestHead)
      return this.#refuse(new InvalidResponse('RESPONSE_HEAD_TOO_LARGE', 'its head is larger than 256 KiB'));
    if (end === -1) return this.#awaitHead(bytes, start);
    this.#searched = 0;
    this.#checked = 0;
    const read = readResponseHead(bytes.toString('latin1', start, end), this.#method);
    if (read instanceof InvalidResponse) return this.#refuse(read);
    return this.#pass(read, { isLastByte: end + 4 === bytes.length, next: end + 4 });
  }

  /** Each byte is looked at once, however slowly they come. */
  #awaitHead(bytes: Buffer, start: number): number {
    const fresh = start + this.#searched;
    const lineEnd = bytes.subarray(fresh).lastIndexOf(lf);
    const from = start + this.#checked;
    const to = lineEnd === -1 ? Math.min(bytes.length, from + shownBytes) : fresh + lineEnd + 1;
    const problem = problemOfBeginning(bytes.toString('latin1', from, to), this.#checked);
    if (problem !== undefined) return this.#refuse(problem);
    if (lineEnd !== -1) this.#checked = to - start;
    this.#searched = bytes.length - start;
    return this.#hold(bytes, start);
  }

  #pass(
    read: ReadHead,
    { isLastByte, next }: { readonly isLastByte: boolean; readonly next: number },
  ): number {
    const { head, body } = read;
    if (head.status === 101)
      return this.#refuse(new InvalidResponse('UNASKED_UPGRADE', '101 although no upgrade was asked for'));
    if (head.status < 200) {
      this.#listener.onHead(head);
      return next;
    }
    this.#read = read;
    this.#chunks = body === 'chunked' ? new ChunkedBody() : undefined;
    this.#left = typeof body === 'number' ? body : 0;
    this.#phase = typeof body === 'number' ? 'length' : body;
    this.#listener.onHead(head);
    return body === 0 && this.isBusy ? this.#end(none, isLastByte) : next;
  }

  #readChunks(bytes: Buffer, at: number, chunks: ChunkedBody): number {
    const read = chunks.read(bytes, at);
    if (read.data !== undefined) this.#listener.onData(read.data);
    if (!this.isBusy) return bytes.length;
    if (read.problem !== undefined) return this.#refuse(read.problem);
    if (!chunks.isOver) return this.#hold(bytes, read.at);
    return this.#end(chunks.trailers, read.at === bytes.length);
  }

  #hold(bytes: Buffer, from: number): number {
    this.#held.keep(bytes, from);
    return bytes.length;
  }

  /** Bytes behind an answer must not be taken for one (RFC 9112 §9.2): such a connection is at its end. */
  #end(trailers: HeaderList, isLastByte: boolean): number {
    const { persists = false, idleMs } = this.#read ?? {};
    this.stop();
    this.#listener.onEnd({ trailers, persists: persists && isLastByte, idleMs });
    return Number.POSITIVE_INFINITY;
  }

  /** Whatever else has come is nothing to anybody. */
  #refuse(problem: InvalidResponse): number {
    this.stop();
    this.#listener.onInvalid(problem);
    return Number.POSITIVE_INFINITY;
  }
}

/** RFC 9112 §2.2 asks it of servers; some write an empty line behind a body. */
function behindEmptyLines(bytes: Buffer, from: number): number {
  let at = from;
  while (bytes[at] === cr && bytes[at + 1] === lf) at += 2;
  return at;
}
