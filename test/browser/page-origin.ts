/**
 * Blank pages on several origins of this machine, and what a script on one of them can see. Real servers only:
 * Playwright's `page.route()` approves preflights itself, so that a test on it proves nothing about CORS.
 */

import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { createServer as createTlsServer, type Server as TlsServer } from 'node:https';
import { fileURLToPath } from 'node:url';
import type { Certificate } from '../support/certificates.ts';
import type { Browser, BrowserContext, Page } from '../support/chromium.ts';

export interface PageOrigins {
  /** `http://localhost:P1` */
  readonly localhost: string;
  /** `http://localhost:P2`: the same site on another port. */
  readonly otherPort: string;
  /** `http://127.0.0.1:P3`: this machine under its other name. */
  readonly loopbackAddress: string;
  /** `http://app.test:P1`: no loopback name; `--host-resolver-rules` leads it here. */
  readonly named: string;
  readonly close: () => Promise<void>;
}

export async function servePages(): Promise<PageOrigins> {
  const servers = [createServer(answerBlank), createServer(answerBlank), createServer(answerBlank)];
  const [first, second, third] = await Promise.all(servers.map(portOf));
  return {
    localhost: `http://localhost:${first}`,
    otherPort: `http://localhost:${second}`,
    loopbackAddress: `http://127.0.0.1:${third}`,
    named: `http://app.test:${first}`,
    close: async () => {
      await Promise.all(servers.map(closeServer));
    },
  };
}

/** A blank page on `https://localhost:P`; whoever launches the browser makes it trust the certificate. */
export async function serveSecurePage(
  certificate: Certificate,
): Promise<{ readonly origin: string; readonly close: () => Promise<void> }> {
  const server = createTlsServer(certificate, answerBlank);
  const port = await portOf(server);
  return { origin: `https://localhost:${port}`, close: () => closeServer(server) };
}

const answerBlank: Parameters<typeof createServer>[1] = (_request, response) => {
  response
    .writeHead(200, { 'Content-Type': 'text/html; charset=utf-8' })
    .end('<!doctype html><link rel="icon" href="data:,"><title>blank</title>');
};

async function portOf(server: Server | TlsServer): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('A TCP server has a port');
  return address.port;
}

async function closeServer(server: Server | TlsServer): Promise<void> {
  server.close();
  server.closeAllConnections();
  await once(server, 'close');
}

export interface OpenedPage {
  readonly page: Page;
  /** The lines of the console, errors of CORS among them. */
  readonly console: readonly string[];
  /** Chromium's own names, in order: `MissingAllowOriginHeader`, `PreflightInvalidStatus`, … */
  readonly corsErrors: readonly string[];
}

const inPage = fileURLToPath(new URL('in-page.js', import.meta.url));

/** Opens a page in a context of its own: no cookie and no cache of another test. */
export async function openPage(browser: Browser, url: string): Promise<OpenedPage> {
  return openPageIn(await browser.newContext({ ignoreHTTPSErrors: true }), url);
}

/** Opens a further page in a context: it shares cookies and cache with the others there. */
export async function openPageIn(context: BrowserContext, url: string): Promise<OpenedPage> {
  await context.addInitScript({ path: inPage });
  const page = await context.newPage();
  const lines: string[] = [];
  page.on('console', (message) => lines.push(message.text()));
  const corsErrors = await watchCorsErrors(page);
  await page.goto(url);
  return { page, console: lines, corsErrors };
}

async function watchCorsErrors(page: Page): Promise<readonly string[]> {
  const corsErrors: string[] = [];
  const session = await page.context().newCDPSession(page);
  session.on('Network.loadingFailed', ({ corsErrorStatus }) => {
    if (corsErrorStatus !== undefined) corsErrors.push(corsErrorStatus.corsError);
  });
  await session.send('Network.enable');
  return corsErrors;
}

/** Everything of a fetch that a script can see; after a network error nothing but `error`. */
export interface Fetched {
  /** `response.ok`: a status from 200 to 299. */
  readonly ok: boolean;
  /** 0 after a network error, and for an opaque response. */
  readonly status: number;
  /** Lower-case names: what the browser lets the script read. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** `response.type`: `basic`, `cors`, `opaque`, `opaqueredirect`, `error`. */
  readonly type: string;
  /** Where it ended, after redirects. */
  readonly url: string;
  /** `TypeError: Failed to fetch`; the empty string where there is a response. */
  readonly error: string;
}

export interface FetchInit {
  readonly method?: string;
  readonly headers?: Record<string, string>;
  readonly body?: string;
  readonly credentials?: 'omit' | 'same-origin' | 'include';
  readonly mode?: 'cors' | 'no-cors' | 'same-origin';
  readonly redirect?: 'follow' | 'error' | 'manual';
  readonly cache?: 'default' | 'no-store' | 'reload' | 'no-cache' | 'force-cache';
}

/** `fetch(url, init)` in the page. */
export function fetchFrom(
  { page }: Pick<OpenedPage, 'page'>,
  url: string,
  init: FetchInit = {},
): Promise<Fetched> {
  return page.evaluate(fetchInPage, { url, init });
}

/** Runs in the browser: nothing of this file can be reached from inside. */
async function fetchInPage({ url, init }: { url: string; init: FetchInit }): Promise<Fetched> {
  try {
    const response = await fetch(url, init);
    const body = await response.text();
    const headers = Object.fromEntries(response.headers);
    const { ok, status, type } = response;
    return { ok, status, headers, body, type, url: response.url, error: '' };
  } catch (error) {
    return { ok: false, status: 0, headers: {}, body: '', type: 'error', url: '', error: String(error) };
  }
}
