/**
 * Connections to the upstreams: one bounded keep-alive pool per target and TLS setting.
 * Refused alternatives: http.request writes an unframed body on GET and DELETE (nodejs/node#27880), and costs half as
 * much again as all of this proxy; undici was here before, and cost as much as the rest of a request: `docs/benchmarks.md`.
 */

import { lookup as systemLookup } from 'node:dns';
import type { LookupFunction } from 'node:net';
import { targetOf } from '../compile/target.ts';
import type { Route } from '../ruleset.ts';
import { Call, type CallRequest, type Handler } from './client/call.ts';
import { type Dial, dialThrough, dialTo } from './client/dial.ts';
import { Pool } from './client/pool.ts';
import { guardedLookup, publicLookup } from './lookup.ts';
import { keyOf } from './pool-key.ts';

export interface UpstreamCall extends CallRequest {
  readonly route: Route;
}

export interface UpstreamOptions {
  readonly lookup?: LookupFunction;
}

/** Of an origin that no route names. */
const byDefault = { verify: true, ca: undefined, cert: undefined, key: undefined } as const;

interface Counted {
  readonly pool: Pool;
  /** Requests that are queued or running. */
  busy: number;
}

export class Upstreams {
  readonly #pools = new Map<string, Counted>();
  /** Those that take no further request, until their last one is over. */
  readonly #leaving = new Set<Pool>();
  readonly #lookup: LookupFunction;
  /** Keys of the rules in force; `undefined`: none have been replaced yet. */
  #needed: ReadonlySet<string> | undefined;

  constructor({ lookup = systemLookup as LookupFunction }: UpstreamOptions = {}) {
    this.#lookup = lookup;
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
    const counted = this.#poolFor(call.route);
    counted.busy += 1;
    counted.pool.send(new Call(call, handler, () => this.#done(counted)));
  }

  /** Sends the request over a connection of its own that nothing used before. */
  sendFresh(call: UpstreamCall, handler: Handler): void {
    this.#sendAlone(this.#dial(call.route), call, handler);
  }

  /** Sends a followed redirect to an origin that is no target of the config: without the route's TLS settings. */
  sendAbroad(origin: string, call: UpstreamCall, handler: Handler): void {
    const { connectMs } = call.route.timeouts;
    const target = targetOf(new URL(origin));
    const lookup = publicLookup(guardedLookup(this.#lookup, origin, connectMs));
    this.#sendAlone(dialTo({ target, tls: byDefault, connectMs, lookup }), call, handler);
  }

  /** Lets go of the pools that no route needs any more: each closes after its last request. */
  retain(routes: readonly Route[]): void {
    const needed = new Set(routes.map(keyOf));
    this.#needed = needed;
    for (const [key, { pool, busy }] of this.#pools) {
      if (needed.has(key)) continue;
      this.#pools.delete(key);
      if (busy > 0) this.#leaving.add(pool);
      pool.close();
    }
  }

  destroy(): void {
    const pools = [...this.#pools.values()].map(({ pool }) => pool);
    this.#pools.clear();
    for (const pool of [...pools, ...this.#leaving]) pool.destroy();
  }

  #sendAlone(dial: Dial, call: UpstreamCall, handler: Handler): void {
    const pool = new Pool(dial, 1);
    this.#leaving.add(pool);
    pool.send(new Call(call, handler, () => this.#leaving.delete(pool)));
    pool.close();
  }

  #done(counted: Counted): void {
    counted.busy -= 1;
    if (counted.busy === 0) this.#leaving.delete(counted.pool);
  }

  #poolFor(route: Route): Counted {
    const key = keyOf(route);
    const known = this.#pools.get(key);
    if (known !== undefined) return known;
    const counted = { pool: new Pool(this.#dial(route), route.limits.connections), busy: 0 };
    this.#pools.set(key, counted);
    return counted;
  }

  #dial(route: Route): Dial {
    const { forwardProxy, target, tls, timeouts } = route;
    if (forwardProxy !== undefined) return dialThrough(forwardProxy.url, route);
    const { connectMs } = timeouts;
    return dialTo({
      target,
      tls,
      connectMs,
      lookup: guardedLookup(this.#lookup, target.hostname, connectMs),
    });
  }
}
