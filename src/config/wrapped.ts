/** Text in lines of whole words: a terminal left to itself breaks in the middle of one. */

import { stripVTControlCharacters } from 'node:util';

/** A command is one word: it is copied as it stands. Its last word may have the comma of the sentence. */
const words = /(?:cors-proxy(?: +[^\s,;]+)+[,;]?|[^ ]+| ) */g;

/** Lines of whole words; a word that is longer than a line has one of its own, whole, for it is an address or a place. */
export function wrapped(text: string, width: number, firstWidth: number = width): readonly string[] {
  const lines: string[] = [];
  let line = '';
  for (const [word] of text.matchAll(words)) {
    const room = lines.length === 0 ? firstWidth : width;
    if (line.trim() !== '' && columns(line) + columns(word.trimEnd()) > room) {
      lines.push(line.trimEnd());
      line = '';
    }
    line += word;
  }
  return [...lines, line.trimEnd()];
}

function columns(text: string): number {
  return stripVTControlCharacters(text).length;
}

export interface Hanging {
  /** Columns that each further line stands in. */
  readonly indent: number;
  /** Infinite: nothing is wrapped. */
  readonly width: number;
}

/** The same in one text, which itself begins `indent` columns in. */
export function hanging(text: string, { indent, width }: Hanging): string {
  return wrapped(text, width - indent).join(`\n${' '.repeat(indent)}`);
}

/** Each line of a text that begins at the edge. What it tells is masked by then: a value in two lines is not known any more. */
export function folded(text: string, { indent, width }: Hanging): string {
  const below = `\n${' '.repeat(indent)}`;
  return text
    .split('\n')
    .map((line) => wrapped(line, width - indent, width).join(below))
    .join('\n');
}
