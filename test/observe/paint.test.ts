import { describe, expect, it } from 'vitest';
import { type ColorWish, paintFor } from '../../src/observe/paint.ts';

function paints(wish: ColorWish): boolean {
  return paintFor(wish).red('x') !== 'x';
}

describe('whether a stream gets colours', () => {
  it.each([
    ['a terminal', true, {}, true],
    ['a pipe', false, {}, false],
    ['a pipe in CI, where the library would say yes', false, { CI: 'true' }, false],
    ['NO_COLOR on a terminal', true, { NO_COLOR: '1' }, false],
    ['an empty NO_COLOR means nothing', true, { NO_COLOR: '' }, true],
    ['FORCE_COLOR on a pipe', false, { FORCE_COLOR: '1' }, true],
    ['FORCE_COLOR=0 on a terminal', true, { FORCE_COLOR: '0' }, false],
    ['NO_COLOR against FORCE_COLOR', true, { NO_COLOR: '1', FORCE_COLOR: '1' }, false],
    ['a dumb terminal', true, { TERM: 'dumb' }, false],
  ])('%s', (_sentence, isTerminal, env, expected) => {
    expect(paints({ isTerminal, env, flag: 'auto' })).toBe(expected);
  });

  it('never with --no-color, whatever the environment wants', () => {
    expect(paints({ isTerminal: true, env: { FORCE_COLOR: '1' }, flag: 'never' })).toBe(false);
  });
});
