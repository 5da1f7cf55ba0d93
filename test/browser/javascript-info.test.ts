/**
 * The example of https://javascript.info/fetch-crossorigin, word for word: a page on https://javascript.info reads
 * Content-Encoding and API-Key of a response of 12345 bytes. Chromium takes this machine for javascript.info.
 */

import { once } from 'node:events';
import { createServer, type Server } from 'node:https';
import { describe, expect, it, onTestFinished } from 'vitest';
import { validCertificate } from '../support/certificates.ts';
import { launchChromium } from '../support/chromium.ts';
import { fetchFrom, type OpenedPage, openPage } from './page-origin.ts';
import { type ProxiedDemo, startProxiedDemo } from './proxied-demo.ts';

const site = 'https://javascript.info';

const configText = `{
  "target": "\${DEMO_API}",
  "cors": { "allowOrigin": "${site}", "exposeHeaders": ["Content-Encoding", "API-Key"] },
}`;

describe("the document's example", () => {
  it('reads the two exposed headers beside the safelisted ones, and nothing from the API itself', async () => {
    const { page, proxied } = await pageAtSite();
    expect(await page.page.evaluate('location.origin')).toBe(site);

    const shared = await fetchFrom(page, `${proxied.proxyUrl}/article`);
    expect(shared).toMatchObject({ ok: true, status: 200, type: 'cors', error: '' });
    expect(shared.headers).toEqual({
      'content-type': 'text/html; charset=UTF-8',
      'content-length': '12345',
      'content-encoding': 'gzip',
      'api-key': '2c9de507f2c54aa1',
    });
    expect(proxied.demo.seen().at(-1)).toMatchObject({ method: 'GET', origin: site });

    const direct = await fetchFrom(page, `${proxied.demo.apiUrl}/article`);
    expect(direct).toMatchObject({ status: 0, headers: {}, body: '' });
    await expect.poll(() => page.corsErrors).toEqual(['MissingAllowOriginHeader']);
  }, 60_000);
});

async function pageAtSite(): Promise<{ page: OpenedPage; proxied: ProxiedDemo }> {
  const proxied = await startProxiedDemo({ configText });
  onTestFinished(proxied.close);
  const server = createServer(await validCertificate(), (_request, response) => {
    response
      .writeHead(200, { 'Content-Type': 'text/html' })
      .end('<!doctype html><link rel="icon" href="data:,">');
  });
  const port = await listening(server);
  const browser = await launchChromium({ resolverRules: [`MAP javascript.info 127.0.0.1:${port}`] });
  onTestFinished(() => browser.close());
  return { page: await openPage(browser, `${site}/fetch-crossorigin`), proxied };
}

async function listening(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('A TCP server has a port');
  return address.port;
}
