/**
 * Connections to the upstreams: one bounded keep-alive pool per target and TLS setting. The only file that knows undici.
 * Refused alternative: http.request. It writes an unframed body on GET and DELETE (nodejs/node#27880); undici frames
 * every body, keeps header order and case, and took twice the requests per second when measured.
 */

import { lookup as systemLookup } from 'node:dns';
import { isIP, type LookupFunction } from 'node:net';
import type { Readable } from 'node:stream';
import type { buildConnector, Dispatcher } from 'undici';
import type { HeaderList } from '../http/header-list.ts';
import type { Route } from '../ruleset.ts';
import { watchConnections } from './connections.ts';
import { Exchanging, type Handler } from './exchanging.ts';
import { connectThrough } from './forward-proxy.ts';
import { guardedLookup, publicLookup } from './lookup.ts';
import { keyOf } from './pool-key.ts';

export interface UpstreamCall {
  readonly route: Route;
  readonly method: string;
  readonly path: string;
  readonly headers: HeaderList;
  readonly body: Readable | Buffer | null;
  /** Where it goes instead of to the route's target. */
  readonly origin?: string;
}

export interface UpstreamOptions {
  readonly lookup?: LookupFunction;
}

/** Largest response head, in bytes: 256 KiB passes what Node's own 16 KiB would not, and still bounds the memory. */
const maxResponseHead = 256 * 1024;

/** undici is loaded by those who serve alone: importing it takes longer than all the rest. */
let undici: typeof import('undici') | undefined;
async function loadUndici(): Promise<typeof import('undici')> {
  undici ??= await import('undici');
  return undici;
}

const clientOptions = {
  // More than one request on its way would let one slow answer hold up others (head-of-line blocking).
  pipelining: 1,
  maxHeaderSize: maxResponseHead,
  // Deadlines are the exchange's own: undici restarts its head timer at each 1xx, and cannot lift its body timer
  // once the head shows an event stream.
  headersTimeout: 0,
  bodyTimeout: 0,
} as const;

interface Pool {
  readonly dispatcher: Dispatcher;
  /** Requests that are queued or running. */
  busy: number;
}

export class Upstreams {
  readonly #pools = new Map<string, Pool>();
  readonly #lookup: LookupFunction;
  /** Keys of the rules in force; `undefined`: none have been replaced yet. */
  #needed: ReadonlySet<string> | undefined;

  constructor({ lookup = systemLookup as LookupFunction }: UpstreamOptions = {}) {
    this.#lookup = lookup;
  }

  /** To be awaited before the first request can come: makes later calls synchronous. */
  async load(): Promise<void> {
    await loadUndici();
    watchConnections();
  }

  /** Whether the target's connections and its queue are all taken. */
  isFull(route: Route): boolean {
    const { connections, queue } = route.limits;
    return (this.#pools.get(keyOf(route))?.busy ?? 0) >= connections + queue;
  }

  /** Sends the request over the target's pool. `handler` hears of everything, failures included; nothing is thrown. */
  send(call: UpstreamCall, handler: Handler): void {
    // A request that began on rules that are gone must not bring their pool back.
    if (this.#needed?.has(keyOf(call.route)) === false) {
      this.sendFresh(call, handler);
      return;
    }
    const pool = this.#poolFor(call.route);
    pool.busy += 1;
    dispatch(pool.dispatcher, call, new Exchanging(handler, () => (pool.busy -= 1)));
  }

  /** Sends the request over a connection of its own that nothing used before. */
  sendFresh(call: UpstreamCall, handler: Handler): void {
    const client = new (library().Client)(call.route.target.origin, this.#options(call.route));
    dispatch(client, call, new Exchanging(handler, () => void client.close()));
  }

  /** Sends a followed redirect to an origin that is no target of the config: without the route's TLS settings. */
  sendAbroad(origin: string, call: UpstreamCall, handler: Handler): void {
    const { connectMs } = call.route.timeouts;
    const lookup = publicLookup(guardedLookup(this.#lookup, origin, connectMs));
    const connect = { timeout: connectMs, lookup, autoSelectFamily: true };
    const client = new (library().Client)(origin, { ...clientOptions, connect });
    dispatch(client, { ...call, origin }, new Exchanging(handler, () => void client.close()));
  }

  /** Lets go of the pools that no route needs any more: each closes after its last request. */
  retain(routes: readonly Route[]): void {
    const needed = new Set(routes.map(keyOf));
    this.#needed = needed;
    for (const [key, pool] of this.#pools) {
      if (needed.has(key)) continue;
      this.#pools.delete(key);
      pool.dispatcher.close().catch(() => {});
    }
  }

  async destroy(): Promise<void> {
    const pools = [...this.#pools.values()];
    this.#pools.clear();
    await Promise.allSettled(pools.map(({ dispatcher }) => dispatcher.destroy()));
  }

  #poolFor(route: Route): Pool {
    const key = keyOf(route);
    const known = this.#pools.get(key);
    if (known !== undefined) return known;
    const dispatcher = new (library().Pool)(route.target.origin, {
      ...this.#options(route),
      connections: route.limits.connections,
    });
    const pool = { dispatcher, busy: 0 };
    this.#pools.set(key, pool);
    return pool;
  }

  #options(route: Route) {
    const { forwardProxy } = route;
    if (forwardProxy !== undefined)
      return { ...clientOptions, connect: throughProxy(forwardProxy.url, route) };
    const { verify, ca, cert, key } = route.tls;
    const { hostname } = route.target;
    const connector = library().buildConnector({
      timeout: route.timeouts.connectMs,
      lookup: guardedLookup(this.#lookup, hostname, route.timeouts.connectMs),
      rejectUnauthorized: verify,
      // `localhost` has two families, and a dev server often listens on one of them.
      autoSelectFamily: true,
      ...(ca === undefined ? {} : { ca }),
      ...(cert === undefined ? {} : { cert }),
      ...(key === undefined ? {} : { key }),
    });
    return { ...clientOptions, connect: namedByTarget(connector, hostname) };
  }
}

/** undici takes the name that TLS asks for and checks from the Host field, which a route may set to anything. */
function namedByTarget(connector: buildConnector.connector, hostname: string): buildConnector.connector {
  // RFC 6066 §3: an address is no server name.
  const servername = isIP(hostname) === 0 ? hostname : '';
  return (options, callback) => connector({ ...options, servername }, callback);
}

/** undici's connector: opens a connection and calls back. */
function throughProxy(url: string, route: Route): buildConnector.connector {
  return (_options, callback) => {
    connectThrough(url, route, (error, socket) => {
      if (socket === null) callback(error ?? new Error('No connection'), null);
      else callback(null, socket);
    });
  };
}

function library(): typeof import('undici') {
  if (undici === undefined) throw new Error('Upstreams.load() was not awaited');
  return undici;
}

function dispatch(dispatcher: Dispatcher, call: UpstreamCall, handler: Exchanging): void {
  const { route, method, path, headers, body } = call;
  try {
    dispatcher.dispatch(
      {
        origin: call.origin ?? route.target.origin,
        method: method as Dispatcher.HttpMethod,
        path,
        headers: headers as string[],
        body,
      },
      handler,
    );
  } catch (error) {
    handler.onError(error instanceof Error ? error : new Error(String(error)));
  }
}
