/** Somebody opens a proxied URL in a window while the API is down: a page that can be read, with what the JSON says. */

import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { type Browser, launchChromium, type Page } from '../support/chromium.ts';
import { lowContrast } from '../support/low-contrast.ts';
import { expectHead, type RawUpstream, rawUpstream, send } from '../support/raw-upstream.ts';
import { openTestApp, type TestApp } from '../support/test-app.ts';

/** What an API may say of itself, and must not become markup. */
const nasty = '<img src=x onerror="document.title=1">&amp;';

let browser: Browser;
let app: TestApp;
let upstream: RawUpstream;

beforeAll(async () => {
  browser = await launchChromium();
  upstream = await rawUpstream([expectHead, send(`HTTP/1.1 200 OK\r\nTransfer-Encoding: ${nasty}\r\n\r\n`)]);
  app = await openTestApp({
    routes: [
      { match: '/dead/**', target: 'http://127.0.0.1:1' },
      { match: '/nasty/**', target: upstream.origin },
    ],
  });
}, 60_000);

afterAll(async () => {
  await browser?.close();
  await Promise.all([app?.close(), upstream?.close()]);
});

async function windowAt(path: string, options: Parameters<Browser['newContext']>[0] = {}): Promise<Page> {
  const context = await browser.newContext(options);
  onTestFinished(() => context.close());
  const page = await context.newPage();
  await page.goto(`${app.url}${path}`);
  return page;
}

/** Name → value of the list below the text. */
async function facts(page: Page): Promise<Readonly<Record<string, string>>> {
  const [names, values] = [
    await page.locator('dt').allTextContents(),
    await page.locator('dd').allTextContents(),
  ];
  return Object.fromEntries(names.map((name, i) => [name, values[i] ?? '']));
}

describe('a window on an API that is down', () => {
  it('shows a page with the facts of the JSON that a program gets', async () => {
    const page = await windowAt('/dead/x?y=1');
    const problem = (await (await fetch(`${app.url}/dead/x?y=1`)).json()) as Readonly<Record<string, string>>;
    expect(await page.getByRole('heading', { level: 1 }).textContent()).toBe(problem.title);
    await page.getByText(problem.detail ?? '', { exact: true }).waitFor();
    expect(await page.locator('.mend').textContent()).toContain(problem.hint);
    const { request, ...told } = await facts(page);
    expect(told).toEqual({
      status: String(problem.status),
      code: problem.code,
      route: problem.route,
      API: problem.upstream,
    });
    expect(request).toMatch(/^[0-9a-f]{8}-/);
    expect(await page.title()).toBe(`${problem.title} · cors-proxy`);
  });

  it('shows JSON to its scripts, whatever they accept', async () => {
    const page = await windowAt('/dead/x');
    const fetched = `fetch('/dead/y', { headers: { Accept: 'text/html' } }).then((answer) => answer.headers.get('content-type'))`;
    expect(await page.evaluate(fetched).catch(String)).toContain('Failed to fetch');
    const other = await windowAt('/__cors-proxy/health');
    expect(await other.evaluate(fetched)).toBe('application/problem+json');
  });

  // The attack: an API answers with a text that is markup in the page of the error.
  it('shows as text what a peer wrote', async () => {
    const page = await windowAt('/nasty/x');
    await page.getByText(nasty).waitFor();
    expect(await page.locator('img').count()).toBe(0);
    expect(await page.title()).toBe("The API's transfer coding is not understood · cors-proxy");
  });

  it.each(['light', 'dark'] as const)(
    'is readable in %s, and at 360 pixels without scrolling sideways',
    async (colorScheme) => {
      const page = await windowAt(`/dead/${'a'.repeat(200)}`, {
        colorScheme,
        viewport: { width: 360, height: 740 },
      });
      expect(await lowContrast(page)).toEqual([]);
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(360);
      expect(await page.evaluate("getComputedStyle(document.querySelector('main')).borderRadius")).toBe(
        '12px',
      );
    },
  );
});
