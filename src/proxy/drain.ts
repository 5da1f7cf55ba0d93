/** The end of a proxy: accept nothing new, let run what runs, then let go of the rest. */

import { Server as HttpServer, type ServerResponse } from 'node:http';
import type { Server, Socket } from 'node:net';
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
  for (const socket of sockets) letEnd(socket);
  const late = sleepUntil(closed, timeoutMs);
  const isDone = await late;
  const aborted = isDone ? 0 : sockets.size + tunnels.size;
  // Exchanges hear first that their client's connection went: no upstream is to be blamed for the end.
  await Promise.all([...sockets, ...tunnels].map(destroyed));
  await upstreams.destroy();
  await closed;
  return { aborted };
}

/** Resolves when the last connection is gone. Connections without a request are closed at once. */
function stop(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    // Inside TLS, where `letEnd` does not look: an answered connection waits no longer than Node's own second.
    Object.assign(server, { keepAliveTimeout: 1, keepAliveTimeoutBuffer: 0 });
    if (server instanceof HttpServer) server.closeIdleConnections();
  });
}

function destroyed(socket: Duplex): Promise<void> {
  return new Promise((resolve) => {
    if (socket.closed) resolve();
    socket.once('close', () => resolve());
    socket.destroy();
  });
}

/** The answer that a connection waits for is its last, and says so where its head is not out yet. */
function letEnd(socket: Duplex): void {
  const current = (socket as Duplex & { readonly _httpMessage?: ServerResponse | null })._httpMessage;
  if (current === undefined || current === null) return;
  if (current.headersSent) current.once('finish', () => (socket as Socket).destroySoon());
  else current.shouldKeepAlive = false;
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
