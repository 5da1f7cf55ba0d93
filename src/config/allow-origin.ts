/**
 * An origin put into `allowOrigin` of a config's text, comments and layout kept. Pure: whether the origin is one, and
 * whether it may stand there, is said by those who compile the text that comes out.
 */

import { readDocument } from './document.ts';
import { appended, applyEdits, type TextEdit } from './insertion.ts';
import { childOf, type JsonNode, nodeAt } from './node.ts';
import { indexLines, placeIn } from './position.ts';
import type { KeyPath, Place } from './problem.ts';

export interface OriginToAllow {
  /** Serialized, a pattern of the config's, or `*`, which takes the place of what stands there. */
  readonly origin: string;
  /** The section that it belongs to: `['cors']`, `['routes', 0, 'cors']`. It need not exist. */
  readonly section: KeyPath;
  /** The file as the user would name it, for the place. */
  readonly file: string;
}

export interface OriginEdit {
  readonly kind: 'added' | 'there already';
  readonly text: string;
  /** Where the origin stands in `text`. */
  readonly place: Place;
}

/** What holds where no `allowOrigin` does, as far as entries can say it: to be kept when one is written. */
const defaultOrigins = ['http://localhost:*', 'http://127.0.0.1:*'].map((origin) => JSON.stringify(origin));

/** `undefined` where the text is no config, or the section is no object ("passthrough"). */
export function allowOriginIn(text: string, wanted: OriginToAllow): OriginEdit | undefined {
  const mark = text.startsWith('\uFEFF') ? '\uFEFF' : '';
  const bare = text.slice(mark.length);
  const found = findOrigin(bare, wanted);
  if (found !== undefined) return { kind: 'there already', text, place: found };
  const root = rootOf(bare);
  const edits = root === undefined ? [] : editsFor(bare, root, wanted);
  if (edits.length === 0) return undefined;
  const next = applyEdits(bare, edits);
  const place = findOrigin(next, wanted);
  return place === undefined ? undefined : { kind: 'added', text: `${mark}${next}`, place };
}

function rootOf(text: string): JsonNode | undefined {
  const { root, findings } = readDocument(indexLines(text));
  return findings.length === 0 && root?.kind === 'object' ? root : undefined;
}

function findOrigin(text: string, { origin, section, file }: OriginToAllow): Place | undefined {
  const root = rootOf(text);
  const path = [...section, 'allowOrigin'];
  const rule = root && nodeAt(root, path);
  const items = rule?.kind === 'list' ? rule.items : rule === undefined ? [] : [rule];
  const index = items.findIndex((item) => item.kind === 'text' && item.value === origin);
  const item = items[index];
  if (item === undefined) return undefined;
  return placeIn(
    { file, lines: indexLines(text) },
    item.source,
    rule?.kind === 'list' ? [...path, index] : path,
  );
}

function editsFor(text: string, root: JsonNode, { origin, section }: OriginToAllow): readonly TextEdit[] {
  const literal = JSON.stringify(origin);
  const rule = nodeAt(root, [...section, 'allowOrigin']);
  if (rule !== undefined) {
    if (origin === '*') return replaced(rule, literal);
    if (rule.kind === 'list') return appended(text, rule, literal);
    return replaced(rule, listText([written(text, rule), literal]));
  }
  const value = origin === '*' ? literal : listText([...inherited(text, root, section), literal]);
  return inserted(text, root, { path: [...section, 'allowOrigin'], value });
}

function replaced({ source }: JsonNode, text: string): readonly TextEdit[] {
  return source.kind === 'text' ? [{ offset: source.offset, length: source.length, text }] : [];
}

function written(text: string, { source }: JsonNode): string {
  return source.kind === 'text' ? text.slice(source.offset, source.offset + source.length) : '';
}

function listText(literals: readonly string[]): string {
  return `[${literals.join(', ')}]`;
}

/** What held in the section until now: a rule of its own takes the place of the one at the top. */
function inherited(text: string, root: JsonNode, section: KeyPath): readonly string[] {
  const top = section.length === 1 ? undefined : nodeAt(root, ['cors', 'allowOrigin']);
  if (top === undefined) return defaultOrigins;
  return (top.kind === 'list' ? top.items : [top]).map((item) => written(text, item));
}

interface Missing {
  readonly path: KeyPath;
  readonly value: string;
}

/** Writes a key that is not there, and the objects on the way to it. */
function inserted(text: string, root: JsonNode, { path, value }: Missing): readonly TextEdit[] {
  let node = root;
  for (const [i, step] of path.entries()) {
    const child = childOf(node, step);
    if (child === undefined) {
      const [name = '', ...inner] = path.slice(i).map(String);
      const item = inner.reduceRight((put, each) => `{ ${JSON.stringify(each)}: ${put} }`, value);
      return node.kind === 'object' ? appended(text, node, `${JSON.stringify(name)}: ${item}`) : [];
    }
    node = child;
  }
  return [];
}
