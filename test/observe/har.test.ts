import { describe, expect, it } from 'vitest';
import { harOf } from '../../src/observe/har.ts';
import { readHar } from '../support/har.ts';
import { request, response, rulesetOf } from '../support/ruleset.ts';
import { exchangeOf } from './exchange-of.ts';

const page = 'http://localhost:5173';
const rules = rulesetOf(
  {
    routes: [
      {
        match: '/pay/**',
        target: 'https://api.test',
        request: { headers: { Authorization: 'Bearer ${KEY}' } },
        cors: { allowOrigin: page, allowCredentials: true },
      },
    ],
  },
  { KEY: 'sk_live_12345' },
);

function kept(text: string) {
  return { bytes: Buffer.from(text), passedBytes: Buffer.byteLength(text) };
}

const asked = request('POST /pay/charges?amount=1&token=abc', {
  Origin: page,
  Cookie: 'sid=1; theme',
  'Content-Type': 'application/json',
  Authorization: 'Basic dTpw',
});

const exchange = exchangeOf(asked, rules, {
  upstream: response(302, {
    Location: 'https://api.test/login?session=9',
    'Set-Cookie': ['sid=2; Path=/; HttpOnly; Secure', 'b=3'],
    'Content-Type': 'application/json',
  }),
});
const bodies = { request: kept('{"password":"x"}'), response: kept('{"echo":"sk_live_12345"}') };

function harText(...exchanges: readonly (typeof exchange)[]): string {
  return JSON.stringify(
    harOf(
      exchanges.map((each, i) => ({ n: i + 1, exchange: each })),
      '0.1.0',
    ),
  );
}

describe('a HAR', () => {
  it('is one by its specification, of whatever was exchanged', () => {
    const refused = exchangeOf(request('GET /pay/x', { Origin: 'http://evil.test' }), rules);
    const preflight = exchangeOf(
      request('OPTIONS /pay/x', { Origin: page, 'Access-Control-Request-Method': 'PUT' }),
      rules,
    );
    const unrouted = exchangeOf(request('GET /nothing'), rules);
    const left = { ...exchange, status: 499, responseHeaders: [], outcome: 'client_abort' as const };
    const text = harText({ ...exchange, bodies }, exchange, refused, preflight, unrouted, left);
    const statuses = readHar(text).log.entries.map(({ response: { status } }) => status);
    // What never came has no status in a HAR.
    expect(statuses).toEqual([302, 302, 403, 204, 404, 0]);
  });

  it('is one without an entry', () => {
    expect(readHar(harText()).log.entries).toEqual([]);
  });

  it('shows the exchange as the page saw it', () => {
    const [entry] = readHar(harText({ ...exchange, bodies })).log.entries;
    expect(entry?.request).toMatchObject({
      method: 'POST',
      url: 'http://localhost:8010/pay/charges?amount=1&token=***',
      queryString: [
        { name: 'amount', value: '1' },
        { name: 'token', value: '***' },
      ],
      cookies: [
        { name: 'sid', value: '***' },
        { name: 'theme', value: '' },
      ],
      postData: { mimeType: 'application/json', text: '{"password":"***"}' },
    });
    expect(entry?.response.cookies[0]).toEqual({
      name: 'sid',
      value: '***',
      path: '/',
      httpOnly: true,
      secure: false,
    });
    expect(entry?.response.content.text).toBe('{"echo":"***"}');
    expect(entry?.comment).toBe(`cors allowed: ${page} is allowed`);
  });

  // A HAR is made to be sent to somebody.
  it('holds no secret, no credential, no cookie', () => {
    const text = harText({ ...exchange, bodies });
    for (const hidden of ['sk_live', 'dTpw', 'sid=1', 'sid=2', 'token=abc', 'session=9']) {
      expect(text).not.toContain(hidden);
    }
  });
});
