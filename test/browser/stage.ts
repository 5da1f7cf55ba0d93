/** Everything of a table of browser checks: pages, two APIs without CORS, and the same rules behind http and https. */

import { createServer as createTcpServer } from 'node:net';
import { afterAll, beforeAll, expect } from 'vitest';
import { certificateFiles, validCertificate } from '../support/certificates.ts';
import { launchChromium } from '../support/chromium.ts';
import { type ConfigSource, openTestApp, type TestApp } from '../support/test-app.ts';
import { type OpenedPage, openPage, type PageOrigins, servePages, serveSecurePage } from './page-origin.ts';
import { startToldApi, type ToldApi } from './told-api.ts';

export type Scheme = 'http' | 'https';
export const schemes: readonly Scheme[] = ['http', 'https'];

export interface Origins extends Omit<PageOrigins, 'close'> {
  /** `https://localhost:P`: for a browser another site than `http://localhost`. */
  readonly secure: string;
}

export interface Stage {
  /** The PEM of the https servers. */
  readonly certificate: string;
  readonly origins: Origins;
  readonly api: ToldApi;
  /** Another API, on another origin. */
  readonly second: ToldApi;
  readonly proxies: Readonly<Record<Scheme, TestApp>>;
  /** The page of an origin, one for all rows of a table: a second page would take longer than the check. */
  readonly page: (origin: keyof Origins) => Promise<OpenedPage>;
  /** Navigates the one page that is for navigating. */
  readonly visit: (url: string) => Promise<OpenedPage>;
  /** A page in a context of its own, with its own cookies and cache. */
  readonly open: (url: string) => Promise<OpenedPage>;
  readonly close: () => Promise<void>;
}

/** What a config is written from. */
export interface Cast {
  readonly origins: Origins;
  readonly api: string;
  readonly second: string;
  /** Nobody listens there. */
  readonly dead: string;
}

export type Routes = NonNullable<Exclude<ConfigSource, string>['routes']>;

export interface StageOptions {
  readonly env?: Readonly<Record<string, string>>;
}

/** A stage for a whole file; there once its tests run. */
export function useStage(routes: (cast: Cast) => Routes, options: StageOptions = {}): () => Stage {
  let stage: Stage | undefined;
  beforeAll(async () => {
    stage = await setStage(routes, options);
  }, 60_000);
  afterAll(() => stage?.close());
  return () => {
    if (stage === undefined) throw new Error('The stage is set before the tests');
    return stage;
  };
}

async function setStage(routes: (cast: Cast) => Routes, { env = {} }: StageOptions): Promise<Stage> {
  const certificate = await validCertificate();
  const [browser, pages, secure, api, second, files, dead] = await Promise.all([
    launchChromium({ trusted: [certificate.cert] }),
    servePages(),
    serveSecurePage(certificate),
    startToldApi(),
    startToldApi(),
    certificateFiles(certificate),
    freePort(),
  ]);
  const origins = { ...pages, secure: secure.origin };
  const cast = { origins, api: api.url, second: second.url, dead: `http://127.0.0.1:${dead}` };
  const listen = { https: { cert: files.cert, key: files.key } };
  const http = await openTestApp({ routes: routes(cast) }, { env });
  const https = await openTestApp({ listen, routes: routes(cast) }, { env });
  const open = (url: string) => openPage(browser, url);
  const opened = new Map<string, Promise<OpenedPage>>();
  const once = (name: string, url: string) => {
    const page = opened.get(name) ?? open(url);
    opened.set(name, page);
    return page;
  };
  return {
    certificate: certificate.cert,
    origins,
    api,
    second,
    proxies: { http, https },
    page: (origin) => once(origin, origins[origin]),
    visit: async (url) => {
      const visitor = await once('visitor', 'about:blank');
      await visitor.page.goto(url);
      return visitor;
    },
    open,
    close: async () => {
      await browser.close();
      const all = [http, https, pages, secure, api, second].map((one) => one.close());
      await Promise.all([...all, files.remove()]);
    },
  };
}

/** A port that was free a moment ago. */
async function freePort(): Promise<number> {
  const server = createTcpServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('A TCP server has a port');
  await new Promise((resolve) => server.close(resolve));
  return address.port;
}

/** What the console says of a request to `url`, without the URLs in front; waits for it. */
export async function blockedBecause(page: OpenedPage, url: string): Promise<string> {
  return /blocked by CORS policy: (.*)$/s.exec(await redLine(page, url))?.[1] ?? '';
}

/** The line of the console, as it is copied from there; waits for it. */
export async function redLine({ console: lines }: OpenedPage, url: string): Promise<string> {
  await expect.poll(() => blockedLine(lines, url), { message: `the console names ${url}` }).toBeDefined();
  return blockedLine(lines, url) ?? '';
}

function blockedLine(lines: readonly string[], url: string): string | undefined {
  return lines.find((line) => line.includes(`'${url}'`) && line.includes('blocked by CORS policy'));
}
