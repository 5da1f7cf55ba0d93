import { describe, expect, it } from 'vitest';
import { type CookieRules, cookiePrefix, rewriteCookie } from '../../src/rewrite/cookies.ts';
import { expectLinear } from '../support/linear.ts';
import { randomTexts } from '../support/random-text.ts';

/** A route `/api` → `https://api.test/v1`. */
const onHttp: CookieRules = {
  scheme: 'http',
  site: 'same',
  mapPath: (path) => (path.startsWith('/v1') ? `/api${path.slice(3)}` : undefined),
  prefix: '/api',
};
const onHttps: CookieRules = { ...onHttp, scheme: 'https' };
const acrossSites: CookieRules = { ...onHttps, site: 'cross' };
const httpAcrossSites: CookieRules = { ...onHttp, site: 'cross' };
const navigated: CookieRules = { ...onHttps, site: 'cross-navigation' };
const httpNavigated: CookieRules = { ...onHttp, site: 'cross-navigation' };

type Row = readonly [name: string, rules: CookieRules, before: string, after: string];

const rows: readonly Row[] = [
  ['a plain cookie stays', onHttp, 'a=1', 'a=1'],
  [
    'Domain goes: a host-only cookie of this listener',
    onHttp,
    'a=1; Domain=.api.test; HttpOnly',
    'a=1; HttpOnly',
  ],
  [
    'Domain goes, however often and in whatever case',
    onHttps,
    'a=1;DOMAIN=x; domain = y;Secure',
    'a=1;Secure',
  ],
  ['Path follows the mount', onHttp, 'a=1; Path=/v1/login', 'a=1; Path=/api/login'],
  ['Path of the base is the prefix', onHttp, 'a=1; Path=/v1', 'a=1; Path=/api'],
  ['Path=/, to which no route leads, stays inside the route', onHttp, 'a=1; Path=/', 'a=1; Path=/api'],
  ['a Path elsewhere stays inside the route', onHttp, 'a=1; Path=/other', 'a=1; Path=/api'],
  ['the white space around Path stays', onHttp, 'a=1;  path =/v1', 'a=1;  path =/api'],
  [
    'a Path that is none is the browser’s affair (RFC 6265 §5.2.4)',
    onHttp,
    'a=1; Path=x; Path',
    'a=1; Path=x; Path',
  ],
  ['no Path: none is made', onHttp, 'a=1; HttpOnly', 'a=1; HttpOnly'],
  [
    'Secure goes on http: Safari drops such a cookie on http://localhost',
    onHttp,
    'a=1; Secure; HttpOnly',
    'a=1; HttpOnly',
  ],
  ['Secure stays on https', onHttps, 'a=1; Secure', 'a=1; Secure'],
  [
    'SameSite=None without Secure is refused: Lax reaches the page, too',
    onHttp,
    'a=1; SameSite=None; Secure',
    'a=1; SameSite=Lax',
  ],
  [
    'SameSite=None with Secure stays on https',
    onHttps,
    'a=1; SameSite=None; Secure',
    'a=1; SameSite=None; Secure',
  ],
  ['SameSite=None without Secure, on https', onHttps, 'a=1; samesite=NONE', 'a=1; samesite=Lax'],
  ['Strict and Lax stay', onHttp, 'a=1; SameSite=Strict; SameSite=Lax', 'a=1; SameSite=Strict; SameSite=Lax'],
  ['Partitioned goes with Secure', onHttp, 'a=1; Secure; Partitioned; Path=/v1', 'a=1; Path=/api'],
  ['Partitioned stays with Secure', onHttps, 'a=1; Secure; Partitioned', 'a=1; Secure; Partitioned'],
  [
    'a page of another site is reached by None and Secure alone, and often by Partitioned alone',
    acrossSites,
    'a=1; HttpOnly',
    'a=1; HttpOnly; SameSite=None; Secure; Partitioned',
  ],
  [
    'the same, where SameSite says otherwise',
    acrossSites,
    'a=1; SameSite=Lax',
    'a=1; SameSite=None; Secure; Partitioned',
  ],
  [
    'the same, where SameSite has no value',
    acrossSites,
    'a=1; SameSite',
    'a=1; SameSite=None; Secure; Partitioned',
  ],
  [
    'the same, where all is well',
    acrossSites,
    'a=1; Partitioned; SameSite=None; Secure',
    'a=1; Partitioned; SameSite=None; Secure',
  ],
  [
    'the same on http: localhost counts as secure, but for Safari',
    httpAcrossSites,
    'a=1; Secure; Path=/v1',
    'a=1; Secure; Path=/api; SameSite=None; Partitioned',
  ],
  [
    'after a navigation this is the first party: no partition',
    navigated,
    'a=1; SameSite=Strict',
    'a=1; SameSite=None; Secure',
  ],
  [
    'after a navigation on http the pages to come are of this site',
    httpNavigated,
    'a=1; SameSite=None; Secure; Partitioned',
    'a=1; SameSite=Lax',
  ],
  // RFC 6265bis §4.1.3: without what the prefix demands the cookie is refused.
  [
    '__Host- keeps Secure and Path=/, and loses Domain',
    onHttp,
    '__Host-a=1; Secure; Path=/; Domain=x',
    '__Host-a=1; Secure; Path=/',
  ],
  ['__host- in lower case is the same', onHttp, '__host-a=1; Secure; Path=/', '__host-a=1; Secure; Path=/'],
  [
    '__Secure- keeps Secure, and its Path follows',
    onHttp,
    '__Secure-a=1; Secure; Path=/v1',
    '__Secure-a=1; Secure; Path=/api',
  ],
  [
    '__Http- keeps Secure and HttpOnly',
    onHttp,
    '__Http-a=1; Secure; HttpOnly; Path=/',
    '__Http-a=1; Secure; HttpOnly; Path=/api',
  ],
  [
    '__Host-Http- keeps all',
    onHttp,
    '__Host-Http-a=1; Secure; HttpOnly; Path=/',
    '__Host-Http-a=1; Secure; HttpOnly; Path=/',
  ],
  [
    'a prefix with white space before it, which browsers trim',
    onHttp,
    ' __Host-a=1; Secure; Path=/',
    ' __Host-a=1; Secure; Path=/',
  ],
  [
    'a prefix keeps SameSite=None',
    onHttp,
    '__Secure-a=1; Secure; SameSite=None',
    '__Secure-a=1; Secure; SameSite=None',
  ],
  [
    'value, unknown attributes, dates and white space stay byte for byte',
    onHttp,
    'a="x=1, \xe9 Path=/v1"; Expires=Wed, 21 Oct 2026 07:28:00 GMT;Max-Age=0;  Priority = High ;X',
    'a="x=1, \xe9 Path=/v1"; Expires=Wed, 21 Oct 2026 07:28:00 GMT;Max-Age=0;  Priority = High ;X',
  ],
  ['a value that names attributes', onHttp, 'Secure=Domain; HttpOnly', 'Secure=Domain; HttpOnly'],
  ['a cookie named Path', onHttp, 'Path=/v1', 'Path=/v1'],
  ['the empty text', onHttp, '', ''],
];

describe('a cookie of the upstream', () => {
  it.each(rows)('%s', (_, rules, before, after) => {
    expect(rewriteCookie(before, rules)).toBe(after);
  });

  it('never throws; the pair stays, and None never leaves without Secure', () => {
    const vocabulary = [
      'a',
      '=',
      '; ',
      ';',
      'Path=/v1',
      'Domain=x',
      'SameSite=None',
      'SameSite',
      'Secure',
      '__Host-',
      ' ',
    ];
    for (const text of randomTexts(2000, vocabulary)) {
      for (const rules of [onHttp, onHttps, acrossSites, httpAcrossSites, navigated, httpNavigated]) {
        const [pair, ...attributes] = rewriteCookie(text, rules).split(';');
        const names = attributes.map((part) => part.trim().toLowerCase());
        expect(pair).toBe(text.split(';')[0]);
        expect(
          names.some((name) => /^domain\s*(?:=|$)/.test(name)),
          JSON.stringify(text),
        ).toBe(false);
        const isNone = names.findLast((name) => /^samesite\s*(?:=|$)/.test(name)) === 'samesite=none';
        const isSecure = names.some((name) => /^secure\s*(?:=|$)/.test(name));
        expect(isNone && !isSecure, JSON.stringify(text)).toBe(false);
        expect(names.includes('partitioned') && !isSecure, JSON.stringify(text)).toBe(false);
      }
    }
  });

  it.each([
    ['semicolons', ';'],
    ['white space', ' '],
    ['Path attributes', ';Path=/'],
    ['SameSite attributes', ';SameSite=None'],
  ])('64 KB of %s cost no more for their number', (_, piece) => {
    expectLinear(
      (length) => `a=1${piece.repeat(length / piece.length)}`,
      (text) => {
        rewriteCookie(text, onHttp);
        rewriteCookie(text, acrossSites);
      },
    );
  });
});

describe('the prefix of a cookie’s name', () => {
  it.each([
    ['__Host-a', '__Host-'],
    ['__Host-Http-a', '__Host-Http-'],
    ['__SECURE-a', '__SECURE-'],
    ['__Http-', '__Http-'],
    ['_Host-a', undefined],
    ['a__Host-', undefined],
    ['__Hosta', undefined],
    ['', undefined],
  ])('of %j is %j', (name, prefix) => {
    expect(cookiePrefix(name)).toBe(prefix);
  });
});
