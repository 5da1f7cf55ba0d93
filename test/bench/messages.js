/** HTTP/1.1 messages on a raw connection: one reader for both sides of a proxy, which has to cost next to nothing. */

const nothing = Buffer.alloc(0);

/**
 * Reads messages one after another. `onHead` gets the head as text, `onBody` each piece of content, `onEnd` the end.
 * `onSwitch` gets all bytes behind a 101, and behind the head of a request for one.
 */
export class MessageReader {
  #handler;
  #held = nothing;
  /** `head`, `body`, `size` (a chunk's), `trailer`, `raw` */
  #state = 'head';
  #left = 0;
  #isChunked = false;
  #head = '';
  #framing = undefined;

  constructor(handler) {
    this.#handler = handler;
  }

  push(chunk) {
    const bytes = this.#held.length === 0 ? chunk : Buffer.concat([this.#held, chunk]);
    this.#held = nothing;
    let at = 0;
    while (at < bytes.length) {
      const next = this.#step(bytes, at);
      if (next === -1) {
        // The caller may use its buffer again.
        this.#held = Buffer.from(bytes.subarray(at));
        return;
      }
      at = next;
    }
  }

  #step(bytes, at) {
    if (this.#state === 'head') return this.#readHead(bytes, at);
    if (this.#state === 'body') return this.#readBody(bytes, at);
    if (this.#state === 'raw') {
      this.#handler.onSwitch(bytes.subarray(at));
      return bytes.length;
    }
    return this.#readLine(bytes, at);
  }

  #readHead(bytes, at) {
    const end = bytes.indexOf('\r\n\r\n', at, 'latin1');
    if (end === -1) return -1;
    const head = bytes.latin1Slice(at, end + 2);
    // Most heads of a connection are the same, and need no second look.
    if (head !== this.#head) {
      this.#head = head;
      this.#framing = framingOf(head);
    }
    const framing = this.#framing;
    this.#isChunked = framing === 'chunked';
    this.#left = this.#isChunked || framing === 'switched' ? 0 : framing;
    this.#state = this.#isChunked ? 'size' : framing === 'switched' ? 'raw' : 'body';
    this.#handler.onHead(head);
    if (this.#state === 'body' && this.#left === 0) this.#finish();
    return end + 4;
  }

  #readBody(bytes, at) {
    const piece = Math.min(this.#left, bytes.length - at);
    this.#left -= piece;
    this.#handler.onBody(bytes.subarray(at, at + piece));
    if (this.#left === 0) {
      if (this.#isChunked) this.#state = 'size';
      else this.#finish();
    }
    return at + piece;
  }

  /** The size of a chunk, the empty line behind one, or a trailer. */
  #readLine(bytes, at) {
    const end = bytes.indexOf('\r\n', at, 'latin1');
    if (end === -1) return -1;
    const line = bytes.latin1Slice(at, end);
    if (this.#state === 'trailer') {
      if (line === '') this.#finish();
    } else if (line !== '') {
      this.#left = Number.parseInt(line, 16);
      this.#state = this.#left === 0 ? 'trailer' : 'body';
    }
    return end + 2;
  }

  #finish() {
    this.#state = 'head';
    this.#handler.onEnd();
  }
}

function framingOf(head) {
  if (/^HTTP\/1\.1 101 /.test(head) || /\r\nupgrade: *websocket\r\n/i.test(head)) return 'switched';
  if (/^HTTP\/1\.1 (?:204|304) /.test(head)) return 0;
  if (/\r\ntransfer-encoding: *chunked\r\n/i.test(head)) return 'chunked';
  return Number(/\r\ncontent-length: *([0-9]+)\r\n/i.exec(head)?.[1] ?? 0);
}

export function saysClose(head) {
  return /\r\nconnection: *close\r\n/i.test(head);
}

/** Bytes of which no two neighbouring pieces are alike: what is lost, doubled or swapped shows. */
const period = 65_521;
const pattern = Buffer.from(Uint8Array.from({ length: 4 * 65_536 }, (_, i) => ((i % period) * 31 + 7) % 251));

/** `length` bytes of a large body from `offset` on; a view, 128 KiB at most. */
export function largeBody(offset, length) {
  const from = offset % period;
  return pattern.subarray(from, from + Math.min(length, 128 * 1024));
}

export function isLargeBody(piece, offset) {
  for (let at = 0; at < piece.length; ) {
    const expected = largeBody(offset + at, piece.length - at);
    if (piece.compare(expected, 0, expected.length, at, at + expected.length) !== 0) return false;
    at += expected.length;
  }
  return true;
}

/** Writes `total` bytes of a large body at the pace of the other side. */
export function sendLargeBody(socket, total, done = () => {}) {
  let sent = 0;
  const more = () => {
    while (sent < total) {
      const piece = largeBody(sent, Math.min(64 * 1024, total - sent));
      sent += piece.length;
      if (!socket.write(piece) && sent < total) {
        socket.once('drain', more);
        return;
      }
    }
    done();
  };
  more();
}
