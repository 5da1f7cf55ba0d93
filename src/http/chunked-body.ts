/** A body in chunks, taken apart: RFC 9112 §7.1. Strict, as the head is. */

import type { MutableHeaderList } from './header-list.ts';
import { InvalidResponse, invalid } from './invalid-response.ts';
import { giveBack, roomFor } from './piece.ts';
import { readTrailer } from './response-syntax.ts';
import { fieldBytes } from './token.ts';

const cr = 0x0d;
const lf = 0x0a;

/** Of the line with a chunk's size. Its extensions mean nothing to anybody; 16 KiB is what Node itself takes. */
const longestSizeLine = 16 * 1024;
const longestTrailers = 64 * 1024;

/** No sign and no space; as many digits as a number can hold. */
const sizeLine = new RegExp(String.raw`^([0-9A-Fa-f]{1,13})(?:[ \t]*;[${fieldBytes}]*)?\r$`);
/** The first of such a line, if they are as many: what cannot become one is not waited for. */
const beginningOfSize = new RegExp(String.raw`^(?:[0-9A-Fa-f]{1,13}[ \t]*(?:;[${fieldBytes}]*)?\r?)?$`);
const shownBytes = 40;

export interface ReadChunks {
  /** How far it came: less than all where a line is not complete, or the body is over. */
  readonly at: number;
  /** What belongs to the body, a copy. */
  readonly data: Buffer | undefined;
  readonly problem: InvalidResponse | undefined;
}

export class ChunkedBody {
  /** Of the chunk that is being read. */
  #left = 0;
  #phase: 'size' | 'data' | 'end of chunk' | 'trailers' = 'size';
  /** Bytes of the line that is awaited in which its end is not. */
  #seen = 0;
  #trailerBytes = 0;
  readonly trailers: MutableHeaderList = [];
  isOver = false;

  /** Reads on from `at`: from where it came last, with more behind it. */
  read(bytes: Buffer, at: number): ReadChunks {
    let place = at;
    let room: Buffer | undefined;
    let filled = 0;
    for (;;) {
      if (this.#phase === 'data') {
        const end = Math.min(bytes.length, place + this.#left);
        room ??= roomFor(bytes.length - place);
        bytes.copy(room, filled, place, end);
        filled += end - place;
        this.#left -= end - place;
        place = end;
        if (this.#left > 0) return { at: place, data: fitting(room, filled), problem: undefined };
        this.#phase = 'end of chunk';
      }
      const next = this.#readLine(bytes, place);
      const problem = next instanceof InvalidResponse ? next : undefined;
      if (typeof next === 'number') place = next;
      if (typeof next !== 'number' || this.isOver) return { at: place, data: fitting(room, filled), problem };
    }
  }

  /** The place behind the next line; `undefined` where its end has not come. */
  #readLine(bytes: Buffer, at: number): number | undefined | InvalidResponse {
    switch (this.#phase) {
      case 'end of chunk':
        return this.#endChunk(bytes, at);
      case 'trailers':
        return this.#readTrailer(bytes, at);
      default:
        return this.#readSize(bytes, at);
    }
  }

  #endChunk(bytes: Buffer, at: number): number | undefined | InvalidResponse {
    if (bytes.length < at + 2) return undefined;
    if (bytes[at] !== cr || bytes[at + 1] !== lf) return invalid('a chunk does not end with CR LF');
    this.#phase = 'size';
    return at + 2;
  }

  #readSize(bytes: Buffer, at: number): number | undefined | InvalidResponse {
    const end = bytes.indexOf(lf, at + this.#seen);
    const length = (end === -1 ? bytes.length : end) - at;
    if (length > longestSizeLine) return invalid('a chunk without a proper size');
    if (end === -1) return this.#awaitSize(bytes, at);
    this.#seen = 0;
    const size = sizeLine.exec(bytes.toString('latin1', at, end))?.[1];
    if (size === undefined) return invalid('a chunk without a proper size');
    this.#left = Number.parseInt(size, 16);
    this.#phase = this.#left === 0 ? 'trailers' : 'data';
    return end + 1;
  }

  #awaitSize(bytes: Buffer, at: number): undefined | InvalidResponse {
    this.#seen = bytes.length - at;
    const beginning = bytes.toString('latin1', at, Math.min(bytes.length, at + shownBytes));
    return beginningOfSize.test(beginning) ? undefined : invalid('a chunk without a proper size');
  }

  #readTrailer(bytes: Buffer, at: number): number | undefined | InvalidResponse {
    const end = bytes.indexOf(lf, at + this.#seen);
    const length = (end === -1 ? bytes.length : end + 1) - at;
    if (this.#trailerBytes + length > longestTrailers) return invalid('trailers without end');
    this.#seen = end === -1 ? length : 0;
    if (end === -1) return undefined;
    this.#trailerBytes += length;
    this.isOver = length === 2 && bytes[at] === cr;
    const problem = this.isOver ? undefined : readTrailer(bytes.toString('latin1', at, end), this.trailers);
    return problem ?? end + 1;
  }
}

/** Without the room that framing took: who keeps a byte must not keep 16 KiB of a chunk's extension with it. */
function fitting(room: Buffer | undefined, filled: number): Buffer | undefined {
  if (room === undefined || filled === 0) return undefined;
  const data = room.subarray(0, filled);
  if (2 * filled >= room.length) return data;
  const copy = Buffer.from(data);
  giveBack(room);
  return copy;
}
