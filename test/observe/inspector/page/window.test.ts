import { describe, expect, it } from 'vitest';
import { scrollFor, visibleSlice } from '../../../../src/observe/inspector/page/window.ts';

const sight = { height: 340, rowHeight: 34 };

const slices: readonly (readonly [it: string, count: number, top: number, from: number, to: number])[] = [
  ['an empty list', 0, 0, 0, 0],
  ['a short list is there whole', 5, 0, 0, 5],
  ['the top of a long one', 2000, 0, 0, 22],
  ['its middle', 2000, 34_000, 988, 1022],
  ['its end', 2000, 67_660, 1978, 2000],
  ['scrolled further than it is long, after a filter', 10, 67_660, 10, 10],
  ['pulled beyond its top', 2000, -50, 0, 22],
];

const scrolls: readonly (readonly [it: string, index: number, top: number, expected: number])[] = [
  ['a row in sight stays where it is', 3, 0, 0],
  ['one below comes in at the bottom', 10, 0, 34],
  ['one above comes in at the top', 2, 340, 68],
  ['the first', 0, 500, 0],
];

describe('the rows in sight', () => {
  it.each(slices)('%s', (_, count, top, from, to) => {
    expect(visibleSlice(count, { ...sight, top })).toEqual({ from, to });
  });

  it.each(scrolls)('%s', (_, index, top, expected) => {
    expect(scrollFor(index, { ...sight, top })).toBe(expected);
  });
});
