/** Where the values of a config stand, by their paths. */

import type { Config } from './config.ts';
import { childOf, entryOf, type JsonNode, nodeAt, writtenPath } from './node.ts';
import { type NamedText, placeIn } from './position.ts';
import type { KeyPath } from './problem.ts';

export function placesIn(root: JsonNode, named: NamedText): Pick<Config, 'placeOf' | 'placeOfKey'> {
  const placeOf = (path: KeyPath) => {
    const { node, isThere } = nearestNode(root, path);
    // The bracket alone of an object that only stands around what is looked for.
    const source = isThere || node.source.kind === 'given' ? node.source : { ...node.source, length: 1 };
    return placeIn(named, source, writtenPath(root, path));
  };
  const placeOfKey = (path: KeyPath) => {
    const parent = nodeAt(root, path.slice(0, -1));
    const entry = parent?.kind === 'object' ? entryOf(parent, String(path.at(-1))) : undefined;
    return entry === undefined ? placeOf(path) : placeIn(named, entry.nameSource, writtenPath(root, path));
  };
  return { placeOf, placeOfKey };
}

function nearestNode(root: JsonNode, path: KeyPath): { readonly node: JsonNode; readonly isThere: boolean } {
  let node = root;
  for (const step of path) {
    const child = childOf(node, step);
    if (child === undefined) return { node, isThere: false };
    node = child;
  }
  return { node, isThere: true };
}
