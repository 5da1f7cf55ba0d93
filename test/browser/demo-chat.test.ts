/** The demo's chat in a real Chromium: through the proxy it works, and the Origin of the handshake decides who may join. */

import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { type Browser, launchChromium, type Page } from '../support/chromium.ts';
import { load } from './loads.ts';
import { fetchFrom, type OpenedPage, openPage, type PageOrigins, servePages } from './page-origin.ts';
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

async function opened(url: string): Promise<OpenedPage> {
  const page = await openPage(browser, url);
  onTestFinished(() => page.page.context().close());
  return page;
}

interface Guest {
  readonly page: Page;
  /** `Guest 417` */
  readonly name: string;
}

/** Somebody who pressed "Join the chat" on the demo page and was let in. The button comes with the chat's own experiment. */
async function joined(): Promise<Guest> {
  const { page } = await opened(proxied.demo.pageUrl);
  await page.getByRole('button', { name: 'Join the chat' }).click();
  await told(page, 'this is you');
  const [, name = ''] =
    /(Guest \d+) has joined: this is you/.exec((await chatOf(page).textContent()) ?? '') ?? [];
  return { page, name };
}

function chatOf(page: Page): ReturnType<Page['locator']> {
  return page.getByRole('log', { name: 'Chat' });
}

/** Resolves when the page's chat shows the text. */
async function told(page: Page, text: string): Promise<void> {
  await chatOf(page).filter({ hasText: text }).waitFor();
}

/** The WebSockets of the chat that reached the API. */
function socketsAtApi(): number {
  return proxied.demo
    .seen()
    .filter(({ target, status }) => target.startsWith('/socket.io/') && status === 101).length;
}

const handshake = '/socket.io/?EIO=4&transport=websocket';

describe('the chat of the demo page', () => {
  it('is blocked straight from the API at its first request, and goes on by WebSocket through the proxy', async () => {
    const { page, console: lines } = await opened(proxied.demo.pageUrl);
    await page.waitForSelector('body[data-done]');
    const direct = await page.textContent('[data-card="chat-direct"] .result');
    expect(direct).toContain('connect_error: xhr poll error');
    expect(direct).toContain('GET /socket.io/ → 200');
    const through = await page.textContent('[data-card="chat-proxied"] .result');
    expect(through).toContain('Ada goes on by websocket');
    expect(through).toContain('Grace hears Ada: Can you hear me?');
    expect(through).toContain('GET /socket.io/ → 101 (×2)');
    expect(lines.filter((line) => line.includes('Content Security Policy'))).toEqual([]);
  });

  it('brings what one page says to that page and to another', async () => {
    const [first, second] = await Promise.all([joined(), joined()]);
    await first.page.getByRole('textbox', { name: 'Message' }).fill('Is anybody there?');
    await first.page.getByRole('button', { name: 'Say' }).click();
    await Promise.all([first, second].map(({ page }) => told(page, `${first.name}: Is anybody there?`)));
  });

  it('tells the others at once when a page is closed: no socket stays behind at the API', async () => {
    const before = socketsAtApi();
    const [staying, leaving] = await Promise.all([joined(), joined()]);
    // Each page's two of the experiment, and the one that stays open: nobody has joined before it stands.
    expect(socketsAtApi() - before).toBe(6);
    await leaving.page.close();
    // The API notices a silent socket after 45 seconds only: what comes sooner is the end of the connection.
    await told(staying.page, `${leaving.name} has left`);
  });
});

describe('a page that is not listed', () => {
  it('gets a WebSocket from the API itself, since browsers do not ask', async () => {
    const page = await opened(pages.localhost);
    const opening = await load(page, 'socket', { url: proxied.demo.apiUrl + handshake });
    expect(opening).toMatch(/^0\{"sid":/);
  });

  it('is refused by the proxy with 403, and the API sees nothing', async () => {
    const page = await opened(pages.localhost);
    const before = { seen: proxied.demo.seen().length, exchanges: proxied.exchanges.length };
    expect(await load(page, 'socket', { url: proxied.proxyUrl + handshake })).toBe('refused');
    await fetchFrom(page, `${proxied.proxyUrl}/socket.io/?EIO=4&transport=polling`);
    await expect.poll(() => proxied.exchanges.length - before.exchanges).toBe(2);
    const statuses = proxied.exchanges.slice(before.exchanges).map(({ status }) => status);
    expect(statuses).toEqual([403, 403]);
    expect(proxied.demo.seen().slice(before.seen)).toEqual([]);
  });

  it('is not let in by its name either: the demo page under another name has no chat', async () => {
    const before = socketsAtApi();
    const { page } = await opened(proxied.demo.pageUrl.replace('localhost', '127.0.0.1'));
    await page.waitForSelector('body[data-done]');
    expect(await page.getAttribute('[data-card="chat-proxied"]', 'data-outcome')).toBe('blocked');
    expect(socketsAtApi()).toBe(before);
  });
});
