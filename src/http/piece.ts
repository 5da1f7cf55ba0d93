/**
 * Pieces of a body on their way down. Large ones lie in a few buffers that are used again and again: a new one for each
 * read would live outside of V8's heap, which then collects the whole of it for their sake, eleven milliseconds for
 * every 25 MB.
 */

const bufferBytes = 64 * 1024;
/** Copies into new memory cost no more than into old up to here. */
const largest = 16 * 1024;
/** A megabyte is what a fast download and a slow reader have on their way. */
const mostFree = 16;

const free: Buffer[] = [];
/** The memory of pieces that were not given back. */
const lent = new WeakSet<ArrayBufferLike>();

/** A copy of `bytes` between two places. Whoever has it may keep it, or give it back. */
export function pieceOf(bytes: Buffer, from: number, to: number): Buffer {
  const piece = roomFor(to - from);
  bytes.copy(piece, 0, from, to);
  return piece;
}

/** Room for a piece, whatever lies in it. */
export function roomFor(length: number): Buffer {
  if (length <= largest || length > bufferBytes) return Buffer.allocUnsafe(length);
  const buffer = free.pop() ?? Buffer.allocUnsafeSlow(bufferBytes);
  lent.add(buffer.buffer);
  return buffer.subarray(0, length);
}

/** Nobody looks at the piece any more. What is no such piece is left alone. */
export function giveBack({ buffer }: Buffer): void {
  if (lent.delete(buffer) && free.length < mostFree) free.push(Buffer.from(buffer, 0, bufferBytes));
}
