/** The simulated browser against answers that were seen to pass or fail in Chromium: it must block what a browser blocks. */

import { describe, expect, it, onTestFinished } from 'vitest';
import { respondWith, type SeenRequest } from './raw-upstream.ts';
import { browserFetch, type PageFetch, unsafeNames } from './simulated-browser.ts';
import { type HeaderLine, values } from './strict-parser.ts';

const origin = 'http://localhost:5173';
const allow: HeaderLine = ['Access-Control-Allow-Origin', origin];
const allowAny: HeaderLine = ['Access-Control-Allow-Origin', '*'];
const credentials: HeaderLine = ['Access-Control-Allow-Credentials', 'true'];
const allowPut: HeaderLine = ['Access-Control-Allow-Methods', 'PUT'];

interface Row {
  readonly name: string;
  readonly passes: boolean;
  readonly page?: Partial<PageFetch>;
  readonly answer: readonly HeaderLine[];
  /** Of the preflight. Default 204. */
  readonly status?: number;
}

async function server(answer: readonly HeaderLine[], preflightStatus: number) {
  const upstream = await respondWith(({ method, headers }: SeenRequest) => {
    const isPreflight = method === 'OPTIONS' && values(headers, 'access-control-request-method').length > 0;
    return { status: isPreflight ? preflightStatus : 200, headers: answer };
  });
  onTestFinished(() => upstream.close());
  return upstream;
}

describe('browserFetch', () => {
  const include = { credentials: 'include' as const };
  const put = { method: 'put' };
  const unsafe = (name: string, more: Partial<PageFetch> = {}) => ({
    headers: [[name, '1'] as const],
    ...more,
  });
  const rows: readonly Row[] = [
    { name: 'the origin itself passes', passes: true, answer: [allow] },
    { name: 'no Allow-Origin is blocked', passes: false, answer: [] },
    { name: '"*" passes without credentials', passes: true, answer: [allowAny] },
    {
      name: '"*" is a literal with credentials',
      passes: false,
      page: include,
      answer: [allowAny, credentials],
    },
    { name: 'credentials need Allow-Credentials', passes: false, page: include, answer: [allow] },
    { name: 'credentials with both headers pass', passes: true, page: include, answer: [allow, credentials] },
    {
      name: '"True" is not "true"',
      passes: false,
      page: include,
      answer: [allow, ['Access-Control-Allow-Credentials', 'True']],
    },
    { name: 'a trailing slash is another origin', passes: false, answer: [[allow[0], `${origin}/`]] },
    { name: 'a list of origins is no origin', passes: false, answer: [[allow[0], `${origin}, ${origin}`]] },
    {
      name: '"null" passes for an opaque page',
      passes: true,
      page: { origin: 'null' },
      answer: [[allow[0], 'null']],
    },
    { name: 'PUT passes where it is listed', passes: true, page: put, answer: [allow, allowPut] },
    { name: 'PUT is blocked where it is not', passes: false, page: put, answer: [allow] },
    {
      name: 'patch is not PATCH',
      passes: false,
      page: { method: 'patch' },
      answer: [allow, ['Access-Control-Allow-Methods', 'PATCH']],
    },
    {
      name: '"*" covers methods',
      passes: true,
      page: put,
      answer: [allow, ['Access-Control-Allow-Methods', '*']],
    },
    {
      name: '"*" covers no method with credentials',
      passes: false,
      page: { ...put, ...include },
      answer: [allow, credentials, ['Access-Control-Allow-Methods', '*']],
    },
    {
      name: 'header names are compared without case',
      passes: true,
      page: unsafe('X-A'),
      answer: [allow, ['Access-Control-Allow-Headers', 'x-a, ,X-B']],
    },
    { name: 'a header that is not listed is blocked', passes: false, page: unsafe('X-A'), answer: [allow] },
    {
      name: '"*" covers headers',
      passes: true,
      page: unsafe('X-A'),
      answer: [allow, ['Access-Control-Allow-Headers', '*']],
    },
    {
      name: '"*" does not cover Authorization',
      passes: false,
      page: unsafe('Authorization'),
      answer: [allow, ['Access-Control-Allow-Headers', '*']],
    },
    {
      name: 'one bad name spoils the list',
      passes: false,
      page: unsafe('X-A'),
      answer: [allow, ['Access-Control-Allow-Headers', 'x-a, b c']],
    },
    {
      name: 'a redirected preflight is blocked',
      passes: false,
      page: put,
      answer: [allow, allowPut],
      status: 307,
    },
    {
      name: 'a preflight of 403 is blocked',
      passes: false,
      page: put,
      answer: [allow, allowPut],
      status: 403,
    },
  ];

  it.each(rows)('$name', async ({ passes, page = {}, answer, status = 204 }) => {
    const { port, authority } = await server(answer, status);
    const got = await browserFetch({ origin, address: { port }, authority, path: '/', ...page });
    expect(got.blocked === undefined, got.blocked).toBe(passes);
  });

  it('asks for names in lower case, sorted, without credentials, and sends the cookie with the request alone', async () => {
    const upstream = await server(
      [allow, credentials, allowPut, ['Access-Control-Allow-Headers', 'x-a,x-b']],
      204,
    );
    const headers: readonly HeaderLine[] = [
      ['X-B', '1'],
      ['X-A', '1'],
      ['Accept', '*/*'],
    ];
    const { port, authority } = upstream;
    await browserFetch({
      origin,
      address: { port },
      authority,
      path: '/',
      ...put,
      ...include,
      headers,
      cookie: 's=1',
    });
    const [preflight, actual] = upstream.requests.map(
      (request) => (name: string) => values(request.headers, name),
    );
    expect(preflight?.('access-control-request-headers')).toEqual(['x-a,x-b']);
    expect(preflight?.('access-control-request-method')).toEqual(['PUT']);
    expect(preflight?.('cookie')).toEqual([]);
    expect(actual?.('cookie')).toEqual(['s=1']);
  });

  it('shows the page the safelisted names and the exposed ones, never Set-Cookie', async () => {
    const answer: readonly HeaderLine[] = [
      allow,
      ['Content-Type', 'a/b'],
      ['ETag', '"1"'],
      ['X-A', '1'],
      ['Set-Cookie', 'a=1'],
      ['Access-Control-Expose-Headers', 'etag, set-cookie'],
    ];
    const { port, authority } = await server(answer, 204);
    const got = await browserFetch({ origin, address: { port }, authority, path: '/' });
    const names = got.blocked === undefined ? [...got.readableHeaders.keys()] : [];
    expect(names.sort()).toEqual(['content-length', 'content-type', 'etag']);
  });
});

describe('unsafeNames', () => {
  const rows: readonly (readonly [string, readonly HeaderLine[], readonly string[]])[] = [
    ['a form is safelisted', [['Content-Type', 'text/plain;charset=utf-8']], []],
    ['JSON is not', [['Content-Type', 'application/json']], ['content-type']],
    ['a value over 128 bytes is not', [['Accept', 'a'.repeat(129)]], ['accept']],
    ['a range from a first byte is', [['Range', 'bytes=0-']], []],
    ['a suffix range is not', [['Range', 'bytes=-5']], ['range']],
    ['an Accept with a quote is not', [['Accept', '"a"']], ['accept']],
    [
      'more than 1024 bytes together are not',
      Array.from({ length: 9 }, () => ['Accept', 'a'.repeat(128)] as const),
      ['accept'],
    ],
  ];
  it.each(rows)('%s', (_name, headers, unsafe) => {
    expect(unsafeNames(headers)).toEqual(unsafe);
  });
});
