/** How often each route was taken, and how it went; counted for every exchange, so it must cost next to nothing. */

import type { Exchange } from '../../exchange.ts';
import type { RouteRef } from '../../ruleset.ts';

export interface Counts {
  hits: number;
  refused: number;
  failed: number;
}

export interface Counter {
  readonly add: (exchange: Exchange) => void;
  /** Of a route; `null` for what no route took. */
  readonly of: (route: RouteRef | null) => Readonly<Counts>;
}

/** A route keeps its counts over reloads of the config, by its place and its globs. */
export function createCounter(): Counter {
  const byName = new Map<string, Counts>();
  const byRef = new WeakMap<RouteRef, Counts>();
  const unrouted = noCounts();
  return {
    add: ({ plan, outcome }) => {
      const counts = find(plan.route);
      counts.hits += 1;
      if (outcome === 'refused') counts.refused += 1;
      if (outcome === 'upstream_error') counts.failed += 1;
    },
    of: find,
  };

  function find(route: RouteRef | null): Counts {
    if (route === null) return unrouted;
    const known = byRef.get(route);
    if (known !== undefined) return known;
    const name = `${route.index} ${route.match}`;
    const counts = byName.get(name) ?? noCounts();
    byName.set(name, counts);
    byRef.set(route, counts);
    return counts;
  }
}

function noCounts(): Counts {
  return { hits: 0, refused: 0, failed: 0 };
}
