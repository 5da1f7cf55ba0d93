/** A proxy with one route, `/api/**`, between raw bytes and raw bytes; all of it goes when the test ends. */

import { createServer, type Socket } from 'node:net';
import { afterEach, beforeEach, expect, onTestFinished } from 'vitest';
import type { AppOptions } from '../../src/app.ts';
import type { ConfigFile, ListenRules, RouteRules } from '../../src/config/schema.ts';
import { connectRaw, type RawClient } from '../support/raw-client.ts';
import {
  type Answer,
  type RawUpstream,
  rawUpstream,
  respondWith,
  type Script,
  type SeenRequest,
  type UpstreamOptions,
} from '../support/raw-upstream.ts';
import { startTestApp, type TestApp } from '../support/test-app.ts';

/** The page's origin: the one that the route allows. */
export const page = 'http://app.test';

export interface StandOptions {
  /** What the upstream does. Default: it answers every request with 200 and the body "ok". */
  readonly script?: Script;
  /** What it answers to each request, instead of a script. */
  readonly answer?: (request: SeenRequest) => Answer | undefined;
  readonly upstream?: UpstreamOptions;
  readonly route?: Partial<RouteRules>;
  /** Routes in front of the one. */
  readonly routes?: ConfigFile['routes'];
  readonly listen?: ListenRules;
  readonly app?: AppOptions;
  readonly env?: Readonly<Record<string, string>>;
}

export interface Stand {
  readonly app: TestApp;
  readonly upstream: RawUpstream;
  readonly client: (options?: { readonly allowHalfOpen?: boolean }) => Promise<RawClient>;
}

export async function stand(options: StandOptions = {}): Promise<Stand> {
  const upstream = await startUpstream(options);
  const { app, client } = await standBefore(upstream.origin, options);
  return { app, upstream, client };
}

/** The same in front of a target that need not be a scripted upstream. */
export async function standBefore(
  target: string,
  options: StandOptions = {},
): Promise<Omit<Stand, 'upstream'>> {
  const { route, routes = [], listen, app: appOptions = {}, env = {} } = options;
  const cors = { allowOrigin: page };
  const values: ConfigFile = {
    listen: { host: '127.0.0.1', ...listen, timeouts: { drain: 300, ...listen?.timeouts } },
    routes: [...routes, { match: '/api/**', target, cors, ...route }],
  };
  const app = await startTestApp(values, { app: appOptions, env });
  return { app, client: (client = {}) => connect(app.port, client) };
}

export async function startUpstream(
  options: Pick<StandOptions, 'script' | 'answer' | 'upstream'> = {},
): Promise<RawUpstream> {
  const { script, answer = () => ({ status: 200, body: 'ok' }) } = options;
  const upstream =
    script === undefined
      ? await respondWith(answer, options.upstream)
      : await rawUpstream(script, options.upstream);
  onTestFinished(() => upstream.close());
  return upstream;
}

export interface BareServer {
  readonly port: number;
  /** Stops listening and drops every connection, as a process that ends does. */
  readonly stop: () => Promise<void>;
}

/** A server for what no script of steps can say, on a free port or on the one given. */
export async function bareServer(
  accept: (socket: Socket) => void,
  { port = 0, host = '127.0.0.1' }: { readonly port?: number; readonly host?: string } = {},
): Promise<BareServer> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    sockets.add(socket);
    accept(socket);
  });
  await new Promise<void>((resolve) => server.listen(port, host, resolve));
  const stop = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve());
      for (const socket of sockets) socket.destroy();
    });
  onTestFinished(stop);
  const address = server.address();
  return { port: typeof address === 'object' && address !== null ? address.port : 0, stop };
}

/** Answers the first bytes of each request with 200 and this body. */
export function saying(body: string): (socket: Socket) => void {
  return (socket) => {
    socket.on('data', () => socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${body.length}\r\n\r\n${body}`));
  };
}

async function connect(
  port: number,
  { allowHalfOpen = false }: { readonly allowHalfOpen?: boolean },
): Promise<RawClient> {
  const client = await connectRaw({ port, allowHalfOpen });
  client.socket.on('error', () => undefined);
  onTestFinished(() => {
    client.socket.destroy();
  });
  return client;
}

/** A request's bytes as the page sends it: Host and Origin, then the lines given, then the body as it is. */
export function ask(requestLine: string, lines: readonly string[] = [], body = ''): string {
  const head = [`${requestLine} HTTP/1.1`, 'Host: localhost', `Origin: ${page}`, ...lines];
  return `${head.join('\r\n')}\r\n\r\n${body}`;
}

/** Fails a test in which the process heard what would end it, or be printed on the user's terminal. */
export function watchProcess(): void {
  const heard: string[] = [];
  const note = (what: unknown) =>
    heard.push(what instanceof Error ? (what.stack ?? what.message) : String(what));
  const events = ['uncaughtExceptionMonitor', 'unhandledRejection', 'warning'] as const;
  beforeEach(() => {
    heard.length = 0;
    for (const event of events) process.on(event, note);
  });
  afterEach(() => {
    for (const event of events) process.off(event, note);
    expect(heard).toEqual([]);
  });
}
