/** Texts as an attacker might send them, the same ones for the same seed. */

/** mulberry32: a number from 0 to 1. */
function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

/**
 * `count` texts of up to twelve pieces, each a piece of `vocabulary` or a random byte as latin1: pieces reach deep
 * into a parser, bytes find what its author did not think of.
 */
export function* randomTexts(
  count: number,
  vocabulary: readonly string[],
  { seed = 20260 }: { readonly seed?: number } = {},
): Generator<string> {
  const random = generator(seed);
  const pick = (below: number) => Math.floor(random() * below);
  for (let i = 0; i < count; i += 1) {
    let text = '';
    for (let left = pick(12); left >= 0; left -= 1) {
      text += random() < 0.3 ? String.fromCharCode(pick(256)) : (vocabulary[pick(vocabulary.length)] ?? '');
    }
    yield text;
  }
}
