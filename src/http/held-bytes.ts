/** The beginning of a line or a head whose end has not come. Its room doubles: bytes one by one cost as little as all at once. */

const noRoom = Buffer.alloc(0);
const leastRoom = 256;

export class HeldBytes {
  #room: Buffer = noRoom;
  #length = 0;
  /** What was given out of the room last. */
  #joined: Buffer | undefined;

  /** What is held, and `chunk` behind it. Good until the next call; held no longer, unless `keep` says so. */
  join(chunk: Buffer): Buffer {
    if (this.#length === 0) return chunk;
    const length = this.#length + chunk.length;
    const before = this.#room;
    this.#makeRoom(length);
    if (before !== this.#room) before.copy(this.#room, 0, 0, this.#length);
    chunk.copy(this.#room, this.#length);
    this.#length = 0;
    this.#joined = this.#room.subarray(0, length);
    return this.#joined;
  }

  /** Holds what `join` gave, from there on: a copy, unless it is one already. */
  keep(bytes: Buffer, from: number): void {
    const length = bytes.length - from;
    if (length > 0 && (from > 0 || bytes !== this.#joined)) {
      this.#makeRoom(length);
      bytes.copy(this.#room, 0, from);
    }
    this.#length = length;
  }

  clear(): void {
    this.#room = noRoom;
    this.#length = 0;
    this.#joined = undefined;
  }

  #makeRoom(length: number): void {
    if (length > this.#room.length) this.#room = Buffer.allocUnsafe(Math.max(leastRoom, 2 * length));
  }
}
