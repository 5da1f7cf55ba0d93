/** Finds the first route in file order whose glob matches a path, without asking those that cannot. */

import { compileGlob, pathSegments } from './glob.ts';
import { buildTrie, type RouteGlob, visitCandidates } from './route-trie.ts';

export interface RouteIndex {
  /** Index of the route, or -1. `method` is the one that a preflight asks for. */
  readonly find: (path: string, method: string) => number;
}

/** What the index has to know of a route. The globs have passed `whyBadGlob`. */
export interface IndexedRoute {
  readonly globs: readonly string[];
  /** `undefined` = every method. */
  readonly methods: ReadonlySet<string> | undefined;
}

/** The order of `routes` is the order of the file: the first match wins, however narrow a later one is. */
export function buildRouteIndex(routes: readonly IndexedRoute[]): RouteIndex {
  const trie = buildTrie(
    routes.flatMap(({ globs }, route): RouteGlob[] =>
      globs.map((text) => ({ route, glob: compileGlob(text) })),
    ),
  );
  return { find };

  function find(path: string, method: string): number {
    const segments = pathSegments(path);
    let best = routes.length;
    visitCandidates(trie, segments, ({ route, glob }) => {
      if (route >= best) return 'enough';
      if (!takesMethod(routes[route], method) || !glob.matches(segments)) return 'next';
      best = route;
      return 'enough';
    });
    return best === routes.length ? -1 : best;
  }
}

function takesMethod(route: IndexedRoute | undefined, method: string): boolean {
  return route?.methods === undefined || route.methods.has(method);
}
