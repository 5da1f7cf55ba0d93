/**
 * A client that writes exact bytes and says how the connection ended. `fetch` and `node:http` are no use here: they
 * rewrite Host, refuse what an attacker sends, and mend what they receive.
 */

import { Buffer } from 'node:buffer';
import { connect, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { dripTo, readSocket, toBytes, writeTo } from './raw-socket.ts';
import { type Ending, type Response, readResponse, StrictParseError } from './strict-parser.ts';
import { newWatch } from './watch.ts';

export interface Address {
  readonly port: number;
  /** Default 127.0.0.1. */
  readonly host?: string;
  /** Speak TLS without verifying; the ALPN names that are offered. */
  readonly tls?: readonly string[];
  /** Whether our side stays open after the peer's FIN. Default: it ends as well. */
  readonly allowHalfOpen?: boolean;
}

export interface RawClient {
  readonly socket: Socket;
  /** All bytes received so far. */
  readonly received: () => Buffer;
  /** Received, and in no response so far. */
  readonly unread: () => Buffer;
  readonly ended: () => Ending;
  /** Writes at once; a text is latin1. Resolves when the kernel has the bytes. */
  readonly write: (bytes: Buffer | string) => Promise<void>;
  /** Writes byte by byte, each in its own turn of the event loop. */
  readonly drip: (bytes: Buffer | string) => Promise<void>;
  /** The next response, in the order of the requests; rejects where the bytes are ambiguous or never complete. */
  readonly response: (request?: ReadOptions) => Promise<Response>;
  /** Waits until the text has arrived somewhere in the stream. */
  readonly until: (text: string, options?: Deadline) => Promise<void>;
  /** Waits for the peer's end; `open` where the deadline passes first. */
  readonly end: (options?: Deadline) => Promise<RawAnswer>;
  readonly fin: () => void;
  readonly rst: () => void;
}

export interface RawAnswer {
  readonly bytes: Buffer;
  readonly ended: Ending;
}

export interface Deadline {
  /** Milliseconds; bounds failures, success never waits for it. */
  readonly deadlineMs?: number;
}

export interface ReadOptions extends Deadline {
  /** Of the request that is answered. Default GET. */
  readonly method?: string;
}

const defaultDeadlineMs = 10_000;

export async function connectRaw(address: Address): Promise<RawClient> {
  const socket = await open(address);
  const watch = newWatch();
  const { received, ended } = readSocket(socket, watch);
  let taken = 0;

  const response = async ({ method = 'GET', deadlineMs = defaultDeadlineMs }: ReadOptions = {}) => {
    const look = () => {
      const all = received();
      const next = readResponse(all.subarray(taken), { method, ended: ended() });
      if (next !== 'incomplete') return { message: next.message, end: all.length - next.rest.length };
      if (ended() === 'open') return undefined;
      throw new StrictParseError(`The connection ended (${ended()}) after ${quoted(all, taken)}`);
    };
    const read = await watch.within(
      deadlineMs,
      look,
      () => `no complete response in ${quoted(received(), taken)}`,
    );
    taken = read.end;
    return read.message;
  };

  return {
    socket,
    received,
    unread: () => received().subarray(taken),
    ended,
    write: (bytes) => writeTo(socket, bytes),
    drip: (bytes) => dripTo(socket, bytes),
    response,
    until: async (text, { deadlineMs = defaultDeadlineMs } = {}) => {
      const look = () => received().includes(text, 0, 'latin1') || undefined;
      await watch.within(deadlineMs, look, () => `no ${JSON.stringify(text)} in ${quoted(received(), 0)}`);
    },
    end: async ({ deadlineMs = defaultDeadlineMs } = {}) => {
      const look = () => ended() !== 'open' || undefined;
      await watch.within(deadlineMs, look, () => 'still open').catch(() => undefined);
      return { bytes: received(), ended: ended() };
    },
    fin: () => socket.end(),
    rst: () => socket.resetAndDestroy(),
  };
}

export interface AskOptions extends ReadOptions {
  /** `whole` (default): one write; `bytes`: byte by byte. */
  readonly pace?: 'whole' | 'bytes';
}

/** One connection, one request, its one response; extra bytes behind the response are an error. */
export async function ask(
  address: Address,
  bytes: Buffer | string,
  options: AskOptions = {},
): Promise<Response> {
  const client = await connectRaw(address);
  try {
    // A server may answer and close before it has read all; the answer counts, not the failed write.
    const written = (options.pace === 'bytes' ? client.drip(bytes) : client.write(bytes)).catch(
      () => undefined,
    );
    const response = await client.response(options);
    await written;
    const extra = client.unread();
    if (extra.length > 0) throw new StrictParseError(`Extra bytes: ${quoted(extra, 0)}`);
    return response;
  } finally {
    client.socket.destroy();
  }
}

/** A request's bytes. Fields stand as given; Content-Length is written where there is a body and no framing. */
export function requestBytes(
  startLine: string,
  headers: readonly (readonly [string, string])[],
  body: Buffer | string = '',
): Buffer {
  const payload = toBytes(body);
  const isFramed = headers.some(([name]) => /^(?:content-length|transfer-encoding)$/i.test(name));
  const framed =
    payload.length === 0 || isFramed ? headers : [...headers, ['Content-Length', `${payload.length}`]];
  const lines = framed.map(([name, value]) => `${name}: ${value}\r\n`).join('');
  return Buffer.concat([Buffer.from(`${startLine} HTTP/1.1\r\n${lines}\r\n`, 'latin1'), payload]);
}

function open({ port, host = '127.0.0.1', tls, allowHalfOpen = false }: Address): Promise<Socket> {
  return new Promise((resolve, reject) => {
    // The listener's certificate is made for the test; what is tested is what is said inside.
    const socket =
      tls === undefined
        ? connect({ port, host, allowHalfOpen })
        : connectTls({ port, host, rejectUnauthorized: false, ALPNProtocols: [...tls] });
    socket.setNoDelay(true);
    socket.once('error', reject);
    socket.once(tls === undefined ? 'connect' : 'secureConnect', () => {
      socket.off('error', reject);
      resolve(socket);
    });
  });
}

function quoted(bytes: Buffer, from: number): string {
  return JSON.stringify(bytes.toString('latin1', from, from + 2000));
}
