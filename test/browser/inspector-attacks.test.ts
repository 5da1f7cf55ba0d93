/**
 * The attacks on the inspector that only a browser can make, in a Chromium whose user has the inspector open: the cookie
 * is there, and rides along wherever a browser lets it.
 */

import { createServer, type Server } from 'node:http';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { type Browser, type BrowserContext, launchChromium, type Page } from '../support/chromium.ts';
import { type InspectedApp, openInspectedApp, request } from '../support/inspected-app.ts';
import { type PageOrigins, servePages } from './page-origin.ts';

let browser: Browser;
let app: InspectedApp;
let pages: PageOrigins;
let hostile: Server;

/** An API that serves a page of its own through the proxy. */
async function startHostile(): Promise<{ readonly server: Server; readonly url: string }> {
  const server = createServer((_, response) => {
    response.setHeader('Content-Type', 'text/html');
    response.end('<!doctype html><title>hostile</title><p>hostile');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('A TCP server has a port');
  return { server, url: `http://127.0.0.1:${address.port}` };
}

beforeAll(async () => {
  const api = await startHostile();
  hostile = api.server;
  [browser, pages] = await Promise.all([
    launchChromium({ resolverRules: ['MAP rebound.evil 127.0.0.1'] }),
    servePages(),
  ]);
  app = await openInspectedApp({ target: api.url, cors: { allowOrigin: pages.localhost } });
  await request(app, 'GET /private?x=traffic-of-others');
}, 60_000);

afterAll(async () => {
  await browser?.close();
  hostile?.closeAllConnections();
  hostile?.close();
  await Promise.all([app?.close(), pages?.close()]);
});

interface Victim {
  readonly context: BrowserContext;
  readonly inspector: Page;
}

/** Has the inspector open, in the same profile as the page that attacks. */
async function victim(): Promise<Victim> {
  const context = await browser.newContext();
  onTestFinished(() => context.close());
  const inspector = await context.newPage();
  await inspector.goto(app.entrance);
  await inspector.getByText('live', { exact: true }).waitFor();
  return { context, inspector };
}

async function attacker({ context }: Victim, url: string): Promise<Page> {
  const page = await context.newPage();
  await page.goto(url);
  return page;
}

const own = () => `${app.url}/__cors-proxy`;

/** What a page gets of a URL by `fetch`: status and text, or the error. */
function fetched(page: Page, url: string, init: object = {}): Promise<string> {
  const script = `fetch(${JSON.stringify(url)}, ${JSON.stringify(init)}).then(
    async (response) => response.type + ' ' + response.status + ' ' + (await response.text()), String)`;
  return page.evaluate(script);
}

const paths = ['/', '/events', '/exchanges/1', '/har', '/assets/main.js', '/health'];

describe('a foreign page', () => {
  it('reads nothing, with or without the cookie, whether a route lists its origin or not', async () => {
    const user = await victim();
    for (const origin of [pages.localhost, pages.otherPort, pages.loopbackAddress, pages.named]) {
      const page = await attacker(user, origin);
      for (const path of paths) {
        expect(await fetched(page, `${own()}${path}`, { credentials: 'include' })).toBe(
          'TypeError: Failed to fetch',
        );
        expect(await fetched(page, `${own()}${path}`, { mode: 'no-cors', credentials: 'include' })).toMatch(
          /^opaque 0 $|^TypeError/,
        );
      }
    }
  });

  it('changes nothing: a POST without CORS is refused, and the header of the page needs a preflight', async () => {
    const page = await attacker(await victim(), pages.localhost);
    const body = JSON.stringify({ n: 1, edit: null });
    const before = app.exchanges.filter(({ plan }) => plan.kind === 'forward').length;
    await fetched(page, `${own()}/replay`, { method: 'POST', mode: 'no-cors', credentials: 'include', body });
    const headers = { 'Cors-Proxy-Inspector': 'x' };
    expect(
      await fetched(page, `${own()}/replay`, { method: 'POST', credentials: 'include', headers, body }),
    ).toBe('TypeError: Failed to fetch');
    expect(app.exchanges.filter(({ plan }) => plan.kind === 'forward').length).toBe(before);
    expect(app.wishes).toEqual([]);
  });

  it('loads none of its scripts, and frames nothing of it', async () => {
    const page = await attacker(await victim(), pages.localhost);
    const loaded = `new Promise((resolve) => {
      const script = document.createElement('script');
      script.src = ${JSON.stringify(`${own()}/assets/main.js`)};
      script.onload = () => resolve('loaded');
      script.onerror = () => resolve('refused');
      document.head.append(script);
    })`;
    expect(await page.evaluate(loaded)).toBe('refused');
    const framed = `new Promise((resolve) => {
      const frame = document.createElement('iframe');
      frame.src = ${JSON.stringify(`${own()}/`)};
      frame.onload = () => resolve('over');
      document.body.append(frame);
    })`;
    await page.evaluate(framed);
    const frames = page.frames().filter((frame) => frame !== page.mainFrame());
    expect(await frames[0]?.evaluate('document.querySelector("#app") === null')).toBe(true);
  });
});

describe('a name that was rebound to this machine', () => {
  it('gets nothing: for the browser it is the same origin, for the proxy a foreign Host', async () => {
    const user = await victim();
    const page = await user.context.newPage();
    const rebound = app.url.replace('localhost', 'rebound.evil');
    // The token, learnt by whatever means, does not help under that name.
    const { search } = new URL(app.entrance);
    for (const path of [...paths, `/${search}`]) {
      const answer = await page.goto(`${rebound}/__cors-proxy${path}`);
      expect(answer?.status()).toBe(403);
      expect(await answer?.text()).not.toMatch(/traffic-of-others|name="key"/);
    }
    expect(await user.context.cookies(rebound)).toEqual([]);
  });
});

describe("a page that an API serves through the proxy, on the inspector's own origin", () => {
  it('has the cookie sent along, and still reads and changes nothing', async () => {
    const page = await attacker(await victim(), `${app.url}/hostile`);
    expect(await page.title()).toBe('hostile');
    for (const path of ['/', '/events', '/exchanges/1', '/har']) {
      const got = await fetched(page, `${own()}${path}`, { credentials: 'include' });
      expect(got).toMatch(/^basic 40[13] /);
      expect(got).not.toMatch(/traffic-of-others|name="key"/);
    }
    const body = JSON.stringify({ n: 1, edit: null });
    const headers = { 'Cors-Proxy-Inspector': 'guess' };
    expect(await fetched(page, `${own()}/replay`, { method: 'POST', headers, body })).toMatch(/^basic 401 /);
    expect(await page.evaluate('document.cookie')).toBe('');
  });

  it('gets hold neither of a frame nor of a window that has the page in it', async () => {
    const page = await attacker(await victim(), `${app.url}/hostile`);
    const framed = `new Promise((resolve) => {
      const frame = document.createElement('iframe');
      frame.src = '/__cors-proxy/';
      frame.onload = () => resolve(frame.contentDocument?.querySelector('meta[name="key"]')?.content ?? 'nothing');
      document.body.append(frame);
    })`;
    expect(await page.evaluate(framed)).toBe('nothing');
    const [popup] = await Promise.all([
      page.context().waitForEvent('page'),
      page.evaluate("void (globalThis.opened = open('/__cors-proxy/'))"),
    ]);
    await popup.locator('.path-text').first().waitFor();
    // Cross-Origin-Opener-Policy: for the opener the window is closed.
    expect(await page.evaluate('opened.closed')).toBe(true);
    expect(await popup.evaluate('opener')).toBeNull();
  });

  it('registers no service worker that would stand between', async () => {
    const page = await attacker(await victim(), `${app.url}/hostile`);
    const registered = "navigator.serviceWorker.register('/sw.js').then(() => 'registered', () => 'refused')";
    expect(await page.evaluate(registered)).toBe('refused');
  });
});

describe('whoever opens the address without its token', () => {
  it('is told what to do', async () => {
    const context = await browser.newContext();
    onTestFinished(() => context.close());
    const page = await context.newPage();
    const answer = await page.goto(`${own()}/`);
    expect(answer?.status()).toBe(401);
    await page.getByRole('heading', { name: 'The inspector needs its token' }).waitFor();
  });
});
