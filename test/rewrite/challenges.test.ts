/**
 * The attack, or the mishap: an upstream's Basic challenge opens the browser's password dialog for localhost, and what
 * is typed there goes to every app on localhost; the page's promise stays pending meanwhile.
 */

import { describe, expect, it } from 'vitest';
import { sortChallenges } from '../../src/rewrite/challenges.ts';
import { expectLinear } from '../support/linear.ts';
import { randomTexts } from '../support/random-text.ts';

type Row = readonly [name: string, value: string, kept: string, taken: string];

const rows: readonly Row[] = [
  ['Basic', 'Basic realm="api"', '', 'Basic realm="api"'],
  ['Basic in any case', 'bASIC realm="api"', '', 'bASIC realm="api"'],
  ['Basic alone', 'Basic', '', 'Basic'],
  [
    'Digest with its parameters',
    'Digest realm="a", qop="auth,auth-int", nonce="x"',
    '',
    'Digest realm="a", qop="auth,auth-int", nonce="x"',
  ],
  ['NTLM', 'NTLM', '', 'NTLM'],
  ['Negotiate with a token68', 'Negotiate YII==', '', 'Negotiate YII=='],
  [
    'Bearer, which is for scripts',
    'Bearer realm="a", error="invalid_token"',
    'Bearer realm="a", error="invalid_token"',
    '',
  ],
  ['DPoP', 'DPoP algs="ES256 PS256"', 'DPoP algs="ES256 PS256"', ''],
  ['a scheme that begins with "Basic"', 'BasicToken x=1', 'BasicToken x=1', ''],
  ['Basic as the realm of another', 'Bearer realm="Basic, Digest"', 'Bearer realm="Basic, Digest"', ''],
  [
    'an escaped quote inside a realm',
    'Bearer realm="a\\", Basic realm=\\"b"',
    'Bearer realm="a\\", Basic realm=\\"b"',
    '',
  ],
  ['two in one line', 'Bearer realm="a", Basic realm="b"', 'Bearer realm="a"', 'Basic realm="b"'],
  [
    'two in one line, the other way round',
    'Basic realm="b", charset="UTF-8", Bearer realm="a", scope=x',
    'Bearer realm="a", scope=x',
    'Basic realm="b", charset="UTF-8"',
  ],
  ['two that are taken', 'Negotiate, NTLM', '', 'Negotiate, NTLM'],
  [
    'white space around the equals sign (RFC 9110 §11.2)',
    'Bearer realm = "a", error = "b"',
    'Bearer realm = "a", error = "b"',
    '',
  ],
  ['empty elements', ', ,Basic realm="a",,', '', 'Basic realm="a"'],
  ['a tab behind the scheme', 'Basic\trealm="a"', '', 'Basic\trealm="a"'],
  ['a quote that never ends', 'Basic realm="a, Bearer', '', 'Basic realm="a, Bearer'],
  ['nothing', '', '', ''],
];

describe('the challenges of an upstream', () => {
  it.each(rows)('%s: %s', (_, value, kept, taken) => {
    expect(sortChallenges(value)).toEqual({ kept, taken });
  });

  it('are sorted without throwing, and none that opens a dialog is kept at the beginning of a challenge', () => {
    const vocabulary = [
      'Basic',
      'Bearer',
      'Digest',
      ' ',
      ', ',
      ',',
      '=',
      '"',
      '\\',
      'realm="a"',
      'x=1',
      '==',
    ];
    for (const text of randomTexts(2000, vocabulary)) {
      const { kept } = sortChallenges(text);
      // Chromium reads a line as one challenge; its scheme is what stands at the beginning.
      expect(kept, JSON.stringify(text)).not.toMatch(/^(?:basic|digest|ntlm|negotiate)(?:[\s,]|$)/i);
    }
  });

  it.each([
    ['commas', ','],
    ['quotes', '"'],
    ['backslashes in quotes', '"\\'],
    ['parameters', 'a=b,'],
    ['equals signs', '='],
    ['white space', 'a '],
  ])('64 KB of %s cost no more for their number', (_, piece) => {
    expectLinear((length) => piece.repeat(length / piece.length), sortChallenges);
    expectLinear((length) => `a=${piece.repeat(length / piece.length)}b`, sortChallenges);
  });
});
