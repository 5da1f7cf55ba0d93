import { describe, expect, it } from 'vitest';
import type { CorsDecision, PreflightAsk } from '../../src/cors/decision.ts';
import { actualHeaders, type ExposedResponse, preflightHeaders, varyNames } from '../../src/cors/headers.ts';
import type { CorsPolicy } from '../../src/cors/policy.ts';
import { fieldLines, policyFor } from '../support/ruleset.ts';

const page = 'http://localhost:5173';
const listed = policyFor({ allowOrigin: page });
const withCredentials = policyFor({ allowOrigin: page, allowCredentials: true });
const any = policyFor({ allowOrigin: '*' });
const passthrough = policyFor('passthrough');

const allowed: CorsDecision = { kind: 'allowed', origin: page };
const refused: CorsDecision = { kind: 'refused', reason: 'origin-not-listed', origin: 'http://evil.test' };
const noOrigin: CorsDecision = { kind: 'not-needed', reason: 'no-origin' };
const ownOrigin: CorsDecision = { kind: 'not-needed', reason: 'own-origin' };
const passed: CorsDecision = { kind: 'not-needed', reason: 'passthrough' };

const plain: ExposedResponse = { status: 200, headers: [], also: [] };

type ActualRow = readonly [
  name: string,
  decision: CorsDecision,
  policy: CorsPolicy,
  lines: readonly string[],
];

/** Fetch, "CORS check": exactly one Allow-Origin line with one value. */
const actual: readonly ActualRow[] = [
  ['an allowed origin is echoed', allowed, listed, [`access-control-allow-origin: ${page}`]],
  [
    'credentials are said as "true", once',
    allowed,
    withCredentials,
    [`access-control-allow-origin: ${page}`, 'access-control-allow-credentials: true'],
  ],
  ['a refused origin earns nothing', refused, listed, []],
  ['a refused origin earns nothing of credentials, either', refused, withCredentials, []],
  ['a refused origin earns nothing under "*" (two Origin lines)', refused, any, []],
  ['no origin, no header', noOrigin, withCredentials, []],
  ['a page of this proxy needs none', ownOrigin, withCredentials, []],
  ['"*" is sent to every origin', allowed, any, ['access-control-allow-origin: *']],
  [
    '"*" is sent without an Origin, too: a cache may hold the answer',
    noOrigin,
    any,
    ['access-control-allow-origin: *'],
  ],
  ['passthrough writes nothing', passed, passthrough, []],
];

describe('the headers of an actual response', () => {
  it.each(actual)('%s', (_, decision, policy, lines) => {
    expect(fieldLines(actualHeaders(decision, policy, plain))).toEqual(lines);
  });
});

const list = policyFor({ allowOrigin: page, exposeHeaders: ['ETag', 'X-Request-Id'] });
const star = policyFor({ allowOrigin: page, exposeHeaders: '*' });
const starWithCredentials = policyFor({ allowOrigin: page, exposeHeaders: '*', allowCredentials: true });

function exposed(
  policy: CorsPolicy,
  response: Partial<ExposedResponse>,
  decision = allowed,
): string | undefined {
  const lines = fieldLines(actualHeaders(decision, policy, { ...plain, ...response }));
  const found = lines.filter((line) => line.startsWith('access-control-expose-headers'));
  expect(found.length).toBeLessThan(2);
  return found[0]?.replace('access-control-expose-headers: ', '');
}

const mixed = ['Content-Type', 'a', 'X-B', '1', 'ETag', 'e', 'x-b', '2', 'Link', 'l'];

describe('exposed headers', () => {
  it('are those of the list, whatever the response has', () => {
    expect(exposed(list, {})).toBe('ETag,X-Request-Id');
  });

  it('are the same list on a 304, whose headers replace the stored ones', () => {
    expect(exposed(list, { status: 304 })).toBe('ETag,X-Request-Id');
  });

  it('are none where nothing is exposed', () => {
    expect(exposed(listed, { headers: mixed })).toBeUndefined();
  });

  it('are none for a refused origin', () => {
    expect(exposed(list, {}, refused)).toBeUndefined();
  });

  // Fetch, "CORS protocol and credentials": with credentials "*" is a header of that name.
  it.each([
    ['without credentials', star],
    ['with credentials', starWithCredentials],
  ])('"*" names every readable header of this response once, in its own case, %s', (_, policy) => {
    expect(exposed(policy, { headers: mixed })).toBe('X-B,ETag,Link');
  });

  it('"*" leaves out what no list can make readable', () => {
    expect(exposed(star, { headers: ['Set-Cookie', 'a=1', 'set-cookie2', 'b', 'X-A', '1'] })).toBe('X-A');
  });

  it('"*" leaves out what is readable anyway, and the CORS protocol itself', () => {
    const headers = ['Cache-Control', 'a', 'Expires', 'b', 'PRAGMA', 'c', 'Access-Control-Allow-Origin', '*'];
    expect(exposed(star, { headers })).toBeUndefined();
  });

  it('"*" leaves out a name that is no token, which would void the whole list', () => {
    expect(
      exposed(star, { headers: ['X Bad', '1', 'X-\xe9', '2', '', '3', 'X,Y', '4', 'X-Good', '5'] }),
    ).toBe('X-Good');
  });

  it('"*" says nothing on a 304, which lacks most fields of the stored response', () => {
    expect(exposed(star, { status: 304, headers: mixed })).toBeUndefined();
  });

  it('have those of our own errors beside the list, once', () => {
    const also = ['Proxy-Status', 'X-Request-Id'];
    expect(exposed(list, { also })).toBe('ETag,X-Request-Id,Proxy-Status');
    expect(exposed(listed, { also })).toBe('Proxy-Status,X-Request-Id');
    expect(exposed(star, { also, headers: ['proxy-status', 'x'] })).toBe('proxy-status,X-Request-Id');
  });

  // EX-11: "Access-Control-Expose-Headers" has no meaning in a response to a preflight (Fetch, "HTTP responses").
  it('have no place in the answer to a preflight, not even one that an upstream gave', () => {
    const decision: CorsDecision = {
      kind: 'preflight-allowed',
      origin: page,
      ask: { method: 'PUT', headers: [] },
    };
    expect(exposed(list, {}, decision)).toBeUndefined();
    expect(exposed(star, { headers: mixed }, decision)).toBeUndefined();
  });
});

const ask: PreflightAsk = { method: 'PUT', headers: ['x-foo', 'authorization'] };
const ok: CorsDecision = { kind: 'preflight-allowed', origin: page, ask };

function failed(
  reason: 'method-not-allowed' | 'method-malformed' | 'header-not-allowed' | 'header-malformed',
  asked = ask,
): CorsDecision {
  return { kind: 'preflight-refused', reason, origin: page, ask: asked, culprit: 'x' };
}

const lists = policyFor({
  allowOrigin: page,
  allowMethods: ['GET', 'PUT'],
  allowHeaders: ['X-Foo'],
  exposeHeaders: ['ETag'],
  maxAge: 600,
});

type PreflightRow = readonly [
  name: string,
  decision: CorsDecision,
  policy: CorsPolicy,
  lines: readonly string[],
];

const preflights: readonly PreflightRow[] = [
  [
    '"*" echoes what was asked for: a literal "*" would not cover Authorization',
    ok,
    listed,
    [
      `access-control-allow-origin: ${page}`,
      'access-control-allow-methods: PUT',
      'access-control-allow-headers: x-foo,authorization',
    ],
  ],
  [
    'credentials are said in the preflight, too',
    ok,
    withCredentials,
    [
      `access-control-allow-origin: ${page}`,
      'access-control-allow-credentials: true',
      'access-control-allow-methods: PUT',
      'access-control-allow-headers: x-foo,authorization',
    ],
  ],
  [
    'lists are written whole, and Max-Age in seconds; nothing is exposed',
    ok,
    lists,
    [
      `access-control-allow-origin: ${page}`,
      'access-control-allow-methods: GET,PUT',
      'access-control-allow-headers: X-Foo,Content-Type',
      'access-control-max-age: 600',
    ],
  ],
  [
    'maxAge 0 is written: it switches the preflight cache off',
    ok,
    policyFor({ allowOrigin: page, maxAge: 0 }),
    [
      `access-control-allow-origin: ${page}`,
      'access-control-allow-methods: PUT',
      'access-control-allow-headers: x-foo,authorization',
      'access-control-max-age: 0',
    ],
  ],
  [
    'no header asked for: no Allow-Headers',
    { kind: 'preflight-allowed', origin: page, ask: { method: 'PUT', headers: [] } },
    listed,
    [`access-control-allow-origin: ${page}`, 'access-control-allow-methods: PUT'],
  ],
  [
    'a refused method: the lists all the same, so that DevTools names what is missing',
    failed('method-not-allowed'),
    lists,
    [
      `access-control-allow-origin: ${page}`,
      'access-control-allow-methods: GET,PUT',
      'access-control-allow-headers: X-Foo,Content-Type',
      'access-control-max-age: 600',
    ],
  ],
  [
    'a malformed method is never echoed',
    failed('method-malformed', { method: 'P\rUT', headers: [] }),
    listed,
    [`access-control-allow-origin: ${page}`],
  ],
  [
    'a malformed header is never echoed: one bad name would fail the list',
    failed('header-malformed', { method: 'PUT', headers: ['x-a', 'x b', '"', 'x-\xff'] }),
    listed,
    [
      `access-control-allow-origin: ${page}`,
      'access-control-allow-methods: PUT',
      'access-control-allow-headers: x-a',
    ],
  ],
  ['a refused origin earns nothing', refused, lists, []],
  ['a page of this proxy needs nothing', ownOrigin, lists, []],
  [
    'under "*" the origin is "*"',
    ok,
    any,
    [
      'access-control-allow-origin: *',
      'access-control-allow-methods: PUT',
      'access-control-allow-headers: x-foo,authorization',
    ],
  ],
];

describe('the headers of a preflight answer', () => {
  it.each(preflights)('%s', (_, decision, policy, lines) => {
    expect(fieldLines(preflightHeaders(decision, policy))).toEqual(lines);
  });
});

type VaryRow = readonly [name: string, decision: CorsDecision, policy: CorsPolicy, names: readonly string[]];

const onPreflight = ['Origin', 'Access-Control-Request-Method', 'Access-Control-Request-Headers'];

/** RFC 9110 §12.5.5: on every answer that could differ, whatever this one is. */
const vary: readonly VaryRow[] = [
  ['an allowed origin', allowed, listed, ['Origin']],
  ['no Origin at all: a cached copy would fail for the page', noOrigin, listed, ['Origin']],
  ['a refused origin', refused, listed, ['Origin']],
  ['a page of this proxy', ownOrigin, listed, ['Origin']],
  ['"*": the same for everyone', allowed, any, []],
  ['a preflight', ok, listed, onPreflight],
  ['a refused preflight', failed('method-not-allowed'), listed, onPreflight],
  ['a preflight under "*": the echoed lists differ', ok, any, onPreflight],
  ['passthrough', passed, passthrough, []],
];

describe('the names that Vary must hold', () => {
  it.each(vary)('%s', (_, decision, policy, names) => {
    expect(varyNames(decision, policy)).toEqual(names);
  });
});
