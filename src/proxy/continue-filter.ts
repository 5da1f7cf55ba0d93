/**
 * Takes a `100 Continue` that nobody asked for out of what an upstream sends. A client must ignore it (RFC 9110
 * §15.2.1), but undici's parser ends the connection on it. So that parser never sees one.
 * Refused alternative: an HTTP client of our own, for the sake of one status that a few servers send by mistake.
 */

import type { Socket } from 'node:net';

export interface Sifted {
  /** What the parser may see: the buffer that came in where nothing was taken out. */
  readonly passed: Buffer;
  /** The beginning of a 1xx head whose end has not come yet. */
  readonly held: Buffer;
  /** Whether the final head has begun: nothing behind it is looked at. */
  readonly isOver: boolean;
}

/** Most of an unfinished 1xx head that is held back; a larger one is the parser's affair, which has its own limit. */
const maxHeldBytes = 8 * 1024;

const nothing = Buffer.alloc(0);

/** `bytes` begins where a response head begins. Other 1xx heads pass, for the one behind them may be a 100. */
export function siftContinue(bytes: Buffer): Sifted {
  const kept: Buffer[] = [];
  let from = 0;
  for (;;) {
    const start = bytes.toString('latin1', from, from + 12);
    if (!mayBeInterim(start)) return over(kept, bytes.subarray(from));
    const end = start.length < 12 ? -1 : endOfHead(bytes, from);
    if (end === -1) {
      const rest = bytes.subarray(from);
      return rest.length > maxHeldBytes
        ? over(kept, rest)
        : { passed: joined(kept), held: rest, isOver: false };
    }
    if (!start.endsWith('100')) kept.push(bytes.subarray(from, end));
    from = end;
  }
}

const openings = ['HTTP/1.1 1', 'HTTP/1.0 1'];

/** Of a status line, as much as is there. 101 ends HTTP: what follows is not for us to look at. */
function mayBeInterim(start: string): boolean {
  return !start.endsWith(' 101') && openings.some((opening) => opening.startsWith(start.slice(0, 10)));
}

/** Index behind the empty line that ends a head, or -1. */
function endOfHead(bytes: Buffer, from: number): number {
  const strict = bytes.indexOf('\r\n\r\n', from, 'latin1');
  // RFC 9112 §2.2: a bare LF may count as the end of a line.
  const loose = bytes.indexOf('\n\n', from, 'latin1');
  if (loose !== -1 && (strict === -1 || loose < strict)) return loose + 2;
  return strict === -1 ? -1 : strict + 4;
}

function over(kept: readonly Buffer[], rest: Buffer): Sifted {
  return { passed: kept.length === 0 ? rest : Buffer.concat([...kept, rest]), held: nothing, isOver: true };
}

function joined(kept: readonly Buffer[]): Buffer {
  return kept.length === 0 ? nothing : Buffer.concat(kept);
}

interface Filter {
  isAwaitingHead: boolean;
  held: Buffer;
}

const filters = new WeakMap<Socket, Filter>();

/** To be called each time a request's head is written to `socket`: the filter works until the final head has begun. */
export function ignoreUnaskedContinue(socket: Socket): void {
  const filter = filters.get(socket) ?? wrapRead(socket);
  filter.isAwaitingHead = true;
  filter.held = nothing;
}

/** undici reads with `socket.read()`, without a size, until it gives `null`. */
function wrapRead(socket: Socket): Filter {
  const filter: Filter = { isAwaitingHead: true, held: nothing };
  const read = socket.read.bind(socket);
  socket.read = (size?: number) => {
    if (!filter.isAwaitingHead || size !== undefined) return read(size);
    for (;;) {
      const chunk: unknown = read();
      if (!Buffer.isBuffer(chunk)) return chunk;
      const passed = pass(chunk, filter);
      if (passed.length > 0) return passed;
    }
  };
  filters.set(socket, filter);
  return filter;
}

/** Where the status begins in a status line: `HTTP/1.1 200`. */
const statusAt = 9;
const one = 0x31;

function pass(chunk: Buffer, filter: Filter): Buffer {
  // Nearly every answer: its status is no 1xx.
  if (filter.held.length === 0 && chunk.length > statusAt && chunk[statusAt] !== one) {
    filter.isAwaitingHead = false;
    return chunk;
  }
  const { passed, held, isOver } = siftContinue(
    filter.held.length === 0 ? chunk : Buffer.concat([filter.held, chunk]),
  );
  filter.held = held;
  filter.isAwaitingHead = !isOver;
  return passed;
}
