/** Many requests, a fifth of them broken off, tunnels that come and go, and a reload each second: what is left behind? */

import { setInterval as every } from 'node:timers/promises';
import { type Random, randomSource } from '../support/random.ts';
import { abort, abortPoints, Line, tunnel } from './conversations.ts';
import { type Held, type SoakProxy, soakProxy } from './soak-proxy.ts';
import { type SoakUpstream, soakUpstream } from './soak-upstream.ts';

export interface SoakPlan {
  readonly seed: number;
  readonly requests: number;
  readonly executable: string;
  readonly reloadMs: number;
}

export interface SoakReport {
  readonly requests: number;
  readonly aborted: number;
  readonly tunnels: number;
  readonly reloads: number;
  readonly before: Held;
  readonly after: Held;
  /** Connections that the upstream saw at the end. */
  readonly upstreamConnections: number;
  readonly exit: number | string | null;
  /** What should not have been. */
  readonly problems: readonly string[];
}

const lanes = 16;

/** Requests before the first look: code is compiled and what is kept in bounds is full. */
const warmUp = 0.2;

export async function soak(plan: SoakPlan): Promise<SoakReport> {
  const upstream = await soakUpstream();
  const proxy = await soakProxy({ executable: plan.executable, target: upstream.origin });
  const run = new Run(proxy, randomSource(plan.seed));
  await underReloads(proxy, plan.reloadMs, () => run.play(Math.ceil(plan.requests * warmUp)));
  const before = await settled(proxy, upstream);
  await underReloads(proxy, plan.reloadMs, () => run.play(plan.requests));
  const after = await settled(proxy, upstream, before.handles);
  const upstreamConnections = upstream.connections();
  const exit = await proxy.stop();
  upstream.close();
  const { requests, aborted, tunnels, problems } = run;
  const reloads = proxy.events.get('reload') ?? 0;
  const heard = proxy.heard.map((what) => `process: ${what}`);
  return {
    ...{ requests, aborted, tunnels, reloads, before, after, upstreamConnections, exit },
    problems: [...problems, ...heard],
  };
}

class Run {
  requests = 0;
  aborted = 0;
  tunnels = 0;
  readonly problems: string[] = [];
  readonly #proxy: SoakProxy;
  readonly #random: Random;

  constructor(proxy: SoakProxy, random: Random) {
    this.#proxy = proxy;
    this.#random = random;
  }

  async play(count: number): Promise<void> {
    let left = count;
    const lane = async () => {
      const line = new Line(this.#proxy.port);
      while (left > 0) {
        left -= 1;
        const wrong = await this.#one(line).catch((error: Error) => error.message);
        if (wrong !== undefined) {
          this.problems.push(wrong);
          line.close();
        }
      }
      line.close();
    };
    await Promise.all(Array.from({ length: lanes }, lane));
  }

  async #one(line: Line): Promise<string | undefined> {
    const random = this.#random;
    this.requests += 1;
    if (random.chance(0.2)) {
      this.aborted += 1;
      await abort(this.#proxy.port, random.pick(abortPoints), random);
      return undefined;
    }
    if (random.chance(0.1)) {
      this.tunnels += 1;
      return tunnel(this.#proxy.port, random);
    }
    return line.request(random);
  }
}

/** One save after the other, until the work is done. */
async function underReloads(proxy: SoakProxy, everyMs: number, work: () => Promise<void>): Promise<void> {
  const worked = new AbortController();
  const working = work().finally(() => worked.abort());
  try {
    for await (const _ of every(everyMs, undefined, { signal: worked.signal })) await proxy.reload();
  } catch (error) {
    if (!worked.signal.aborted) throw error;
  }
  await working;
}

/**
 * Nothing is asked for any more: all connections go, those that are kept alive when the upstream closes them, and the
 * handles of the last reload.
 */
async function settled(
  proxy: SoakProxy,
  upstream: SoakUpstream,
  mostHandles = Number.POSITIVE_INFINITY,
): Promise<Held> {
  const giveUp = performance.now() + 20_000;
  for (;;) {
    upstream.closeIdle();
    const held = await proxy.held();
    const isQuiet = held.sockets === 0 && upstream.connections() === 0 && held.handles <= mostHandles;
    if (isQuiet || performance.now() > giveUp) return held;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
