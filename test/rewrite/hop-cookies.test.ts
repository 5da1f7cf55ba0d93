import { describe, expect, it } from 'vitest';
import { withHopCookies } from '../../src/rewrite/hop-cookies.ts';

type Row = readonly [name: string, before: string, lines: readonly string[], after: string];

/** `/account/login?next=1` → `/account/home` */
const rows: readonly Row[] = [
  ['a new one is sent', '', ['a=1; HttpOnly'], 'a=1'],
  ['beside the others', 'b=2; c="x=y"', ['a=1'], 'b=2; c="x=y"; a=1'],
  ['in the place of the one with its name', 'a=0; b=2', ['a=1; Path=/'], 'a=1; b=2'],
  ['the last of several counts', '', ['a=1', 'a=2'], 'a=2'],
  ['one that is taken back is not sent', 'a=0; b=2', ['a=; Max-Age=0'], 'b=2'],
  ['nor one that is over', 'a=0; b=2', ['a=; Expires=Thu, 01 Jan 1970 00:00:00 GMT'], 'b=2'],
  ['Max-Age has the last word', '', ['a=1; Max-Age=60; Expires=Thu, 01 Jan 1970 00:00:00 GMT'], 'a=1'],
  ['a date to come', '', ['a=1; Expires=Fri, 01 Jan 2100 00:00:00 GMT'], 'a=1'],
  ['a date that is none', '', ['a=1; Expires=soon'], 'a=1'],
  ['one for another path is not sent', '', ['a=1; Path=/admin'], ''],
  ['nor one for half a segment', '', ['a=1; Path=/acc'], ''],
  ['one for this path alone', '', ['a=1; Path=/account/home'], 'a=1'],
  ['a path that is none is the folder', '', ['a=1; Path=x'], 'a=1'],
  ['nothing set', 'b=2', [], 'b=2'],
];

describe('the Cookie of a followed redirect', () => {
  it.each(rows)('%s', (_, before, lines, after) => {
    const headers = ['Host', 'api.test', ...(before === '' ? [] : ['cookie', before]), 'Accept', '*/*'];
    const paths = { from: '/account/login?next=1', to: '/account/home?a=/b' };
    const made = withHopCookies(headers, { lines, ...paths, nowMs: Date.UTC(2026, 0, 1) });
    const cookie = after === '' ? [] : ['Cookie', after];
    expect(made).toEqual(['Host', 'api.test', 'Accept', '*/*', ...cookie]);
  });

  it('without a Path belongs to the folder that set it', () => {
    const sent = (from: string, to: string) =>
      withHopCookies([], { lines: ['a=1'], from, to, nowMs: 0 }).join(' ');
    expect(sent('/login', '/home')).toBe('Cookie a=1');
    expect(sent('/account/login', '/home')).toBe('');
    expect(sent('/account/login', '/account')).toBe('Cookie a=1');
  });
});
