/** The end of a proxy: accept nothing new, let run what runs, then let go of the rest. */

import { Server as HttpServer } from 'node:http';
import type { Server } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Upstreams } from './upstream.ts';

export interface CloseReport {
  /** Connections that had to be destroyed. */
  readonly aborted: number;
}

export interface Draining {
  readonly servers: readonly Server[];
  readonly sockets: ReadonlySet<Duplex>;
  /** Upgraded connections, which Node's server neither counts nor closes. */
  readonly tunnels: ReadonlySet<Duplex>;
  /** Connections that would stay although nothing is under way: silent ones, and HTTP/2 sessions (GOAWAY). */
  readonly stops: ReadonlySet<() => void>;
  readonly upstreams: Upstreams;
  readonly timeoutMs: number;
}

export async function drain({
  servers,
  sockets,
  tunnels,
  stops,
  upstreams,
  timeoutMs,
}: Draining): Promise<CloseReport> {
  const closed = Promise.all(servers.map(stop));
  for (const leave of [...stops]) leave();
  const late = sleepUntil(closed, timeoutMs);
  const isDone = await late;
  const aborted = isDone ? 0 : sockets.size + tunnels.size;
  for (const socket of [...sockets, ...tunnels]) socket.destroy();
  await upstreams.destroy();
  await closed;
  return { aborted };
}

/** Resolves when the last connection is gone. Connections without a request are closed at once. */
function stop(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    if (server instanceof HttpServer) server.closeIdleConnections();
  });
}

/** Whether `done` came before the deadline. */
function sleepUntil(done: Promise<unknown>, timeoutMs: number): Promise<boolean> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(false), timeoutMs);
    void done.then(() => {
      clearTimeout(timer);
      resolve(true);
    });
  });
}
