/**
 * The globs of all routes by their leading segments, so that a lookup asks only those that begin like the path.
 * Literal segments and `*` lead down; from the first `**` or partly wild segment on, a glob waits in the list of the
 * place that it has reached.
 */

import type { Glob, Segment } from './glob.ts';

export interface RouteGlob {
  readonly route: number;
  readonly glob: Glob;
}

interface Node {
  readonly literal: Map<string, Node>;
  star: Node | undefined;
  /** Globs with something wild to come, in file order: they must be asked. */
  readonly open: RouteGlob[];
  /** Globs that end here, in file order: who stands here with no segment left has matched. */
  readonly ends: RouteGlob[];
}

interface RouteTrie {
  readonly root: Node;
}

export function buildTrie(routeGlobs: readonly RouteGlob[]): RouteTrie {
  const root = emptyNode();
  for (const routeGlob of routeGlobs) insert(root, routeGlob);
  return { root };
}

/** What a visitor says: whether the rest of this list is still of interest. */
type Visit = (routeGlob: RouteGlob) => 'next' | 'enough';

/** Shows every glob that may match the path, each list in file order; those that end elsewhere are never shown. */
export function visitCandidates(trie: RouteTrie, path: readonly string[], visit: Visit): void {
  descend(trie.root, 0);

  // At most one step for each place in the trie that the path reaches: the config bounds it, not the path.
  function descend(node: Node, depth: number): void {
    show(node.open, visit);
    const segment = path[depth];
    if (segment === undefined) {
      show(node.ends, visit);
      return;
    }
    const literal = node.literal.get(segment);
    if (literal !== undefined) descend(literal, depth + 1);
    if (node.star !== undefined && segment !== '') descend(node.star, depth + 1);
  }
}

/** Shows every glob that may take all the paths of a glob with these segments. */
export function visitBroader(trie: RouteTrie, segments: readonly Segment[], visit: Visit): void {
  descend(trie.root, 0);

  function descend(node: Node, depth: number): void {
    show(node.open, visit);
    const segment = segments[depth];
    if (segment === undefined) {
      show(node.ends, visit);
      return;
    }
    if (segment.kind === 'globstar') return;
    const literal = segment.kind === 'literal' ? node.literal.get(segment.text) : undefined;
    if (literal !== undefined) descend(literal, depth + 1);
    if (node.star !== undefined && segment.text !== '') descend(node.star, depth + 1);
  }
}

function show(list: readonly RouteGlob[], visit: Visit): void {
  for (const routeGlob of list) if (visit(routeGlob) === 'enough') return;
}

function insert(root: Node, routeGlob: RouteGlob): void {
  let node = root;
  for (const segment of routeGlob.glob.segments) {
    const next = child(node, segment);
    if (next === undefined) {
      node.open.push(routeGlob);
      return;
    }
    node = next;
  }
  node.ends.push(routeGlob);
}

function child(node: Node, segment: Segment): Node | undefined {
  switch (segment.kind) {
    case 'literal': {
      const known = node.literal.get(segment.text) ?? emptyNode();
      node.literal.set(segment.text, known);
      return known;
    }
    case 'star':
      node.star ??= emptyNode();
      return node.star;
    case 'wild':
    case 'globstar':
      return undefined;
  }
}

function emptyNode(): Node {
  return { literal: new Map(), star: undefined, open: [], ends: [] };
}
