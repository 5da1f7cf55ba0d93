/** Few numbers, told honestly: the middle one, and how far the others lie apart. */

export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** `sorted` in rising order; `share` of 0.99 is the 99th percentile. */
export function percentile(sorted, share) {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
}

/** Of what stood beside each other in the same round: noise that both had falls out. */
export function pairedRatio(ours, theirs) {
  const ratios = ours.flatMap((value, i) => (theirs[i] === undefined ? [] : [value / theirs[i]]));
  return { median: median(ratios), least: Math.min(...ratios), most: Math.max(...ratios) };
}
