/** The demo in a real Chromium: what fails straight to the API works through the proxy, and only as far as the config says. */

import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { experiments } from '../../src/cli/demo/experiments.ts';
import { safelistedResponseHeaders } from '../../src/http/fetch-names.ts';
import { certificateFiles, validCertificate } from '../support/certificates.ts';
import { type Browser, launchChromium, type Page } from '../support/chromium.ts';
import {
  type FetchInit,
  fetchFrom,
  type OpenedPage,
  openPage,
  openPageIn,
  type PageOrigins,
  servePages,
} from './page-origin.ts';
import { type ProxiedDemo, startProxiedDemo } from './proxied-demo.ts';

let browser: Browser;
let proxied: ProxiedDemo;
let pages: PageOrigins;

beforeAll(async () => {
  [browser, proxied, pages] = await Promise.all([launchChromium(), startProxiedDemo(), servePages()]);
}, 60_000);

afterAll(async () => {
  await Promise.all([browser?.close(), proxied?.close(), pages?.close()]);
});

/** A page in a context of its own, closed after the test. */
async function opened(url: string): Promise<OpenedPage> {
  const page = await openPage(browser, url);
  onTestFinished(() => page.page.context().close());
  return page;
}

/** A page on the origin that the config allows, without the demo's own experiments. */
function allowedPage(): Promise<OpenedPage> {
  return opened(`${proxied.demo.pageUrl}/icon.svg`);
}

let reading: Promise<OpenedPage> | undefined;

/** Such a page for all tests that leave nothing behind: opening takes longer than the fetch. */
function readingPage(): Promise<OpenedPage> {
  reading ??= openPage(browser, `${proxied.demo.pageUrl}/icon.svg`);
  return reading;
}

/** What reached the API while `act` ran. */
async function seenDuring(act: () => Promise<unknown>): Promise<readonly string[]> {
  const before = proxied.demo.seen().length;
  await act();
  return proxied.demo
    .seen()
    .slice(before)
    .map(({ method, target }) => `${method} ${target}`);
}

/** What the proxy was asked while `act` ran; an exchange is listed after its end, so wait for `count` of them. */
async function askedDuring(act: () => Promise<unknown>, count: number): Promise<readonly string[]> {
  const before = proxied.exchanges.length;
  await act();
  await expect.poll(() => proxied.exchanges.length - before).toBeGreaterThanOrEqual(count);
  return proxied.exchanges.slice(before).map(({ head }) => `${head.method} ${head.target}`);
}

/** `simple-get-proxied` → `works` */
const expectedOutcomes = Object.fromEntries(
  experiments.flatMap(({ id, direct, proxied: through }) => [
    [`${id}-direct`, direct.outcome],
    [`${id}-proxied`, through.outcome],
  ]),
);

async function outcomesOn(page: Page): Promise<Record<string, string | null>> {
  const outcomes: Record<string, string | null> = {};
  for (const card of Object.keys(expectedOutcomes)) {
    outcomes[card] = await page.getAttribute(`[data-card="${card}"]`, 'data-outcome');
  }
  return outcomes;
}

describe('the demo page', () => {
  let ran: OpenedPage;

  beforeAll(async () => {
    ran = await openPage(browser, proxied.demo.pageUrl);
    await ran.page.waitForSelector('body[data-done]');
  });

  it('comes out in every experiment as it says it does', async () => {
    const { page, console: lines } = ran;
    expect(await outcomesOn(page)).toEqual(expectedOutcomes);
    expect(lines.filter((line) => line.includes('Content Security Policy'))).toEqual([]);
  });

  it('shows the reason of the refusal, asked for outside the browser', async () => {
    const { page } = ran;
    await page.getByRole('button', { name: 'Ask as curl would' }).click();
    const answer = page.locator('.ask pre');
    expect(await answer.textContent()).toContain('403');
    expect(await answer.textContent()).toContain(`${proxied.demo.pageUrl} is not in allowOrigin`);
  });

  it('shows the Origin that the API saw, and of two calls which one had credentials', async () => {
    const { page } = ran;
    const { pageUrl } = proxied.demo;
    expect(await page.textContent('[data-card="simple-get-direct"] dl')).toContain(`with Origin${pageUrl}`);
    const calls = page.locator('[data-card="wildcard-proxied"] h4.call');
    expect(await calls.allTextContents()).toEqual(['GET /open/notice', 'GET /open/notice, with credentials']);
  });

  it('is the same with the proxy on https: the login, the chat and the stream too', async () => {
    const { cert, key, remove } = await certificateFiles(await validCertificate());
    onTestFinished(remove);
    const secure = await startProxiedDemo({ https: { cert, key } });
    onTestFinished(secure.close);
    const { page } = await opened(secure.demo.pageUrl);
    await page.waitForSelector('body[data-done]');
    expect(await outcomesOn(page)).toEqual(expectedOutcomes);
    await page.getByRole('button', { name: 'Ask as curl would' }).click();
    expect(await page.locator('.ask pre').textContent()).toContain('403');
    expect(await page.textContent('.command')).toContain('curl -ik ');
  });

  it('says what to do where the browser does not trust the proxy’s certificate', async () => {
    const { cert, key, remove } = await certificateFiles(await validCertificate());
    onTestFinished(remove);
    const secure = await startProxiedDemo({ https: { cert, key } });
    onTestFinished(secure.close);
    const context = await browser.newContext();
    onTestFinished(() => context.close());
    const { page } = await openPageIn(context, secure.demo.pageUrl);
    await page.waitForSelector('body[data-done]');
    const said = await page.textContent('[data-card="simple-get-proxied"] .says');
    expect(said).toContain(`Open ${secure.proxyUrl} once, accept its certificate`);
  });

  it('is refused as a whole under its other name, which is another origin', async () => {
    const { page } = await opened(proxied.demo.pageUrl.replace('localhost', '127.0.0.1'));
    await page.waitForSelector('body[data-done]');
    expect(await page.textContent('#tally')).toContain(`0 of ${experiments.length} through cors-proxy`);
  });

  it('fits a screen 360 pixels wide, and its first tab stop skips to the experiments', async () => {
    const { page } = await opened('about:blank');
    await page.setViewportSize({ width: 360, height: 740 });
    await page.goto(proxied.demo.pageUrl);
    await page.waitForSelector('body[data-done]');
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(360);
    await page.keyboard.press('Tab');
    expect(await page.evaluate('document.activeElement.textContent')).toBe('Skip to the experiments');
    await page.keyboard.press('Enter');
    expect(await page.evaluate('location.hash')).toBe('#experiments');
  });
});

describe('a page on the allowed origin', () => {
  const calls: readonly (readonly [what: string, path: string, init: FetchInit, status: number])[] = [
    ['a simple GET', '/article', {}, 200],
    ['a HEAD', '/article', { method: 'HEAD' }, 200],
    ['a PUT of JSON with a custom header', '/notes/1', putNote(), 200],
    [
      'a DELETE with a custom header',
      '/notes/1',
      { method: 'DELETE', headers: { 'X-Edit-Reason': 'done' } },
      204,
    ],
    ['a login with credentials', '/session/login', { method: 'POST', credentials: 'include' }, 200],
    ['a redirect', '/moved', {}, 200],
    ['an error of the API', '/errors/500', {}, 500],
    ['an API that hangs up', '/errors/hang-up', {}, 502],
    ['a path that the API does not have', '/nowhere', {}, 404],
  ];
  it.each(calls)(
    'reads %s through the proxy and not straight from the API',
    async (_what, path, init, status) => {
      const page = await readingPage();
      const direct = await fetchFrom(page, proxied.demo.apiUrl + path, init);
      expect(direct).toMatchObject({ status: 0, error: 'TypeError: Failed to fetch', headers: {}, body: '' });
      expect(await fetchFrom(page, proxied.proxyUrl + path, init)).toMatchObject({
        status,
        error: '',
        type: 'cors',
      });
    },
  );

  it('reads the seven safelisted headers of any response, and no other unless it is exposed', async () => {
    const { headers } = await fetchFrom(await readingPage(), `${proxied.proxyUrl}/weather`);
    expect(Object.keys(headers).sort()).toEqual([...safelistedResponseHeaders].sort());
  });

  it('reads API-Key and Content-Encoding exactly where they are exposed', async () => {
    const page = await readingPage();
    const hidden = await fetchFrom(page, `${proxied.proxyUrl}/article`);
    expect(hidden.headers).toEqual({ 'content-length': '12345', 'content-type': 'text/html; charset=UTF-8' });
    const exposed = await fetchFrom(page, `${proxied.proxyUrl}/keyed/article`);
    expect(exposed.headers).toEqual({
      ...hidden.headers,
      'api-key': '2c9de507f2c54aa1',
      'content-encoding': 'gzip',
    });
    expect(exposed.body).toBe(hidden.body);
  });

  it('reads every header of an error where "*" is exposed', async () => {
    const { headers } = await fetchFrom(await readingPage(), `${proxied.proxyUrl}/errors/500`);
    expect(headers).toMatchObject({ 'retry-after': '30', 'x-trace-id': '7f3a-19c2' });
  });

  it('reads why the proxy could not ask the API', async () => {
    const { headers, body } = await fetchFrom(await readingPage(), `${proxied.proxyUrl}/errors/hang-up`);
    expect(headers['content-type']).toMatch(/^application\/problem\+json/);
    expect(headers['proxy-status']).toContain('error=connection_terminated');
    expect(JSON.parse(body)).toMatchObject({ status: 502, code: 'connection_terminated' });
  });

  it('sends the cookie back that it was given, and only with credentials', async () => {
    const page = await allowedPage();
    const { proxyUrl } = proxied;
    await fetchFrom(page, `${proxyUrl}/session/login`, { method: 'POST', credentials: 'include' });
    expect((await fetchFrom(page, `${proxyUrl}/session/me`, { credentials: 'include' })).status).toBe(200);
    expect((await fetchFrom(page, `${proxyUrl}/session/me`, { credentials: 'omit' })).status).toBe(401);
  });

  it('may not send credentials where the route does not allow them', async () => {
    const page = await allowedPage();
    const { error } = await fetchFrom(page, `${proxied.proxyUrl}/weather`, { credentials: 'include' });
    expect(error).toBe('TypeError: Failed to fetch');
    await expect.poll(() => page.corsErrors).toEqual(['InvalidAllowCredentials']);
  });

  it('follows a redirect to the proxy again, never past it', async () => {
    const { url } = await fetchFrom(await readingPage(), `${proxied.proxyUrl}/moved?x=1`);
    expect(url).toBe(`${proxied.proxyUrl}/weather?x=1`);
  });
});

describe('preflights', () => {
  it('come before a PUT and are answered by the proxy: the API sees the PUT alone', async () => {
    const page = await allowedPage();
    let asked: readonly string[] = [];
    const seen = await seenDuring(async () => {
      asked = await askedDuring(() => fetchFrom(page, `${proxied.proxyUrl}/notes/1`, putNote()), 2);
    });
    expect(asked).toEqual(['OPTIONS /notes/1', 'PUT /notes/1']);
    expect(seen).toEqual(['PUT /notes/1']);
  });

  it('do not come before a simple GET', async () => {
    const page = await readingPage();
    const asked = await askedDuring(() => fetchFrom(page, `${proxied.proxyUrl}/weather`), 1);
    expect(asked).toEqual(['GET /weather']);
  });

  it('come once for two PUTs within the ten minutes of maxAge', async () => {
    const page = await allowedPage();
    const url = `${proxied.proxyUrl}/notes/1?twice`;
    const asked = await askedDuring(async () => {
      await fetchFrom(page, url, putNote());
      await fetchFrom(page, url, putNote());
    }, 3);
    expect(asked).toEqual(['OPTIONS /notes/1?twice', 'PUT /notes/1?twice', 'PUT /notes/1?twice']);
  });

  it('fail at the API itself, so that the PUT is never sent', async () => {
    const page = await allowedPage();
    const seen = await seenDuring(() => fetchFrom(page, `${proxied.demo.apiUrl}/notes/1`, putNote()));
    expect(seen).toEqual(['OPTIONS /notes/1']);
  });

  it('name the header that the route does not allow', async () => {
    const page = await allowedPage();
    await fetchFrom(page, `${proxied.proxyUrl}/notes/1`, { headers: { 'X-Other': '1' } });
    await expect.poll(() => page.corsErrors).toEqual(['HeaderDisallowedByPreflightResponse']);
    await expect
      .poll(() => page.console.join('\n'))
      .toContain(
        'Request header field x-other is not allowed by Access-Control-Allow-Headers in preflight response.',
      );
  });
});

describe('Origin', () => {
  it('is scheme, host and port, without the path of the page', async () => {
    const page = await opened(`${pages.otherPort}/deep/path.html?query=1`);
    await fetchFrom(page, `${proxied.demo.apiUrl}/weather`);
    expect(proxied.demo.seen().at(-1)?.origin).toBe(pages.otherPort);
  });
});

describe('a page on an origin that is not listed', () => {
  const origins: readonly (readonly [what: string, key: Exclude<keyof PageOrigins, 'close'>])[] = [
    ['another port of localhost', 'localhost'],
    ['the loopback address', 'loopbackAddress'],
    ['a name that leads to this machine', 'named'],
  ];
  it.each(origins)('on %s reads nothing, and the API sees nothing', async (_what, key) => {
    const page = await opened(pages[key]);
    const url = `${proxied.proxyUrl}/weather`;
    const seen = await seenDuring(async () => {
      expect(await fetchFrom(page, url)).toMatchObject({ status: 0, headers: {}, body: '' });
      expect(await fetchFrom(page, `${proxied.proxyUrl}/notes/1`, putNote())).toMatchObject({ status: 0 });
    });
    expect(seen).toEqual([]);
    await expect
      .poll(() => page.corsErrors)
      .toEqual(['MissingAllowOriginHeader', 'PreflightMissingAllowOriginHeader']);
    expect(page.console).toContain(
      `Access to fetch at '${url}' from origin '${pages[key]}' has been blocked by CORS policy: ` +
        "No 'Access-Control-Allow-Origin' header is present on the requested resource.",
    );
  });

  it('cannot log in either: the cookie of a refused login is not even made', async () => {
    const page = await opened(pages.localhost);
    const init = { method: 'POST', credentials: 'include' } as const;
    const seen = await seenDuring(() => fetchFrom(page, `${proxied.proxyUrl}/session/login`, init));
    expect(seen).toEqual([]);
    expect(await page.page.context().cookies()).toEqual([]);
  });
});

function putNote(): FetchInit {
  return {
    method: 'PUT',
    headers: { 'Content-Type': 'application/json', 'X-Edit-Reason': 'typo' },
    body: '{"text":"Buy two stamps"}',
  };
}
