import { describe, expect, it } from 'vitest';
import { firstValue } from '../src/http/header-list.ts';
import type { RequestHead } from '../src/http/request-head.ts';
import { plan } from '../src/plan.ts';
import type { Plan } from '../src/plan-shape.ts';
import { randomTexts } from './support/random-text.ts';
import { type Fields, fieldLines, ownName, planOf, request, rulesetOf } from './support/ruleset.ts';

const page = 'http://localhost:5173';
const far = 'http://far.test';

const rules = rulesetOf({
  cors: { exposeHeaders: ['ETag'] },
  routes: [
    {
      match: '/gh/**',
      target: 'https://api.test/v3',
      stripPrefix: '/gh',
      cors: { allowOrigin: page, allowMethods: ['GET', 'PUT'], allowHeaders: ['X-Foo'], maxAge: 600 },
    },
    { match: '/gh/late/**', target: 'https://never.test', cors: { allowOrigin: page } },
    { match: '/items', methods: ['POST', 'PUT'], target: 'https://write.test', cors: { allowOrigin: page } },
    { match: '/items', target: 'https://read.test', cors: { allowOrigin: 'http://reader.test' } },
    {
      match: '/far/**',
      target: 'https://api.test',
      cors: { allowOrigin: far },
      limits: { requestBody: '1kb' },
    },
    { match: '/forward/**', target: 'https://api.test', cors: { allowOrigin: page }, preflight: 'forward' },
    { match: '/raw/**', target: 'https://raw.test', cors: 'passthrough' },
    { match: '/x', target: 'https://api.test', rewrite: { '^/x': '/y' }, cors: { allowOrigin: page } },
  ],
});

const planned = (line: string, fields: Fields = {}, parts: Partial<RequestHead> = {}): Plan =>
  plan(request(line, fields, parts), rules);

const asks = (method: string, headers = ''): Fields => ({
  Origin: page,
  'Access-Control-Request-Method': method,
  ...(headers === '' ? {} : { 'Access-Control-Request-Headers': headers }),
});

/** `forward https://api.test/v3/users`, `refuse 404`, `answer 204`: what a plan comes to. */
function outcome(made: Plan): string {
  switch (made.kind) {
    case 'forward':
      return `forward ${made.upstream.origin}${made.upstream.path}`;
    case 'refuse':
      return `refuse ${made.refusal.status}`;
    case 'answer':
      return `answer ${made.response.status}`;
    case 'own':
      return `own ${made.path}`;
  }
}

type Row = readonly [name: string, line: string, fields: Fields, outcome: string];

const routing: readonly Row[] = [
  ['the prefix goes, the base path comes', 'GET /gh/users', {}, 'forward https://api.test/v3/users'],
  ['the prefix alone', 'GET /gh', {}, 'forward https://api.test/v3'],
  [
    'the query goes up byte for byte',
    'GET /gh/a?b=%2F..&c=\\',
    {},
    'forward https://api.test/v3/a?b=%2F..&c=\\',
  ],
  ['the query takes no part in the choice of a route', 'GET /other?/gh/x', {}, 'refuse 404'],
  [
    'escapes go up byte for byte, upper or lower case',
    'GET /gh/a%2Fb%2f%zz',
    {},
    'forward https://api.test/v3/a%2Fb%2f%zz',
  ],
  [
    'the first match in the file wins, however narrow a later one is',
    'GET /gh/late/x',
    {},
    'forward https://api.test/v3/late/x',
  ],
  ['a prefix is whole segments', 'GET /ghost', {}, 'refuse 404'],
  ['paths are case-sensitive', 'GET /GH/users', {}, 'refuse 404'],
  ['a trailing slash is another path', 'GET /items/', {}, 'refuse 404'],
  ['a rule for some methods', 'POST /items', {}, 'forward https://write.test/items'],
  ['the next rule for the others', 'GET /items', {}, 'forward https://read.test/items'],
  ['a rewrite', 'GET /x?q', {}, 'forward https://api.test/y?q'],
  ['no route', 'GET /none', {}, 'refuse 404'],
  [
    'an absolute-form target is its path',
    'GET http://localhost:8010/gh/a?b',
    {},
    'forward https://api.test/v3/a?b',
  ],
  [
    'an absolute-form target beside another Host (RFC 9112 §3.2.2)',
    'GET http://localhost:8010/gh/a',
    { Host: 'ignored.test' },
    'forward https://api.test/v3/a',
  ],
];

const methods: readonly Row[] = [
  ['GET without Origin', 'GET /gh/a', {}, 'forward https://api.test/v3/a'],
  ['GET of the page', 'GET /gh/a', { Origin: page }, 'forward https://api.test/v3/a'],
  [
    'POST of the page, which no preflight precedes',
    'POST /gh/a',
    { Origin: page },
    'forward https://api.test/v3/a',
  ],
  [
    'DELETE, which the rule does not list: no preflight, no check',
    'DELETE /gh/a',
    { Origin: page },
    'forward https://api.test/v3/a',
  ],
  [
    'OPTIONS without Access-Control-Request-Method is a request like others',
    'OPTIONS /gh/a',
    { Origin: page },
    'forward https://api.test/v3/a',
  ],
  [
    'OPTIONS without Origin is no preflight',
    'OPTIONS /gh/a',
    { 'Access-Control-Request-Method': 'PUT' },
    'forward https://api.test/v3/a',
  ],
  ['an origin that is not listed', 'GET /gh/a', { Origin: far }, 'refuse 403'],
  ['the page of another route', 'GET /far/a', { Origin: page }, 'refuse 403'],
  ['OPTIONS of an origin that is not listed', 'OPTIONS /gh/a', { Origin: far }, 'refuse 403'],
  ['passthrough forwards every origin', 'GET /raw/a', { Origin: far }, 'forward https://raw.test/raw/a'],
  [
    'passthrough forwards preflights',
    'OPTIONS /raw/a',
    { Origin: far, 'Access-Control-Request-Method': 'PUT' },
    'forward https://raw.test/raw/a',
  ],
  [
    'a page of this proxy itself',
    'POST /gh/a',
    { Origin: 'http://localhost:8010' },
    'forward https://api.test/v3/a',
  ],
];

const preflights: readonly Row[] = [
  ['one that passes', 'OPTIONS /gh/a', asks('PUT', 'x-foo'), 'answer 204'],
  [
    'a method that fails: an ok status, so that DevTools names it',
    'OPTIONS /gh/a',
    asks('DELETE'),
    'answer 200',
  ],
  ['a header that fails', 'OPTIONS /gh/a', asks('PUT', 'x-bar'), 'answer 200'],
  ['an origin that fails', 'OPTIONS /gh/a', { ...asks('PUT'), Origin: far }, 'refuse 403'],
  ['the rule is chosen by the method that is asked for', 'OPTIONS /items', asks('PUT'), 'answer 204'],
  [
    'a path without a route: the 404 that follows must be readable',
    'OPTIONS /none',
    asks('PUT'),
    'answer 204',
  ],
  [
    'a path without a route, for a page of another route',
    'OPTIONS /none',
    { ...asks('PUT'), Origin: far },
    'answer 204',
  ],
  [
    'a path without a route, for a page of none',
    'OPTIONS /none',
    { ...asks('PUT'), Origin: 'http://evil.test' },
    'refuse 404',
  ],
  [
    'one that is the API’s to answer',
    'OPTIONS /forward/a',
    asks('PUT'),
    'forward https://api.test/forward/a',
  ],
  [
    'one that is the API’s to answer, but not the origin',
    'OPTIONS /forward/a',
    { ...asks('PUT'), Origin: far },
    'refuse 403',
  ],
  [
    'credentials do not matter in front of a preflight',
    'OPTIONS /gh/a',
    { ...asks('PUT'), Authorization: 'x' },
    'answer 204',
  ],
];

const special: readonly Row[] = [
  ['OPTIONS * asks for this server', 'OPTIONS *', {}, 'answer 204'],
  ['OPTIONS * under a foreign Host', 'OPTIONS *', { Host: 'evil.test' }, 'refuse 403'],
  ['Max-Forwards: 0 ends here (RFC 9110 §7.6.2)', 'OPTIONS /gh/a', { 'Max-Forwards': '0' }, 'answer 200'],
  ['Max-Forwards: 1 goes on', 'OPTIONS /gh/a', { 'Max-Forwards': '1' }, 'forward https://api.test/v3/a'],
  [
    'Max-Forwards counts for OPTIONS alone',
    'GET /gh/a',
    { 'Max-Forwards': '0' },
    'forward https://api.test/v3/a',
  ],
  ['our own endpoint', 'GET /__cors-proxy/health', {}, 'own /health'],
  ['our own endpoint for a page', 'GET /__cors-proxy/health', { Origin: page }, 'refuse 403'],
  [
    'a body of the longest length',
    'POST /far/a',
    { 'Content-Length': '1024' },
    'forward https://api.test/far/a',
  ],
  ['a body that is too long', 'POST /far/a', { 'Content-Length': '1025' }, 'refuse 413'],
  [
    'a body that is longer than a number can say',
    'POST /far/a',
    { 'Content-Length': '9'.repeat(400) },
    'refuse 413',
  ],
];

describe.each([
  ['the route', routing],
  ['the request', methods],
  ['a preflight', preflights],
  ['what is special', special],
])('the plan by %s', (_, rows) => {
  it.each(rows)('%s', (__, line, fields, expected) => {
    expect(outcome(planned(line, fields))).toBe(expected);
  });
});

describe('a forwarded request', () => {
  it('carries its method, its route, and this proxy as the client calls it', () => {
    const made = planOf('forward', planned('PATCH /gh/a', { Host: 'LOCALHOST:8010', Origin: page }));
    expect(made).toMatchObject({
      route: { index: 0, match: '/gh/**' },
      decision: { kind: 'allowed', origin: page },
      downstream: 'http://localhost:8010',
      as: 'http',
      site: 'same',
      upstream: { method: 'PATCH' },
    });
    expect(fieldLines(made.upstream.headers)).toEqual([
      'host: api.test',
      `origin: ${page}`,
      'x-forwarded-for: 127.0.0.1',
      'x-forwarded-host: LOCALHOST:8010',
      'x-forwarded-proto: http',
      `via: 1.1 ${ownName}`,
    ]);
  });

  it.each([
    ['localhost', 'http', 'http://localhost'],
    ['localhost:80', 'http', 'http://localhost'],
    ['localhost:443', 'http', 'http://localhost:443'],
    ['localhost:443', 'https', 'https://localhost'],
    ['[::1]:8010', 'https', 'https://[::1]:8010'],
  ] as const)('is called %s on %s: %s', (Host, scheme, downstream) => {
    const made = planned('GET /gh/a', { Host }, { listener: { scheme, via: ownName } });
    expect(planOf('forward', made).downstream).toBe(downstream);
  });

  it.each([
    ['5', '4'],
    ['1', '0'],
    ['x', 'x'],
    ['-1', '-1'],
    ['5, 6', '5, 6'],
  ])('has one hop less in Max-Forwards: %s → %s', (before, after) => {
    const { upstream } = planOf('forward', planned('OPTIONS /gh/a', { 'Max-Forwards': before }));
    expect(firstValue(upstream.headers, 'max-forwards')).toBe(after);
  });

  it('has a number in Max-Forwards, however large the client’s was', () => {
    const { upstream } = planOf('forward', planned('OPTIONS /gh/a', { 'Max-Forwards': '9'.repeat(30) }));
    expect(firstValue(upstream.headers, 'max-forwards')).toMatch(/^[0-9]+$/);
  });

  it.each([
    ['same', 'same-site', 'cors'],
    ['same', undefined, undefined],
    ['cross', 'cross-site', 'cors'],
    ['cross', 'cross-site', undefined],
    ['cross-navigation', 'cross-site', 'navigate'],
  ])('knows a page of the %s site by Sec-Fetch-Site %s and Sec-Fetch-Mode %s', (site, fetchSite, mode) => {
    const fields = {
      Origin: page,
      ...(fetchSite === undefined ? {} : { 'Sec-Fetch-Site': fetchSite }),
      ...(mode === undefined ? {} : { 'Sec-Fetch-Mode': mode }),
    };
    expect(planOf('forward', planned('GET /gh/a', fields)).site).toBe(site);
  });
});

describe('an answered preflight', () => {
  it('has what the browser checks, and nothing of a body (RFC 9110 §8.6)', () => {
    const { response, refusal, route } = planOf('answer', planned('OPTIONS /gh/a', asks('PUT', 'x-foo')));
    expect(fieldLines(response.headers)).toEqual([
      'vary: Origin, Access-Control-Request-Method, Access-Control-Request-Headers',
      `access-control-allow-origin: ${page}`,
      'access-control-allow-methods: GET,PUT',
      'access-control-allow-headers: X-Foo,Content-Type',
      'access-control-max-age: 600',
    ]);
    expect(refusal).toBeNull();
    expect(route?.index).toBe(0);
  });

  it('says why it will fail, and where the rule stands', () => {
    const { response, refusal } = planOf('answer', planned('OPTIONS /gh/a', asks('DELETE')));
    expect(refusal).toMatchObject({
      code: 'cors_preflight_refused',
      detail: expect.stringContaining('DELETE is not in allowMethods'),
      hint: expect.stringContaining('routes[0].cors.allowMethods'),
      place: expect.stringMatching(/^cors-proxy\.config\.json:\d+:\d+$/),
    });
    expect(fieldLines(response.headers)).toContain(`access-control-allow-origin: ${page}`);
  });

  it('of a long list stays one line of what was asked for', () => {
    const names = Array.from({ length: 500 }, (_, i) => `x-${i}`).join(',');
    const { response } = planOf('answer', planned('OPTIONS /far/a', { ...asks('PUT', names), Origin: far }));
    expect(firstValue(response.headers, 'access-control-allow-headers')).toBe(names);
  });
});

describe('a path without a route', () => {
  it('says which routes were looked at, in their order, and how to see more', () => {
    const { refusal } = planOf('refuse', planned('GET /none?key=value', { Origin: page }));
    expect(refusal.code).toBe('destination_not_found');
    expect(refusal.detail).toContain(
      'No route matches GET /none; looked at "/gh/**", "/gh/late/**", "/items" (POST, PUT)',
    );
    expect(refusal.hint).toContain('cors-proxy explain GET /none');
  });

  it('is told to a page of this machine by the default rules', () => {
    const made = planOf('refuse', planned('GET /none', { Origin: page }));
    expect([made.decision?.kind, made.speaker]).toEqual(['allowed', null]);
  });

  it('is told to a page that some route lets in, by the rules of that route', () => {
    const made = planOf('refuse', planned('GET /none', { Origin: far }));
    expect([made.decision?.kind, made.speaker?.match]).toEqual(['allowed', '/far/**']);
  });

  it('is not told to a page that none lets in', () => {
    const made = planOf('refuse', planned('GET /none', { Origin: 'http://evil.test' }));
    expect(made.decision?.kind).toBe('refused');
  });
});

describe('a refusal', () => {
  it('has the decision, so that the page can read it: a 413', () => {
    const made = planOf('refuse', planned('POST /far/a', { Origin: far, 'Content-Length': '1025' }));
    expect(made).toMatchObject({ decision: { kind: 'allowed', origin: far }, speaker: { index: 4 } });
    expect(made.refusal).toMatchObject({ close: true, hint: expect.stringContaining('limits.requestBody') });
  });

  it.each([
    ['TRACE /gh/a', {}, 405],
    ['GET /gh/../a', {}, 400],
    ['GET /gh/a', { Expect: 'x' }, 417],
    ['POST /gh/a', { 'Transfer-Encoding': 'gzip, chunked' }, 501],
    [`GET /gh/${'a'.repeat(20_000)}`, {}, 414],
    ['GET /gh/a', { Cookie: 'a'.repeat(70_000) }, 431],
  ] as const)('of a message has it, too: %s %j', (line, fields, status) => {
    const made = planOf('refuse', planned(line, { ...fields, Origin: page }));
    expect(made.refusal.status).toBe(status);
    expect(made.decision).toMatchObject({ kind: 'allowed', origin: page });
  });

  it('of an origin has the sentence, the mend and the place', () => {
    const { refusal } = planOf('refuse', planned('GET /gh/a', { Origin: far }));
    expect(refusal).toMatchObject({
      code: 'http_request_denied',
      detail: expect.stringContaining(`${far} is not in allowOrigin`),
      hint: `add "${far}" to routes[0].cors.allowOrigin`,
      place: expect.stringMatching(/:\d+:\d+$/),
      quiet: false,
    });
  });
});

describe('the plan', () => {
  it('is plain data, and leaves the request as it is', () => {
    const head = request('GET /gh/a', { Origin: page, Connection: 'x-a', 'X-A': '1' });
    const frozen: RequestHead = Object.freeze({ ...head, headers: Object.freeze([...head.headers]) });
    const made = plan(frozen, rules);
    expect(JSON.parse(JSON.stringify(made))).toEqual(made);
    expect(plan(frozen, rules)).toEqual(made);
    expect(frozen).toEqual(head);
  });

  it('never throws, and forwards only to targets of the config, in form', () => {
    const vocabulary = [
      '/gh/',
      '/raw/',
      '/',
      '..',
      '%2e',
      'GET',
      'OPTIONS',
      page,
      'null',
      'localhost',
      ':8010',
      ',',
      ' ',
    ];
    const names = [
      'Host',
      'Origin',
      'Access-Control-Request-Method',
      'Connection',
      'Upgrade',
      'Via',
      'Max-Forwards',
      'Cookie',
    ];
    const targets = new Set(rules.routes.map(({ target }) => target.origin));
    const texts = [...randomTexts(2000, vocabulary)];
    const kinds = new Set<string>();
    for (const [i, text] of texts.entries()) {
      const value = texts[(i * 7 + 1) % texts.length] ?? '';
      const fields = { [names[i % names.length] ?? '']: value, [text]: value };
      for (const head of [
        request('GET /', fields, { target: text }),
        request('OPTIONS /', { ...asks(value), ...fields }, { target: `/gh/${text}` }),
        request('GET /', fields, {
          method: value,
          target: `http://localhost/raw/${text}`,
          version: i % 3 === 0 ? text : '1.1',
        }),
      ]) {
        const made = plan(head, rules);
        kinds.add(made.kind);
        if (made.kind !== 'forward') continue;
        expect(targets).toContain(made.upstream.origin);
        expect(made.upstream.path).toMatch(/^\/[\x21-\x7e]*$/);
        expect(made.decision.kind).not.toBe('refused');
      }
    }
    expect([...kinds].sort()).toEqual(['answer', 'forward', 'refuse']);
  });
});
