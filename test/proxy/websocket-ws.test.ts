/** The `ws` package on both ends: real frames, real compression, real closing handshakes. */

import type { Buffer } from 'node:buffer';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { page, proxyTo } from '../support/one-route.ts';
import type { TestApp } from '../support/test-app.ts';

/** Sends back what it gets. */
async function echoServer(): Promise<{ readonly server: WebSocketServer; readonly target: string }> {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1', perMessageDeflate: { threshold: 0 } });
  server.on('connection', (socket) => {
    socket.on('message', (data, isBinary) => socket.send(data, { binary: isBinary }));
  });
  await once(server, 'listening');
  onTestFinished(() => {
    for (const socket of server.clients) socket.terminate();
    server.close();
  });
  return { server, target: `ws://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

async function dial(app: TestApp, protocols: string[] = []): Promise<WebSocket> {
  const socket = new WebSocket(`ws://localhost:${app.port}/api/echo`, protocols, {
    origin: page,
    perMessageDeflate: { threshold: 0 },
  });
  onTestFinished(() => socket.terminate());
  await once(socket, 'open');
  return socket;
}

async function said(socket: WebSocket): Promise<{ readonly data: Buffer; readonly isBinary: boolean }> {
  const [data, isBinary] = (await once(socket, 'message')) as [Buffer, boolean];
  return { data, isBinary };
}

describe('ws through the proxy', () => {
  it('WS-01 WS-19 texts and bytes come back, compressed, in the chosen subprotocol', async () => {
    const { server, target } = await echoServer();
    const app = await proxyTo(target);
    const [socket, [atServer]] = await Promise.all([
      dial(app, ['graphql-ws', 'chat']),
      once(server, 'connection') as Promise<[WebSocket]>,
    ]);
    expect([socket.protocol, atServer.protocol]).toEqual(['graphql-ws', 'graphql-ws']);
    expect(socket.extensions).toBe('permessage-deflate');
    socket.send('Grüße ✓');
    expect((await said(socket)).data.toString()).toBe('Grüße ✓');
    const bytes = randomBytes(1024 * 1024);
    socket.send(bytes);
    const echo = await said(socket);
    expect([echo.isBinary, echo.data.equals(bytes)]).toEqual([true, true]);
  });

  it('pings, pongs and the codes of the closing handshake pass both ways', async () => {
    const { server, target } = await echoServer();
    const app = await proxyTo(target);
    const [socket, [atServer]] = await Promise.all([
      dial(app),
      once(server, 'connection') as Promise<[WebSocket]>,
    ]);
    atServer.ping('are you there');
    expect(String((await once(atServer, 'pong'))[0])).toBe('are you there');
    const closed = [once(socket, 'close'), once(atServer, 'close')] as const;
    atServer.close(4001, 'see you');
    const codes = (await Promise.all(closed)).map(([code, reason]) => [code, String(reason)]);
    expect(codes).toEqual([
      [4001, 'see you'],
      [4001, 'see you'],
    ]);
  });

  it('a client that is torn away is an abnormal closure to the server', async () => {
    const { server, target } = await echoServer();
    const app = await proxyTo(target);
    const [socket, [atServer]] = await Promise.all([
      dial(app),
      once(server, 'connection') as Promise<[WebSocket]>,
    ]);
    socket.terminate();
    expect((await once(atServer, 'close'))[0]).toBe(1006);
  });

  it('WS-12 a page that is not listed gets 403, with the reason as its body', async () => {
    const { server, target } = await echoServer();
    const app = await proxyTo(target);
    const socket = new WebSocket(`ws://localhost:${app.port}/api/echo`, { origin: 'http://evil.test' });
    const [request, response] = await once(socket, 'unexpected-response');
    expect(response.statusCode).toBe(403);
    request.destroy();
    expect(server.clients.size).toBe(0);
  });

  it('100 sockets at once, each with its own echo', async () => {
    const { target } = await echoServer();
    const app = await proxyTo(target);
    const sockets = await Promise.all(Array.from({ length: 100 }, () => dial(app)));
    const heard = sockets.map((socket) => said(socket));
    for (const [i, socket] of sockets.entries()) socket.send(`I am ${i}`);
    const texts = (await Promise.all(heard)).map(({ data }) => data.toString());
    expect(texts).toEqual(sockets.map((_, i) => `I am ${i}`));
  });
});
