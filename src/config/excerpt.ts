/** A line of source, made safe for a terminal and cut to its width. */

/** Control characters, C1 included, and the marks that turn the direction of a text or have no width. */
const unsafe = /[\u0000-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g;

/** Escaped, so that a value from a file can neither move the cursor nor hide behind another text. */
export function plainText(text: string): string {
  return text.replace(unsafe, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

export interface Cut {
  readonly text: string;
  /** Blanks in front of the carets. */
  readonly indent: string;
  readonly carets: number;
  /** Units that were cut away in front. */
  readonly start: number;
}

export interface CutOptions {
  /** Of the token, from 1. */
  readonly column: number;
  readonly length: number;
  /** Columns that there are. */
  readonly room: number;
  /** Cut away just so much; otherwise what keeps the token in view. */
  readonly start?: number;
}

/** Room for a token whatever the terminal says. */
const leastRoom = 20;

/**
 * The part of a line around a token. A tab is one column here as it is in the place, and a control character is
 * one sign, so that the carets stand below their token.
 */
export function cutAround(line: string, { column, length, room, start: wanted }: CutOptions): Cut {
  const width = Math.max(leastRoom, room);
  const units = oneColumnEach(line);
  const start = wanted ?? cutStart(units.length, { column, length, width });
  const isCutBehind = units.length > start + width;
  const middle = units.slice(start + (start > 0 ? 1 : 0), start + width - (isCutBehind ? 1 : 0));
  const before = units.slice(start, column - 1);
  const carets = Math.max(
    1,
    Math.min(
      columns(units.slice(column - 1, column - 1 + length)),
      start + width - (column - 1) - (isCutBehind ? 1 : 0),
    ),
  );
  return {
    text: `${start > 0 && middle !== '' ? '…' : ''}${middle}${isCutBehind ? '…' : ''}`,
    indent: ' '.repeat(columns(before)),
    carets,
    start,
  };
}

interface Wanted {
  readonly column: number;
  readonly length: number;
  readonly width: number;
}

function cutStart(lineLength: number, { column, length, width }: Wanted): number {
  const end = column - 1 + length;
  if (lineLength <= width || end < width) return 0;
  // The token's end in view, with a little behind it; its begin in any case, behind the sign of the cut.
  return Math.max(0, Math.min(column - 2, end - Math.floor(width * 0.8)));
}

function oneColumnEach(line: string): string {
  return line.replace(/\t/g, ' ').replace(unsafe, '\ufffd');
}

const wide =
  /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|\p{Extended_Pictographic}/u;

/** What a terminal needs for a text: two columns for CJK and pictures, none for what combines. */
function columns(text: string): number {
  let count = 0;
  for (const sign of text) {
    if (/\p{Mn}|\ufe0f/u.test(sign)) continue;
    count += wide.test(sign) ? 2 : 1;
  }
  return count;
}
