/**
 * The memory that something refers to: what a collection cannot free. Resident memory also counts what only waits for
 * a collection, so that it depends on the version of Node and on what else the machine does.
 */

import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

export interface HeldMemory {
  /** Told how many bytes of a body have passed so far; looks each time that another 8 MiB have. */
  readonly passed: (bytes: number) => void;
  /** The most that was held at a look, beyond what was held before the first. */
  readonly mostBytes: () => number;
}

const everyBytes = 8 * 1024 * 1024;

export function heldMemory(): HeldMemory {
  const before = heldBytes();
  let most = Number.NEGATIVE_INFINITY;
  let looks = 0;
  return {
    passed: (bytes) => {
      const due = Math.floor(bytes / everyBytes);
      if (due > looks) most = Math.max(most, heldBytes() - before);
      looks = due;
    },
    // Without a look nothing was measured: more than any bound.
    mostBytes: () => (Number.isFinite(most) ? most : Number.POSITIVE_INFINITY),
  };
}

/** In V8's heap and outside of it. */
function heldBytes(): number {
  // What the first collection frees outside of the heap is freed beside it; the second waits for that.
  collect();
  collect();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}
