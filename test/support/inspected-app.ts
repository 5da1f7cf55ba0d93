/** A proxy with its inspector, and a reader of it that writes exact bytes. */

import { pathToFileURL } from 'node:url';
import { onTestFinished } from 'vitest';
import type { AllowWish } from '../../src/observe/inspector/allow.ts';
import { createInspector, type Inspector } from '../../src/observe/inspector/inspector.ts';
import type { Detail, Told } from '../../src/observe/inspector/wire.ts';
import { createJournal } from '../../src/observe/journal.ts';
import { builtPage } from './built.ts';
import { ask, connectRaw, type RawClient, requestBytes } from './raw-client.ts';
import { type HeaderLine, type Response, values } from './strict-parser.ts';
import { type ConfigSource, openTestApp, type TestApp } from './test-app.ts';

export interface InspectedApp extends TestApp {
  readonly inspector: Inspector;
  /** `http://localhost:8010/__cors-proxy/?t=…` */
  readonly entrance: string;
  /** Origins that a click wanted allowed. */
  readonly wishes: readonly AllowWish[];
}

export interface InspectedOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly allow?: (wish: AllowWish) => Told;
}

/** Closed when the test ends. */
export async function startInspectedApp(
  source: ConfigSource,
  options: InspectedOptions = {},
): Promise<InspectedApp> {
  const app = await openInspectedApp(source, options);
  onTestFinished(() => app.close());
  return app;
}

/** The caller closes it. */
export async function openInspectedApp(
  source: ConfigSource,
  { env = {}, allow = allowed }: InspectedOptions = {},
): Promise<InspectedApp> {
  const wishes: AllowWish[] = [];
  let ruleset = (): TestApp['exchanges'][number]['ruleset'] => {
    throw new Error('The proxy does not run yet');
  };
  let running: TestApp['app']['running'] = () => ({ requests: [], sockets: new Set() });
  const inspector = createInspector({
    journal: createJournal(),
    version: '0.1.0',
    ruleset: () => ruleset(),
    running: (leastMs) => running(leastMs),
    file: 'cors-proxy.config.json',
    pageFolder: pathToFileURL(`${builtPage()}/`),
    allow: async (wish) => {
      wishes.push(wish);
      return allow(wish);
    },
  });
  const { observe, endpoints, isWatched: keepsBodies } = inspector;
  const test = await openTestApp(source, { env, app: { observe, endpoints, keepsBodies } });
  ruleset = test.app.ruleset;
  running = test.app.running;
  return { ...test, inspector, entrance: inspector.entrance(test.url), wishes };
}

function allowed({ origin }: AllowWish): Told {
  return { ok: true, text: `Added "${origin}"`, mend: '' };
}

/** Somebody who came in by the printed address. */
export interface Visitor {
  /** Cookie and key, as the page sends them. */
  readonly rights: readonly HeaderLine[];
  readonly cookie: HeaderLine;
  readonly get: (path: string) => Promise<Response>;
  readonly post: (path: string, value: unknown) => Promise<Response>;
  readonly detail: (n: number) => Promise<Detail>;
  /** Opens the feed; resolves once its first batch is there. */
  readonly watch: () => Promise<RawClient>;
}

export const navigation: readonly HeaderLine[] = [
  ['Sec-Fetch-Site', 'none'],
  ['Sec-Fetch-Mode', 'navigate'],
  ['Sec-Fetch-Dest', 'document'],
];

/** One request to the proxy, as a client of this machine writes it. */
export function request(
  { port }: Pick<TestApp, 'port'>,
  startLine: string,
  headers: readonly HeaderLine[] = [],
  body = '',
): Promise<Response> {
  const hasHost = headers.some(([name]) => name === 'Host');
  const host: readonly HeaderLine[] = hasHost ? [] : [['Host', `localhost:${port}`]];
  const [method = 'GET'] = startLine.split(' ');
  return ask({ port }, requestBytes(startLine, [...host, ...headers], body), { method });
}

/** Comes in by the printed address. */
export async function visit(app: Pick<InspectedApp, 'url' | 'port' | 'entrance'>): Promise<Visitor> {
  const { pathname, search } = new URL(app.entrance);
  const welcome = await request(app, `GET ${pathname}${search}`, navigation);
  const [set = ''] = values(welcome.headers, 'set-cookie');
  const cookie: HeaderLine = ['Cookie', set.slice(0, set.indexOf(';'))];
  const page = await request(app, 'GET /__cors-proxy/', [cookie, ...navigation]);
  const key = /name="key" content="([^"]+)"/.exec(page.body.toString('utf8'))?.[1] ?? '';
  const rights: readonly HeaderLine[] = [cookie, ['Cors-Proxy-Inspector', key]];
  const get = (path: string) => request(app, `GET /__cors-proxy${path}`, rights);
  return {
    rights,
    cookie,
    get,
    post: (path, value) => request(app, `POST /__cors-proxy${path}`, rights, JSON.stringify(value)),
    detail: async (n) => JSON.parse((await get(`/exchanges/${n}`)).body.toString('utf8')),
    watch: async () => {
      const client = await connectRaw(app);
      onTestFinished(() => {
        client.socket.destroy();
      });
      const host: HeaderLine = ['Host', `localhost:${app.port}`];
      await client.write(requestBytes(`GET /__cors-proxy/events?key=${key}`, [host, cookie]));
      await client.until('data: ');
      return client;
    },
  };
}
