/** Offsets in a text → lines and columns, as editors count them. */

import type { Source } from './node.ts';
import { type KeyPath, keyText, type Place } from './problem.ts';

/** A text and where its lines begin. A line ends at LF, CR LF or CR. */
export interface LineIndex {
  readonly text: string;
  readonly starts: readonly number[];
}

export function indexLines(text: string): LineIndex {
  const starts = [0];
  for (const end of text.matchAll(/\r\n?|\n/g)) starts.push(end.index + end[0].length);
  return { text, starts };
}

/** The line that begins at or before an offset; 0 for the first. */
function lineAt(index: LineIndex, offset: number): number {
  let low = 0;
  let high = index.starts.length - 1;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if ((index.starts[middle] ?? 0) <= offset) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** A line without its break; 1 for the first. */
export function lineText(index: LineIndex, line: number): string {
  const start = index.starts[line - 1];
  if (start === undefined) return '';
  return index.text.slice(start, index.starts[line] ?? index.text.length).replace(/[\r\n]+$/, '');
}

/** `3:14` */
export function positionText(index: LineIndex, offset: number): string {
  const line = lineAt(index, offset);
  return `${line + 1}:${offset - (index.starts[line] ?? 0) + 1}`;
}

/** A file as the user would name it, with its lines. */
export interface NamedText {
  readonly file: string;
  readonly lines: LineIndex;
}

/** The place of a source. What goes on over several lines is underlined to the end of its first. */
export function placeIn({ file, lines }: NamedText, source: Source, path: KeyPath): Place {
  const key = keyText(path);
  if (source.kind === 'given') return { file: source.from, line: 0, column: 0, length: 1, key };
  const line = lineAt(lines, source.offset);
  const column = source.offset - (lines.starts[line] ?? 0) + 1;
  const rest = visibleEnd(lines, line) - source.offset;
  return { file, line: line + 1, column, length: Math.max(1, Math.min(source.length, rest)), key };
}

/** Offset behind the last visible character of a line. No copy is made: a config of many routes may be one line. */
function visibleEnd({ text, starts }: LineIndex, line: number): number {
  let end = starts[line + 1] ?? text.length;
  while (end > 0 && /\s/.test(text.charAt(end - 1))) end -= 1;
  return end;
}
