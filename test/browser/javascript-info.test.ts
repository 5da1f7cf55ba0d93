/**
 * What the chapter "Fetch: Cross-Origin Requests" teaches (https://javascript.info/fetch-crossorigin), a test for each
 * rule: a page on https://javascript.info, for which Chromium takes this machine, the proxy, and the demo's API, which
 * knows nothing of CORS. The further tables are in the files beside this one.
 */

import { once } from 'node:events';
import { createServer } from 'node:https';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { safelistedResponseHeaders } from '../../src/http/fetch-names.ts';
import { firstValue } from '../../src/http/header-list.ts';
import { validCertificate } from '../support/certificates.ts';
import { type Browser, launchChromium } from '../support/chromium.ts';
import { checkConfig } from '../support/test-app.ts';
import {
  type Fetched,
  type FetchInit,
  fetchFrom,
  type OpenedPage,
  openPage,
  servePages,
} from './page-origin.ts';
import { type ProxiedDemo, startProxiedDemo } from './proxied-demo.ts';

const site = 'https://javascript.info';

const configText = `{
  "target": "\${DEMO_API}",
  "cors": { "allowOrigin": "${site}" },
  "routes": [
    { "match": "/keyed/**", "target": "\${DEMO_API}", "cors": { "exposeHeaders": ["Content-Encoding", "API-Key"] } },
    { "match": "/notes/**", "target": "\${DEMO_API}",
      "cors": { "allowMethods": ["PUT", "PATCH", "DELETE"], "allowHeaders": ["API-Key", "Content-Type"], "maxAge": 86400 } },
    { "match": "/session/**", "target": "\${DEMO_API}", "cors": { "allowCredentials": true } },
    { "match": "/any/**", "target": "\${DEMO_API}", "stripPrefix": "/any", "cors": { "allowOrigin": "*" } },
    { "match": "/other/**", "target": "\${DEMO_API}", "stripPrefix": "/other", "cors": { "allowOrigin": "https://other.example" } }
  ]
}`;

let browser: Browser;
let proxied: ProxiedDemo;
let pages: Awaited<ReturnType<typeof servePages>>;
let page: OpenedPage;
const closers: (() => unknown)[] = [];

beforeAll(async () => {
  const certificate = await validCertificate();
  const server = createServer(certificate, (_request, response) => {
    response
      .writeHead(200, { 'Content-Type': 'text/html' })
      .end('<!doctype html><link rel="icon" href="data:,">');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = Object(server.address()) as { port: number };
  [proxied, pages, browser] = await Promise.all([
    startProxiedDemo({ configText }),
    servePages(),
    launchChromium({
      resolverRules: [`MAP javascript.info 127.0.0.1:${port}`],
      trusted: [certificate.cert],
    }),
  ]);
  closers.push(browser.close.bind(browser), proxied.close, pages.close, () => {
    server.close();
    server.closeAllConnections();
  });
  page = await openPage(browser, `${site}/fetch-crossorigin`);
}, 60_000);

afterAll(async () => {
  for (const close of closers) await close();
});

const blocked = { status: 0, headers: {}, body: '', error: 'TypeError: Failed to fetch' };

/** From the page on javascript.info, through the proxy. */
function through(path: string, init: FetchInit = {}): Promise<Fetched> {
  return fetchFrom(page, proxied.proxyUrl + path, init);
}

/** What the proxy was asked on `path`, and with what it answered, once `count` exchanges have ended. */
async function exchangesAt(path: string, count: number) {
  const found = () => proxied.exchanges.filter(({ head }) => head.target === path);
  await expect.poll(() => found().length, { message: path }).toBeGreaterThanOrEqual(count);
  return found().map(({ head, status, responseHeaders }) => ({
    method: head.method,
    status,
    asked: (name: string) => firstValue(head.headers, name),
    answered: (name: string) => firstValue(responseHeaders, name),
  }));
}

async function methodsAt(path: string, count: number): Promise<readonly string[]> {
  return (await exchangesAt(path, count)).map(({ method }) => method);
}

describe('another origin', () => {
  it('cannot be read where it does not say so: fetch fails, though the API has answered', async () => {
    expect(await fetchFrom(page, `${proxied.demo.apiUrl}/article?direct`)).toMatchObject(blocked);
    await expect.poll(() => page.corsErrors).toContain('MissingAllowOriginHeader');
    expect(proxied.demo.seen().at(-1)).toMatchObject({ target: '/article?direct', status: 200 });
  });

  it('is another port, another name or another scheme; the same origin can be read as it is', async () => {
    const { localhost, otherPort, loopbackAddress, named } = pages;
    const local = await openPage(browser, localhost);
    for (const other of [otherPort, loopbackAddress, named, site]) {
      expect(await fetchFrom(local, other), other).toMatchObject(blocked);
    }
    expect(await fetchFrom(local, `${localhost}/any/path`)).toMatchObject({ status: 200, type: 'basic' });
  });

  it('is told who asks: Origin has the scheme, the host and the port, and no path', async () => {
    await through('/article?whose');
    expect((await exchangesAt('/article?whose', 1))[0]?.asked('origin')).toBe('https://javascript.info');
    const local = await openPage(browser, `${pages.otherPort}/deep/path.html?query=1#part`);
    await fetchFrom(local, `${proxied.proxyUrl}/article?local`);
    expect((await exchangesAt('/article?local', 1))[0]?.asked('origin')).toBe(pages.otherPort);
  });

  it.each([
    ['with that origin', '/article', site],
    ['with "*"', '/any/article', '*'],
  ])('can be read where the answer is marked %s', async (_how, path, value) => {
    expect(await through(`${path}?marked`)).toMatchObject({ ok: true, status: 200, type: 'cors', error: '' });
    expect((await exchangesAt(`${path}?marked`, 1))[0]?.answered('access-control-allow-origin')).toBe(value);
  });

  it('cannot be read where another page is allowed, and the API does not even hear of it', async () => {
    const before = proxied.demo.seen().length;
    expect(await through('/other/article')).toMatchObject(blocked);
    expect(proxied.demo.seen()).toHaveLength(before);
  });
});

describe('a simple request', () => {
  const simple: readonly (readonly [what: string, init: FetchInit])[] = [
    ['GET', {}],
    ['HEAD', { method: 'HEAD' }],
    ['POST of text', { method: 'POST', headers: { 'Content-Type': 'text/plain' }, body: 'a' }],
    ['POST of a form', { method: 'POST', headers: { 'Content-Type': 'application/x-www-form-urlencoded' } }],
    ['POST of parts', { method: 'POST', headers: { 'Content-Type': 'multipart/form-data; boundary=b' } }],
    ['GET with Accept and languages', { headers: { Accept: 'text/csv', 'Accept-Language': 'is' } }],
    ['GET with Content-Language', { headers: { 'Content-Language': 'en' } }],
  ];
  it.each(simple)('goes straight: %s', async (what, init) => {
    const path = `/article?${encodeURIComponent(what)}`;
    expect(await through(path, init)).toMatchObject({ type: 'cors', error: '' });
    expect(await methodsAt(path, 1)).toEqual([init.method ?? 'GET']);
  });
});

describe('any other request', () => {
  const json = { 'Content-Type': 'application/json' };
  const others: readonly (readonly [what: string, init: FetchInit])[] = [
    ['PUT', { method: 'PUT', headers: json, body: '{"text":"a"}' }],
    ['DELETE', { method: 'DELETE' }],
    ['PATCH', { method: 'PATCH', body: 'a' }],
    ['GET with a Content-Type of JSON', { headers: json }],
    ['GET with a header of its own', { headers: { 'API-Key': 'secret' } }],
  ];
  it.each(others)('is asked for first, by OPTIONS: %s', async (what, init) => {
    const path = `/notes/1?${encodeURIComponent(what)}`;
    expect(await through(path, init)).toMatchObject({ type: 'cors', error: '' });
    expect(await methodsAt(path, 2)).toEqual(['OPTIONS', init.method ?? 'GET']);
  });

  it('names its method and its headers in the question, which has no body; the answer allows them, and for how long', async () => {
    const headers = { ...json, 'API-Key': 'secret' };
    await through('/notes/1?named', { method: 'PATCH', headers, body: '{}' });
    const [preflight, actual] = await exchangesAt('/notes/1?named', 2);
    expect(preflight?.method).toBe('OPTIONS');
    expect(preflight?.asked('origin')).toBe(site);
    expect(preflight?.asked('access-control-request-method')).toBe('PATCH');
    expect(preflight?.asked('access-control-request-headers')).toBe('api-key,content-type');
    expect(preflight?.asked('content-length') ?? '0').toBe('0');
    expect(preflight?.status).toBe(204);
    expect(preflight?.answered('access-control-allow-origin')).toBe(site);
    expect(preflight?.answered('access-control-allow-methods')).toContain('PATCH');
    expect(preflight?.answered('access-control-allow-headers')?.toLowerCase()).toContain('api-key');
    expect(preflight?.answered('access-control-max-age')).toBe('86400');
    // The answer to the request itself has to allow the page as well.
    expect(actual?.asked('origin')).toBe(site);
    expect(actual?.answered('access-control-allow-origin')).toBe(site);
  });

  it('is not asked for again while the browser remembers the answer', async () => {
    const init = { method: 'PUT', headers: json, body: '{"text":"a"}' };
    await through('/notes/1?remembered', init);
    await through('/notes/1?remembered', init);
    expect(await methodsAt('/notes/1?remembered', 3)).toEqual(['OPTIONS', 'PUT', 'PUT']);
  });

  it('is never sent where the answer does not allow it', async () => {
    expect(await through('/notes/1?denied', { headers: { 'X-Other': '1' } })).toMatchObject(blocked);
    expect(await methodsAt('/notes/1?denied', 1)).toEqual(['OPTIONS']);
    expect(await fetchFrom(page, `${proxied.demo.apiUrl}/notes/1?direct`, { method: 'PUT' })).toMatchObject(
      blocked,
    );
    expect(proxied.demo.seen().at(-1)).toMatchObject({ method: 'OPTIONS', target: '/notes/1?direct' });
  });
});

describe('of a response that it may read, a script sees', () => {
  it('seven headers, and no other, unless they are exposed', async () => {
    const { headers } = await through('/weather');
    expect(Object.keys(headers)).toEqual([...safelistedResponseHeaders].sort());
    expect([...safelistedResponseHeaders].sort().join()).toBe(
      'cache-control,content-language,content-length,content-type,expires,last-modified,pragma',
    );
  });

  it("Content-Encoding and API-Key of the chapter's example, since they are exposed by name", async () => {
    const { ok, headers } = await through('/keyed/article');
    expect(ok).toBe(true);
    expect(headers).toEqual({
      'content-type': 'text/html; charset=UTF-8',
      'content-length': '12345',
      'content-encoding': 'gzip',
      'api-key': '2c9de507f2c54aa1',
    });
    const [exchange] = await exchangesAt('/keyed/article', 1);
    expect(exchange?.answered('access-control-allow-origin')).toBe('https://javascript.info');
    expect(exchange?.answered('access-control-expose-headers')).toBe('Content-Encoding,API-Key');
  });
});

describe('credentials', () => {
  it('do not go along unless the page includes them, and the answer says Access-Control-Allow-Credentials: true', async () => {
    await through('/session/login', { method: 'POST', credentials: 'include' });
    expect(await through('/session/me?without')).toMatchObject({ status: 401 });
    expect((await exchangesAt('/session/me?without', 1))[0]?.asked('cookie')).toBeUndefined();
    expect(await through('/session/me?with', { credentials: 'include' })).toMatchObject({ status: 200 });
    const [exchange] = await exchangesAt('/session/me?with', 1);
    expect(exchange?.asked('cookie')).toBe('demo_session=ada');
    expect(exchange?.answered('access-control-allow-credentials')).toBe('true');
    expect(exchange?.answered('access-control-allow-origin')).toBe(site);
  });

  it('make a response unreadable that does not allow them, or that is for "*"', async () => {
    expect(await through('/article', { credentials: 'include' })).toMatchObject(blocked);
    await expect.poll(() => page.corsErrors).toContain('InvalidAllowCredentials');
    expect(await through('/any/article', { credentials: 'include' })).toMatchObject(blocked);
    await expect.poll(() => page.corsErrors).toContain('WildcardOriginNotAllowed');
  });

  it('cannot be combined with "*" in a config', () => {
    const { ok, problems } = checkConfig({
      target: 'https://api.example.com',
      cors: { allowOrigin: '*', allowCredentials: true },
    });
    expect(ok).toBe(false);
    expect(problems.map(({ code }) => code)).toEqual(['CP130']);
  });
});
