import { describe, expect, it } from 'vitest';
import { appendVary } from '../../src/http/vary.ts';
import { expectLinear } from '../support/linear.ts';

type Row = readonly [
  name: string,
  before: readonly string[],
  add: readonly string[],
  after: readonly string[],
];

const rows: readonly Row[] = [
  ['none before: one line', [], ['Origin'], ['Vary', 'Origin']],
  ['behind those of the upstream', ['Vary', 'Accept'], ['Origin'], ['Vary', 'Accept, Origin']],
  ['present already: untouched', ['Vary', 'Accept, Origin'], ['Origin'], ['Vary', 'Accept, Origin']],
  ['present in another case: not repeated', ['vary', 'ORIGIN'], ['Origin'], ['vary', 'ORIGIN']],
  ['a part of a name is not the name', ['Vary', 'X-Origin'], ['Origin'], ['Vary', 'X-Origin, Origin']],
  ['"*" says more, and stays', ['Vary', '*'], ['Origin'], ['Vary', '*']],
  ['"*" among names stays', ['Vary', 'Accept, *'], ['Origin'], ['Vary', 'Accept, *']],
  [
    'two lines become one, and lose nothing',
    ['Vary', 'Accept', 'X-Other', 'v', 'VARY', 'Accept-Encoding'],
    ['Origin'],
    ['Vary', 'Accept, Accept-Encoding, Origin', 'X-Other', 'v'],
  ],
  [
    'several names, one of them there',
    ['Vary', 'Origin'],
    ['Origin', 'Access-Control-Request-Method'],
    ['Vary', 'Origin, Access-Control-Request-Method'],
  ],
  ['nothing to add: untouched', ['Vary', ' a ,, b'], [], ['Vary', ' a ,, b']],
  ['nothing to add: none is made', [], [], []],
  ['an empty line', ['Vary', ''], ['Origin'], ['Vary', 'Origin']],
  ['a value that looks like a name', ['X-Name', 'vary'], ['Origin'], ['X-Name', 'vary', 'Vary', 'Origin']],
];

describe('Vary', () => {
  it.each(rows)('%s', (_, before, add, after) => {
    const headers = [...before];
    appendVary(headers, add);
    expect(headers).toEqual(after);
  });

  it('64 KB of commas cost no more for their number', () => {
    expectLinear(
      (length) => 'a,'.repeat(length / 2),
      (text) => appendVary(['Vary', text], ['Origin']),
    );
  });
});
