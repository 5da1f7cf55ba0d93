/** socket.io's own client and server: long polling with CORS first, then an upgrade to a WebSocket on the same path. */

import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Server } from 'socket.io';
import { io, type Socket } from 'socket.io-client';
import { describe, expect, it, onTestFinished } from 'vitest';
import { startTestApp, type TestApp } from '../support/test-app.ts';

const page = 'http://localhost:5173';

/** A server that knows nothing of CORS: without the proxy a page on another origin could not use it. */
async function chatServer(): Promise<{ readonly server: Server; readonly target: string }> {
  const http = createServer();
  const server = new Server(http, { transports: ['polling', 'websocket'] });
  server.on('connection', (socket) => {
    socket.on('shout', (text: string, answer: (text: string) => void) => answer(text.toUpperCase()));
    socket.on('bytes', (data: Buffer) => socket.emit('bytes back', data));
  });
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => server.close());
  return { server, target: `http://127.0.0.1:${(http.address() as AddressInfo).port}` };
}

function proxyFor(target: string): Promise<TestApp> {
  return startTestApp({
    routes: [{ match: '/socket.io/**', target, cors: { allowOrigin: page, allowCredentials: true } }],
  });
}

function dial(app: TestApp, options: Parameters<typeof io>[1]): Socket {
  const socket = io(`http://localhost:${app.port}`, {
    extraHeaders: { Origin: page },
    reconnection: false,
    forceNew: true,
    ...options,
  });
  onTestFinished(() => void socket.disconnect());
  return socket;
}

describe('socket.io through the proxy', () => {
  it('begins with polling, upgrades, and answers', async () => {
    const { server, target } = await chatServer();
    const app = await proxyFor(target);
    const socket = dial(app, {});
    const upgraded = new Promise((resolve) => socket.io.engine.once('upgrade', resolve));
    const [[atServer]] = await Promise.all([once(server, 'connection'), upgraded]);
    expect(socket.io.engine.transport.name).toBe('websocket');
    expect(atServer.handshake.headers.host).toBe(target.slice('http://'.length));
    expect(await socket.emitWithAck('shout', 'quiet')).toBe('QUIET');
    const back = new Promise<Buffer>((resolve) => socket.once('bytes back', resolve));
    socket.emit('bytes', Buffer.from([0, 255, 1]));
    expect([...(await back)]).toEqual([0, 255, 1]);
    const polls = app.exchanges.filter(({ status }) => status === 200);
    expect(polls.length).toBeGreaterThan(0);
    for (const { responseHeaders } of polls) expect(responseHeaders).toContain(page);
    expect(app.exchanges.filter(({ status }) => status === 101)).toHaveLength(1);
  });

  it.each(['polling', 'websocket'])('works by %s alone, and the server hears the end', async (transport) => {
    const { server, target } = await chatServer();
    const app = await proxyFor(target);
    const socket = dial(app, { transports: [transport] });
    const [atServer] = await once(server, 'connection');
    expect(await socket.emitWithAck('shout', 'quiet')).toBe('QUIET');
    // Of the whole connection, not of the one namespace: until then a poll is under way, for which the proxy's end waits.
    const left = once(atServer.conn, 'close');
    socket.disconnect();
    await left;
  });

  it('a page that is not listed gets neither', async () => {
    const { server, target } = await chatServer();
    const app = await proxyFor(target);
    for (const transport of ['polling', 'websocket']) {
      const socket = dial(app, { transports: [transport], extraHeaders: { Origin: 'http://evil.test' } });
      await new Promise((resolve) => socket.once('connect_error', resolve));
    }
    expect(app.exchanges.map(({ status, outcome }) => [status, outcome])).toEqual([
      [403, 'refused'],
      [403, 'refused'],
    ]);
    expect(server.engine.clientsCount).toBe(0);
  });
});
