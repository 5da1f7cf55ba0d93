/** Connections that go through the proxy of the user's network: a CONNECT tunnel (RFC 9110 §9.3.6), TLS inside it where the target speaks TLS. */

import http from 'node:http';
import https from 'node:https';
import type { Socket } from 'node:net';
import tls from 'node:tls';
import { basicCredentials } from '../compile/user-info.ts';
import type { Route } from '../ruleset.ts';
import { tlsOptions } from './tls-options.ts';

export type Connected = (error: Error | null, socket: Socket | null) => void;

/** Opens a connection to the route's target through `proxyUrl`; calls back once. Gives a function that lets it be. */
export function connectThrough(proxyUrl: string, route: Route, callback: Connected): () => void {
  const { target, timeouts } = route;
  const request = connectRequest(proxyUrl, `${bracketed(target.hostname)}:${target.port}`);
  let underway: Pick<Socket, 'destroy'> | typeof request = request;
  let isOver = false;
  const stop = () => {
    isOver = true;
    clearTimeout(timer);
  };
  const finish: Connected = (error, socket) => {
    if (isOver) return;
    stop();
    if (socket === null) underway.destroy();
    callback(error, socket);
  };
  const timer = withinMs(timeouts.connectMs, () => finish(timedOut(proxyUrl, target.origin), null));
  request.once('connect', (response, socket: Socket, beginning) => {
    underway = socket;
    // The tunnel's first bytes, where the far side speaks first.
    if (beginning.length > 0) socket.unshift(beginning);
    const { statusCode = 0 } = response;
    // RFC 9110 §9.3.6: any 2xx opens the tunnel.
    if (statusCode < 200 || statusCode > 299) finish(refusedBy(proxyUrl, statusCode), null);
    else if (target.scheme === 'https') underway = secure(socket, route, finish);
    else finish(null, socket);
  });
  request.on('error', (error) => finish(unreachable(proxyUrl, error), null));
  request.end();
  return () => {
    stop();
    underway.destroy();
  };
}

/** For the way to the proxy, its answer and TLS together; 0: no limit. */
function withinMs(ms: number, late: () => void): NodeJS.Timeout | undefined {
  return ms === 0 ? undefined : setTimeout(late, ms);
}

function connectRequest(proxyUrl: string, path: string): http.ClientRequest {
  const url = new URL(proxyUrl);
  const library = url.protocol === 'https:' ? https : http;
  const headers: Record<string, string> = { Host: path };
  const basic = basicCredentials(url);
  if (basic !== undefined) headers['Proxy-Authorization'] = basic.header;
  const hostname = url.hostname.replace(/^\[(.*)\]$/, '$1');
  const port = url.port === '' ? (url.protocol === 'https:' ? 443 : 80) : Number(url.port);
  return library.request({ method: 'CONNECT', hostname, port, path, headers, agent: false });
}

function secure(socket: Socket, { target, tls: options }: Route, finish: Connected): Socket {
  const secured = tls.connect({ socket, host: target.hostname, ...tlsOptions(target.hostname, options) });
  secured.once('secureConnect', () => finish(null, secured));
  secured.on('error', (error) => finish(error, null));
  return secured;
}

function bracketed(hostname: string): string {
  return hostname.includes(':') ? `[${hostname}]` : hostname;
}

function refusedBy(proxyUrl: string, status: number): Error {
  const { host } = new URL(proxyUrl);
  return Object.assign(new Error(`The forward proxy ${host} answered ${status} to CONNECT`), {
    code: 'PROXY_REFUSED',
  });
}

/** Else the target would be blamed, which nobody has asked yet. */
function unreachable(proxyUrl: string, error: Error & { code?: string }): Error {
  if (error.code === 'ETIMEDOUT') return error;
  const { host } = new URL(proxyUrl);
  const why = error instanceof AggregateError ? error.errors.map(String).join('; ') : error.message;
  return Object.assign(new Error(`The forward proxy ${host} cannot be reached: ${why}`), {
    code: 'PROXY_REFUSED',
  });
}

function timedOut(proxyUrl: string, origin: string): Error {
  const message = `No connection to ${origin} through ${new URL(proxyUrl).host} in time`;
  return Object.assign(new Error(message), { code: 'ETIMEDOUT' });
}
