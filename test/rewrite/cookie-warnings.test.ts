import { describe, expect, it } from 'vitest';
import { type CookieFacts, cookieWarnings } from '../../src/rewrite/cookie-warnings.ts';

const plain = {
  scheme: 'http',
  site: 'same',
  cookies: 'pass',
  handling: 'rewrite',
  way: 'key',
} as const;

describe('what is said of a cookie', () => {
  it.each<[string, CookieFacts, readonly RegExp[]]>([
    ['nothing of one that works', { ...plain, line: 'a=1; Secure; SameSite=None; Domain=x.test' }, []],
    [
      'a __Host- name on http',
      { ...plain, line: '__Host-a=1; Secure; Path=/' },
      [/"__Host-a" must be Secure.*--https/],
    ],
    ['nothing of one that is kept as it is', { ...plain, handling: 'keep', line: 'a=1; Partitioned' }, []],
    ['a __Secure- name on https is fine', { ...plain, scheme: 'https', line: '__Secure-a=1; Secure' }, []],
    [
      'Partitioned on http',
      { ...plain, line: 'a=1; Secure; Partitioned' },
      [/"a" lost Partitioned.*--https/],
    ],
    [
      'a page of another site on http',
      { ...plain, site: 'cross', line: 'a=1; Secure; Partitioned' },
      [/"a" is Partitioned, which Safari drops on http.*localhost.*--https/],
    ],
    ['a page of another site on https', { ...plain, scheme: 'https', site: 'cross', line: 'a=1' }, []],
    ['a navigation from another site', { ...plain, site: 'cross-navigation', line: 'a=1' }, []],
    [
      'a route without credentials',
      { ...plain, cookies: 'strip', line: 'a=1' },
      [/"a" was dropped.*"allowCredentials": true/],
    ],
    [
      'a route without credentials, of a proxy without a config file',
      { ...plain, cookies: 'strip', way: 'flag', line: 'a=1' },
      [/"a" was dropped.*Mend: --allow-credentials$/],
    ],
  ])('%s', (_, facts, expected) => {
    const said = cookieWarnings(facts);
    expect(said.length).toBe(expected.length);
    for (const [i, pattern] of expected.entries()) expect(said[i]).toMatch(pattern);
    expect(said.join()).not.toContain('=1');
  });
});
