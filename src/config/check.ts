/**
 * A tree against the schema: ALL that is wrong with its shape, each at the narrowest token. valibot alone reports
 * the first unknown key of an object and, for a choice, the whole value; so the walk is ours and the leaves are its.
 */

import type { Finding } from './finding.ts';
import { headerFault } from './header-value.ts';
import { leafMend } from './mend.ts';
import { type Entry, entryOf, type JsonNode, type ObjectNode, type Source, writtenIndex } from './node.ts';
import { type KeyPath, keyText } from './problem.ts';
import type { ChoiceShape, LeafShape, ObjectShape, Shape } from './shape.ts';
import { unknownKey } from './unknown-key.ts';

/** How the walk came here. */
interface Way {
  /** As the author of the file counts. */
  readonly path: KeyPath;
  /** The code of a wrong value, from the nearest key that has one of its own. */
  readonly code: string;
}

export function checkShape(root: JsonNode, shape: Shape): readonly Finding[] {
  return check(root, shape, { path: [], code: 'CP102' });
}

function check(node: JsonNode, shape: Shape, outer: Way): readonly Finding[] {
  const way = { ...outer, code: shape.about.code ?? outer.code };
  switch (shape.kind) {
    case 'object':
      return node.kind === 'object' ? checkObject(node, shape, way) : [wrong(node, shape, way)];
    case 'record':
      return node.kind === 'object'
        ? node.entries.flatMap((entry) => checkNamed(entry, shape.value, way))
        : [wrong(node, shape, way)];
    case 'list':
      if (node.kind !== 'list') return [wrong(node, shape, way)];
      return node.items.flatMap((item, i) => check(item, shape.item, below(way, writtenIndex(node, i))));
    case 'choice': {
      const option = optionFor(node, shape);
      return option === undefined ? [wrong(node, shape, way)] : check(node, option, way);
    }
    case 'leaf':
      return checkLeaf(node, shape, way);
  }
}

function below(way: Way, step: string | number): Way {
  return { ...way, path: [...way.path, step] };
}

function checkObject(node: ObjectNode, shape: ObjectShape, way: Way): Finding[] {
  const names = [...shape.keys.keys()];
  const meant = new Set<string>();
  const found = node.entries.flatMap((entry) => {
    const key = shape.keys.get(entry.name);
    if (key !== undefined) return check(entry.node, key.shape, below(way, entry.name));
    const unknown = unknownKey(entry, [...way.path, entry.name], names);
    if (unknown.meant !== undefined) meant.add(unknown.meant);
    return [unknown.finding];
  });
  // A misspelt key is not missed as well: one mistake, one problem.
  const missing = names.filter(
    (name) =>
      shape.keys.get(name)?.isRequired === true && entryOf(node, name) === undefined && !meant.has(name),
  );
  return [...found, ...missing.map((name) => missed(node, name, { shape, way }))];
}

function missed(node: ObjectNode, name: string, at: { shape: ObjectShape; way: Way }): Finding {
  const [example = 'FILE'] = at.shape.keys.get(name)?.shape.about.examples ?? [];
  const quoted = JSON.stringify(name);
  return {
    code: 'CP107',
    source: openingOf(node.source),
    path: at.way.path,
    said: `Cannot use ${keyText(at.way.path)}: it has no ${quoted}`,
    mend: node.source.kind === 'given' ? `give --${name} too` : `add ${quoted}: ${JSON.stringify(example)}`,
  };
}

/** The bracket alone: what is missing stands nowhere. */
function openingOf(source: Source): Source {
  return source.kind === 'text' ? { ...source, length: 1 } : source;
}

/** Names that valibot's record leaves out without a word, since they lead to an object's prototype. */
const prototypeNames: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype']);

function checkNamed(entry: Entry, shape: Shape, way: Way): readonly Finding[] {
  if (!prototypeNames.has(entry.name)) return check(entry.node, shape, below(way, entry.name));
  return [
    {
      code: 'CP103',
      source: entry.nameSource,
      path: [...way.path, entry.name],
      said: `Cannot use "${entry.name}" as a name here: it means an object's prototype`,
      mend: 'remove it',
    },
  ];
}

/** The option that the author seems to have chosen, by the kind of the value. */
function optionFor(node: JsonNode, { options, about }: ChoiceShape): Shape | undefined {
  const chosen = options.find((option) => {
    if (option.kind === 'leaf') {
      return node.kind === 'text'
        ? option.type === 'text'
        : node.kind === 'plain' && typeof node.value === option.type;
    }
    return option.kind === node.kind;
  });
  // Of what is said to paste, the key knows more than one of its options.
  return chosen?.kind === 'leaf' ? { ...chosen, about: { ...about, ...chosen.about } } : chosen;
}

function checkLeaf(node: JsonNode, shape: LeafShape, way: Way): readonly Finding[] {
  if (node.kind === 'text' && node.isUnresolved && shape.type === 'text') return [];
  // An object or a list fails every leaf: no need to build its value, however large it is.
  const value = node.kind === 'text' || node.kind === 'plain' ? node.value : {};
  const message = shape.check(value);
  if (message === undefined) return [];
  if (shape.about.isHeaderValue === true && node.kind === 'text')
    return [headerFault(node, subject(way.path), way.path)];
  return [wrong(node, { ...shape, message }, way)];
}

/** V41, and A10 under a code of its own. */
function wrong(node: JsonNode, shape: Shape, { path, code }: Way): Finding {
  const isMode = shape.kind === 'leaf' && shape.modes.length > 0 && node.kind === 'text';
  return {
    code: isMode ? 'CP106' : code,
    source: node.kind === 'object' || node.kind === 'list' ? openingOf(node.source) : node.source,
    path,
    said: `${subject(path)} ${shape.message}, not ${valueText(node, shape)}`,
    mend: leafMend(node, shape),
  };
}

/** `"port"`, `An item of "allowOrigin"`, `The config` */
function subject(path: KeyPath): string {
  const name = path.findLast((step) => typeof step === 'string');
  if (name === undefined) return 'The config';
  return typeof path.at(-1) === 'number' ? `An item of ${JSON.stringify(name)}` : JSON.stringify(name);
}

const longestQuote = 60;

/** The value as it is written: what `${NAME}` stands for is never said. */
function valueText(node: JsonNode, shape: Shape): string {
  switch (node.kind) {
    case 'object':
      return 'an object';
    case 'list':
      return 'a list';
    case 'plain':
      return String(node.value);
    case 'text': {
      const cut =
        node.written.length > longestQuote ? `${node.written.slice(0, longestQuote)}…` : node.written;
      const isText = shape.kind === 'leaf' && shape.type === 'text';
      return isText ? JSON.stringify(cut) : `the text ${JSON.stringify(cut)}`;
    }
  }
}
