/** A browser, an API and a proxy with its inspector, for the tests that look at it. */

import { afterAll, beforeAll, onTestFinished } from 'vitest';
import { type Browser, type BrowserContext, launchChromium, type Page } from '../support/chromium.ts';
import { type InspectedApp, openInspectedApp, request } from '../support/inspected-app.ts';
import type { HeaderLine } from '../support/strict-parser.ts';
import { startToldApi, type ToldApi, tell } from './told-api.ts';

export const from = 'http://localhost:5173';
export const fromPage: readonly HeaderLine[] = [['Origin', from]];

export interface InspectorStage {
  /** Has had its traffic: five requests, four rows. */
  readonly app: InspectedApp;
  readonly api: ToldApi;
  readonly opened: (to?: InspectedApp, options?: Parameters<Browser['newContext']>[0]) => Promise<Seen>;
}

/** One for all tests of a file. */
export function useInspectorStage(): () => InspectorStage {
  let stage: InspectorStage | undefined;
  let browser: Browser | undefined;
  beforeAll(async () => {
    const [launched, api] = await Promise.all([launchChromium(), startToldApi()]);
    browser = launched;
    const app = await openInspectedApp(configFor(api.url));
    await traffic(app);
    stage = { app, api, opened: (to = app, options = {}) => opened(launched, to, options) };
  }, 60_000);
  afterAll(async () => {
    await browser?.close();
    await Promise.all([stage?.app.close(), stage?.api.close()]);
  });
  return () => {
    if (stage === undefined) throw new Error('The stage is built before the tests');
    return stage;
  };
}

export function configFor(target: string) {
  const cors = { allowOrigin: from };
  return {
    routes: [
      { match: '/gh/**', target, stripPrefix: '/gh', cors },
      { match: '/dead/**', target: 'http://127.0.0.1:1', cors },
    ],
  };
}

/** Five requests, a preflight among them: four rows. */
async function traffic(to: InspectedApp): Promise<void> {
  await request(to, `GET /gh${tell('/user', {})}`, fromPage);
  await request(to, 'OPTIONS /gh/settings', [
    ...fromPage,
    ['Access-Control-Request-Method', 'PUT'],
    ['Access-Control-Request-Headers', 'idempotency-key'],
  ]);
  await request(to, 'PUT /gh/settings', [...fromPage, ['Idempotency-Key', '1']], '{"a":1}');
  await request(to, 'GET /gh/repos', [['Origin', 'http://localhost:4200']]);
  await request(to, 'GET /dead/x', fromPage);
}

export interface Seen {
  readonly page: Page;
  /** Errors of the console and of scripts. */
  readonly errors: readonly string[];
}

async function opened(
  browser: Browser,
  to: InspectedApp,
  options: Parameters<Browser['newContext']>[0],
): Promise<Seen> {
  const context: BrowserContext = await browser.newContext(options);
  onTestFinished(() => context.close());
  const page = await context.newPage();
  const errors: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error') errors.push(message.text());
  });
  page.on('pageerror', (error) => errors.push(error.message));
  await page.goto(to.entrance);
  await page.getByText('live', { exact: true }).waitFor();
  return { page, errors };
}

export function rows(page: Page) {
  return page.getByRole('grid', { name: 'Requests, the newest first' }).getByRole('row');
}

export function detail(page: Page) {
  return page.getByRole('region', { name: 'The selected request' });
}
