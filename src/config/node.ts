/** A config as a tree of values that know where they stand: what is checked, filled in and pointed at. */

import type { KeyPath } from './problem.ts';

/** Where a value was written: in the file, or by a flag or variable. */
export type Source =
  | { readonly kind: 'text'; readonly offset: number; readonly length: number }
  | { readonly kind: 'given'; readonly from: string };

export interface Entry {
  readonly name: string;
  readonly nameSource: Source;
  readonly node: JsonNode;
}

export type JsonNode = ObjectNode | ListNode | TextNode | PlainNode;

export interface ObjectNode {
  readonly kind: 'object';
  readonly source: Source;
  /** In file order; a name may stand twice. */
  readonly entries: readonly Entry[];
}

export interface ListNode {
  readonly kind: 'list';
  readonly source: Source;
  readonly items: readonly JsonNode[];
  /** How many items at the head came from flags: the file counts without them. */
  readonly givenItems: number;
}

export interface TextNode {
  readonly kind: 'text';
  readonly source: Source;
  /** The text, `${NAME}` filled in. */
  readonly value: string;
  /** As it stands in the file: what a message may quote. */
  readonly written: string;
  /** The pieces where it holds `${NAME}`; empty otherwise. */
  readonly pieces: readonly Piece[];
  /** Some `${NAME}` could not be filled in: it has been said, and the value means nothing. */
  readonly isUnresolved: boolean;
}

/** A part of a text: written out, or the value of a variable. */
export interface Piece {
  readonly text: string;
  readonly variable: Variable | undefined;
}

export interface Variable {
  readonly name: string;
  /** `the environment`, `.env.local`; `undefined` where the default was taken. */
  readonly from: string | undefined;
  /** The `${…}` itself. */
  readonly source: Source;
}

interface PlainNode {
  readonly kind: 'plain';
  readonly source: Source;
  readonly value: number | boolean | null;
}

export function entryOf(node: ObjectNode, name: string): Entry | undefined {
  return node.entries.find((entry) => entry.name === name);
}

export function childOf(node: JsonNode, step: string | number): JsonNode | undefined {
  if (node.kind === 'object') return entryOf(node, String(step))?.node;
  if (node.kind === 'list' && typeof step === 'number') return node.items[step];
  return undefined;
}

export function nodeAt(root: JsonNode, path: KeyPath): JsonNode | undefined {
  let node: JsonNode | undefined = root;
  for (const step of path) {
    if (node === undefined) return undefined;
    node = childOf(node, step);
  }
  return node;
}

/** The index that the file has for an item; items that flags put at the head keep theirs. */
export function writtenIndex(list: ListNode, index: number): number {
  return index < list.givenItems ? index : index - list.givenItems;
}

/** The path as the author of the file counts it. */
export function writtenPath(root: JsonNode, path: KeyPath): KeyPath {
  let node: JsonNode | undefined = root;
  return path.map((step) => {
    const list = node?.kind === 'list' && typeof step === 'number' ? node : undefined;
    node = node === undefined ? undefined : childOf(node, step);
    return list === undefined || typeof step === 'string' ? step : writtenIndex(list, step);
  });
}

/**
 * The plain value. Objects have no prototype: a key such as `__proto__` is then a key like any other.
 * Where a name stands twice the last one counts, as in `JSON.parse`.
 */
export function plainValue(node: JsonNode): unknown {
  switch (node.kind) {
    case 'text':
    case 'plain':
      return node.value;
    case 'list':
      return node.items.map(plainValue);
    case 'object': {
      const value: Record<string, unknown> = Object.create(null);
      for (const entry of node.entries) value[entry.name] = plainValue(entry.node);
      return value;
    }
  }
}
