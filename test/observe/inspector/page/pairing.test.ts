import { describe, expect, it } from 'vitest';
import { becauseOf, pairRows } from '../../../../src/observe/inspector/page/pairing.ts';
import type { Row } from '../../../../src/observe/inspector/wire.ts';
import { preflight, row } from './rows.ts';

/** `2<1`: request 2 with its preflight 1. */
function pairs(rows: readonly Row[]): readonly string[] {
  return pairRows(rows).map(({ row: { n }, preflight: asked }) =>
    asked === null ? `${n}` : `${n}<${asked.n}`,
  );
}

const put = { method: 'PUT' } as const;
const refused = { mark: '✗', verdict: 'refused', word: 'refused' } as const;

const rows: readonly (readonly [it: string, rows: readonly Row[], pairs: readonly string[]])[] = [
  ['nothing', [], []],
  ['a request without a preflight', [row(1)], ['1']],
  ['a preflight and its request', [preflight(1, 'PUT'), row(2, put)], ['2<1']],
  ['a preflight whose request does not come', [preflight(1, 'PUT')], ['1']],
  ['others in between', [preflight(1, 'PUT'), row(2), row(3, put)], ['2', '3<1']],
  ['another method', [preflight(1, 'DELETE'), row(2, put)], ['1', '2']],
  ['another path', [preflight(1, 'PUT', { path: '/x' }), row(2, put)], ['1', '2']],
  ['another origin', [preflight(1, 'PUT', { origin: 'http://a.test' }), row(2, put)], ['1', '2']],
  ['a refused preflight', [preflight(1, 'PUT', refused), row(2, put)], ['1', '2']],
  [
    'a second request that went by the first answer',
    [preflight(1, 'PUT'), row(2, put), row(3, put)],
    ['2<1', '3'],
  ],
  ['two at once', [preflight(1, 'PUT'), preflight(2, 'PUT'), row(3, put), row(4, put)], ['3<2', '4<1']],
  ['much later', [preflight(1, 'PUT', { at: 0 }), row(2, { ...put, at: 31_000 })], ['1', '2']],
  ['a replay, which asks nobody', [preflight(1, 'PUT'), row(2, { ...put, replayOf: 1 })], ['1', '2']],
];

describe('preflights and their requests', () => {
  it.each(rows)('%s', (_, given, expected) => {
    expect(pairs(given)).toEqual(expected);
  });
});

const causes: readonly (readonly [
  it: string,
  method: string,
  headers: readonly string[],
  because: readonly string[],
])[] = [
  ['a method that has to be asked for', 'PUT', [], ['method PUT']],
  ['headers that have to be', 'POST', ['idempotency-key'], ['header idempotency-key']],
  ['both', 'PATCH', ['a', 'b'], ['method PATCH', 'header a', 'header b']],
  ['neither', 'POST', [], ['a listener on its upload, or a body that is a stream']],
];

describe('why a browser asked', () => {
  it.each(causes)('%s', (_, method, headers, because) => {
    expect(becauseOf(preflight(1, method, { ask: { method, headers } }))).toEqual(because);
  });

  it('says nothing of a request', () => {
    expect(becauseOf(row(1))).toEqual([]);
  });
});
