/** Bodies of any size that never stand in memory as a whole: made and hashed piece by piece. */

import { Buffer } from 'node:buffer';
import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable, type Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

export const mebibyte = 1024 * 1024;

const pieceBytes = 64 * 1024;

/** Pieces that differ from each other, so that one that is lost, doubled or swapped changes the hash. */
function* pieces(bytes: number): Generator<Buffer> {
  for (let at = 0; at < bytes; at += pieceBytes) {
    const piece = Buffer.alloc(Math.min(pieceBytes, bytes - at), (at / pieceBytes) % 251);
    if (piece.length >= 8) piece.writeDoubleLE(at);
    yield piece;
  }
}

export interface Seen {
  readonly bytes: number;
  readonly hash: string;
}

export function expected(bytes: number): Seen {
  const hash = createHash('sha1');
  for (const piece of pieces(bytes)) hash.update(piece);
  return { bytes, hash: hash.digest('hex') };
}

/** Told how many bytes of a body have come so far, at each piece. */
export type Passed = (bytes: number) => void;

const untold: Passed = () => undefined;

export async function receive(stream: Readable, passed = untold): Promise<Seen> {
  const hash = createHash('sha1');
  let bytes = 0;
  for await (const piece of stream) {
    hash.update(piece);
    bytes += piece.length;
    passed(bytes);
  }
  return { bytes, hash: hash.digest('hex') };
}

/** Writes a body of that many bytes, and ends the stream. */
export function send(bytes: number, into: Writable): Promise<void> {
  return pipeline(Readable.from(pieces(bytes), { objectMode: false }), into);
}

/** GET /N sends N bytes, in chunks; a request with a body is told what came, as JSON. */
export async function largeBodyServer(
  passed = untold,
): Promise<{ readonly origin: string; readonly close: () => void }> {
  const server: Server = createServer((incoming, response) => {
    if (incoming.method === 'GET') {
      const bytes = Number(/[0-9]+$/.exec(incoming.url ?? '')?.[0] ?? 0);
      send(bytes, response).catch(() => undefined);
      return;
    }
    receive(incoming, passed)
      .then((seen) => response.end(JSON.stringify(seen)))
      .catch(() => undefined);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const close = () => {
    server.close();
    server.closeAllConnections();
  };
  return { origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, close };
}

export async function download(url: string, passed = untold): Promise<Seen> {
  return receive(await answer(request(url)), passed);
}

/** Sends a body of that many bytes, in chunks, and gives what the server says it saw. */
export async function upload(url: string, bytes: number): Promise<Seen> {
  const outgoing = request(url, { method: 'POST' });
  const answered = answer(outgoing);
  await send(bytes, outgoing);
  const texts: Buffer[] = [];
  for await (const text of await answered) texts.push(text);
  return JSON.parse(Buffer.concat(texts).toString()) as Seen;
}

function answer(outgoing: ReturnType<typeof request>): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    outgoing.once('response', resolve);
    outgoing.once('error', reject);
    if (outgoing.method === 'GET') outgoing.end();
  });
}
