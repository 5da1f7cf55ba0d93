/** Opens connections to upstreams: TCP, TLS, or a tunnel through the network's own proxy. */

import net, { type LookupFunction, type Socket } from 'node:net';
import tls from 'node:tls';
import type { Route, Target } from '../../ruleset.ts';
import { connectThrough } from '../forward-proxy.ts';
import { tlsOptions } from '../tls-options.ts';

/**
 * Opens a connection and calls `done` once, later: with a socket, or with the reason why there is none. What comes over
 * it goes to `onRead`, which must not keep the chunk. Gives a function that lets it be.
 */
export type Dial = (
  onRead: (chunk: Buffer) => void,
  done: (error: Error | null, socket: Socket | null) => void,
) => () => void;

export interface Destination {
  readonly target: Pick<Target, 'scheme' | 'hostname' | 'port' | 'origin'>;
  readonly tls: Route['tls'];
  /** For the name, the connection and TLS together; 0: no limit. */
  readonly connectMs: number;
  readonly lookup: LookupFunction;
}

/**
 * Every read of every TCP connection goes here: it is looked at in the same turn, and what is kept of it is a copy.
 * A buffer of 64 KB for each read would live outside of V8's heap, and bring about whole collections.
 */
const readBuffer = Buffer.allocUnsafeSlow(64 * 1024);

export function dialTo({ target, tls: secure, connectMs, lookup }: Destination): Dial {
  const { scheme, hostname, port, origin } = target;
  const common = {
    host: hostname,
    port,
    lookup,
    // `localhost` has two families, and a dev server often listens on one of them.
    autoSelectFamily: true,
    noDelay: true,
    keepAlive: true,
    keepAliveInitialDelay: 60_000,
  };
  return (onRead, done) => {
    if (scheme === 'https') {
      const socket = tls.connect({ ...common, ...tlsOptions(hostname, secure) });
      socket.on('data', onRead);
      return opening(socket, 'secureConnect');
    }
    const callback = (bytes: number) => {
      onRead(readBuffer.subarray(0, bytes));
      return true;
    };
    return opening(net.connect({ ...common, onread: { buffer: readBuffer, callback } }), 'connect');

    function opening(socket: Socket, opened: string): () => void {
      const timer =
        connectMs === 0 ? undefined : setTimeout(() => socket.destroy(timedOut(origin)), connectMs);
      const fail = (error: Error) => {
        clearTimeout(timer);
        done(error, null);
      };
      socket.once('error', fail);
      socket.once(opened, () => {
        clearTimeout(timer);
        socket.off('error', fail);
        done(null, socket);
      });
      return () => {
        clearTimeout(timer);
        socket.destroy();
      };
    }
  };
}

export function dialThrough(proxyUrl: string, route: Route): Dial {
  return (onRead, done) =>
    connectThrough(proxyUrl, route, (error, socket) => {
      socket?.on('data', onRead);
      done(error, socket);
    });
}

function timedOut(origin: string): Error {
  return Object.assign(new Error(`No connection to ${origin} in time`), { code: 'ETIMEDOUT' });
}
