/** The README's picture of the inspector. `npm run screenshot` makes it anew; otherwise it is only looked at. */

import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { expect, it, onTestFinished } from 'vitest';
import type { Exchange } from '../../src/exchange.ts';
import type { Ruleset } from '../../src/ruleset.ts';
import { exchangeOf } from '../observe/exchange-of.ts';
import { launchChromium } from '../support/chromium.ts';
import { startInspectedApp } from '../support/inspected-app.ts';
import { type Fields, request, response } from '../support/ruleset.ts';

const picture = new URL('../../docs/inspector.png', import.meta.url);
const page = 'http://localhost:5173';

const routes = [
  { match: '/gh/**', target: 'https://api.github.com', stripPrefix: '/gh', cors: { allowOrigin: page } },
  {
    match: '/pay/**',
    target: 'https://api.stripe.com',
    stripPrefix: '/pay',
    request: { headers: { Authorization: 'Bearer ${STRIPE_KEY}' } },
    cors: { allowOrigin: page, allowCredentials: true },
  },
];

const json = { 'Content-Type': 'application/json' };
const plain = response(200, { ...json, ETag: '"1"' });

/** What a morning with two APIs looks like. */
function morning(ruleset: Ruleset): readonly Exchange[] {
  let at = new Date(2026, 0, 2, 12, 4, 31).getTime();
  const exchange = (line: string, fields: Fields, ms: number, upstream = plain): Exchange => {
    at += 700;
    const timings = { startedAt: at, upstreamHeadMs: ms * 0.9, totalMs: ms };
    return exchangeOf(request(line, fields), ruleset, { upstream, timings, bytes: 200 + ms * 13 });
  };
  const asking = (method: string, names: string): Fields => ({
    Origin: page,
    'Access-Control-Request-Method': method,
    'Access-Control-Request-Headers': names,
  });
  const declined = response(402, { ...json, 'Access-Control-Allow-Origin': '*' });
  return [
    exchange('GET /gh/rate_limit', {}, 71),
    exchange('GET /gh/user', { Origin: page }, 84),
    exchange('GET /gh/user/repos?per_page=30', { Origin: page }, 212),
    exchange('GET /gh/notifications', { Origin: 'http://localhost:4200' }, 1),
    exchange('OPTIONS /pay/v1/charges', asking('POST', 'idempotency-key'), 1),
    exchange('POST /pay/v1/charges', { Origin: page, 'Idempotency-Key': '7f3a' }, 311, declined),
    exchange('GET /gh/issues?state=open', { Origin: page }, 96),
    exchange('GET /maps/tile/3/2', { Origin: page }, 0),
    exchange('GET /gh/zen', { Origin: page }, 58),
  ];
}

it('is in the README, small, and what the inspector looks like', async () => {
  const app = await startInspectedApp({ routes }, { env: { STRIPE_KEY: 'sk_test_1' } });
  for (const exchange of morning(app.app.ruleset())) app.inspector.observe(exchange);
  const browser = await launchChromium();
  onTestFinished(() => browser.close());
  const window = await browser.newPage({
    viewport: { width: 1240, height: 660 },
    reducedMotion: 'reduce',
    colorScheme: 'light',
  });
  await window.goto(app.entrance);
  await window.locator('.path-text', { hasText: '/pay/v1/charges' }).click();
  await window.locator('.asked', { hasText: 'because of header idempotency-key' }).waitFor();
  const bytes = await window.screenshot();
  expect(bytes.length).toBeLessThan(200_000);
  if (process.env.npm_lifecycle_event === 'screenshot') writeFileSync(picture, bytes);
  expect(statSync(picture).size).toBeLessThan(200_000);
  expect(readFileSync(new URL('../../README.md', import.meta.url), 'utf8')).toContain(
    '](docs/inspector.png)',
  );
});
