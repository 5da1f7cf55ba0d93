import { describe, expect, it } from 'vitest';
import { readOriginText } from '../../src/cors/origin-text.ts';
import { parseOrigin } from '../../src/http/origin.ts';

const page = 'http://localhost:5173';

/** Entry → the form in which it is applied. */
const applied: readonly (readonly [name: string, text: string, as: string, notice?: string])[] = [
  ['a plain origin', page, page],
  ['https without a port', 'https://app.example.com', 'https://app.example.com'],
  ['an extension', 'chrome-extension://abcdefghijklmnop', 'chrome-extension://abcdefghijklmnop'],
  ['IPv6 loopback', 'http://[::1]:3000', 'http://[::1]:3000'],
  ['a name with an underscore', 'http://my_app.test', 'http://my_app.test'],
  ['V07 a slash at the end', `${page}/`, page, 'CP330'],
  ['V09 port 443 on https', 'https://a.test:443', 'https://a.test', 'CP331'],
  ['port 443 on http is no default', 'http://a.test:443', 'http://a.test:443'],
  ['V10 upper case', 'HTTPS://A.Test', 'https://a.test', 'CP332'],
  ['V11 Unicode', 'https://bücher.example', 'https://xn--bcher-kva.example', 'CP333'],
  ['V13 short IPv4', 'http://127.1:3000', 'http://127.0.0.1:3000', 'CP334'],
  ['V13 hexadecimal IPv4', 'http://0x7f.0.0.1', 'http://127.0.0.1', 'CP334'],
  ['V13 long IPv6', 'http://[0:0:0:0:0:0:0:1]', 'http://[::1]', 'CP334'],
  ['V13 IPv4-mapped IPv6', 'http://[::ffff:127.0.0.1]', 'http://[::ffff:7f00:1]', 'CP334'],
  ['any port', 'http://localhost:*', 'http://localhost:*'],
  ['a subtree', 'https://*.example.test', 'https://*.example.test'],
  ['a subtree on any port', 'https://*.example.test:*', 'https://*.example.test:*'],
  ['a subtree in upper case', 'https://*.Example.test', 'https://*.example.test', 'CP332'],
  ['a subtree on the default port', 'https://*.a.test:443', 'https://*.a.test', 'CP331'],
];

describe('an entry of allowOrigin that is applied', () => {
  for (const [name, text, as, notice] of applied) {
    it(`${name}: ${text}`, () => {
      const entry = readOriginText(text, JSON.stringify(text));
      if (entry.kind !== 'exact' && entry.kind !== 'pattern') throw new Error(entry.kind);
      expect([entry.text, entry.notice?.code]).toEqual([as, notice]);
    });
  }

  it('is in the form that requests are parsed in, and matches itself', () => {
    for (const [, text] of applied) {
      const entry = readOriginText(text, text);
      if (entry.kind === 'exact') expect(parseOrigin(entry.text)).toEqual(entry.origin);
    }
  });
});

/** Entry → code, and what of the mend is worth pasting. */
const refused: readonly (readonly [name: string, text: string, code: string, mend: string])[] = [
  ['V03 "all"', 'all', 'CP131', 'list the origins'],
  ['V06 file:', 'file:///home/me/index.html', 'CP134', 'over http'],
  ['V06 data:', 'data:text/html,x', 'CP134', 'over http'],
  ['V07 a path', `${page}/app`, 'CP135', `"${page}"`],
  ['V07 a query', `${page}?a`, 'CP135', `"${page}"`],
  ['V07 a fragment', `${page}#a`, 'CP135', `"${page}"`],
  ['V07 a user', 'http://me@a.test', 'CP135', '"http://a.test"'],
  ['V07 a space', 'http://a.test http://b.test', 'CP135', 'host and port'],
  ['V07 a line break inside a name', 'http://a\n.test', 'CP135', 'host and port'],
  ['V07 no host', 'http://', 'CP135', 'host and port'],
  ['V07 the empty text', '', 'CP135', '"http://localhost:5173"'],
  ['V08 a loopback name without a scheme', 'localhost:5173', 'CP135', '"http://localhost:5173"'],
  ['V08 a name without a scheme', 'app.example.com', 'CP135', '"https://app.example.com"'],
  ['a WebSocket URL', 'ws://localhost:5173', 'CP135', '"http://localhost:5173"'],
  ['V12 port 0', 'http://a.test:0', 'CP136', 'a port from 1'],
  ['V12 port 65536', 'http://a.test:65536', 'CP136', 'a port from 1'],
  ['V12 a leading zero', 'http://a.test:080', 'CP136', 'a port from 1'],
  ['V12 no port after the colon', 'http://a.test:', 'CP136', '"http://a.test"'],
  ['V12 a name as port', 'http://a.test:http', 'CP136', 'a port from 1'],
  ['V13 a zone', 'http://[fe80::1%25eth0]', 'CP136', 'address bar'],
  ['V13 no IPv4', 'http://1.2.3.256', 'CP136', 'address bar'],
  ['V14 no dot after "*"', 'http://*example.com', 'CP137', '*.example.test'],
  ['V14 "*" in the middle', 'https://a.*.b', 'CP137', '*.example.test'],
  ['V14 two "*"', 'https://*.*.b', 'CP137', '*.example.test'],
  ['V14 "**" alone', '**', 'CP137', '*.example.test'],
  ['V14 any host of a port, without a scheme', '*:5173', 'CP137', ':*'],
  ['V14 a subtree without a scheme', '*.example.test', 'CP135', '"https://*.example.test"'],
  ['V08 what no scheme would make an origin', 'a:b:c', 'CP135', 'host and port'],
  ['V14 "**"', '**://**', 'CP137', '*.example.test'],
  ['V14 any scheme', '*://a.test', 'CP137', '*.example.test'],
  ['V14 any host', 'http://*:5173', 'CP137', '*.example.test'],
  ['V14 part of a port', 'http://localhost:51*', 'CP137', ':*'],
  ['V14 labels of an address', 'http://*.0.0.1', 'CP137', ':*'],
  ['V14 a path after a pattern', 'https://*.a.test/x', 'CP135', '"https://*.a.test"'],
  ['V17 a regular expression', '/^https:\\/\\/.*\\.example\\.com$/', 'CP137', '*.example.test'],
  ['V17 parts of one', 'https://(a|b).test', 'CP137', '*.example.test'],
];

describe('an entry of allowOrigin that is refused', () => {
  it.each(refused)('%s: %s', (_name, text, code, mend) => {
    const entry = readOriginText(text, JSON.stringify(text));
    if (entry.kind !== 'bad') throw new Error(entry.kind);
    expect(entry.verdict.code).toBe(code);
    expect(entry.verdict.mend).toContain(mend);
  });

  it('never throws, whatever the text', () => {
    for (let i = 0; i < 5000; i += 1) {
      const text = Array.from(
        { length: i % 12 },
        (_, j) => soup[(i * 31 + j * j * 17 + i * j) % soup.length],
      );
      expect(() => readOriginText(text.join(''), 'x')).not.toThrow();
    }
  });
});

const soup = [
  'http',
  '://',
  '*',
  '.',
  ':',
  '[',
  ']',
  '@',
  '/',
  '0',
  'a',
  '%',
  '\0',
  'é',
  '?',
  '#',
  ' ',
  '80',
  '::1',
];

/** Pattern → origins that it takes, and origins that it must not. */
const matching: readonly (readonly [
  pattern: string,
  takes: readonly string[],
  refuses: readonly string[],
])[] = [
  [
    'https://*.example.test',
    ['https://a.example.test', 'https://a.b.example.test'],
    [
      'https://example.test',
      'https://evilexample.test',
      'https://a.example.test.evil.test',
      'http://a.example.test',
      'https://a.example.test:8443',
      'https://.example.test',
      'https://a.example.tes',
    ],
  ],
  [
    'http://localhost:*',
    ['http://localhost', 'http://localhost:1', 'http://localhost:65535'],
    ['https://localhost:1', 'http://a.localhost:1', 'http://localhost.evil.test:1', 'http://127.0.0.1:1'],
  ],
  [
    'http://*.a.test:8080',
    ['http://x.a.test:8080'],
    ['http://x.a.test', 'http://x.a.test:80800', 'http://a.test:8080'],
  ],
  ['http://*.a.test:*', ['http://x.a.test', 'http://x.a.test:9'], ['http://a.test:9']],
];

describe('a pattern', () => {
  for (const [text, takes, refuses] of matching) {
    it(`${text} takes only what it says`, () => {
      const entry = readOriginText(text, text);
      if (entry.kind !== 'pattern') throw new Error(entry.kind);
      const matches = (origin: string) => {
        const parsed = parseOrigin(origin);
        return parsed !== undefined && entry.pattern.matches(parsed);
      };
      expect(takes.filter((origin) => !matches(origin))).toEqual([]);
      expect(refuses.filter(matches)).toEqual([]);
    });
  }
});
