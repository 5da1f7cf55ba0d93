/** "Did you mean …?" */

/**
 * The candidate that differs least from a word, or `undefined` where none is near: one slip in three characters.
 * Case does not count.
 */
export function nearest(word: string, candidates: Iterable<string>): string | undefined {
  const lower = word.slice(0, longestWord).toLowerCase();
  let best: string | undefined;
  let least = Math.floor(lower.length / 3) + 1;
  for (const candidate of candidates) {
    if (Math.abs(candidate.length - lower.length) >= least) continue;
    const distance = editDistance(lower, candidate.toLowerCase());
    if (distance >= least) continue;
    best = candidate;
    least = distance;
  }
  return best;
}

/** A key of a megabyte is not a slip of the pen. */
const longestWord = 64;

/**
 * Insertions, deletions, replacements and swaps of neighbours that lead from one word to the other (optimal string
 * alignment): "Credentails" is one swap away, where plain Levenshtein counts two.
 */
function editDistance(a: string, b: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i += 1) {
    const row = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const cost = a[i - 1] === b[j - 1] ? 0 : 1;
      const swap = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      const plain = Math.min(get(last, j) + 1, get(row, j - 1) + 1, get(last, j - 1) + cost);
      row.push(swap ? Math.min(plain, get(beforeLast, j - 2) + 1) : plain);
    }
    beforeLast = last;
    last = row;
  }
  return get(last, b.length);
}

function get(row: readonly number[], index: number): number {
  return row[index] ?? Number.POSITIVE_INFINITY;
}
