import { describe, expect, it } from 'vitest';
import { filterOf } from '../../../../src/observe/inspector/page/filter.ts';
import type { Row } from '../../../../src/observe/inspector/wire.ts';
import { preflight, row } from './rows.ts';

const refused: Partial<Row> = {
  status: 403,
  verdict: 'refused',
  mark: '✗',
  word: 'refused',
  why: 'is not in allowOrigin',
};
const failed: Partial<Row> = {
  status: 502,
  who: 'upstream',
  mark: '✗',
  word: 'connection_refused',
  code: 'connection_refused',
};

const rows: readonly (readonly [it: string, filter: string, parts: Partial<Row>, passes: boolean])[] = [
  ['nothing is asked', '', {}, true],
  ['white space is nothing', '   ', {}, true],
  ['a class of status', 'status:4xx', { status: 404 }, true],
  ['another class', 'status:4xx', {}, false],
  ['a status', 'status:404', { status: 404 }, true],
  ['the beginning of a status', 'status:4', { status: 402 }, true],
  ['a bound below', 'status:>=400', { status: 502 }, true],
  ['a bound above', 'status:<300', { status: 304 }, false],
  ['a verdict', 'cors:refused', refused, true],
  ['a verdict of two words', 'cors:not-needed', { verdict: 'not needed' }, true],
  ['the beginning of a verdict', 'cors:not', { verdict: 'not needed' }, true],
  ['another verdict', 'cors:allowed', refused, false],
  ['a route by its globs', 'route:/gh', {}, true],
  ['a route by its place', 'route:0', {}, true],
  ['another route', 'route:/pay', {}, false],
  ['a method', 'method:get', {}, true],
  ['another method', 'method:put', {}, false],
  ['an origin', 'origin:5173', {}, true],
  ['no origin at all', 'origin:5173', { origin: null }, false],
  ['an error by its code', 'code:refused', failed, true],
  ['what was refused', 'is:refused', refused, true],
  ['a failure is no refusal', 'is:refused', failed, false],
  ['what failed', 'is:failed', failed, true],
  ['a replay', 'is:replay', { replayOf: 3 }, true],
  ['a WebSocket', 'is:socket', { who: 'ws' }, true],
  ['a kind that is none', 'is:odd', {}, false],
  ['text in the path', 'user', {}, true],
  ['text in the reason', 'allow-origin', {}, true],
  ['text in other letters', 'USER', {}, true],
  ['text with a colon that is no key', 'localhost:5173', {}, true],
  ['text that is nowhere', 'checkout', {}, false],
  ['all words must hold', 'user status:2xx', {}, true],
  ['one that does not is enough', 'user status:5xx', {}, false],
  ['a word turned round', '-status:200', {}, false],
  ['a word turned round that does not hold', '-status:404', {}, true],
  ['a minus alone', '-', {}, true],
];

describe('the filter', () => {
  it.each(rows)('%s: %s', (_, text, parts, passes) => {
    expect(filterOf(text)({ row: row(1, parts), preflight: null })).toBe(passes);
  });

  it('finds a request by its preflight', () => {
    const pair = { row: row(2, { method: 'PUT' }), preflight: preflight(1, 'PUT') };
    expect(filterOf('is:preflight')(pair)).toBe(true);
    expect(filterOf('method:options')(pair)).toBe(true);
    expect(filterOf('is:preflight')({ ...pair, preflight: null })).toBe(false);
  });
});
