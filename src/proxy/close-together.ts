/** The end of a tunnel: what was sent is flushed, and neither side stays behind. */

import type { Socket } from 'node:net';

/** How long a side may keep its half open after the other's FIN while no byte moves (RFC 9110 §9.3.6: flush, then close). */
const halfClosedMs = 2000;

/** The same once the other side is gone altogether: nobody can answer any more. */
const aloneMs = 500;

/**
 * Closes two piped sockets together and calls `done` when both are. The pipes pass on a FIN; http-proxy leaves a side
 * half open for ever where the other never answers that, and cuts off what a slow reader has not taken yet.
 */
export function closeTogether(client: Socket, upstream: Socket, done: () => void): void {
  // A side that has said its last may still be listening.
  client.allowHalfOpen = true;
  upstream.allowHalfOpen = true;
  const watch = new SilenceWatch([client, upstream]);
  let left = 2;
  for (const [side, other] of [
    [client, upstream],
    [upstream, client],
  ] as const) {
    side.on('error', () => {});
    side.once('end', () => {
      if (!other.destroyed) watch.start(halfClosedMs, () => `${moved(client)} ${moved(upstream)}`);
    });
    side.once('close', () => {
      left -= 1;
      if (left === 0) {
        watch.stop();
        done();
      }
      if (other.destroyed) return;
      watch.start(aloneMs, () => `${other.writableLength}`);
      leave(other, side === client && side.errored !== null);
    });
  }
}

function moved(socket: Socket): string {
  return `${socket.bytesRead} ${socket.writableLength}`;
}

/** What a client that reset would have sent is nobody's; what an upstream sent before its reset still reaches the page. */
function leave(other: Socket, isLost: boolean): void {
  if (isLost) {
    other.destroy();
    return;
  }
  // Closing over unread bytes would reset the connection, and take with it what was just written.
  other.resume();
  other.end();
}

/** Destroys sockets on which nothing moves any more. */
class SilenceWatch {
  readonly #sockets: readonly Socket[];
  #timer: NodeJS.Timeout | undefined;

  constructor(sockets: readonly Socket[]) {
    this.#sockets = sockets;
  }

  start(silenceMs: number, progress: () => string): void {
    this.stop();
    const before = progress();
    this.#timer = setTimeout(() => {
      if (progress() !== before) this.start(silenceMs, progress);
      else for (const socket of this.#sockets) socket.destroy();
    }, silenceMs);
  }

  stop(): void {
    clearTimeout(this.#timer);
  }
}
