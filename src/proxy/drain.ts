/** The end of a proxy: accept nothing new, let run what runs, then let go of the rest. */

import { Server as HttpServer } from 'node:http';
import type { Server, Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { responseOn } from './turn.ts';
import type { Upstreams } from './upstream.ts';
import type { Tunnels } from './websocket.ts';

export interface CloseReport {
  /** Connections that had to be destroyed. */
  readonly aborted: number;
}

export interface Draining {
  readonly servers: readonly Server[];
  readonly sockets: ReadonlySet<Duplex>;
  /** Upgraded connections, which Node's server neither counts nor closes. */
  readonly tunnels: Tunnels;
  /** Connections that would stay although nothing is under way: silent ones, and HTTP/2 sessions (GOAWAY). */
  readonly stops: ReadonlySet<() => void>;
  /** What never ends by itself. */
  readonly endless: ReadonlySet<() => void>;
  readonly upstreams: Upstreams;
  readonly timeoutMs: number;
}

/** What is under way, and how long its end is waited for. */
export interface Open {
  /** Event streams among them, WebSockets not. */
  readonly requests: number;
  readonly websockets: number;
  readonly eventStreams: number;
  readonly waitMs: number;
}

/** For what would never end by itself, or has not even asked yet: a page's last message still gets through. */
const graceMs = 1000;

export function openNow({
  requests,
  tunnels,
  endless,
  timeoutMs,
}: { readonly requests: number } & Pick<Draining, 'tunnels' | 'endless' | 'timeoutMs'>): Open {
  const websockets = [...tunnels.values()].filter((tunnel) => tunnel !== undefined).length;
  const eventStreams = endless.size;
  const waitMs = requests > eventStreams ? timeoutMs : Math.min(graceMs, timeoutMs);
  return { requests, websockets, eventStreams, waitMs };
}

export async function drain(draining: Draining): Promise<CloseReport> {
  const { servers, sockets, tunnels, stops, upstreams, timeoutMs } = draining;
  const closed = Promise.all(servers.map(stop));
  for (const leave of [...stops]) leave();
  for (const socket of sockets) letEnd(socket);
  const isDone = await closesWithin(closed, timeoutMs, draining);
  const aborted = isDone ? 0 : sockets.size;
  // Exchanges hear first that their client's connection went: no upstream is to be blamed for the end.
  await Promise.all([...sockets, ...bothSides(tunnels)].map(destroyed));
  upstreams.destroy();
  await closed;
  return { aborted };
}

async function closesWithin(
  closed: Promise<unknown>,
  timeoutMs: number,
  draining: Draining,
): Promise<boolean> {
  const firstMs = Math.min(graceMs, timeoutMs);
  if (await sleepUntil(closed, firstMs)) return true;
  letGo(draining);
  return sleepUntil(closed, timeoutMs - firstMs);
}

/** What never ends by itself, and who has not asked for anything yet. */
function letGo({ servers, sockets, tunnels, endless }: Draining): void {
  for (const leave of [...endless]) leave();
  const open = new Map([...tunnels].filter(([, tunnel]) => tunnel !== undefined));
  for (const socket of bothSides(open)) socket.destroy();
  // Below TLS nothing tells what a connection is at; the deadline ends it.
  if (servers.some((server) => !(server instanceof HttpServer))) return;
  for (const socket of sockets) {
    if (responseOn(socket) === undefined && !tunnels.has(socket)) socket.destroy();
  }
}

function bothSides(tunnels: Tunnels): readonly Duplex[] {
  return [...tunnels].flatMap(([client, tunnel]) =>
    tunnel === undefined ? [client] : [client, tunnel.upstream],
  );
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
  const current = responseOn(socket);
  if (current === undefined) {
    // Browsers open spare connections; below TLS even those have said something.
    if ((socket as Socket).bytesRead === 0) socket.destroy();
  } else if (current.headersSent) current.once('finish', () => (socket as Socket).destroySoon());
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
