/** The inspector in a real Chromium, by keyboard and by mouse, as somebody uses it who wonders why. */

import { readFileSync } from 'node:fs';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { Page } from '../support/chromium.ts';
import { readHar } from '../support/har.ts';
import { request, startInspectedApp } from '../support/inspected-app.ts';
import { connectRaw, requestBytes } from '../support/raw-client.ts';
import { configFor, detail, from, fromPage, rows, useInspectorStage } from './inspector-stage.ts';
import { tell } from './told-api.ts';

const stage = useInspectorStage();
const app = () => stage().app;
const api = () => stage().api;
const opened: ReturnType<typeof stage>['opened'] = (...args) => stage().opened(...args);

/** The text of the selected row's path. */
function chosen(page: Page): Promise<string | null> {
  return page.locator('[role="row"][aria-selected="true"] .path-text').textContent();
}

describe('the list', () => {
  it('shows what was, the preflight with its request, and works under its strict policy', async () => {
    const { page, errors } = await opened();
    await expect.poll(() => rows(page).count()).toBe(4);
    const texts = await rows(page).allTextContents();
    expect(texts[0]).toContain('connection refused');
    expect(texts[1]).toContain('refused');
    expect(texts[2]).toContain('preflight 204');
    expect(texts[2]).toContain('PUT');
    expect(errors).toEqual([]);
    expect(page.url()).toBe(`${app().url}/__cors-proxy/`);
  });

  it('is live, and keeps its place where somebody has scrolled', async () => {
    const fresh = await startInspectedApp(configFor(api().url));
    const { page } = await opened(fresh);
    await page.getByText('Waiting for the first request').waitFor();
    for (let i = 0; i < 60; i += 1) await request(fresh, `GET /gh/${i}`, fromPage);
    await page.locator('.path-text', { hasText: '/gh/59' }).waitFor();
    const grid = page.getByRole('grid');
    await grid.evaluate((element) => {
      element.scrollTop = 680;
    });
    const before = await page.locator('.path-text', { hasText: '/gh/35' }).boundingBox();
    await request(fresh, 'GET /gh/new', fromPage);
    await expect.poll(() => grid.getAttribute('aria-rowcount')).toBe('61');
    expect(await page.locator('.path-text', { hasText: '/gh/35' }).boundingBox()).toEqual(before);
  });

  it('shows a download while it goes on, and its end', async () => {
    const fresh = await startInspectedApp(configFor(api().url));
    const { page } = await opened(fresh);
    const listener = await connectRaw(fresh);
    onTestFinished(() => {
      listener.socket.destroy();
    });
    const path = `/gh${tell('/stream', { act: 'endless' })}`;
    await listener.write(requestBytes(`GET ${path}`, [['Host', `localhost:${fresh.port}`], ...fromPage]));
    await rows(page).filter({ hasText: 'running' }).click();
    await detail(page).getByText('running').waitFor();
    listener.socket.destroy();
    await expect.poll(() => rows(page).filter({ hasText: 'running' }).count()).toBe(0);
    await detail(page).getByText('running').waitFor({ state: 'detached' });
  });

  it('filters by what is typed, and by its two chips', async () => {
    const { page } = await opened();
    await page.keyboard.press('/');
    await page.keyboard.type('cors:refused');
    await expect.poll(() => rows(page).count()).toBe(1);
    await page.keyboard.press('Enter');
    await page.keyboard.press('j');
    expect(await chosen(page)).toBe('/gh/repos');
    await page.getByRole('button', { name: '1 failed', exact: true }).click();
    await expect.poll(() => rows(page).count()).toBe(1);
    await page.getByRole('searchbox').fill('nothing-like-this');
    await page.getByText('Nothing passes this filter').waitFor();
  });

  it('pauses, and goes on', async () => {
    const fresh = await startInspectedApp(configFor(api().url));
    const { page } = await opened(fresh);
    await page.keyboard.press('p');
    await request(fresh, 'GET /gh/held', fromPage);
    await page.getByText('paused, 1 new').waitFor();
    expect(await rows(page).count()).toBe(0);
    await page.keyboard.press('p');
    await expect.poll(() => rows(page).count()).toBe(1);
  });
});

describe('by keyboard alone', () => {
  it('goes through the list, opens, reads, closes', async () => {
    const { page } = await opened();
    await expect.poll(() => rows(page).count()).toBe(4);
    await page.keyboard.press('j');
    expect(await chosen(page)).toBe('/dead/x');
    await page.keyboard.press('j');
    await page.keyboard.press('j');
    expect(await chosen(page)).toBe('/gh/settings');
    await page.keyboard.press('k');
    expect(await chosen(page)).toBe('/gh/repos');
    await page.keyboard.press('Enter');
    await detail(page).getByText('Refused for http://localhost:4200').waitFor();
    expect(await page.evaluate('document.activeElement.id')).toBe('detail');
    await page.keyboard.press('Escape');
    await expect.poll(() => detail(page).count()).toBe(0);
    expect(await page.evaluate('document.activeElement.id')).toBe('list');
    await page.keyboard.press('G');
    expect(await chosen(page)).toContain('/gh/user');
  });

  it('turns the tabs with the arrows', async () => {
    const { page } = await opened();
    await rows(page).filter({ hasText: '/gh/settings' }).click();
    await page.getByRole('tab', { name: 'Why' }).focus();
    await page.keyboard.press('ArrowRight');
    await page.getByRole('tab', { name: 'Headers', selected: true }).waitFor();
    await page.keyboard.press('ArrowLeft');
    await page.keyboard.press('ArrowLeft');
    await page.getByRole('tab', { name: 'Timing', selected: true }).waitFor();
  });

  it('shows its keys, and closes them again', async () => {
    const { page } = await opened();
    await page.keyboard.press('?');
    const help = page.getByRole('dialog', { name: 'Keys and filters' });
    await help.getByText('edit and replay').waitFor();
    await page.keyboard.press('Escape');
    await expect.poll(() => page.locator('dialog').count()).toBe(0);
    await page.keyboard.press('?');
    await help.waitFor();
  });

  it('writes letters where somebody writes', async () => {
    const { page } = await opened();
    await page.keyboard.press('/');
    await page.keyboard.type('jk?rap');
    expect(await page.getByRole('searchbox').inputValue()).toBe('jk?rap');
    expect(await page.getByRole('dialog').count()).toBe(0);
  });
});

describe('one request', () => {
  it('says why there was a preflight, and leads to it and back', async () => {
    const { page } = await opened();
    await rows(page).filter({ hasText: '/gh/settings' }).click();
    await detail(page).getByText('because of method PUT, header idempotency-key').waitFor();
    await page.getByRole('button', { name: 'Show it' }).click();
    await detail(page).getByText(`Preflight allowed for ${from}`).waitFor();
    await page.getByRole('button', { name: 'Show the request' }).click();
    await detail(page).getByText(`Allowed for ${from}`, { exact: false }).waitFor();
  });

  it('shows its headers before and after', async () => {
    const { page } = await opened();
    await rows(page).filter({ hasText: '/gh/settings' }).click();
    await page.getByRole('tab', { name: 'Headers' }).click();
    const added = page.locator('.fields .is-new', { hasText: 'Access-Control-Allow-Origin' });
    expect(await added.textContent()).toContain(from);
  });

  it('is sent again by a key, and its body is there to read', async () => {
    const fresh = await startInspectedApp(configFor(api().url));
    await request(fresh, 'GET /gh/again', fromPage);
    const { page } = await opened(fresh);
    await page.keyboard.press('j');
    await detail(page).getByText('Allowed for').waitFor();
    await page.keyboard.press('r');
    await page.getByText('sent again: 200').waitFor();
    await rows(page).filter({ hasText: 'replay of 1' }).click();
    await page.getByRole('tab', { name: 'Body' }).click();
    expect(await detail(page).locator('pre').textContent()).toBe('ok');
  });

  it('is edited and sent', async () => {
    const fresh = await startInspectedApp(configFor(api().url));
    await request(fresh, 'GET /gh/before', fromPage);
    const { page } = await opened(fresh);
    await page.keyboard.press('j');
    await detail(page).getByText('Allowed for').waitFor();
    await page.keyboard.press('e');
    await page.getByRole('textbox', { name: 'Path' }).fill('/gh/after');
    await page.getByRole('button', { name: 'Send' }).click();
    await page.getByText('GET /gh/after sent again: 200').waitFor();
    await rows(page).filter({ hasText: '/gh/after' }).waitFor();
  });

  it('has its origin allowed by a key', async () => {
    const fresh = await startInspectedApp(configFor(api().url));
    await request(fresh, 'GET /gh/x', [['Origin', 'http://localhost:4200']]);
    const { page } = await opened(fresh);
    await page.keyboard.press('j');
    await page.getByRole('button', { name: 'Allow http://localhost:4200' }).waitFor();
    await page.keyboard.press('a');
    await page.getByRole('status').getByText('Added "http://localhost:4200"').waitFor();
    expect(fresh.wishes.map(({ origin }) => origin)).toEqual(['http://localhost:4200']);
  });

  it('is copied as curl and as fetch', async () => {
    const { page } = await opened(app(), { permissions: ['clipboard-read', 'clipboard-write'] });
    await rows(page).filter({ hasText: '/gh/settings' }).click();
    await detail(page).getByText('Allowed for').waitFor();
    const pasted = () => page.evaluate('navigator.clipboard.readText()');
    await page.keyboard.press('c');
    await page.getByText('Copied as curl').waitFor();
    expect(await pasted()).toContain(`curl ${app().url}/gh/settings `);
    await page.getByRole('button', { name: 'Copy as fetch' }).click();
    await page.getByText('Copied as fetch').waitFor();
    expect(await pasted()).toContain(`await fetch("${app().url}/gh/settings"`);
  });

  it('is saved in a HAR, alone where it is marked', async () => {
    const { page } = await opened();
    const saved = async () => {
      const [download] = await Promise.all([
        page.waitForEvent('download'),
        page.getByRole('button', { name: /^HAR/ }).click(),
      ]);
      return readHar(readFileSync(await download.path(), 'utf8')).log.entries;
    };
    expect(await saved()).toHaveLength(5);
    await rows(page).filter({ hasText: '/gh/repos' }).click();
    await detail(page).getByText('Refused for').waitFor();
    await page.keyboard.press('x');
    expect((await saved()).map(({ response }) => response.status)).toEqual([403]);
  });

  // The attack: what a page sends to the API is shown here, and must not become markup.
  it('shows what a peer wrote as text, whatever it is', async () => {
    const fresh = await startInspectedApp(configFor(api().url));
    const nasty = '<img/src=x/onerror=document.title="owned">';
    await request(fresh, `GET /gh/${encodeURIComponent(nasty)}?q=${nasty}`, [...fromPage, ['X-A', nasty]]);
    const { page, errors } = await opened(fresh);
    await page.keyboard.press('j');
    await page.getByRole('tab', { name: 'Headers' }).click();
    await detail(page).getByText(nasty).first().waitFor();
    expect(await page.locator('#app img[src="x"]').count()).toBe(0);
    expect(await page.title()).toBe('cors-proxy inspector');
    expect(errors).toEqual([]);
  });
});

describe('two thousand rows', () => {
  it('stay a few in the document, scroll to the last, and shift nothing', async () => {
    const fresh = await startInspectedApp(configFor(api().url));
    const { page } = await opened(fresh);
    await page.evaluate(watchShifts);
    // Not over sockets: what is measured is the page.
    await request(fresh, 'GET /gh/x', fromPage);
    await expect.poll(() => countOf(page)).toBe(1);
    const sample = fresh.exchanges.find(({ plan }) => plan.kind === 'forward');
    if (sample === undefined) throw new Error('The request was forwarded');
    for (let n = 2; n <= 2101; n += 1) {
      fresh.inspector.observe(sample);
      // A flood is told in part; each of these is to be listed.
      if (n % 150 === 1) await page.locator(`#row-${n}`).waitFor();
    }
    const grid = page.getByRole('grid');
    await expect.poll(() => grid.getAttribute('aria-rowcount')).toBe('2000');
    expect(await rows(page).count()).toBeLessThan(80);
    expect(await page.evaluate('shifted')).toBeLessThan(0.01);
    await grid.focus();
    await page.keyboard.press('G');
    await page.locator('[role="row"][aria-rowindex="2000"][aria-selected="true"]').waitFor();
  }, 60_000);
});

/** Layout Instability, "layout-shift": what moved without anybody's wish. */
const watchShifts = `
  globalThis.shifted = 0;
  new PerformanceObserver((list) => {
    for (const { value } of list.getEntries()) shifted += value;
  }).observe({ type: 'layout-shift' });
`;

async function countOf(page: Page): Promise<number> {
  return Number(await page.getByRole('grid').getAttribute('aria-rowcount'));
}

describe('at 360 pixels', () => {
  it('needs no scrolling sideways, and the detail takes the whole window', async () => {
    const { page } = await opened(app(), { viewport: { width: 360, height: 740 } });
    await expect.poll(() => rows(page).count()).toBe(4);
    const widthOf = () => page.evaluate('document.documentElement.scrollWidth');
    expect(await widthOf()).toBe(360);
    await page.getByRole('button', { name: 'Routes' }).click();
    await page.getByRole('complementary', { name: 'Routes and config' }).getByText('/dead/**').waitFor();
    expect(await widthOf()).toBe(360);
    await page.getByRole('button', { name: 'Routes' }).click();
    await rows(page).filter({ hasText: '/gh/repos' }).click();
    await detail(page).getByText('Refused for').waitFor();
    expect((await detail(page).boundingBox())?.width).toBe(360);
    for (const tab of ['Headers', 'Body', 'Cookies', 'Timing', 'Why']) {
      await page.getByRole('tab', { name: tab }).click();
      expect(await widthOf()).toBe(360);
    }
    await page.getByRole('button', { name: 'Close, back to the list' }).click();
    await expect.poll(() => rows(page).count()).toBe(4);
  });
});
