/** The server of the demo page: the page itself, and what the page cannot learn from a browser. */

import { createServer, type IncomingMessage, request as requestOf, type ServerResponse } from 'node:http';
import { request as secureRequestOf } from 'node:https';
import type { DemoApi } from './api.ts';
import { refusedPath } from './experiments.ts';
import { type Listening, listenOnFreePort } from './listening.ts';
import { chatScript } from './page-chat.ts';
import { drawScript } from './page-draw.ts';
import { iconSvg, type PageOrigins, pageHtml } from './page-html.ts';
import { runScript } from './page-run.ts';
import { pageStyle } from './page-style.ts';

export interface DemoPage extends Listening {
  /** `http://localhost:41235`: the page's origin. */
  readonly url: string;
  /** Tells the page where the proxy is; until then it answers 503. */
  readonly connect: (proxyUrl: string) => void;
}

type Api = Pick<DemoApi, 'url' | 'journal' | 'chat'>;

interface Source {
  readonly pageUrl: string;
  readonly proxyUrl: string;
  readonly api: Api;
}

interface PageReply {
  readonly status: number;
  readonly type: string;
  readonly body: string;
}

export async function startPage(api: Api): Promise<DemoPage> {
  let proxyUrl: string | undefined;
  let pageUrl = '';
  const server = createServer((request, response) => {
    const source = { pageUrl, proxyUrl: proxyUrl ?? '', api };
    void pageReply(request, source)
      .catch((error: unknown) => text(502, String(error)))
      .then((reply) => send(reply, source, response));
  });
  const listening = await listenOnFreePort(server);
  pageUrl = `http://localhost:${listening.port}`;
  const connect = (url: string): void => {
    proxyUrl = url.replace(/\/$/, '');
  };
  return { ...listening, url: pageUrl, connect };
}

async function pageReply(request: IncomingMessage, source: Source): Promise<PageReply> {
  // A name of somebody else's that leads here is DNS rebinding; this page answers to its own two.
  if (!isOwnHost(request.headers.host, source)) return text(403, 'Not a name of this page');
  if (source.proxyUrl === '') return text(503, 'The proxy is not up yet: try again');
  const url = new URL(`${source.pageUrl}/${(request.url ?? '').replace(/^\/+/, '')}`);
  switch (url.pathname) {
    case '/':
      return { status: 200, type: 'text/html', body: pageHtml(originsOf(source), missingFor(source)) };
    case '/style.css':
      return { status: 200, type: 'text/css', body: pageStyle };
    case '/run.js':
      return { status: 200, type: 'text/javascript', body: runScript };
    case '/draw.js':
      return { status: 200, type: 'text/javascript', body: drawScript };
    case '/chat.js':
      return { status: 200, type: 'text/javascript', body: chatScript };
    case '/socket.io.js':
      return socketIoReply(source);
    case '/icon.svg':
      return { status: 200, type: 'image/svg+xml', body: iconSvg };
    case '/seen':
      return json(source.api.journal.ofCall(url.searchParams.get('call') ?? ''));
    case '/ask':
      return json(await askAsPage(source));
    default:
      return text(404, 'Not found');
  }
}

function isOwnHost(host: string | undefined, { pageUrl }: Source): boolean {
  const { host: own, port } = new URL(pageUrl);
  return host === own || host === `127.0.0.1:${port}`;
}

function originsOf({ pageUrl, api, proxyUrl }: Source): PageOrigins {
  return { page: pageUrl, api: api.url, proxy: proxyUrl };
}

/** The packages that experiments need and that are not installed. */
function missingFor({ api }: Source): readonly string[] {
  return api.chat === undefined ? ['socket.io'] : [];
}

function socketIoReply({ api: { chat } }: Source): PageReply {
  if (chat === undefined) return text(404, 'Needs the package socket.io: npm i socket.io');
  return { status: 200, type: 'text/javascript', body: chat.clientScript };
}

function text(status: number, body: string): PageReply {
  return { status, type: 'text/plain', body: `${body}\n` };
}

function json(value: unknown): PageReply {
  return { status: 200, type: 'application/json', body: JSON.stringify(value) };
}

/** The refused request once more, outside the browser, where the body that names the reason can be read. */
function askAsPage({ proxyUrl, pageUrl }: Source): Promise<{ status: number; body: string }> {
  return new Promise((resolve, reject) => {
    const url = `${proxyUrl}${refusedPath}`;
    const headers = { Origin: pageUrl };
    // The certificate is the proxy's own, of this process.
    const asked = url.startsWith('https:')
      ? secureRequestOf(url, { headers, rejectUnauthorized: false })
      : requestOf(url, { headers });
    asked.once('error', reject);
    asked.once('response', (answer) => {
      let body = '';
      answer.setEncoding('utf8');
      answer.on('data', (chunk: string) => {
        body += chunk;
      });
      answer.once('error', reject);
      answer.once('end', () => resolve({ status: answer.statusCode ?? 0, body }));
    });
    asked.end();
  });
}

function send(reply: PageReply, source: Source, response: ServerResponse): void {
  response
    .writeHead(reply.status, {
      'Content-Type': `${reply.type}; charset=utf-8`,
      'Cache-Control': 'no-store',
      'Content-Security-Policy': contentSecurityPolicy(source),
      'X-Content-Type-Options': 'nosniff',
      'Referrer-Policy': 'no-referrer',
    })
    .end(reply.body);
}

/**
 * Nothing inline, nothing from elsewhere; the two servers that the experiments call, and this one. WebSockets are named
 * beside them: in a policy http: does not stand for ws:, though https: stands for wss: (CSP3, "scheme-part matches").
 */
function contentSecurityPolicy({ api, proxyUrl }: Source): string {
  const called = [api.url, proxyUrl];
  const sockets = called.map((url) => url.replace(/^http/, 'ws'));
  return [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self'",
    `connect-src 'self' ${[...called, ...sockets].join(' ')}`,
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
}
