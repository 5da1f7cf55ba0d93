/** What a client and an upstream that work on raw bytes have in common. */

import { Buffer } from 'node:buffer';
import type { Socket } from 'node:net';
import type { Ending } from './strict-parser.ts';
import type { Watch } from './watch.ts';

/** Everything that comes on a socket, and how it ends. */
export function readSocket(
  socket: Socket,
  watch: Watch,
): { readonly received: () => Buffer; readonly ended: () => Ending } {
  const chunks: Buffer[] = [];
  let ended: Ending = 'open';
  const endAs = (ending: Ending) => {
    if (ended === 'open') ended = ending;
    watch.changed();
  };
  socket.on('data', (chunk: Buffer) => {
    chunks.push(chunk);
    watch.changed();
  });
  socket.on('end', () => endAs(isReset(socket) ? 'rst' : 'fin'));
  socket.on('error', () => endAs('rst'));
  socket.on('close', () => endAs('rst'));
  return { received: () => Buffer.concat(chunks), ended: () => ended };
}

/**
 * libuv reports a reset that arrives together with the last bytes as a plain end. The kernel knows better: a reset
 * connection has no peer any more. Where we have ended first, it has none either way, and the end counts as one.
 */
function isReset(socket: Socket): boolean {
  return !socket.writableEnded && socket.remoteAddress === undefined;
}

export function writeTo(socket: Socket, bytes: Buffer | string): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.write(toBytes(bytes), (error) => (error ? reject(error) : resolve()));
  });
}

export async function dripTo(socket: Socket, bytes: Buffer | string): Promise<void> {
  for (const byte of toBytes(bytes)) {
    await writeTo(socket, Buffer.of(byte));
    await new Promise((resolve) => setImmediate(resolve));
  }
}

/** A text is latin1: one unit, one byte. */
export function toBytes(bytes: Buffer | string): Buffer {
  return typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : bytes;
}
