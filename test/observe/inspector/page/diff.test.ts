import { describe, expect, it } from 'vitest';
import { diffFields } from '../../../../src/observe/inspector/page/diff.ts';
import type { Field } from '../../../../src/observe/inspector/wire.ts';

const signs = { same: ' ', gone: '-', new: '+' } as const;

function diff(before: readonly Field[], after: readonly Field[]): readonly string[] {
  return diffFields(before, after).map(({ kind, name, value }) => `${signs[kind]}${name}: ${value}`);
}

const rows: readonly (readonly [
  it: string,
  before: readonly Field[],
  after: readonly Field[],
  lines: readonly string[],
])[] = [
  ['nothing', [], [], []],
  ['the same', [['A', '1']], [['A', '1']], [' A: 1']],
  ['the same name in other letters', [['a', '1']], [['A', '1']], [' A: 1']],
  [
    'one more',
    [['A', '1']],
    [
      ['A', '1'],
      ['B', '2'],
    ],
    [' A: 1', '+B: 2'],
  ],
  [
    'one less',
    [
      ['A', '1'],
      ['B', '2'],
    ],
    [['A', '1']],
    [' A: 1', '-B: 2'],
  ],
  [
    'another value: the old one stands above it',
    [
      ['A', '1'],
      ['B', '2'],
    ],
    [
      ['A', '9'],
      ['B', '2'],
    ],
    ['-A: 1', '+A: 9', ' B: 2'],
  ],
  [
    'another order is no change',
    [
      ['A', '1'],
      ['B', '2'],
    ],
    [
      ['B', '2'],
      ['A', '1'],
    ],
    [' B: 2', ' A: 1'],
  ],
  [
    'one of two equal lines',
    [
      ['A', '1'],
      ['A', '1'],
    ],
    [['A', '1']],
    [' A: 1', '-A: 1'],
  ],
  [
    'one of two cookies',
    [
      ['Set-Cookie', 'a=1; Secure'],
      ['Set-Cookie', 'b=2'],
    ],
    [
      ['Set-Cookie', 'a=1'],
      ['Set-Cookie', 'b=2'],
    ],
    ['-Set-Cookie: a=1; Secure', '+Set-Cookie: a=1', ' Set-Cookie: b=2'],
  ],
];

describe('headers before and after', () => {
  it.each(rows)('%s', (_, before, after, lines) => {
    expect(diff(before, after)).toEqual(lines);
  });
});
