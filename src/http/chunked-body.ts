/** A body in chunks, taken apart: RFC 9112 §7.1. Strict, as the head is. */

import type { HeaderList } from './header-list.ts';
import { InvalidResponse, invalid } from './invalid-response.ts';
import { readTrailers } from './response-syntax.ts';

const cr = 0x0d;
const lf = 0x0a;

/** Of the line with a chunk's size. Its extensions mean nothing to anybody; 16 KiB is what Node itself takes. */
const longestSizeLine = 16 * 1024;
const longestTrailers = 64 * 1024;

/** No sign and no space; as many digits as a number can hold. */
const sizeLine = /^([0-9A-Fa-f]{1,13})(?:[ \t]*;[\t\x20-\x7e\x80-\xff]*)?$/;
/** Of such a line, as much as has come: what cannot become one is not waited for. */
const beginningOfSize = /^[0-9A-Fa-f]{0,13}(?:[ \t]*(?:;[\t\x20-\x7e\x80-\xff]*)?)\r?$/;

export interface ReadChunks {
  /** How far it came: less than all where a line is not complete, or the body is over. */
  readonly at: number;
  /** Bytes of the body that were copied. */
  readonly filled: number;
  readonly problem: InvalidResponse | undefined;
}

export class ChunkedBody {
  /** Of the chunk that is being read. */
  #left = 0;
  #phase: 'size' | 'data' | 'end of chunk' | 'trailers' = 'size';
  /** The trailer fields, once the body is over. */
  trailers: HeaderList | undefined;

  /** Reads on from `at`, and copies what belongs to the body to the beginning of `out`, which has room for all of it. */
  read(bytes: Buffer, at: number, out: Buffer): ReadChunks {
    let place = at;
    let filled = 0;
    for (;;) {
      if (this.#phase === 'data') {
        const end = Math.min(bytes.length, place + this.#left);
        bytes.copy(out, filled, place, end);
        filled += end - place;
        this.#left -= end - place;
        place = end;
        if (this.#left > 0) return { at: place, filled, problem: undefined };
        this.#phase = 'end of chunk';
      }
      const next = this.#readLine(bytes, place);
      const problem = next instanceof InvalidResponse ? next : undefined;
      if (typeof next !== 'number') return { at: place, filled, problem };
      place = next;
      if (this.trailers !== undefined) return { at: place, filled, problem };
    }
  }

  /** The place behind the next line; `undefined` where its end has not come. */
  #readLine(bytes: Buffer, at: number): number | undefined | InvalidResponse {
    switch (this.#phase) {
      case 'end of chunk':
        return this.#endChunk(bytes, at);
      case 'trailers':
        return this.#readTrailers(bytes, at);
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
    const end = bytes.indexOf(lf, at);
    const text = bytes.toString('latin1', at, end === -1 ? bytes.length : end);
    const isWaiting = end === -1 && text.length <= longestSizeLine && beginningOfSize.test(text);
    if (isWaiting) return undefined;
    const match = text.endsWith('\r') ? sizeLine.exec(text.slice(0, -1)) : null;
    if (match === null || text.length > longestSizeLine) return invalid('a chunk without a proper size');
    this.#left = Number.parseInt(match[1] ?? '', 16);
    this.#phase = this.#left === 0 ? 'trailers' : 'data';
    return end + 1;
  }

  #readTrailers(bytes: Buffer, at: number): number | undefined | InvalidResponse {
    if (bytes[at] === cr && bytes[at + 1] === lf) {
      this.trailers = [];
      return at + 2;
    }
    const end = bytes.indexOf('\r\n\r\n', at, 'latin1');
    if ((end === -1 ? bytes.length : end) - at > longestTrailers) return invalid('trailers without end');
    if (end === -1) return undefined;
    const trailers = readTrailers(bytes.toString('latin1', at, end));
    if (trailers instanceof InvalidResponse) return trailers;
    this.trailers = trailers;
    return end + 4;
  }
}
