import { describe, expect, it } from 'vitest';
import { attribute, parseSetCookie, serializeSetCookie } from '../../src/http/set-cookie.ts';
import { expectLinear } from '../support/linear.ts';
import { randomTexts } from '../support/random-text.ts';

type Row = readonly [
  name: string,
  line: string,
  cookie: string,
  attributes: Readonly<Record<string, string>>,
];

const rows: readonly Row[] = [
  ['a pair alone', 'a=1', 'a', {}],
  ['attributes in any case', 'a=1; PATH=/x; httponly', 'a', { path: '/x', httponly: '' }],
  ['white space around everything', ' a = 1 ;  Path = /x ; Secure ', 'a', { path: '/x', secure: '' }],
  ['equals signs in the values', 'a=b=c; Path=/x=y', 'a', { path: '/x=y' }],
  ['quotes do not protect a semicolon (RFC 6265 §5.2)', 'a="b; Secure"', 'a', { 'secure"': '' }],
  ['no name', '=1; Path=/', '', { path: '/' }],
  ['no equals sign', 'justavalue; Secure', '', { secure: '' }],
  ['the empty text', '', '', {}],
  ['empty attributes', 'a=1;;; Secure', 'a', { '': '', secure: '' }],
  ['a repeated attribute: the last one counts (RFC 6265 §5.3)', 'a=1; Path=/x; Path=/y', 'a', { path: '/y' }],
  [
    'a date with a comma',
    'a=1; Expires=Wed, 21 Oct 2026 07:28:00 GMT',
    'a',
    { expires: 'Wed, 21 Oct 2026 07:28:00 GMT' },
  ],
  ['an unknown attribute named like a property of objects', 'a=1; __proto__=x', 'a', { ['__proto__']: 'x' }],
];

describe('a Set-Cookie line', () => {
  it.each(rows)('%s: %j', (_, line, cookie, attributes) => {
    const parsed = parseSetCookie(line);
    expect(parsed.name).toBe(cookie);
    for (const [name, value] of Object.entries(attributes)) {
      expect(attribute(parsed, name)?.value, name).toBe(value);
    }
    const names = new Set(parsed.attributes.map(({ name }) => name));
    expect([...names].sort()).toEqual(Object.keys(attributes).sort());
  });

  it('is written back byte for byte, whatever it holds', () => {
    const vocabulary = ['a', '=', ';', '; ', 'Path=/', 'Domain=', 'SameSite=None', '"', ' ', ',', '\t'];
    for (const text of randomTexts(2000, vocabulary)) {
      expect(serializeSetCookie(parseSetCookie(text))).toBe(text);
    }
  });

  it('64 KB of semicolons cost no more for their number', () => {
    expectLinear((length) => ';'.repeat(length), parseSetCookie);
    expectLinear((length) => `a${' '.repeat(length)}b`, parseSetCookie);
  });
});
