/** Texts as an attacker might send them, the same ones for the same seed. */

import { randomSource } from './random.ts';

/**
 * `count` texts of up to twelve pieces, each a piece of `vocabulary` or a random byte as latin1: pieces reach deep
 * into a parser, bytes find what its author did not think of.
 */
export function* randomTexts(
  count: number,
  vocabulary: readonly string[],
  { seed = 20260 }: { readonly seed?: number } = {},
): Generator<string> {
  const { below, chance } = randomSource(seed);
  for (let i = 0; i < count; i += 1) {
    let text = '';
    for (let left = below(12); left >= 0; left -= 1) {
      text += chance(0.3) ? String.fromCharCode(below(256)) : (vocabulary[below(vocabulary.length)] ?? '');
    }
    yield text;
  }
}
