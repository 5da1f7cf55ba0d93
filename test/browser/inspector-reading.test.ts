/** The inspector for everybody who reads it: by contrast, by name, by keyboard, without motion. */

import { describe, expect, it } from 'vitest';
import type { Page } from '../support/chromium.ts';
import { request, startInspectedApp } from '../support/inspected-app.ts';
import { lowContrast } from '../support/low-contrast.ts';
import { configFor, detail, from, fromPage, rows, useInspectorStage } from './inspector-stage.ts';
import { tell } from './told-api.ts';

const stage = useInspectorStage();

async function open(page: Page, path: string): Promise<void> {
  await rows(page).filter({ hasText: path }).click();
  await page.locator('.steps').first().waitFor();
}

describe.each(['light', 'dark'] as const)('in %s', (colorScheme) => {
  it.each([1280, 360])('at %i pixels every text stands out from its ground: 4.5 to 1', async (width) => {
    const { page } = await stage().opened(undefined, { colorScheme, viewport: { width, height: 800 } });
    await rows(page).first().waitFor();
    expect(await lowContrast(page)).toEqual([]);
    for (const path of ['/gh/repos', '/dead/x', '/gh/settings']) {
      await open(page, path);
      for (const tab of ['Headers', 'Body', 'Cookies', 'Timing', 'Why']) {
        await page.getByRole('tab', { name: tab }).click();
        expect([path, tab, await lowContrast(page)]).toEqual([path, tab, []]);
      }
      await page.getByRole('button', { name: 'Close, back to the list' }).click();
    }
    await page.keyboard.press('?');
    await page.getByRole('dialog').waitFor();
    expect(await lowContrast(page)).toEqual([]);
  });
});

describe('by name', () => {
  it('the parts of the page, a row and the parts of a request are told', async () => {
    const { page } = await stage().opened();
    await open(page, '/gh/settings');
    const told = await page.locator('body').ariaSnapshot();
    const parts = [
      'heading "cors-proxy" [level=1]',
      'status: live',
      'searchbox "Filter the requests"',
      'button "Keys and filters"',
      'complementary "Routes and config"',
      'grid "Requests, the newest first"',
      'gridcell "/gh/settings preflight 204"',
      'region "The selected request"',
      'tablist "Parts of the request"',
      'tab "Why" [selected]',
      'tabpanel "Why"',
    ];
    expect(parts.filter((part) => !told.includes(part))).toEqual([]);
  });

  it('the list says which row is chosen to whoever cannot see it', async () => {
    const { page } = await stage().opened();
    await rows(page).first().waitFor();
    await page.keyboard.press('j');
    const chosen = await page.getByRole('grid').getAttribute('aria-activedescendant');
    expect(await page.locator(`#${chosen}[role="row"][aria-selected="true"]`).count()).toBe(1);
  });
});

describe('by Tab alone', () => {
  it('all that can be pressed is reached, in the order of the eye, and shows that it is', async () => {
    const { page } = await stage().opened();
    await rows(page).first().waitFor();
    await page.keyboard.press('j');
    await page.keyboard.press('j');
    await detail(page).getByText('Refused for').waitFor();
    const order: string[] = [];
    for (let at = ''; at !== 'pane'; order.push(at)) {
      await page.keyboard.press('Tab');
      at = String(await page.evaluate(focused));
      expect([at, await page.evaluate(outline)]).toEqual([at, 'solid 2px']);
      if (order.length > 40) throw new Error(`The pane is never reached: ${order.join(', ')}`);
    }
    expect(order.filter((name) => !name.startsWith('/'))).toEqual([
      ...['filter', 'Pause', 'Clear', 'HAR', 'Keys and filters', '1 refused', '1 failed', 'list'],
      ...['Close, back to the list', 'Allow http://localhost:4200 a', 'Replay r', 'Edit e', 'Copy as curl c'],
      ...['Copy as fetch', 'Mark for HAR x', 'tab-why', 'pane'],
    ]);
  });
});

const focused = `(({ id, ariaLabel, textContent }) => id || ariaLabel || textContent)(document.activeElement)`;
const outline = `(({ outlineStyle, outlineWidth }) => outlineStyle + ' ' + outlineWidth)(getComputedStyle(document.activeElement))`;

describe('without motion', () => {
  it('nothing moves for whoever has asked for that', async () => {
    const moving = 'document.getAnimations().length';
    const { page } = await stage().opened();
    expect(await page.evaluate(moving)).toBe(1);
    const { page: still } = await stage().opened(undefined, { reducedMotion: 'reduce' });
    expect(await still.evaluate(moving)).toBe(0);
  });
});

describe('what is not known', () => {
  it('has a command beside it, which a click copies', async () => {
    const { api, opened } = stage();
    const fresh = await startInspectedApp(configFor(api.url));
    const path = tell('/open', { headers: { 'Access-Control-Allow-Origin': '*' } });
    await request(fresh, `PUT /gh${path}`, fromPage);
    const { page } = await opened(fresh, { permissions: ['clipboard-read', 'clipboard-write'] });
    await open(page, '/gh/open');
    await detail(page).getByText('not known: the browser would have asked the API first').waitFor();
    await page.getByRole('button', { name: 'Copy the command' }).click();
    await page.getByRole('status').getByText('Copied the command').waitFor();
    expect(await page.evaluate('navigator.clipboard.readText()')).toBe(
      `cors-proxy probe '${api.url}${path}' --origin ${from} --method PUT`,
    );
  });
});
