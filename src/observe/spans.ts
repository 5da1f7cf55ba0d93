/** Pieces of a line: cut and padded by what is seen, coloured last, so that colour never changes the layout. */

import type { Paint } from './paint.ts';

export interface Span {
  readonly text: string;
  readonly style?: keyof Paint | undefined;
}

export interface Layout {
  /** Columns of the terminal; infinite where nobody counts them. */
  readonly width: number;
  readonly paint: Paint;
}

export function renderSpans(spans: readonly Span[], { width, paint }: Layout): string {
  let room = width;
  let out = '';
  const last = lastWithText(spans);
  for (let i = 0; i <= last && room > 0; i += 1) {
    const { text, style } = spans[i] ?? nothing;
    const shown = cutEnd(i === last ? text.trimEnd() : text, room);
    room -= shown.length;
    out += style === undefined ? shown : paint[style](shown);
  }
  return out;
}

/** A line does not end in blanks. */
function lastWithText(spans: readonly Span[]): number {
  let last = spans.length - 1;
  while (last >= 0 && (spans[last] ?? nothing).text.trimEnd() === '') last -= 1;
  return last;
}

export function lengthOf(spans: readonly Span[]): number {
  let sum = 0;
  for (const { text } of spans) sum += text.length;
  return sum;
}

const nothing: Span = { text: '' };

export function cutEnd(text: string, width: number): string {
  return text.length <= width ? text : `${text.slice(0, Math.max(0, width - 1))}…`;
}

/** A path says most at its ends. */
export function cutMiddle(text: string, width: number): string {
  if (text.length <= width) return text;
  const head = Math.floor((width - 1) / 3);
  return `${text.slice(0, head)}…${text.slice(text.length - (width - 1 - head))}`;
}
