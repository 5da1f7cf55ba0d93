import { describe, expect, it } from 'vitest';
import {
  type LocationRules,
  rewriteLink,
  rewriteLocation,
  rewriteRefresh,
} from '../../src/rewrite/location.ts';
import { expectLinear } from '../support/linear.ts';
import { randomTexts } from '../support/random-text.ts';

/** `/gh` → `https://api.test`, `/files` → `http://files.test:8080/v1`. */
const rules: LocationRules = {
  downstream: 'http://localhost:8010',
  upstreamOrigin: 'https://api.test',
  pathFor: (origin, path) => {
    if (origin === 'https://api.test') return `/gh${path}`;
    return origin === 'http://files.test:8080' && path.startsWith('/v1/')
      ? `/files${path.slice(3)}`
      : undefined;
  },
};
const ours = 'http://localhost:8010';

type Row = readonly [name: string, before: string, after: string];

const rows: readonly Row[] = [
  ['the upstream itself', 'https://api.test/new', `${ours}/gh/new`],
  ['query and fragment stay', 'https://api.test/new?a=b#c', `${ours}/gh/new?a=b#c`],
  [
    'a URL in the query stays',
    'https://api.test/x?to=https://api.test/y',
    `${ours}/gh/x?to=https://api.test/y`,
  ],
  ['no path', 'https://api.test', `${ours}/gh/`],
  ['no path but a query', 'https://api.test?a', `${ours}/gh/?a`],
  ['scheme and host in any case', 'HTTPS://API.Test/New', `${ours}/gh/New`],
  ['the default port written out', 'https://api.test:443/x', `${ours}/gh/x`],
  ['a trailing dot of the host', 'https://api.test./x', `${ours}/gh/x`],
  ['without its scheme', '//api.test/x', `${ours}/gh/x`],
  ['a path from the root', '/new?a', '/gh/new?a'],
  ['the root', '/', '/gh/'],
  ['another target of the config', 'http://files.test:8080/v1/a', `${ours}/files/a`],
  ['another target, outside of its base path', 'http://files.test:8080/v2/a', 'http://files.test:8080/v2/a'],
  ['a relative path is the browser’s to resolve', 'new', 'new'],
  ['so is "../new"', '../new', '../new'],
  ['so is a query', '?page=2', '?page=2'],
  ['so is a fragment', '#x', '#x'],
  ['the empty text', '', ''],
  ['a third host', 'https://cdn.test/x', 'https://cdn.test/x'],
  ['a third host without scheme', '//cdn.test/x', '//cdn.test/x'],
  ['another port of the upstream', 'https://api.test:8443/x', 'https://api.test:8443/x'],
  ['the other scheme', 'http://api.test/x', 'http://api.test/x'],
  ['a name that begins alike', 'https://api.test.evil.test/x', 'https://api.test.evil.test/x'],
  [
    'user info, which Fetch refuses in a redirect',
    'https://user:pw@api.test/x',
    'https://user:pw@api.test/x',
  ],
  [
    'the upstream as user info of another host',
    'https://api.test@evil.test/x',
    'https://api.test@evil.test/x',
  ],
  ['a backslash in the host', 'https://api.test\\@evil.test/x', 'https://api.test\\@evil.test/x'],
  ['no URL at all', 'http://[bad/', 'http://[bad/'],
  ['no host', 'https:///x', 'https:///x'],
  ['a port that is none', 'https://api.test:x/', 'https://api.test:x/'],
  ['another kind of URL', 'myapp://api.test/x', 'myapp://api.test/x'],
  ['mailto:', 'mailto:a@api.test', 'mailto:a@api.test'],
  ['8-bit bytes of the path', 'https://api.test/caf\xe9', `${ours}/gh/caf\xe9`],
  ['a path that another host would be for a browser', '/\\evil.test/x', '/\\evil.test/x'],
  ['dot segments are not resolved here', 'https://api.test/a/../b', `${ours}/gh/a/../b`],
];

describe('a Location', () => {
  it.each(rows)('%s: %s', (_, before, after) => {
    expect(rewriteLocation(before, rules)).toBe(after);
  });

  it('of a route that leads nowhere back stays', () => {
    const nowhere = { ...rules, pathFor: () => undefined };
    for (const [, before] of rows) expect(rewriteLocation(before, nowhere)).toBe(before);
  });

  it('without scheme has that of the upstream', () => {
    const plain = { ...rules, upstreamOrigin: 'http://files.test:8080' };
    expect(rewriteLocation('//files.test:8080/v1/a', plain)).toBe(`${ours}/files/a`);
    expect(rewriteLocation('//api.test/a', plain)).toBe('//api.test/a');
  });

  it('never throws, and is either ours or untouched', () => {
    const vocabulary = [
      'https://',
      '//',
      'api.test',
      '/',
      ':443',
      '@',
      '?',
      '#',
      '\\',
      '[',
      'http:',
      '..',
      '\r\n',
      ' ',
    ];
    for (const text of randomTexts(2000, vocabulary)) {
      const after = rewriteLocation(text, rules);
      const isOurs = after.startsWith(`${ours}/gh/`) || (text.startsWith('/') && after === `/gh${text}`);
      expect(isOurs || after === text, JSON.stringify(text)).toBe(true);
    }
  });
});

const refreshes: readonly Row[] = [
  ['a URL', '5; url=https://api.test/x', `5; url=${ours}/gh/x`],
  ['a path', '0;URL=/x', '0;URL=/gh/x'],
  ['in single quotes', "0; url='/x'", "0; url='/gh/x'"],
  ['in double quotes', '0; url="/x" ', '0; url="/gh/x" '],
  ['with a comma', '5, url=/x', '5, url=/gh/x'],
  ['white space around the equals sign', '0 ; url = /x ', '0 ; url = /gh/x '],
  ['a fraction of a second', '0.5; url=/x', '0.5; url=/gh/x'],
  ['a foreign URL', '5; url=https://cdn.test/', '5; url=https://cdn.test/'],
  ['a quote that does not end', '0; url="/x', '0; url="/gh/x'],
  ['a reload of the page itself', '30', '30'],
  ['without "url="', '0;https://api.test/x', `0;${ours}/gh/x`],
  ['a path without "url="', '0; /x', '0; /gh/x'],
  ['a path in quotes alone', "1 '/x'", "1 '/gh/x'"],
  ['a name that begins with "url"', '0; urls/x', '0; urls/x'],
  ['the empty text', '', ''],
];

describe('a Refresh', () => {
  it.each(refreshes)('%s: %s', (_, before, after) => {
    expect(rewriteRefresh(before, rules)).toBe(after);
  });

  it('never throws', () => {
    for (const text of randomTexts(2000, ['0', ';', ' ', 'url', '=', '"', "'", '/x', 'https://api.test'])) {
      expect(() => rewriteRefresh(text, rules)).not.toThrow();
    }
  });

  // A hostile upstream must not hold this process up with one response head.
  it.each([
    ['white space in front', (length: number) => `${' '.repeat(length)}x`],
    ['white space behind the seconds', (length: number) => `0${' '.repeat(length)}x`],
    ['digits', (length: number) => `${'0'.repeat(length)}x`],
    ['dots and semicolons', (length: number) => '.; '.repeat(length / 3)],
    ['white space behind the URL', (length: number) => `0;url=/${' '.repeat(length)}"x"`],
    ['white space behind a quote', (length: number) => `0;url="${' '.repeat(length)}'x`],
    ['"url"', (length: number) => 'url'.repeat(length / 3)],
  ])('64 KB of %s cost no more for their number', (_, textOf) => {
    expectLinear(textOf, (text) => rewriteRefresh(text, rules));
  });
});

const links: readonly Row[] = [
  ['one', '<https://api.test/items?page=2>; rel="next"', `<${ours}/gh/items?page=2>; rel="next"`],
  [
    'several, of which a third host stays',
    '</a>; rel=prev, <https://api.test/b>;rel=next, <https://cdn.test/c.css>; rel=preload',
    `</gh/a>; rel=prev, <${ours}/gh/b>;rel=next, <https://cdn.test/c.css>; rel=preload`,
  ],
  ['a relative one', '<?page=2>; rel=next', '<?page=2>; rel=next'],
  ['an empty one', '<>; rel=self', '<>; rel=self'],
  ['one that does not end', '<https://api.test/a', '<https://api.test/a'],
  ['none', 'nothing', 'nothing'],
];

describe('a Link', () => {
  it.each(links)('%s: %s', (_, before, after) => {
    expect(rewriteLink(before, rules)).toBe(after);
  });

  it.each([
    ['opening brackets', '<'],
    ['empty references', '<>'],
    ['references', '</a>,'],
  ])('64 KB of %s cost no more for their number', (_, piece) => {
    expectLinear(
      (length) => piece.repeat(length / piece.length),
      (text) => rewriteLink(text, rules),
    );
  });
});
