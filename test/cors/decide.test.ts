/** The server's side of the CORS protocol; the browser's side of it is Fetch, "CORS check" and "CORS-preflight fetch". */

import { describe, expect, it } from 'vitest';
import { decide } from '../../src/cors/decide.ts';
import type { CorsDecision } from '../../src/cors/decision.ts';
import type { CorsPolicy } from '../../src/cors/policy.ts';
import { readFacts } from '../../src/http/request-facts.ts';
import { expectLinear } from '../support/linear.ts';
import { randomTexts } from '../support/random-text.ts';
import { type Fields, headerList, policyFor } from '../support/ruleset.ts';

const page = 'http://localhost:5173';
const listed = policyFor({ allowOrigin: page });
const pattern = policyFor({ allowOrigin: ['http://localhost:*', 'https://*.example.test'] });
const loopback = policyFor();
const any = policyFor({ allowOrigin: '*' });
const withNull = policyFor({ allowOrigin: [page, 'null'], dangerouslyAllowNullOrigin: true });
const passthrough = policyFor('passthrough');

function decided(policy: CorsPolicy, fields: Fields, method = 'GET', ownOrigin?: string): CorsDecision {
  return decide({ method, facts: readFacts(headerList(fields)) }, policy, { ownOrigin });
}

/** `allowed`, or why not. */
function verdict(decision: CorsDecision): string {
  switch (decision.kind) {
    case 'not-needed':
    case 'refused':
    case 'preflight-refused':
      return `${decision.kind}: ${decision.reason}`;
    default:
      return decision.kind;
  }
}

type OriginRow = readonly [
  name: string,
  policy: CorsPolicy,
  origin: string | readonly string[],
  verdict: string,
];

/** Fetch, "CORS check": the serialized origin, byte for byte. */
const origins: readonly OriginRow[] = [
  ['a listed origin', listed, page, 'allowed'],
  ['another port', listed, 'http://localhost:5174', 'refused: origin-not-listed'],
  ['another scheme', listed, 'https://localhost:5173', 'refused: origin-not-listed'],
  ['another name of this machine', listed, 'http://127.0.0.1:5173', 'refused: origin-not-listed'],
  ['a port that begins alike', listed, 'http://localhost:51730', 'refused: origin-not-listed'],
  ['a port that ends too soon', listed, 'http://localhost:517', 'refused: origin-not-listed'],
  [
    'the listed one as the beginning of a name',
    listed,
    'http://localhost.evil.test:5173',
    'refused: origin-not-listed',
  ],
  ['a trailing dot', listed, 'http://localhost.:5173', 'refused: origin-not-listed'],
  ['an upper-case host', listed, 'http://LOCALHOST:5173', 'refused: origin-malformed'],
  ['a trailing slash', listed, `${page}/`, 'refused: origin-malformed'],
  ['user info', listed, 'http://localhost:5173@evil.test', 'refused: origin-malformed'],
  ['the empty text', listed, '', 'refused: origin-malformed'],
  ['"*"', listed, '*', 'refused: origin-malformed'],
  ['an 8-bit byte', listed, 'http://localhost\xff', 'refused: origin-malformed'],
  ['two origins in one line', listed, `${page}, http://evil.test`, 'refused: origin-malformed'],
  ['two lines, the first of them listed', listed, [page, 'http://evil.test'], 'refused: origin-repeated'],
  ['two lines, both of them listed', listed, [page, page], 'refused: origin-repeated'],
  ['64 KB', listed, `http://${'a'.repeat(65_536)}`, 'refused: origin-malformed'],
  ['null, which any sandboxed frame sends', listed, 'null', 'refused: origin-null'],
  ['null in upper case', listed, 'NULL', 'refused: origin-malformed'],
  ['null where it is listed, and meant', withNull, 'null', 'allowed'],
  ['any port of localhost', pattern, 'http://localhost:9999', 'allowed'],
  ['the default port of localhost', pattern, 'http://localhost', 'allowed'],
  [
    'a port glob does not take a name',
    pattern,
    'http://localhost:9999.evil.test',
    'refused: origin-malformed',
  ],
  [
    'a port glob does not take user info',
    pattern,
    'http://localhost:1@evil.test',
    'refused: origin-malformed',
  ],
  [
    'a port glob does not take the other scheme',
    pattern,
    'https://localhost:9999',
    'refused: origin-not-listed',
  ],
  ['a subtree', pattern, 'https://a.b.example.test', 'allowed'],
  ['a subtree does not take its top', pattern, 'https://example.test', 'refused: origin-not-listed'],
  [
    'a subtree does not take a name that ends alike',
    pattern,
    'https://evilexample.test',
    'refused: origin-not-listed',
  ],
  ['a pattern does not take null', pattern, 'null', 'refused: origin-null'],
  ['an explicit default port', pattern, 'http://localhost:80', 'refused: origin-malformed'],
  ['the default takes localhost on any port', loopback, 'http://localhost:1234', 'allowed'],
  ['the default takes names below localhost', loopback, 'https://app.localhost', 'allowed'],
  ['the default takes 127.0.0.1', loopback, 'http://127.0.0.1:3000', 'allowed'],
  ['the default takes [::1]', loopback, 'http://[::1]:3000', 'allowed'],
  ['the default does not take 0.0.0.0', loopback, 'http://0.0.0.0:3000', 'refused: origin-not-listed'],
  [
    'the default does not take a name that begins alike',
    loopback,
    'http://localhost.evil.test',
    'refused: origin-not-listed',
  ],
  [
    'the default does not take 127.0.0.1.nip.io',
    loopback,
    'http://127.0.0.1.nip.io',
    'refused: origin-not-listed',
  ],
  ['the default does not take null', loopback, 'null', 'refused: origin-null'],
  [
    'the default does not take an extension',
    loopback,
    'chrome-extension://localhost',
    'refused: origin-not-listed',
  ],
  ['the default does not take an app shell', loopback, 'tauri://localhost', 'refused: origin-not-listed'],
  ['"*" takes every origin', any, 'http://evil.test', 'allowed'],
  ['"*" takes null', any, 'null', 'allowed'],
  ['"*" does not take two lines', any, [page, 'http://evil.test'], 'refused: origin-repeated'],
  ['passthrough decides nothing', passthrough, 'http://evil.test', 'not-needed: passthrough'],
];

describe('the origin of a request', () => {
  it.each(origins)('%s', (_, policy, origin, expected) => {
    expect(verdict(decided(policy, { Origin: origin }))).toBe(expected);
  });

  it.each(origins)('is judged for a preflight as for the request: %s', (_, policy, origin, expected) => {
    const fields = { Origin: origin, 'Access-Control-Request-Method': 'GET' };
    const onPreflight = expected === 'allowed' ? 'preflight-allowed' : expected;
    expect(verdict(decided(policy, fields, 'OPTIONS'))).toBe(onPreflight);
  });

  it('is not needed where there is none: curl, same origin, navigation', () => {
    for (const policy of [listed, loopback, any]) {
      expect(verdict(decided(policy, {}))).toBe('not-needed: no-origin');
    }
  });

  it('is carried as it was sent, for the header that echoes it', () => {
    expect(decided(listed, { Origin: page })).toEqual({ kind: 'allowed', origin: page });
  });

  it('says which listed one it nearly is', () => {
    expect(decided(listed, { Origin: `${page}/` })).toMatchObject({
      near: { listed: page, differsIn: 'trailing-slash' },
    });
    expect(decided(listed, { Origin: 'https://far.test' })).not.toHaveProperty('near');
  });
});

describe('the origin of this proxy itself', () => {
  const own = 'http://localhost:8010';

  it('needs no permission: its pages are same-origin', () => {
    expect(verdict(decided(listed, { Origin: own }, 'POST', own))).toBe('not-needed: own-origin');
  });

  it('is an origin like any other where a secret makes it one', () => {
    expect(verdict(decided(listed, { Origin: own }, 'POST'))).toBe('refused: origin-not-listed');
  });

  it('does not help a request that repeats it', () => {
    const fields = { Origin: [own, 'http://evil.test'] };
    expect(verdict(decided(listed, fields, 'POST', own))).toBe('refused: origin-repeated');
  });

  it('is allowed like others where it is listed, so that its headers are written', () => {
    expect(verdict(decided(loopback, { Origin: own }, 'POST', own))).toBe('allowed');
  });
});

const methodList = policyFor({
  allowOrigin: page,
  allowMethods: ['PUT', 'PATCH', 'PURGE'],
  allowHeaders: ['X-Foo'],
});
const open = policyFor({ allowOrigin: page });

type AskRow = readonly [
  name: string,
  policy: CorsPolicy,
  method: string | readonly string[],
  expected: string,
];

/** Fetch, "CORS-preflight fetch" step 7. */
const methods: readonly AskRow[] = [
  ['a listed method', methodList, 'PUT', 'preflight-allowed'],
  ['a listed method that few servers know', methodList, 'PURGE', 'preflight-allowed'],
  ['a method that is not listed', methodList, 'DELETE', 'preflight-refused: method-not-allowed'],
  ['GET needs no permission (step 7.5)', methodList, 'GET', 'preflight-allowed'],
  ['HEAD needs no permission', methodList, 'HEAD', 'preflight-allowed'],
  ['POST needs no permission', methodList, 'POST', 'preflight-allowed'],
  ['OPTIONS, which is no safelisted method', methodList, 'OPTIONS', 'preflight-refused: method-not-allowed'],
  ['"patch" is not PATCH', methodList, 'patch', 'preflight-refused: method-not-allowed'],
  ['"get" is not GET', methodList, 'get', 'preflight-refused: method-not-allowed'],
  ['no method', methodList, '', 'preflight-refused: method-malformed'],
  ['no token', methodList, 'P UT', 'preflight-refused: method-malformed'],
  ['a list of methods', methodList, 'PUT, PATCH', 'preflight-refused: method-malformed'],
  ['two lines, both of them listed', methodList, ['PUT', 'PUT'], 'preflight-refused: method-malformed'],
  ['"*" is a method name, and no server knows it', methodList, '*', 'preflight-refused: method-not-allowed'],
  ['any method under "*"', open, 'DELETE', 'preflight-allowed'],
  [
    'a method that the parser cannot receive, under "*"',
    open,
    'CHICKEN',
    'preflight-refused: method-unsupported',
  ],
  ['"patch" under "*", for the same reason', open, 'patch', 'preflight-refused: method-unsupported'],
  ...['TRACE', 'CONNECT', 'TRACK', 'trace'].map(
    (method): AskRow => [
      `${method}, which no page can send, under "*"`,
      open,
      method,
      'preflight-refused: method-forbidden',
    ],
  ),
  ['no token under "*"', open, 'a/b', 'preflight-refused: method-malformed'],
];

describe('the method that a preflight asks for', () => {
  it.each(methods)('%s', (_, policy, method, expected) => {
    const fields = { Origin: page, 'Access-Control-Request-Method': method };
    expect(verdict(decided(policy, fields, 'OPTIONS'))).toBe(expected);
  });
});

const headers: readonly AskRow[] = [
  ['no header', methodList, [], 'preflight-allowed'],
  ['a listed header, as browsers write it', methodList, 'x-foo', 'preflight-allowed'],
  ['a listed header in another case', methodList, 'X-FOO', 'preflight-allowed'],
  [
    'white space and empty elements of intermediaries',
    methodList,
    ' x-foo ,,\tcontent-type,',
    'preflight-allowed',
  ],
  ['two lines', methodList, ['content-type', 'x-foo'], 'preflight-allowed'],
  ['Content-Type, which nobody lists', methodList, 'content-type', 'preflight-allowed'],
  ['a header that is not listed', methodList, 'x-foo,x-bar', 'preflight-refused: header-not-allowed'],
  [
    'Authorization under a list without it',
    methodList,
    'authorization',
    'preflight-refused: header-not-allowed',
  ],
  ['a name with a space inside', methodList, 'x foo', 'preflight-refused: header-malformed'],
  ['"*" is a header name', methodList, '*', 'preflight-refused: header-not-allowed'],
  ['any header under "*"', open, 'authorization,x-any', 'preflight-allowed'],
  ['a malformed name under "*"', open, 'x-any,"evil"', 'preflight-refused: header-malformed'],
  ['an 8-bit byte under "*"', open, 'x-\xff', 'preflight-refused: header-malformed'],
  [
    'names that objects have by themselves, under a list',
    methodList,
    '__proto__',
    'preflight-refused: header-not-allowed',
  ],
];

describe('the headers that a preflight asks for', () => {
  it.each(headers)('%s', (_, policy, asked, expected) => {
    const fields = {
      Origin: page,
      'Access-Control-Request-Method': 'PUT',
      'Access-Control-Request-Headers': asked,
    };
    expect(verdict(decided(policy, fields, 'OPTIONS'))).toBe(expected);
  });

  it('are kept in the order asked, in lower case, with the one that failed', () => {
    const fields = {
      Origin: page,
      'Access-Control-Request-Method': 'PUT',
      'Access-Control-Request-Headers': 'X-Foo, X-Bar',
    };
    expect(decided(methodList, fields, 'OPTIONS')).toEqual({
      kind: 'preflight-refused',
      reason: 'header-not-allowed',
      origin: page,
      ask: { method: 'PUT', headers: ['x-foo', 'x-bar'] },
      culprit: 'x-bar',
    });
  });

  it('are not asked for by anything less than a preflight', () => {
    const fields = { Origin: page, 'Access-Control-Request-Headers': 'x-bar' };
    expect(verdict(decided(methodList, fields, 'OPTIONS'))).toBe('allowed');
  });
});

describe('a decision', () => {
  it('never throws, and never allows an origin that is not listed', () => {
    const vocabulary = [
      page,
      'http://',
      'localhost',
      ':5173',
      'null',
      ',',
      ' ',
      '/',
      '*',
      'PUT',
      'x-foo',
      '\t',
    ];
    const texts = [...randomTexts(2000, vocabulary)];
    for (const [i, text] of texts.entries()) {
      const next = texts[(i + 1) % texts.length] ?? '';
      const fields = { 'Access-Control-Request-Method': next, 'Access-Control-Request-Headers': text };
      const ofOrigin = decided(listed, { Origin: text });
      expect(ofOrigin.kind === 'allowed', JSON.stringify(text)).toBe(text === page);
      const ofAsk = decided(open, { Origin: page, ...fields }, 'OPTIONS');
      expect(ofAsk.kind).toMatch(/^preflight-/);
    }
  });

  it.each([
    ['commas', ','],
    ['listed headers', 'x-foo,'],
    ['white space', ' '],
  ])('over 64 KB of %s costs no more for their number', (_, piece) => {
    const work = (text: string) => {
      const fields = {
        Origin: page,
        'Access-Control-Request-Method': 'PUT',
        'Access-Control-Request-Headers': text,
      };
      decided(methodList, fields, 'OPTIONS');
      decided(listed, { Origin: text });
    };
    expectLinear((length) => piece.repeat(length / piece.length), work);
  });
});
