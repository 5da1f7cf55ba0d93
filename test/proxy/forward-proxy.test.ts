/** Targets that are reached through the proxy of the user's network. */

import { once } from 'node:events';
import http from 'node:http';
import net, { type AddressInfo } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { proxyFromEnvironment } from '../../src/compile/forward-proxy.ts';
import { startTestApp } from '../support/test-app.ts';

const api = { scheme: 'https', hostname: 'api.example.com', port: 443 } as const;
const plain = { scheme: 'http', hostname: 'api.example.com', port: 80 } as const;
const proxy = 'http://proxy.test:3128';

describe('which proxy serves a target', () => {
  it.each([
    ['HTTPS_PROXY serves https targets', { HTTPS_PROXY: proxy }, api, 'HTTPS_PROXY'],
    ['HTTPS_PROXY says nothing of http targets', { HTTPS_PROXY: proxy }, plain, undefined],
    [
      'the lower-case name wins',
      { https_proxy: proxy, HTTPS_PROXY: 'http://other.test' },
      api,
      'https_proxy',
    ],
    ['ALL_PROXY serves what no other does', { ALL_PROXY: proxy }, plain, 'ALL_PROXY'],
    ['an empty variable is none', { HTTPS_PROXY: ' ' }, api, undefined],
    [
      'a target on this machine is reached directly',
      { HTTP_PROXY: proxy },
      { ...plain, hostname: 'localhost' },
      undefined,
    ],
    ['an IPv6 loopback too', { HTTP_PROXY: proxy }, { ...plain, hostname: '::1' }, undefined],
    [
      'NO_PROXY takes a subtree out',
      { HTTPS_PROXY: proxy, NO_PROXY: 'internal, .example.com' },
      api,
      undefined,
    ],
    [
      'NO_PROXY compares labels, not letters',
      { HTTPS_PROXY: proxy, NO_PROXY: 'ple.com' },
      api,
      'HTTPS_PROXY',
    ],
    [
      'NO_PROXY with another port takes nothing out',
      { HTTPS_PROXY: proxy, NO_PROXY: 'example.com:8443' },
      api,
      'HTTPS_PROXY',
    ],
    ['NO_PROXY "*" takes all out', { HTTPS_PROXY: proxy, NO_PROXY: '*' }, api, undefined],
  ])('%s', (_, env, target, from) => {
    expect(proxyFromEnvironment(env, target)?.from).toBe(from);
  });
});

/** A proxy that connects every CONNECT to one port of this machine, and remembers what was asked. */
async function startForwardProxy(port: number, status = 200) {
  const asked: { target: string; authorization: string | undefined }[] = [];
  const server = http.createServer();
  server.on('connect', (request, client: net.Socket) => {
    asked.push({ target: request.url ?? '', authorization: request.headers['proxy-authorization'] });
    client.on('error', () => {});
    if (status > 299) {
      client.end(`HTTP/1.1 ${status} No\r\nContent-Length: 0\r\n\r\n`);
      return;
    }
    const upstream = net.connect(port, '127.0.0.1', () => {
      client.write(`HTTP/1.1 ${status} Connection established\r\n\r\n`);
      upstream.pipe(client).pipe(upstream);
    });
    upstream.on('error', () => client.destroy());
    client.on('close', () => upstream.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  return { url: `http://me:pa%20ss@127.0.0.1:${(server.address() as AddressInfo).port}`, asked };
}

async function startApi() {
  const server = http.createServer((request, response) => response.end(`path ${request.url}`));
  const sockets = new WebSocketServer({ server });
  sockets.on('connection', (socket) => socket.on('message', (data) => socket.send(`echo ${data}`)));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

const target = 'http://api.example.com:8080';

describe('a route with a forward proxy', () => {
  it('sends its requests through a CONNECT tunnel, with the credentials of the URL', async () => {
    const forwardProxy = await startForwardProxy(await startApi());
    const app = await startTestApp({ routes: [{ match: '/**', target, forwardProxy: forwardProxy.url }] });
    const response = await fetch(`${app.url}/x?y=1`);
    expect(await response.text()).toBe('path /x?y=1');
    expect(forwardProxy.asked).toEqual([
      {
        target: 'api.example.com:8080',
        authorization: `Basic ${Buffer.from('me:pa ss').toString('base64')}`,
      },
    ]);
  });

  it('sends credentials that no decoder reads as they stand, and does not fall over them', async () => {
    const forwardProxy = await startForwardProxy(await startApi());
    const url = forwardProxy.url.replace('pa%20ss', 'pa%zz');
    const app = await startTestApp({ routes: [{ match: '/**', target, forwardProxy: url }] });
    expect((await fetch(`${app.url}/x`)).status).toBe(200);
    const authorization = `Basic ${Buffer.from('me:pa%zz').toString('base64')}`;
    expect(forwardProxy.asked).toMatchObject([{ authorization }]);
  });

  it('opens its WebSockets through it too', async () => {
    const forwardProxy = await startForwardProxy(await startApi());
    const app = await startTestApp({ routes: [{ match: '/**', target, forwardProxy: forwardProxy.url }] });
    const socket = new WebSocket(`${app.url.replace('http', 'ws')}/live`, {
      origin: 'http://localhost:5173',
    });
    await once(socket, 'open');
    socket.send('hello');
    const [data] = await once(socket, 'message');
    expect(String(data)).toBe('echo hello');
    expect(forwardProxy.asked[0]?.target).toBe('api.example.com:8080');
    socket.terminate();
  });

  it('says that it is the proxy that cannot be reached, not the API', async () => {
    const forwardProxy = 'http://me:word@127.0.0.1:1';
    const app = await startTestApp({ routes: [{ match: '/**', target, forwardProxy }] });
    const text = await (await fetch(`${app.url}/x`)).text();
    expect(JSON.parse(text)).toMatchObject({
      code: 'destination_unavailable',
      detail: expect.stringMatching(/forward proxy 127\.0\.0\.1:1 cannot be reached: .*ECONNREFUSED/),
      hint: expect.stringContaining('NO_PROXY'),
    });
    expect(text).not.toContain('word');
  });

  it('takes any 2xx for a tunnel', async () => {
    const forwardProxy = await startForwardProxy(await startApi(), 201);
    const app = await startTestApp({ routes: [{ match: '/**', target, forwardProxy: forwardProxy.url }] });
    expect(await (await fetch(`${app.url}/x`)).text()).toBe('path /x');
  });

  it('says so where the proxy refuses, and never prints its password', async () => {
    const forwardProxy = await startForwardProxy(0, 407);
    const app = await startTestApp({ routes: [{ match: '/**', target, forwardProxy: forwardProxy.url }] });
    const response = await fetch(`${app.url}/x`);
    const problem = await response.text();
    expect(response.status).toBe(502);
    expect(problem).toContain('answered 407 to CONNECT');
    expect(problem).toContain('NO_PROXY');
    expect(problem).not.toMatch(/pa(?:%20| )ss/);
  });
});
