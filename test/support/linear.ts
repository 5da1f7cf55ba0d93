/** Whether work grows with the length of a text, and not with its square: compares two sizes, not a clock with a limit. */

import { performance } from 'node:perf_hooks';
import { expect } from 'vitest';

/** Eight times the text: about 8 times the work where it is linear, 64 times where it is quadratic. */
const factor = 8;

/** Between the two, far from both. */
const mostGrowth = 3 * factor;

/** A quadratic piece of work is over the limit in each. */
const rounds = 4;

/** Below this a duration is noise of the machine, not work: what is shorter counts as this long. */
const floorMs = 0.5;

/** Fails where `work` on 64 KB takes over 24 times as long as on 8 KB. `textOf` makes the text of a length. */
export function expectLinear(textOf: (length: number) => string, work: (text: string) => unknown): void {
  const small = textOf(8 * 1024);
  const large = textOf(factor * 8 * 1024);
  work(small);
  // Another process on the machine can only make a ratio larger, so the smallest of a few tells.
  let growth = Number.POSITIVE_INFINITY;
  for (let round = 0; round < rounds && growth >= mostGrowth; round += 1) {
    const smallMs = Math.max(floorMs, best(small, work));
    growth = Math.min(growth, best(large, work) / smallMs);
  }
  expect(growth).toBeLessThan(mostGrowth);
}

/** The shortest of five, so that another process on the machine does not count. */
function best(text: string, work: (text: string) => unknown): number {
  let shortest = Number.POSITIVE_INFINITY;
  for (let i = 0; i < 5; i += 1) {
    const start = performance.now();
    work(text);
    shortest = Math.min(shortest, performance.now() - start);
    // A slow machine and quadratic work: one measurement says enough.
    if (shortest > 2000) break;
  }
  return shortest;
}
