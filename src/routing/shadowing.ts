/** Globs that an earlier route takes whole (V43). Only what is certain: a false alarm would teach people to look away. */

import { compileGlob, type Glob, isLiteral, type Segment, segmentMatches } from './glob.ts';
import type { IndexedRoute } from './route-index.ts';
import { buildTrie, type RouteGlob, visitBroader } from './route-trie.ts';

interface Shadow {
  readonly route: number;
  /** Position of the dead glob in its route. */
  readonly glob: number;
  readonly by: { readonly route: number; readonly glob: string; readonly isSame: boolean };
}

/** The dead globs, in file order, each with the first earlier route that takes all of it. */
export function findShadows(routes: readonly IndexedRoute[]): readonly Shadow[] {
  const compiled = routes.map(({ globs }) => globs.map(compileGlob));
  const trie = buildTrie(
    compiled.flatMap((globs, route): RouteGlob[] => globs.map((glob) => ({ route, glob }))),
  );
  return compiled.flatMap((globs, route) =>
    globs.flatMap((glob, position): Shadow[] => {
      const by = broaderBefore(glob, route);
      if (by === undefined) return [];
      const isSame = by.glob.text === glob.text;
      return [{ route, glob: position, by: { route: by.route, glob: by.glob.text, isSame } }];
    }),
  );

  function broaderBefore(glob: Glob, route: number): RouteGlob | undefined {
    let first: RouteGlob | undefined;
    visitBroader(trie, glob.segments, (earlier) => {
      if (earlier.route >= (first?.route ?? route)) return 'enough';
      const isWhole = takesAllMethods(routes[earlier.route], routes[route]) && covers(earlier.glob, glob);
      if (!isWhole) return 'next';
      first = earlier;
      return 'enough';
    });
    return first;
  }
}

function takesAllMethods(earlier: IndexedRoute | undefined, later: IndexedRoute | undefined): boolean {
  if (earlier?.methods === undefined) return true;
  const wanted = later?.methods;
  return wanted !== undefined && [...wanted].every((method) => earlier.methods?.has(method));
}

/** Whether every path of `narrow` is certainly one of `broad`; in doubt it is not. */
function covers(broad: Glob, narrow: Glob): boolean {
  if (broad.text === narrow.text) return true;
  if (isLiteral(narrow)) return broad.matches(narrow.segments.map((segment) => segment.text));
  const stars = broad.segments.filter((segment) => segment.kind === 'globstar').length;
  const endsOpen = stars === 1 && broad.segments.at(-1)?.kind === 'globstar';
  const head = endsOpen ? broad.segments.slice(0, -1) : broad.segments;
  if (stars > (endsOpen ? 1 : 0)) return false;
  if (endsOpen ? narrow.segments.length < head.length : narrow.segments.length !== head.length) return false;
  return head.every((segment, i) => segmentCovers(segment, narrow.segments[i]));
}

function segmentCovers(broad: Segment, narrow: Segment | undefined): boolean {
  if (narrow === undefined || narrow.kind === 'globstar') return false;
  if (broad.kind === narrow.kind && broad.text === narrow.text) return true;
  if (narrow.kind === 'literal') return segmentMatches(broad, narrow.text);
  // A partly wild segment is never empty, so that `*` takes it whole.
  return broad.kind === 'star';
}
