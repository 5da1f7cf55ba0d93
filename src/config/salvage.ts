/**
 * What of a config with mistakes of shape can still be compiled, so that ONE report has all its problems: the wrong
 * key beside the origin that has a path. What is wrong is left out; where something must stand, a placeholder does.
 */

import { checkShape } from './check.ts';
import type { Config } from './config.ts';
import type { Finding } from './finding.ts';
import { type Entry, entryOf, type JsonNode, type ListNode, type ObjectNode } from './node.ts';
import { keyText, type Problem, sortProblems } from './problem.ts';
import type { Shape } from './shape.ts';

/** A config that may be compiled for its problems alone, never served. */
export interface Salvaged {
  readonly config: Config;
  /** `routes[0].cors.allowCredentials`: where something was left out. */
  readonly damaged: readonly string[];
}

/** The tree without what is wrong. */
export function salvageTree(node: JsonNode, shape: Shape): JsonNode | undefined {
  if (node.kind === 'text' && node.isUnresolved) return undefined;
  switch (shape.kind) {
    case 'object':
      return node.kind === 'object' ? salvageObject(node, shape.keys) : undefined;
    case 'list':
      return node.kind === 'list' ? salvageList(node, shape.item) : undefined;
    case 'record':
      return node.kind === 'object' ? salvageRecord(node, shape.value) : undefined;
    case 'choice': {
      const options = shape.options.map((option) => salvageTree(node, option));
      return options.find((option) => option !== undefined);
    }
    case 'leaf':
      return checkShape(node, shape).length === 0 ? node : undefined;
  }
}

type Keys = Extract<Shape, { kind: 'object' }>['keys'];

function salvageObject(node: ObjectNode, keys: Keys): ObjectNode | undefined {
  const kept = node.entries.flatMap((entry) => {
    const key = keys.get(entry.name);
    const inner = key === undefined ? undefined : salvageTree(entry.node, key.shape);
    return inner === undefined ? [] : [{ ...entry, node: inner }];
  });
  const salvaged = { ...node, entries: kept };
  const missing = [...keys].filter(
    ([name, { isRequired }]) => isRequired && entryOf(salvaged, name) === undefined,
  );
  const added = missing.map(([name]) => placeholder(name, node));
  return added.every((entry) => entry !== undefined)
    ? { ...salvaged, entries: [...kept, ...added] }
    : undefined;
}

/** Values that nothing else in the config collides with. */
const placeholders: Readonly<Record<string, string>> = {
  match: '/placeholder/that/nobody/asks/for',
  target: 'https://placeholder.invalid',
};

function placeholder(name: string, { source }: ObjectNode): Entry | undefined {
  const value = placeholders[name];
  if (value === undefined) return undefined;
  const node: JsonNode = { kind: 'text', source, value, written: value, pieces: [], isUnresolved: false };
  return { name, nameSource: source, node };
}

/** An item that cannot be kept would move those behind it: then the list goes, unless an empty route can hold its place. */
function salvageList(node: ListNode, item: Shape): ListNode | undefined {
  const items = node.items.map((each) => salvageTree(each, item) ?? emptyRoute(each, item));
  return items.every((each) => each !== undefined) ? { ...node, items } : undefined;
}

function emptyRoute({ source }: JsonNode, item: Shape): JsonNode | undefined {
  return item.kind === 'object'
    ? salvageObject({ kind: 'object', source, entries: [] }, item.keys)
    : undefined;
}

function salvageRecord(node: ObjectNode, value: Shape): ObjectNode {
  const entries = node.entries.flatMap((entry) => {
    const inner = salvageTree(entry.node, value);
    return inner === undefined ? [] : [{ ...entry, node: inner }];
  });
  return { ...node, entries };
}

export function damagedKeys(findings: readonly Finding[]): readonly string[] {
  return findings.map(({ path }) => keyText(path));
}

/** The problems of the shape, and those errors of the rest that do not come from what was left out. */
export function joinProblems(
  shape: readonly Problem[],
  { damaged }: Pick<Salvaged, 'damaged'>,
  rest: readonly Problem[],
): readonly Problem[] {
  const isDamagedCors = damaged.some((key) => /\bcors\b/.test(key));
  const certain = rest.filter(({ code, severity, place: { key } }) => {
    if (severity !== 'error' || key === '' || damaged.some((bad) => isBelow(key, bad))) return false;
    // Who may read, said of a whole route, rests on keys of which one was left out.
    return !isDamagedCors || !/^CP(?:125|13\d)$/.test(code) || key.includes('allowOrigin');
  });
  return sortProblems([...shape, ...certain]);
}

function isBelow(key: string, above: string): boolean {
  return key === above || key.startsWith(`${above}.`) || key.startsWith(`${above}[`);
}
