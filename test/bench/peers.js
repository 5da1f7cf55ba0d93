/**
 * The peers that are libraries, each in the few lines of its own README, as a server: node peers.js NAME PORT API-PORT.
 * Copied into the folder in which the peers are installed, and run there.
 */

import http from 'node:http';
import { createRequire } from 'node:module';

const [name, port, apiPort] = process.argv.slice(2);
const target = `http://127.0.0.1:${apiPort}`;
const origin = 'http://localhost:5173';
const exposed = ['ETag', 'X-Request-Id'];
const load = createRequire(import.meta.url);
// By a name that is no literal: what is installed here is no dependency of the project.
const importPeer = (specifier) => import(specifier);

const servers = {
  'http-proxy': () => proxyServer(load('http-proxy'), {}),
  'http-proxy, keep-alive agent': () =>
    proxyServer(load('http-proxy'), { agent: new http.Agent({ keepAlive: true }) }),
  'http-proxy-3': async () => proxyServer(await importPeer('http-proxy-3'), {}),
  httpxy: async () => proxyServer(await importPeer('httpxy'), {}),
  'http-proxy-middleware': middleware,
  Vite: vite,
  '@fastify/reply-from': replyFrom,
  'fast-proxy': fastProxy,
  'bare undici, no checks, no log': bareUndici,
};

function proxyServer(library, options) {
  const createProxyServer = library.createProxyServer ?? library.default.createProxyServer;
  const proxy = createProxyServer({ target, ...options });
  proxy.on('error', (_error, _request, response) => {
    if (response instanceof http.ServerResponse) response.writeHead(502).end();
    else response.destroy();
  });
  const server = http.createServer((request, response) => proxy.web(request, response));
  server.on('upgrade', (request, socket, head) => proxy.ws(request, socket, head));
  return server.listen(port, '127.0.0.1');
}

async function middleware() {
  const express = load('express');
  const { createProxyMiddleware } = await importPeer('http-proxy-middleware');
  const app = express();
  app.use(load('cors')({ origin, credentials: true, exposedHeaders: exposed }));
  app.use(createProxyMiddleware({ target, changeOrigin: true }));
  app.listen(port, '127.0.0.1');
}

async function vite() {
  const { createServer } = await importPeer('vite');
  const proxy = { '/api': { target, changeOrigin: true } };
  const cors = { origin, credentials: true, exposedHeaders: exposed };
  const server = await createServer({
    configFile: false,
    logLevel: 'error',
    server: { port: Number(port), strictPort: true, host: '127.0.0.1', proxy, cors },
  });
  await server.listen();
}

async function replyFrom() {
  const app = load('fastify')({ bodyLimit: 2 ** 31 });
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', (_request, body, done) => done(null, body));
  app.register(load('@fastify/reply-from'), { base: target });
  app.all('/*', (request, reply) => reply.from(request.raw.url));
  await app.listen({ port: Number(port), host: '127.0.0.1' });
}

function fastProxy() {
  const { proxy } = load('fast-proxy')({ base: target });
  http
    .createServer((request, response) => proxy(request, response, request.url, {}))
    .listen(port, '127.0.0.1');
}

/** The least that a proxy with this client can cost: no rule, no check, no deadline, no backpressure, no CORS, no log. */
async function bareUndici() {
  const { Pool } = await importPeer('undici');
  const pool = new Pool(target, { pipelining: 1, headersTimeout: 0, bodyTimeout: 0 });
  http
    .createServer((request, response) => {
      const { method, url: path, rawHeaders } = request;
      const isOfHop = (i) => /^(?:host|connection)$/i.test(rawHeaders[i - (i % 2)]);
      const headers = rawHeaders.filter((_, i) => !isOfHop(i));
      const body = method === 'GET' || method === 'OPTIONS' ? null : request;
      pool.dispatch({ method, path, headers, body }, passingTo(response));
    })
    .listen(port, '127.0.0.1');
}

function passingTo(response) {
  return {
    onConnect: () => {},
    onHeaders: (status, headers) => {
      response.writeHead(
        status,
        headers.map((part) => part.toString('latin1')),
      );
      return true;
    },
    onData: (chunk) => {
      response.write(chunk);
      return true;
    },
    onComplete: () => response.end(),
    onError: () => response.destroy(),
  };
}

await servers[name]();
