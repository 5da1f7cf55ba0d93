/** What a page on an allowed origin reads: statuses, bodies, headers, by fetch and XMLHttpRequest, with and without credentials. */

import { describe, expect, it } from 'vitest';
import { load } from './loads.ts';
import { type FetchInit, fetchFrom } from './page-origin.ts';
import { tableRoutes } from './rules.ts';
import { schemes, useStage } from './stage.ts';
import { type Told, tell } from './told-api.ts';

const theStage = useStage(tableRoutes);

describe.each(schemes)('over %s', (scheme) => {
  const url = (path: string, told: Told = {}) => theStage().proxies[scheme].url + tell(path, told);

  const statuses = [
    200, 201, 202, 203, 206, 208, 226, 300, 400, 401, 402, 403, 404, 405, 406, 409, 410, 412, 413, 415, 418,
    421, 422, 425, 428, 429, 431, 451, 500, 501, 502, 503, 504, 507, 511, 599,
  ];
  it.each(statuses)('fetch reads the status and the body of a %i', async (status) => {
    const told = { status, body: `said ${status}` };
    const fetched = await fetchFrom(await theStage().page('localhost'), url('/plain/status', told));
    expect(fetched).toMatchObject({ status, body: `said ${status}`, type: 'cors', error: '' });
  });

  it.each([204, 205])('fetch reads a %i, which has no body', async (status) => {
    const told = { status, body: '', headers: status === 205 ? { 'content-length': '0' } : {} };
    const fetched = await fetchFrom(await theStage().page('localhost'), url('/plain/empty', told));
    expect(fetched).toMatchObject({ status, body: '', error: '' });
  });

  it.each([200, 404, 422, 500, 503])('XMLHttpRequest reads the body of a %i', async (status) => {
    const told = { status, body: '{"why":"told"}' };
    const read = await load(await theStage().page('localhost'), 'xhr', { url: url('/plain/xhr', told) });
    expect(read).toMatchObject({ ended: 'load', status, body: '{"why":"told"}' });
  });

  type Mode = readonly [what: string, route: string, init: FetchInit, cookies: 'sends' | 'sends no'];
  const modes: readonly Mode[] = [
    ['omit', 'login', { credentials: 'omit' }, 'sends no'],
    ['same-origin', 'login', { credentials: 'same-origin' }, 'sends no'],
    ['include', 'login', { credentials: 'include' }, 'sends'],
    ['omit under "*"', 'any', { credentials: 'omit' }, 'sends no'],
    ['same-origin under "*"', 'any', { credentials: 'same-origin' }, 'sends no'],
    ['include with a preflight', 'login', { credentials: 'include', method: 'PUT' }, 'sends'],
    ['omit with a preflight', 'login', { credentials: 'omit', method: 'PUT' }, 'sends no'],
  ];
  it.each(modes)('credentials %s is read, and the API sees the cookie or not', async (...row) => {
    const [what, route, init, cookies] = row;
    // A page of the proxy's own scheme: for another scheme the cookie would be a third party's.
    const page = await theStage().page(scheme === 'https' ? 'secure' : 'localhost');
    const { url: proxyUrl } = theStage().proxies[scheme];
    await page.page.context().addCookies([{ name: 'session', value: 'a1', url: proxyUrl }]);
    const path = `/mode-${what.replaceAll(/\W+/g, '-')}-${scheme}`;
    expect(await fetchFrom(page, url(`/${route}${path}`), init)).toMatchObject({ status: 200, error: '' });
    const [seen] = theStage().api.seenAt(path);
    expect(seen?.headers.cookie).toBe(cookies === 'sends' ? 'session=a1' : undefined);
  });

  it('XMLHttpRequest withCredentials sends the cookie', async () => {
    const page = await theStage().page(scheme === 'https' ? 'secure' : 'localhost');
    await page.page
      .context()
      .addCookies([{ name: 'session', value: 'a1', url: theStage().proxies[scheme].url }]);
    const read = await load(page, 'xhr', { url: url(`/login/xhr-${scheme}`), withCredentials: true });
    expect(read).toMatchObject({ ended: 'load', status: 200 });
    expect(theStage().api.seenAt(`/xhr-${scheme}`)[0]?.headers.cookie).toBe('session=a1');
  });

  const safelisted = {
    'cache-control': 'no-store',
    'content-language': 'en',
    'content-type': 'text/plain',
    expires: '0',
    'last-modified': 'Tue, 15 Nov 1994 12:45:26 GMT',
    pragma: 'no-cache',
  };
  const others = {
    etag: '"a1"',
    link: '</next>; rel="next"',
    'retry-after': '30',
    'content-range': 'items 0-9/99',
    'x-total': '99',
    'x-trace-id': 't1',
  };
  const toldHeaders = { ...safelisted, ...others, 'set-cookie': 'a=1', 'access-control-expose-headers': '*' };
  const exposes: readonly (readonly [what: string, route: string, init: FetchInit, reads: object])[] = [
    ['nothing is exposed: the safelisted ones alone', 'plain', {}, safelisted],
    [
      'two are listed: these two beside them',
      'exposed',
      {},
      { ...safelisted, etag: others.etag, 'x-total': others['x-total'] },
    ],
    ['"*" is exposed: all but Set-Cookie', 'any', {}, { ...safelisted, ...others }],
    [
      '"*" is exposed with credentials: the same',
      'login',
      { credentials: 'include' },
      { ...safelisted, ...others },
    ],
  ];
  it.each(exposes)('fetch reads headers where %s', async (_what, route, init, reads) => {
    const told = { headers: toldHeaders };
    const { headers } = await fetchFrom(
      await theStage().page('localhost'),
      url(`/${route}/expose`, told),
      init,
    );
    const { date, vary, 'content-length': length, ...rest } = headers;
    const link = '</next>; rel="next"';
    expect(rest).toEqual(
      'link' in reads ? { ...reads, link: link.replace('/next', `/${route}/next`) } : reads,
    );
    expect(length).toBe('2');
    // "*" names what Node added too; a list does not.
    expect([date, vary].every((value) => value === undefined)).toBe(!('link' in reads));
  });

  it('XMLHttpRequest reads the same headers as fetch', async () => {
    const page = await theStage().page('localhost');
    const asked = url('/exposed/xhr-headers', { headers: toldHeaders });
    const read = await load(page, 'xhr', { url: asked });
    expect(read.headers).toEqual((await fetchFrom(page, asked)).headers);
    expect(read.headers['x-total']).toBe('99');
  });

  const doubled: readonly (readonly [what: string, headers: Told['headers']])[] = [
    ['"*" of its own', { 'access-control-allow-origin': '*' }],
    ['another origin', { 'access-control-allow-origin': 'https://app.example' }],
    ['two lines', { 'access-control-allow-origin': ['*', 'https://app.example'] }],
    [
      'credentials of its own',
      { 'access-control-allow-credentials': 'false', 'access-control-allow-origin': '*' },
    ],
    ['a policy that is none', { 'access-control-allow-origin': 'yes please' }],
    ['a Cross-Origin-Resource-Policy of its own', { 'cross-origin-resource-policy': 'same-origin' }],
  ];
  it.each(doubled)('fetch reads an API that sends CORS headers: %s', async (_what, headers = {}) => {
    const page = await theStage().page('localhost');
    const fetched = await fetchFrom(page, url('/login/doubled', { headers }), { credentials: 'include' });
    expect(fetched).toMatchObject({ status: 200, body: 'ok', error: '' });
  });

  it.each(['Basic realm="api"', 'Digest realm="api", nonce="n"', 'Negotiate', 'NTLM'])(
    'fetch with credentials reads a 401 that asks for %s, and no password dialog opens',
    async (challenge) => {
      const told = { status: 401, headers: { 'www-authenticate': challenge } };
      const page = await theStage().page('localhost');
      const fetched = await fetchFrom(page, url('/login/asks', told), { credentials: 'include' });
      expect(fetched).toMatchObject({ status: 401, body: 'ok' });
      expect(fetched.headers['x-proxied-www-authenticate']).toBe(challenge);
    },
  );

  it('fetch reads a 401 that asks for Bearer, its challenge as it is', async () => {
    const challenge = 'Bearer error="invalid_token"';
    const told = { status: 401, headers: { 'www-authenticate': challenge } };
    const fetched = await fetchFrom(await theStage().page('localhost'), url('/any/bearer', told));
    expect(fetched).toMatchObject({ status: 401, headers: { 'www-authenticate': challenge } });
  });

  it('fetch reads our 502 in the place of a 407, which a browser would take for a network error', async () => {
    const told = { status: 407, headers: { 'proxy-authenticate': 'Basic realm="p"' } };
    const fetched = await fetchFrom(await theStage().page('localhost'), url('/plain/407', told));
    expect(fetched).toMatchObject({ status: 502, error: '' });
  });

  it('a no-cors fetch gets an opaque response, as it asked', async () => {
    const page = await theStage().page('localhost');
    const fetched = await fetchFrom(page, url('/plain/no-cors'), { mode: 'no-cors' });
    expect(fetched).toMatchObject({ type: 'opaque', status: 0, body: '', error: '' });
  });
});
