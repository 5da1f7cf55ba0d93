/** The sentences: what they must hold, not how they are phrased; where a text is a browser's own it is compared whole. */

import { describe, expect, it } from 'vitest';
import { decide } from '../../src/cors/decide.ts';
import type { CorsPolicy } from '../../src/cors/policy.ts';
import { type Explanation, explainDecision } from '../../src/cors/reasons.ts';
import { readFacts } from '../../src/http/request-facts.ts';
import { type Fields, headerList, policyFor } from '../support/ruleset.ts';

const page = 'http://localhost:5173';
const listed = policyFor({
  allowOrigin: [page, 'https://app.test'],
  allowMethods: ['GET', 'POST'],
  allowHeaders: ['X-Foo'],
});
const loopback = policyFor();

function explained(policy: CorsPolicy, fields: Fields, method = 'GET', ownOrigin?: string): Explanation {
  return explainDecision(
    decide({ method, facts: readFacts(headerList(fields)) }, policy, { ownOrigin }),
    policy,
  );
}

function preflight(method: string, headers = ''): Fields {
  const asked = headers === '' ? {} : { 'Access-Control-Request-Headers': headers };
  return { Origin: page, 'Access-Control-Request-Method': method, ...asked };
}

type Row = readonly [name: string, fields: Fields, why: string, mend: string];

const refusedOrigins: readonly Row[] = [
  [
    'an origin that is not listed',
    { Origin: 'http://far.test' },
    'http://far.test is not in allowOrigin',
    'add "http://far.test" to routes[0].cors.allowOrigin',
  ],
  [
    'another port',
    { Origin: 'http://localhost:4200' },
    `the list has ${page}, with another port`,
    'add "http://localhost:4200"',
  ],
  [
    'another scheme',
    { Origin: 'http://app.test' },
    'the list has https://app.test, with another scheme',
    'add "http://app.test"',
  ],
  [
    '127.0.0.1',
    { Origin: 'http://127.0.0.1:5173' },
    'localhost and 127.0.0.1 are different origins',
    'add "http://127.0.0.1:5173"',
  ],
  ['a slash at the end', { Origin: `${page}/` }, `without a slash at its end, as ${page}`, 'as browsers do'],
  ['upper case', { Origin: 'HTTP://localhost:5173' }, `in lower case, as ${page}`, 'as browsers do'],
  [
    'a default port',
    { Origin: 'https://app.test:443' },
    'leave the default port out, as https://app.test',
    'as browsers do',
  ],
  ['null', { Origin: 'null' }, 'sandboxed frame', 'serve the page over http'],
  ['garbage', { Origin: 'garbage' }, 'Origin "garbage" is not in the form', 'scheme://host[:port]'],
  ['two lines', { Origin: [page, page] }, 'two Origin headers', 'one Origin header'],
];

describe('a refused origin', () => {
  it.each(refusedOrigins)('%s: why and what to do', (_, fields, why, mend) => {
    const explanation = explained(listed, fields);
    expect(explanation.verdict).toBe('refused');
    expect(explanation.why).toContain(why);
    expect(explanation.mend).toContain(mend);
  });

  it('has the place of the rule, and the sentence of the console', () => {
    expect(explained(listed, { Origin: 'http://far.test' })).toMatchObject({
      place: expect.stringMatching(/^cors-proxy\.config\.json:\d+:\d+$/),
      browserSays: "No 'Access-Control-Allow-Origin' header is present on the requested resource.",
    });
  });

  it('says where the default speaks that none is set', () => {
    const { why } = explained(loopback, { Origin: 'http://far.test' });
    expect(why).toContain('no allowOrigin is set');
    expect(why).not.toContain('the list has');
  });
});

const refusedAsks: readonly (readonly [
  name: string,
  policy: CorsPolicy,
  fields: Fields,
  why: string,
  mend: string,
  key: string,
])[] = [
  [
    'a method',
    listed,
    preflight('DELETE'),
    'DELETE is not in allowMethods',
    'add "DELETE" to routes[0].cors.allowMethods',
    'Method DELETE is not allowed by Access-Control-Allow-Methods in preflight response.',
  ],
  [
    '"patch", which fetch does not upper-case',
    listed,
    preflight('patch'),
    'patch is not in allowMethods',
    "write method: 'PATCH'",
    'Method patch is not allowed by',
  ],
  [
    '"patch" under "*"',
    loopback,
    preflight('patch'),
    'cannot receive',
    "write method: 'PATCH'",
    'Method patch',
  ],
  [
    'a method that no page can send',
    loopback,
    preflight('TRACE'),
    'TRACE is a forbidden method',
    'another method',
    'Method TRACE',
  ],
  [
    'the same under a list, to which it cannot be added',
    listed,
    preflight('TRACE'),
    'TRACE is a forbidden method',
    'another method',
    'Method TRACE',
  ],
  ['an unknown method under "*"', loopback, preflight('CHICKEN'), 'CHICKEN', 'IANA', 'Method CHICKEN'],
  [
    'an unknown method in lower case: upper case would not help it',
    loopback,
    preflight('chicken'),
    'chicken',
    'IANA',
    'Method chicken',
  ],
  [
    'an unknown method under a list: adding it would not help',
    listed,
    preflight('CHICKEN'),
    'CHICKEN is not in allowMethods',
    'IANA',
    'Method CHICKEN',
  ],
  [
    '"put", which no browser sends and no list can let in',
    listed,
    preflight('put'),
    'put is not in allowMethods',
    'IANA',
    'Method put',
  ],
  [
    'no method name',
    listed,
    preflight('a b'),
    '"a b" is not one method name',
    'as browsers do',
    'Method a b',
  ],
  [
    'a header',
    listed,
    preflight('GET', 'x-foo,x-bar'),
    'x-bar is not in allowHeaders',
    'add "x-bar" to routes[0].cors.allowHeaders',
    'Request header field x-bar is not allowed by Access-Control-Allow-Headers in preflight response.',
  ],
  [
    'no header name',
    loopback,
    preflight('GET', 'x bar'),
    '"x bar" is not a header name',
    'as browsers do',
    'Request header field x bar',
  ],
];

describe('a refused preflight', () => {
  it.each(refusedAsks)('%s', (_, policy, fields, why, mend, browserSays) => {
    const explanation = explained(policy, fields, 'OPTIONS');
    expect(explanation.verdict).toBe('refused');
    expect(explanation.why).toContain(why);
    expect(explanation.mend).toContain(mend);
    expect(explanation.browserSays).toContain(browserSays);
  });

  it('has the place of the list that it failed', () => {
    const ofMethod = explained(listed, preflight('DELETE'), 'OPTIONS');
    const ofHeader = explained(listed, preflight('GET', 'x-bar'), 'OPTIONS');
    expect(ofMethod.place).toBe(listed.places.allowMethods.place);
    expect(ofHeader.place).toBe(listed.places.allowHeaders.place);
    expect(ofMethod.place).not.toBe(ofHeader.place);
  });
});

describe('what needs no mending', () => {
  const own = 'http://localhost:8010';
  it.each([
    ['an allowed origin', listed, { Origin: page }, 'GET', 'allowed', `${page} is allowed`],
    ['an answered preflight', listed, preflight('POST', 'x-foo'), 'OPTIONS', 'allowed', 'POST · x-foo'],
    ['no Origin', listed, {}, 'GET', 'not needed', 'no Origin header'],
    ['a page of this proxy', listed, { Origin: own }, 'GET', 'not needed', 'through this proxy itself'],
    ['passthrough', policyFor('passthrough'), { Origin: page }, 'GET', 'not needed', 'passthrough'],
  ] as const)('%s', (_, policy, fields, method, verdict, why) => {
    const explanation = explained(policy, fields, method, own);
    expect(explanation).toMatchObject({ verdict, mend: '', browserSays: '' });
    expect(explanation.why).toContain(why);
  });
});
