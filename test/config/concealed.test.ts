/** A report of a config quotes its lines: a key that is written out there must not travel on with the report. */

import { describe, expect, it } from 'vitest';
import { concealed } from '../../src/config/concealed.ts';
import { expectLinear } from '../support/linear.ts';

const rows: readonly (readonly [name: string, line: string, shown: string])[] = [
  ['a key', '"X-Api-Key": "sk-live-1"', '"X-Api-Key": "*********"'],
  ['a scheme stays', '"Authorization": "Bearer abc", "A": "b"', '"Authorization": "Bearer ***", "A": "b"'],
  ['any case', '"authorization":"abc"', '"authorization":"***"'],
  ['an escape', String.raw`"X-Token": "a\"b", "c": 1`, '"X-Token": "****", "c": 1'],
  ['a line that is no JSON', "X-Secret: 'abc'", "X-Secret: '***'"],
  ['a text without its end', '"X-Secret": "abc', '"X-Secret": "***'],
  ['a variable says nothing', '"Authorization": "Bearer ${KEY}"', '"Authorization": "Bearer ${KEY}"'],
  [
    'the user of a URL',
    '"target": "https://me:hunter2@api.test/x"',
    '"target": "https://**********@api.test/x"',
  ],
  ['a password with an "@"', '"https://me:a@b@api.test"', '"https://******@api.test"'],
  ['a token as the user', '"https://ghp_x@api.test"', '"https://*****@api.test"'],
  ['the user of two URLs', '"http://a:b@c", "http://d:e@f"', '"http://***@c", "http://***@f"'],
  ['a URL without its scheme', '"me:hunter2@api.test/x"', '"**********@api.test/x"'],
  ['a list', '"X-Key": ["abc"]', '"X-Key": ["***"]'],
  ['an "@" in a path', '"https://api.test/@me"', '"https://api.test/@me"'],
  ['other members', '"match": "/key/**", "X-Debug": "1"', '"match": "/key/**", "X-Debug": "1"'],
];

describe('a line of a config', () => {
  it.each(rows)('%s', (_, line, shown) => {
    expect(concealed(line)).toBe(shown);
    expect(concealed(line)).toHaveLength(line.length);
  });

  it.each(['"', '\\', '":"', '://', '@', 'a@', 'a:', 'key: "', '"a\\'])(
    'of many %j costs no more',
    (piece) => {
      expectLinear((length) => piece.repeat(length / piece.length), concealed);
    },
  );
});
