/**
 * One more item in a list or an object of a config's text, written as the items beside it are: nothing else moves.
 * Refused alternative: `modify` of jsonc-parser. It either breaks a list of one line over several, or writes `"a","b"`
 * and gives the comment behind the last item to the new one.
 */

import type { JsonNode } from './node.ts';

export interface TextEdit {
  readonly offset: number;
  /** Units that go. */
  readonly length: number;
  readonly text: string;
}

/** Edits at one offset are put in their order. */
export function applyEdits(text: string, edits: readonly TextEdit[]): string {
  let done = 0;
  let out = '';
  for (const edit of edits.toSorted((a, b) => a.offset - b.offset)) {
    out += text.slice(done, edit.offset) + edit.text;
    done = edit.offset + edit.length;
  }
  return out + text.slice(done);
}

/** A comment or white space, within a line. */
const blank = /^(?:[ \t]|\/\*(?:[^*]|\*(?!\/))*\*\/)*/;
const lineComment = /^\/\/[^\r\n]*/;

/** `item`: the literal of a value, or `"name": value`. */
export function appended(text: string, container: JsonNode, item: string): readonly TextEdit[] {
  if (container.source.kind !== 'text' || (container.kind !== 'list' && container.kind !== 'object'))
    return [];
  const { offset, length } = container.source;
  const last = lastItem(container);
  if (last === undefined) {
    const room = container.kind === 'object' ? ` ${item} ` : item;
    const isBare = text.slice(offset + 1, offset + length - 1).trim() === '';
    return isBare ? [{ offset: offset + 1, length: length - 2, text: room }] : [put(offset + 1, room)];
  }
  const rest = text.slice(last.end, offset + length - 1);
  const comma = commaIn(rest);
  const isBlock = /[\r\n]/.test(rest);
  if (!isBlock) return [put(last.end, `, ${item}`)];
  const line = restOfLine(rest, comma);
  const newItem = `${lineBreakOf(rest)}${indentOf(text, last.start)}${item}`;
  if (comma !== -1) return [put(last.end + line, `${newItem},`)];
  return [put(last.end, ','), put(last.end + line, newItem)];
}

function put(offset: number, text: string): TextEdit {
  return { offset, length: 0, text };
}

function lastItem(container: Extract<JsonNode, { kind: 'list' | 'object' }>): Range | undefined {
  if (container.kind === 'list') return rangeOf(container.items.at(-1), container.items.at(-1));
  const entry = container.entries.at(-1);
  return entry && rangeOf({ source: entry.nameSource }, entry.node);
}

interface Range {
  readonly start: number;
  readonly end: number;
}

function rangeOf(
  first: Pick<JsonNode, 'source'> | undefined,
  last: Pick<JsonNode, 'source'> | undefined,
): Range | undefined {
  if (first?.source.kind !== 'text' || last?.source.kind !== 'text') return undefined;
  return { start: first.source.offset, end: last.source.offset + last.source.length };
}

/** Where a trailing comma stands, outside of comments; -1 where there is none. */
function commaIn(rest: string): number {
  const before = /^(?:\s|\/\*(?:[^*]|\*(?!\/))*\*\/|\/\/[^\r\n]*)*/.exec(rest)?.[0].length ?? 0;
  return rest[before] === ',' ? before : -1;
}

/** How far the line of the last item goes, its comma and its comments included: they stay with it. */
function restOfLine(rest: string, comma: number): number {
  let end = blank.exec(rest)?.[0].length ?? 0;
  if (comma >= end) end = comma + 1;
  end += blank.exec(rest.slice(end))?.[0].length ?? 0;
  end += lineComment.exec(rest.slice(end))?.[0].length ?? 0;
  return rest.slice(0, end).trimEnd().length;
}

/** The file's own, as it stands behind the last item. */
function lineBreakOf(rest: string): string {
  return /\r\n|\n|\r/.exec(rest)?.[0] ?? '\n';
}

function indentOf(text: string, offset: number): string {
  const start = Math.max(text.lastIndexOf('\n', offset - 1), text.lastIndexOf('\r', offset - 1)) + 1;
  return /^[ \t]*/.exec(text.slice(start, offset))?.[0] ?? '';
}
