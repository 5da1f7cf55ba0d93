import { describe, it } from 'vitest';
import { indexLines, placeIn } from '../../src/config/position.ts';
import { expectLinear } from '../support/linear.ts';

describe('placeIn', () => {
  it('finds the places of a config that is one long line without reading the line for each', () => {
    expectLinear(
      (length) => '{"match":"/a/**"},'.repeat(length / 18),
      (text) => {
        const named = { file: 'one-line.json', lines: indexLines(text) };
        for (let offset = 0; offset < text.length; offset += 18) {
          placeIn(named, { kind: 'text', offset, length: 17 }, ['routes', offset / 18]);
        }
      },
    );
  });
});
