import { describe, expect, it } from 'vitest';
import { finish, finishOwn, policyOf } from '../src/finish.ts';
import { allValues, firstValue, type HeaderList } from '../src/http/header-list.ts';
import type { RequestHead, ResponseHead } from '../src/http/request-head.ts';
import { plan } from '../src/plan.ts';
import type { ForwardPlan } from '../src/plan-shape.ts';
import type { Ruleset } from '../src/ruleset.ts';
import { randomTexts } from './support/random-text.ts';
import { type Fields, fieldLines, planOf, request, response, rulesetOf } from './support/ruleset.ts';

const page = 'http://localhost:5173';
const evil = 'http://evil.test';

const rules = rulesetOf({
  routes: [
    {
      match: '/listed/**',
      target: 'https://api.test',
      cors: { allowOrigin: page, exposeHeaders: ['ETag', 'X-Id'] },
    },
    { match: '/login/**', target: 'https://api.test', cors: { allowOrigin: page, allowCredentials: true } },
    { match: '/star/**', target: 'https://api.test', cors: { allowOrigin: page, exposeHeaders: '*' } },
    { match: '/public/**', target: 'https://api.test', cors: { allowOrigin: '*' } },
    { match: '/raw/**', target: 'https://api.test', cors: 'passthrough' },
    {
      match: '/forward/**',
      target: 'https://api.test',
      cors: { allowOrigin: page, exposeHeaders: '*' },
      preflight: 'forward',
    },
    {
      match: '/edits/**',
      target: 'https://api.test',
      cors: { allowOrigin: page },
      response: { headers: { 'X-Frame-Options': null, 'Cache-Control': 'no-store', Vary: 'Accept' } },
    },
  ],
});

interface Asked {
  readonly path?: string;
  readonly fields?: Fields;
  readonly parts?: Partial<RequestHead>;
  readonly ruleset?: Ruleset;
}

function forwardPlan({
  path = '/listed/x',
  fields = { Origin: page },
  parts,
  ruleset = rules,
}: Asked): ForwardPlan {
  return planOf('forward', plan(request(`GET ${path}`, fields, parts), ruleset));
}

/** The head that goes down for what the upstream sent. */
function finished(sent: ResponseHead, asked: Asked = {}): ResponseHead {
  return finish(forwardPlan(asked), sent, { ruleset: asked.ruleset ?? rules });
}

const linesOf = (sent: Fields, asked?: Asked): string[] =>
  fieldLines(finished(response(200, sent), asked).headers);

const corsLines = (headers: HeaderList): string[] =>
  fieldLines(headers).filter((line) => line.startsWith('access-control-'));

/** ory/cli#454, ingress-nginx#2138, echo#2853: every proxy that added CORS has once sent two Allow-Origin lines. */
describe('the upstream’s own CORS headers', () => {
  it.each<[string, Fields]>([
    ['none', {}],
    ['the same origin', { 'Access-Control-Allow-Origin': page }],
    ['another origin', { 'Access-Control-Allow-Origin': 'https://app.example.com' }],
    [
      '"*" with credentials',
      { 'Access-Control-Allow-Origin': '*', 'Access-Control-Allow-Credentials': 'true' },
    ],
    ['two lines', { 'Access-Control-Allow-Origin': ['*', evil] }],
    ['odd case', { 'aCCESS-cONTROL-aLLOW-oRIGIN': '*', 'ACCESS-CONTROL-EXPOSE-HEADERS': 'x-secret' }],
    [
      'lists',
      {
        'Access-Control-Allow-Methods': 'PURGE',
        'Access-Control-Allow-Headers': '*',
        'Access-Control-Max-Age': '1',
      },
    ],
    ['one of a dead standard', { 'Access-Control-Allow-Private-Network': 'true' }],
    ['one that nobody knows', { 'Access-Control-X': '1' }],
  ])('are replaced by the rule’s: %s', (_, sent) => {
    const { headers } = finished(response(200, { 'Content-Type': 'a/b', ...sent }));
    expect(corsLines(headers)).toEqual([
      `access-control-allow-origin: ${page}`,
      'access-control-expose-headers: ETag,X-Id',
    ]);
  });

  it.each([200, 204, 206, 301, 304, 400, 401, 404, 429, 500, 503])(
    'are replaced on every status, for a response of any can be shared: %i',
    (status) => {
      const { headers } = finished(response(status, { 'Access-Control-Allow-Origin': '*' }));
      expect(allValues(headers, 'access-control-allow-origin')).toEqual([page]);
      expect(allValues(headers, 'vary')).toEqual(['Origin']);
    },
  );

  it('are removed where the request has no Origin, and nothing takes their place but Vary', () => {
    const sent = { 'Access-Control-Allow-Origin': '*', 'Access-Control-Allow-Credentials': 'true' };
    expect(linesOf(sent, { fields: {} })).toEqual(['vary: Origin']);
  });

  it('credentials are said once, exactly "true", with the origin that asked', () => {
    const sent = { 'Access-Control-Allow-Credentials': ['TRUE', 'true'] };
    expect(linesOf(sent, { path: '/login/x' })).toEqual([
      'vary: Origin',
      `access-control-allow-origin: ${page}`,
      'access-control-allow-credentials: true',
    ]);
  });

  it('"*" is the same for everyone, with or without Origin, and never with credentials', () => {
    for (const fields of [{}, { Origin: evil }]) {
      const lines = linesOf({ 'Access-Control-Allow-Credentials': 'true' }, { path: '/public/x', fields });
      expect(lines).toEqual(['access-control-allow-origin: *']);
    }
  });

  it('pass untouched under passthrough, with Vary as it was', () => {
    const sent = {
      'Access-Control-Allow-Origin': ['https://app.example.com', 'x'],
      'Access-Control-Expose-Headers': '*',
      Vary: 'Accept',
    };
    expect(linesOf(sent, { path: '/raw/x' })).toEqual(fieldLines(response(200, sent).headers));
  });
});

describe('Vary', () => {
  it.each<[string, Fields, readonly string[]]>([
    ['none before', {}, ['Origin']],
    ['others before', { Vary: 'Accept-Encoding' }, ['Accept-Encoding, Origin']],
    ['there already, in another case', { vary: 'ORIGIN, accept' }, ['ORIGIN, accept']],
    ['"*"', { Vary: '*' }, ['*']],
    ['two lines', { Vary: ['Accept', 'Cookie'] }, ['Accept, Cookie, Origin']],
  ])('holds Origin, once: %s', (_, sent, values) => {
    expect(allValues(finished(response(200, sent)).headers, 'vary')).toEqual(values);
  });

  it('that a route sets is merged like an upstream’s', () => {
    const { headers } = finished(response(200, { Vary: 'Cookie' }), { path: '/edits/x' });
    expect(allValues(headers, 'vary')).toEqual(['Accept, Origin']);
  });
});

describe('exposeHeaders "*"', () => {
  const exposed = (status: number, sent: Fields) =>
    firstValue(
      finished(response(status, sent), { path: '/star/x' }).headers,
      'access-control-expose-headers',
    );

  it('names what the page can read of this very response', () => {
    const sent = {
      'Content-Type': 'a/b',
      ETag: 'e',
      'set-cookie': 'a=1',
      'X-RateLimit-Limit': '5',
      'x y': '1',
    };
    expect(exposed(200, sent)).toBe('ETag,X-RateLimit-Limit');
  });

  it('does not name what was taken away, and names what took its place', () => {
    const sent = {
      'Strict-Transport-Security': 'max-age=1',
      Connection: 'x-gone',
      'X-Gone': '1',
      'WWW-Authenticate': 'Basic realm="a"',
    };
    expect(exposed(401, sent)).toBe('X-Proxied-WWW-Authenticate');
  });

  it('is left off a 304, whose list would replace the stored one (seen in Chromium)', () => {
    expect(exposed(304, { ETag: 'e' })).toBeUndefined();
  });

  it('as a list is on a 304 what it is on the 200', () => {
    const { headers } = finished(response(304, { ETag: 'e' }));
    expect(firstValue(headers, 'access-control-expose-headers')).toBe('ETag,X-Id');
  });
});

/** RFC 9110 §7.6.1. */
describe('what belongs to the upstream’s connection', () => {
  it('goes, with what Connection nominates', () => {
    const sent = {
      Connection: ['X-Secret, close', 'keep-alive'],
      'X-Secret': '1',
      'Keep-Alive': 'timeout=5',
      'Proxy-Authenticate': 'Basic',
      'Proxy-Connection': 'close',
      'Transfer-Encoding': 'chunked',
      Trailer: 'X-T',
      Upgrade: 'h2c',
      TE: 'trailers',
      ETag: 'e',
    };
    expect(linesOf(sent, { fields: {} })).toEqual(['etag: e', 'vary: Origin']);
  });

  it('cannot nominate our CORS headers away', () => {
    const sent = { Connection: 'access-control-allow-origin, vary', Vary: 'Accept' };
    expect(linesOf(sent)).toContain(`access-control-allow-origin: ${page}`);
    expect(linesOf(sent)).toContain('vary: Origin');
  });

  // RFC 9110 §8.6.
  it.each([
    [200, true],
    [304, true],
    [204, false],
    [101, false],
  ])('Content-Length on %i stays: %s', (status, stays) => {
    const { headers } = finished(response(status, { 'Content-Length': '5' }));
    expect(firstValue(headers, 'content-length')).toBe(stays ? '5' : undefined);
  });
});

describe('what passes', () => {
  it('status, reason, order, case, repeats and 8-bit bytes', () => {
    const sent: ResponseHead = {
      status: 299,
      reason: 'Fine',
      headers: [
        'X-b',
        '1',
        'x-A',
        'caf\xe9',
        'X-B',
        '2',
        'Cache-Control',
        'max-age=5',
        'Content-Encoding',
        'br',
      ],
    };
    const { status, reason, headers } = finished(sent, { fields: {} });
    expect([status, reason]).toEqual([299, 'Fine']);
    expect(headers.slice(0, 10)).toEqual(sent.headers);
    expect(headers.slice(10)).toEqual(['Vary', 'Origin']);
  });

  it('is a new head: the upstream’s stays as it is', () => {
    const sent = response(200, { 'Access-Control-Allow-Origin': '*', Vary: 'a', Location: '/x' });
    const frozen: ResponseHead = Object.freeze({ ...sent, headers: Object.freeze([...sent.headers]) });
    finished(frozen);
    expect(frozen).toEqual(sent);
  });

  it('is edited by the route: set replaces, null removes, in any case', () => {
    const sent = { 'x-frame-options': 'DENY', 'CACHE-CONTROL': ['max-age=5', 'public'], ETag: 'e' };
    expect(linesOf(sent, { path: '/edits/x', fields: {} })).toEqual([
      'etag: e',
      'cache-control: no-store',
      'vary: Accept, Origin',
    ]);
  });

  it('is nothing that would bind to the origin of this proxy, and so to every app on localhost', () => {
    const sent = {
      'Strict-Transport-Security': 'max-age=31536000',
      'CLEAR-SITE-DATA': '"cookies"',
      'Alt-Svc': 'h3=":443"',
      NEL: '{}',
      'Report-To': '{}',
      'Service-Worker-Allowed': '/',
      ETag: 'e',
    };
    expect(linesOf(sent, { fields: {} })).toEqual(['etag: e', 'vary: Origin']);
  });
});

describe('a forwarded preflight', () => {
  const asks = { Origin: page, 'Access-Control-Request-Method': 'PUT' };
  const sent = {
    'Access-Control-Allow-Origin': '*',
    'Access-Control-Allow-Methods': 'PUT, PURGE',
    'access-control-allow-headers': 'x-api',
    'Access-Control-Max-Age': '5',
    'Access-Control-Expose-Headers': 'x',
    'Access-Control-Allow-Credentials': 'true',
    'X-Other': '1',
  };

  it('keeps what the upstream says of methods and headers; the origin is our affair, and nothing is exposed', () => {
    const made = planOf('forward', plan(request('OPTIONS /forward/x', asks), rules));
    const { headers } = finish(made, response(204, sent), { ruleset: rules });
    expect(fieldLines(headers)).toEqual([
      'access-control-allow-methods: PUT, PURGE',
      'access-control-allow-headers: x-api',
      'access-control-max-age: 5',
      'x-other: 1',
      'vary: Origin, Access-Control-Request-Method, Access-Control-Request-Headers',
      `access-control-allow-origin: ${page}`,
    ]);
  });

  it('keeps nothing of them on the request that follows', () => {
    const lines = corsLines(finished(response(200, sent), { path: '/forward/x' }).headers);
    expect(lines).toEqual([`access-control-allow-origin: ${page}`, 'access-control-expose-headers: X-Other']);
  });
});

/** A password dialog for localhost; the page's promise stays pending meanwhile. */
describe('challenges', () => {
  it('that open a dialog are renamed; those for scripts stay', () => {
    const sent = { 'WWW-Authenticate': ['Basic realm="a", Bearer realm="b"', 'Negotiate'] };
    expect(linesOf(sent, { fields: {} })).toEqual([
      'www-authenticate: Bearer realm="b"',
      'x-proxied-www-authenticate: Basic realm="a"',
      'x-proxied-www-authenticate: Negotiate',
      'vary: Origin',
    ]);
  });
});

/** An error without CORS headers is shown to a page as a "CORS error", and hides the true one. */
describe('an answer of our own', () => {
  const problem = response(502, {
    'Content-Type': 'application/problem+json',
    'Proxy-Status': 'p',
    'X-Request-Id': '1',
  });

  it('has the CORS headers of the route, and exposes its own two beside the rule’s', () => {
    const { headers } = finishOwn(forwardPlan({}), problem, rules);
    expect(fieldLines(headers).slice(3)).toEqual([
      'vary: Origin',
      `access-control-allow-origin: ${page}`,
      'access-control-expose-headers: ETag,X-Id,Proxy-Status,X-Request-Id',
    ]);
  });

  it('exposes its two where the rule exposes nothing', () => {
    const { headers } = finishOwn(forwardPlan({ path: '/login/x' }), problem, rules);
    expect(firstValue(headers, 'access-control-expose-headers')).toBe('Proxy-Status,X-Request-Id');
  });

  it('exposes them once where the rule exposes all', () => {
    const { headers } = finishOwn(forwardPlan({ path: '/star/x' }), problem, rules);
    expect(firstValue(headers, 'access-control-expose-headers')).toBe('Proxy-Status,X-Request-Id');
  });

  it('to a refused origin has no Access-Control at all, and varies', () => {
    const made = plan(request('GET /login/x', { Origin: evil }), rules);
    const { headers } = finishOwn(made, problem, rules);
    expect(fieldLines(headers).slice(3)).toEqual(['vary: Origin']);
  });

  it('before a decision has nothing added: a foreign Host', () => {
    const made = plan(request('GET /login/x', { Host: 'evil.test', Origin: page }), rules);
    expect(finishOwn(made, problem, rules)).toEqual(problem);
  });

  it('for a path without a route has the headers of the rule that speaks', () => {
    const made = plan(request('GET /none', { Origin: page }), rules);
    expect(policyOf(made, rules)).toBe(rules.defaultPolicy);
    const { headers } = finishOwn(made, problem, rules);
    expect(firstValue(headers, 'access-control-allow-origin')).toBe(page);
  });

  it('leaves its head as it is', () => {
    const before = [...problem.headers];
    finishOwn(forwardPlan({}), problem, rules);
    expect(problem.headers).toEqual(before);
  });
});

describe('finish', () => {
  it('never throws, and writes one Allow-Origin and one Vary, whatever the upstream sends', () => {
    const names = [
      'Set-Cookie',
      'Location',
      'Link',
      'Refresh',
      'WWW-Authenticate',
      'Vary',
      'Connection',
      'Content-Type',
    ];
    const vocabulary = [
      'https://api.test',
      '/',
      'a=1',
      ';',
      ',',
      '"',
      ' ',
      'Basic',
      'url=',
      '<',
      '>',
      '*',
      'Origin',
    ];
    const texts = [...randomTexts(2000, vocabulary)];
    const made = [forwardPlan({}), forwardPlan({ path: '/login/x' }), forwardPlan({ path: '/star/x' })];
    for (const [i, text] of texts.entries()) {
      const sent = response(200 + (i % 400), {
        [names[i % names.length] ?? '']: text,
        [text]: text,
        vary: text,
      });
      for (const each of made) {
        const { headers } = finish(each, sent, { ruleset: rules });
        expect(allValues(headers, 'access-control-allow-origin')).toEqual([page]);
        expect(allValues(headers, 'vary').length).toBe(1);
        expect(headers.length % 2).toBe(0);
      }
    }
  });
});
