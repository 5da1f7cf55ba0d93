/** HTTPS: HTTP/2 and HTTP/1.1 by ALPN on one port, with the same listeners as the plain server. */

import {
  createSecureServer,
  type Http2SecureServer,
  type SecureServerOptions,
  type ServerHttp2Session,
} from 'node:http2';
import type { Socket } from 'node:net';
import type { Ruleset } from '../ruleset.ts';
import { type CertificateFiles, type CertificateOptions, certificateFor } from './certificate.ts';
import { minded, parserSettings, type ServerState } from './server.ts';
import { noticeAlert } from './tls-alert.ts';
import { openDoor } from './tls-door.ts';

export interface TlsListener {
  /** A server for one address. */
  readonly create: () => Http2SecureServer;
  /** Which certificate it is and how it comes to be trusted; `url` is the proxy's own. */
  readonly note: (url: string) => string;
  /**
   * Reads or makes the certificate anew, for the handshakes that come; open connections stay. Says whether it is
   * another. Rejects where it cannot be had, and then the old one stays in force.
   */
  readonly renew: () => Promise<boolean>;
}

/** As an idle connection of HTTP/1.1. */
const idleMs = 65_000;

export async function tlsListener(
  https: true | CertificateFiles,
  state: ServerState,
  options: Omit<CertificateOptions, 'now'>,
): Promise<TlsListener> {
  const servers: Http2SecureServer[] = [];
  let current = await certificateFor(https, { ...options, now: new Date() });
  return {
    create: () => {
      const server = secureServer(current, state);
      servers.push(server);
      return server;
    },
    note: (url) => current.note(url),
    renew: async () => {
      const next = await certificateFor(https, { ...options, now: new Date() });
      const isOther = next.cert !== current.cert || next.key !== current.key;
      for (const server of servers) server.setSecureContext({ cert: next.cert, key: next.key });
      current = next;
      return isOther;
    },
  };
}

function secureServer({ cert, key }: { cert: string; key: string }, state: ServerState): Http2SecureServer {
  const ruleset = state.ruleset();
  const server = createSecureServer({ ...http2Settings(ruleset), cert, key });
  // Node gives these options to plain servers only; its parser reads them from here all the same.
  Object.assign(server, parserSettings(ruleset), { maxHeadersCount: 0 });
  // Node's own would report a failed handshake as a broken request, and the answer would go to nobody.
  server.removeAllListeners('tlsClientError');
  server.on('tlsClientError', (error: Error, socket: Socket) => {
    noticeAlert(error, state);
    socket.destroy();
  });
  const handshake = takeHandshake(server);
  minded(server, state);
  server.on('connection', (socket: Socket) => {
    // One that `minded` has turned away is not let in here.
    if (state.sockets.has(socket)) openDoor(socket, state, handshake);
  });
  server.on('session', (session) => mindSession(session, server, state));
  server.on('sessionError', (error: Error) => noticeAlert(error, state));
  return server;
}

/** The server's own first step, behind the door from now on. */
function takeHandshake(server: Http2SecureServer): (socket: Socket) => void {
  const own = server.listeners('connection');
  server.removeAllListeners('connection');
  return (socket) => {
    for (const listener of own) listener.call(server, socket);
  };
}

/** What bounds a session; Node's own bounds on resets, pings and invalid frames stand beside it. */
function http2Settings(ruleset: Ruleset): SecureServerOptions {
  const { listen } = ruleset;
  const { maxHeaderSize } = parserSettings(ruleset);
  return {
    allowHTTP1: true,
    handshakeTimeout: listen.headTimeoutMs,
    // Megabytes: the heads and windows of the streams below, and room.
    maxSessionMemory: 64,
    // Our own limit is judged later, with a sentence; beyond this Node resets the stream.
    maxHeaderListPairs: 2 * listen.headerCount + 16,
    // An upstream's head may be as large as we read one.
    maxSendHeaderBlockLength: 512 * 1024,
    settings: {
      // Chrome opens up to 100 at once; event streams take their share.
      maxConcurrentStreams: 256,
      maxHeaderListSize: maxHeaderSize,
      // RFC 8441 is not offered: a browser then opens its WebSockets over HTTP/1.1, where they are tunnelled.
      enableConnectProtocol: false,
    },
  };
}

/** GOAWAY when the listener stops: streams under way end, new ones go elsewhere (RFC 9113 §6.8). */
function mindSession(session: ServerHttp2Session, server: Http2SecureServer, state: ServerState): void {
  const stop = () => session.close();
  let streams = 0;
  session.on('error', () => {});
  session.on('stream', (stream) => {
    streams += 1;
    stream.once('close', () => {
      streams -= 1;
    });
  });
  session.setTimeout(idleMs, () => {
    if (streams === 0) session.close();
  });
  if (!server.listening) {
    stop();
    return;
  }
  state.stops.add(stop);
  session.once('close', () => state.stops.delete(stop));
}
