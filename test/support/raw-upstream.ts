/**
 * An upstream that does what a script says, byte for byte, on a free port of 127.0.0.1, and remembers what it saw.
 * Nothing in it waits for a time: a test waits for `request(n)`, `reached(name)`, `closed(n)`.
 */

import { Buffer } from 'node:buffer';
import { createServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import type { Certificate } from './certificates.ts';
import { readSocket, toBytes, writeTo } from './raw-socket.ts';
import {
  type Ending,
  type HeaderLine,
  type Request,
  readRequest,
  StrictParseError,
  values,
} from './strict-parser.ts';
import { play, type Script } from './upstream-script.ts';
import { newWatch, type Watch } from './watch.ts';

export * from './upstream-script.ts';

export interface UpstreamOptions {
  /** Whether our side stays open after the proxy's FIN. Default: it ends as well. */
  readonly allowHalfOpen?: boolean;
  readonly tls?: Certificate;
  /** Default 127.0.0.1. */
  readonly host?: string;
}

export interface SeenRequest extends Request {
  /** Number of the connection that it came on, from 1. */
  readonly connection: number;
  readonly bytes: Buffer;
}

export interface RawUpstream {
  readonly port: number;
  /** `http://127.0.0.1:49152` */
  readonly origin: string;
  /** `127.0.0.1:49152` */
  readonly authority: string;
  /** Requests that were read as a whole, in that order. */
  readonly requests: readonly SeenRequest[];
  /** Connections that were ever accepted. */
  readonly connections: () => number;
  /** Every byte received on a connection. */
  readonly received: (connection: number) => Buffer;
  /** The n-th request, from 1, once it is complete; rejects where the proxy wrote something ambiguous. */
  readonly request: (n: number) => Promise<SeenRequest>;
  /** How the proxy ended the n-th connection, once it has. */
  readonly closed: (connection: number) => Promise<Ending>;
  readonly reached: (barrier: string) => Promise<void>;
  readonly release: (barrier: string) => void;
  /** Forgets requests, so that the next is number 1; connections stay. */
  readonly forget: () => void;
  readonly close: () => Promise<void>;
}

export interface Answer {
  readonly status: number;
  /** Default: `OK`. */
  readonly reason?: string;
  /** In exactly this order and case. Content-Length is written where there is a body and no framing. */
  readonly headers?: readonly HeaderLine[];
  readonly body?: Buffer | string;
}

/** How long a test waits for the proxy before that counts as failed. */
const deadlineMs = 10_000;

export function rawUpstream(script: Script, options: UpstreamOptions = {}): Promise<RawUpstream> {
  return serve((line) => {
    const steps = typeof script === 'function' ? script(line.number) : script;
    return play(steps, {
      socket: line.socket,
      expectHead: () => line.expectText('\r\n\r\n', 'leave'),
      expectRequest: line.nextRequest,
      expectText: (text) => line.expectText(text, 'take'),
      barrier: line.barrier,
    });
  }, options);
}

/** Answers every request; connections are kept alive. `undefined`, and whatever follows, is never answered. */
export function respondWith(
  answer: (request: SeenRequest) => Answer | undefined,
  options: UpstreamOptions = {},
): Promise<RawUpstream> {
  return serve(async (line) => {
    for (;;) {
      const given = answer(await line.nextRequest());
      if (given === undefined) return;
      await writeTo(line.socket, answerBytes(given));
    }
  }, options);
}

function answerBytes({ status, reason = 'OK', headers = [], body = '' }: Answer): Buffer {
  const payload = toBytes(body);
  const isFramed =
    values(headers, 'content-length').length > 0 || values(headers, 'transfer-encoding').length > 0;
  const isBodiless = status < 200 || status === 204 || status === 304;
  const framing: readonly HeaderLine[] =
    isFramed || isBodiless ? [] : [['Content-Length', `${payload.length}`]];
  const lines = [...headers, ...framing].map(([name, value]) => `${name}: ${value}\r\n`).join('');
  return Buffer.concat([Buffer.from(`HTTP/1.1 ${status} ${reason}\r\n${lines}\r\n`, 'latin1'), payload]);
}

/** One connection, as the script sees it. */
interface Line {
  readonly number: number;
  readonly socket: Socket;
  readonly received: () => Buffer;
  readonly ended: () => Ending;
  readonly nextRequest: () => Promise<SeenRequest>;
  readonly expectText: (text: string, then: 'take' | 'leave') => Promise<void>;
  readonly barrier: (name: string) => Promise<void>;
}

/** What all connections share. */
interface Log {
  readonly watch: Watch;
  readonly lines: Line[];
  readonly requests: SeenRequest[];
  readonly reached: Set<string>;
  readonly released: Set<string>;
  failure: StrictParseError | undefined;
}

async function serve(run: (line: Line) => Promise<void>, options: UpstreamOptions): Promise<RawUpstream> {
  const { allowHalfOpen = false, tls, host = '127.0.0.1' } = options;
  const log: Log = {
    watch: newWatch(),
    lines: [],
    requests: [],
    reached: new Set(),
    released: new Set(),
    failure: undefined,
  };
  const accept = (socket: Socket) => {
    run(newLine(socket, log)).catch((error: unknown) => {
      // A script that cannot go on because the proxy has left is no failure: the test sees `closed`.
      if (error instanceof StrictParseError) log.failure = error;
      socket.destroy();
      log.watch.changed();
    });
  };
  const server =
    tls === undefined
      ? createServer({ allowHalfOpen, noDelay: true }, accept)
      : createTlsServer({ allowHalfOpen, ...tls }, accept);
  server.on('tlsClientError', () => undefined);
  const close = closer(server);
  const port = await listen(server, host);
  const authority = `${host}:${port}`;
  const scheme = tls === undefined ? 'http' : 'https';
  return { port, authority, origin: `${scheme}://${authority}`, ...views(log), close };
}

function views(log: Log): Omit<RawUpstream, 'port' | 'authority' | 'origin' | 'close'> {
  const { watch } = log;
  const wait = <T>(what: string, look: () => T | undefined) =>
    watch.within(
      deadlineMs,
      () => {
        if (log.failure !== undefined) throw log.failure;
        return look();
      },
      () => `the upstream did not see ${what}`,
    );
  return {
    requests: log.requests,
    connections: () => log.lines.length,
    received: (connection) => log.lines[connection - 1]?.received() ?? Buffer.alloc(0),
    request: (n) => wait(`request ${n}`, () => log.requests[n - 1]),
    closed: (connection) =>
      wait(`the end of connection ${connection}`, () => {
        const ended = log.lines[connection - 1]?.ended();
        return ended === 'open' ? undefined : ended;
      }),
    reached: async (name) => {
      await wait(`barrier "${name}"`, () => log.reached.has(name) || undefined);
    },
    release: (name) => {
      log.released.add(name);
      watch.changed();
    },
    forget: () => {
      log.requests.length = 0;
    },
  };
}

function newLine(socket: Socket, log: Log): Line {
  const { watch } = log;
  const number = log.lines.length + 1;
  const stream = readSocket(socket, watch);
  let taken = 0;
  const line: Line = {
    number,
    socket,
    ...stream,
    nextRequest: () =>
      watch.whenever(() => {
        const bytes = stream.received().subarray(taken);
        const read = readRequest(bytes);
        if (read === 'incomplete') return undefined;
        const length = bytes.length - read.rest.length;
        taken += length;
        const request = { ...read.message, connection: number, bytes: bytes.subarray(0, length) };
        log.requests.push(request);
        queueMicrotask(watch.changed);
        return request;
      }),
    expectText: async (text, then) => {
      const end = await watch.whenever(() => {
        const at = stream.received().indexOf(text, taken, 'latin1');
        return at === -1 ? undefined : at + text.length;
      });
      if (then === 'take') taken = end;
    },
    barrier: async (name) => {
      log.reached.add(name);
      watch.changed();
      await watch.whenever(() => log.released.has(name) || undefined);
    },
  };
  log.lines.push(line);
  watch.changed();
  return line;
}

async function listen(server: Server, host: string): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, host, resolve);
  });
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

function closer(server: Server): () => Promise<void> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    // Before TLS is done nobody else listens for its errors.
    socket.on('error', () => undefined);
    socket.once('close', () => sockets.delete(socket));
  });
  return () =>
    new Promise((resolve) => {
      server.close(() => resolve());
      for (const socket of sockets) socket.destroy();
    });
}
