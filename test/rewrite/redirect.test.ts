/** A redirect that is followed on the server: Fetch, "HTTP-redirect fetch". */

import { describe, expect, it } from 'vitest';
import { type Hop, hopHead, isRedirect, type NextHop, nextHop } from '../../src/rewrite/redirect.ts';
import { expectLinear } from '../support/linear.ts';
import { randomTexts } from '../support/random-text.ts';

const current: Hop = { origin: 'https://api.test', method: 'GET', path: '/v1/a/b?c=d' };

function hopOf(next: NextHop): Extract<NextHop, { kind: 'hop' }> {
  if (next.kind === 'hop') return next;
  throw new Error(next.why);
}

describe('a redirect status', () => {
  it.each([301, 302, 303, 307, 308])('%i is one', (status) => {
    expect(isRedirect(status)).toBe(true);
  });

  it.each([200, 201, 300, 304, 305, 306, 309, 399])('%i is none', (status) => {
    expect(isRedirect(status)).toBe(false);
  });
});

type Row = readonly [name: string, location: string, origin: string, path: string];

const api = 'https://api.test';

/** URL Standard; RFC 3986 §5.4 has most of the relative rows. */
const rows: readonly Row[] = [
  ['a URL', 'https://cdn.test/x?y', 'https://cdn.test', '/x?y'],
  ['the default port written out', 'https://api.test:443/x', api, '/x'],
  ['another port', 'https://api.test:8443/x', 'https://api.test:8443', '/x'],
  ['upper case', 'HTTPS://API.test/X', api, '/X'],
  ['no path', 'https://cdn.test', 'https://cdn.test', '/'],
  ['no path but a query', 'https://cdn.test?x', 'https://cdn.test', '/?x'],
  ['the other scheme', 'http://api.test/x', 'http://api.test', '/x'],
  ['without scheme: that of the upstream', '//cdn.test/x', 'https://cdn.test', '/x'],
  ['a path from the root', '/x', api, '/x'],
  ['a sibling', 'x', api, '/v1/a/x'],
  ['a sibling, said twice', './x', api, '/v1/a/x'],
  ['a child', 'x/y', api, '/v1/a/x/y'],
  ['the folder', '.', api, '/v1/a/'],
  ['the folder above', '..', api, '/v1/'],
  ['a path above', '../x', api, '/v1/x'],
  ['above the root there is nothing', '../../../../x', api, '/x'],
  ['dot segments in the middle', 'x/../y/./z', api, '/v1/a/y/z'],
  ['dot segments from the root', '/x/../y/./z', api, '/y/z'],
  ['dot segments of a URL', 'https://cdn.test/x/../y', 'https://cdn.test', '/y'],
  ['a dot segment at the end', '/x/y/..', api, '/x/'],
  ['".." only in the query', '/x?a=/../b', api, '/x?a=/../b'],
  ['a query', '?x=y', api, '/v1/a/b?x=y'],
  ['a query with a question mark', 'x?y?z', api, '/v1/a/x?y?z'],
  ['nothing: the same again', '', api, '/v1/a/b?c=d'],
  ['a fragment, which never travels', '/x#y', api, '/x'],
  ['a fragment alone', '#y', api, '/v1/a/b?c=d'],
  ['two slashes inside stay', '/x//y', api, '/x//y'],
  ['a space, which browsers encode', '/a b', api, '/a%20b'],
  ['the bytes of UTF-8 likewise', '/caf\xc3\xa9?q=\xc3\xa9', api, '/caf%C3%A9?q=%C3%A9'],
];

describe('the next URL', () => {
  it.each(rows)('%s: %s', (_, location, origin, path) => {
    const { hop, changesOrigin } = hopOf(nextHop(302, location, current));
    expect(hop).toEqual({ origin, method: 'GET', path });
    expect(changesOrigin).toBe(origin !== api);
  });

  const invalid: readonly (readonly [name: string, location: string])[] = [
    ['user info, an error in a redirect (step 7)', 'https://user:pw@api.test/x'],
    ['the upstream as user info of another host', 'https://api.test@169.254.169.254/'],
    ['another scheme', 'file:///etc/passwd'],
    ['data:', 'data:text/html,x'],
    ['a relative path with a colon in its first segment', 'a:b'],
    ['no host', 'https:///x'],
    ['two slashes alone', '//'],
    ['an open bracket', 'http://[bad/'],
    ['a port beyond all', 'http://a.test:99999/'],
    ['a backslash in the host', 'https://api.test\\@evil.test/'],
    ['a line break', '/a\r\nX: 1'],
    ['an 8-bit byte in the host', 'https://caf\xc3\xa9.test/'],
  ];

  it.each(invalid)('is none of ours to ask: %s', (_, location) => {
    expect(nextHop(302, location, current).kind).toBe('invalid');
  });

  it('never throws, and the path is one that a request line can have', () => {
    const vocabulary = ['/', '//', '..', '.', 'https:', 'api.test', ':80', '@', '?', '#', 'x', '[', '\\'];
    for (const text of randomTexts(2000, vocabulary)) {
      const next = nextHop(303, text, current);
      if (next.kind === 'invalid') continue;
      expect(next.hop.path, JSON.stringify(text)).toMatch(/^\/[\x21-\x7e]*$/);
      expect(next.hop.path.split('?')[0], JSON.stringify(text)).not.toMatch(/\/\.{1,2}(?:\/|$)/);
      expect(next.hop.origin, JSON.stringify(text)).toMatch(/^https?:\/\/[a-z0-9_.:[\]-]+$/);
    }
  });

  it.each([
    ['dots', '../'],
    ['slashes', '/'],
    ['question marks', '?'],
    ['segments', 'a/'],
  ])('64 KB of %s cost no more for their number', (_, piece) => {
    expectLinear(
      (length) => `x${piece.repeat(length / piece.length)}`,
      (text) => nextHop(302, text, current),
    );
  });
});

/** Step 12: the only method changes that the standard makes. */
const methods: readonly (readonly [status: number, method: string, next: string, keepsBody: boolean])[] = [
  [301, 'POST', 'GET', false],
  [302, 'POST', 'GET', false],
  [303, 'POST', 'GET', false],
  [307, 'POST', 'POST', true],
  [308, 'POST', 'POST', true],
  [301, 'PUT', 'PUT', true],
  [302, 'DELETE', 'DELETE', true],
  [303, 'DELETE', 'GET', false],
  [303, 'GET', 'GET', true],
  [303, 'HEAD', 'HEAD', true],
  [302, 'HEAD', 'HEAD', true],
];

describe('the next method', () => {
  it.each(methods)('%i after %s: %s', (status, method, next, keepsBody) => {
    const { hop, ...rest } = hopOf(nextHop(status, '/x', { ...current, method }));
    expect([hop.method, rest.keepsBody]).toEqual([next, keepsBody]);
  });
});

describe('the next head', () => {
  const head = [
    'Host',
    'api.test',
    'Authorization',
    'Bearer s3cret',
    'X-Key',
    'k',
    'cookie',
    'a=1',
    'Origin',
    'http://localhost:5173',
    'Referer',
    'http://localhost:5173/',
    'Content-Type',
    'text/plain',
    'content-length',
    '3',
    'Accept',
    '*/*',
    'ACCEPT',
    'x/y',
  ];
  const routeFields = new Set(['authorization', 'x-key']);
  const next = (status: number, location: string) =>
    hopOf(nextHop(status, location, { ...current, method: 'POST' }));

  it('is the same on the same origin', () => {
    expect(hopHead(head, { next: next(307, '/x'), routeFields })).toEqual(head);
  });

  it('loses the secrets of the route and the rights of the client on another origin', () => {
    expect(hopHead(head, { next: next(307, 'https://evil.test/x'), routeFields })).toEqual([
      'Host',
      'evil.test',
      'Content-Type',
      'text/plain',
      'content-length',
      '3',
      'Accept',
      '*/*',
      'ACCEPT',
      'x/y',
    ]);
  });

  it.each(['http://api.test/x', 'https://api.test:8443/x', 'https://api.test.evil.test/x'])(
    'counts %s as another origin',
    (location) => {
      expect(hopHead(head, { next: next(307, location), routeFields })).not.toContain('Bearer s3cret');
    },
  );

  it('loses what spoke of the body where the body is gone', () => {
    const names = hopHead(head, { next: next(303, '/x'), routeFields }).filter((_, i) => i % 2 === 0);
    expect(names).toEqual([
      'Host',
      'Authorization',
      'X-Key',
      'cookie',
      'Origin',
      'Referer',
      'Accept',
      'ACCEPT',
    ]);
  });
});
