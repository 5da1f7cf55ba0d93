/** The end of a proxy with open connections: who waits, who goes, and what is told of it. */

import { describe, expect, it, onTestFinished } from 'vitest';
import type { StreamOut } from '../../src/own-endpoint.ts';
import { connectRaw, type RawClient } from '../support/raw-client.ts';
import {
  barrier,
  expectRequest,
  expectText,
  type RawUpstream,
  rawUpstream,
  type Script,
  send,
} from '../support/raw-upstream.ts';
import { values } from '../support/strict-parser.ts';
import { startTestApp, type TestApp } from '../support/test-app.ts';

interface Started {
  readonly app: TestApp;
  readonly upstream: RawUpstream;
  readonly connect: () => Promise<RawClient>;
}

const slow: Script = [
  expectRequest,
  barrier('answer'),
  send('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok'),
  expectText('never'),
];

async function start(drainMs: number, script: Script = slow): Promise<Started> {
  const upstream = await rawUpstream(script);
  onTestFinished(() => upstream.close());
  const app = await startTestApp({
    listen: { host: '127.0.0.1', timeouts: { drain: drainMs } },
    target: upstream.origin,
  });
  const connect = async () => {
    const client = await connectRaw({ port: app.port });
    client.socket.on('error', () => undefined);
    onTestFinished(() => {
      client.socket.destroy();
    });
    return client;
  };
  return { app, upstream, connect };
}

const request = 'GET /x HTTP/1.1\r\nHost: localhost\r\n\r\n';

describe('drain', () => {
  it('closes at once where nothing is under way, connections that idle included', async () => {
    const { app, connect } = await start(60_000);
    const client = await connect();
    await client.write('GET /__cors-proxy/health HTTP/1.1\r\nHost: localhost\r\n\r\n');
    await client.response();
    expect(await app.app.close()).toEqual({ aborted: 0 });
    expect((await client.end()).ended).toBe('fin');
  });

  it('waits for an answer that is under way, and takes nobody new', async () => {
    const { app, upstream, connect } = await start(60_000);
    const client = await connect();
    await client.write(request);
    await upstream.reached('answer');
    const closing = app.app.close();
    await expect(connectRaw({ port: app.port })).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    upstream.release('answer');
    const response = await client.response();
    expect(response.body.toString()).toBe('ok');
    expect(values(response.headers, 'connection')).toEqual(['close']);
    expect(await closing).toEqual({ aborted: 0 });
    expect((await client.end()).ended).toBe('fin');
    await upstream.closed(1);
  });

  it('ends a connection behind an answer whose head was out already', async () => {
    const { app, upstream, connect } = await start(60_000, [
      expectRequest,
      send('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\no'),
      barrier('answer'),
      send('k'),
      expectText('never'),
    ]);
    const client = await connect();
    await client.write(request);
    await client.until('\r\n\r\no');
    const closing = app.app.close();
    upstream.release('answer');
    expect((await client.response()).body.toString()).toBe('ok');
    expect(await closing).toEqual({ aborted: 0 });
    expect((await client.end()).ended).toBe('fin');
  });

  it('LC-14 destroys what is still open at its deadline, both sides of it', async () => {
    const { app, upstream, connect } = await start(50);
    const client = await connect();
    await client.write(request);
    await upstream.reached('answer');
    expect(await app.app.close()).toEqual({ aborted: 1 });
    expect((await client.end()).ended).not.toBe('open');
    await upstream.closed(1);
    expect(await app.exchange(1)).toMatchObject({ failure: undefined, outcome: 'client_abort' });
  });

  it('counts what is under way, and for how long it would be waited for', async () => {
    const { app, upstream, connect } = await start(5000);
    expect(app.app.open()).toEqual({ requests: 0, websockets: 0, eventStreams: 0, waitMs: 1000 });
    const client = await connect();
    await client.write(request);
    await upstream.reached('answer');
    expect(app.app.open()).toEqual({ requests: 1, websockets: 0, eventStreams: 0, waitMs: 5000 });
    upstream.release('answer');
    await client.response();
    await app.exchange(1);
    expect(app.app.open().requests).toBe(0);
  });

  it('waits for nothing of its own: the feed of an inspector ends at once, and is not counted', async () => {
    const head = { status: 200, reason: 'OK', headers: ['Content-Type', 'text/event-stream'] };
    const start = ({ write }: StreamOut) => {
      write('data: 1\n\n');
      return () => {};
    };
    const app = await startTestApp(
      { listen: { host: '127.0.0.1', timeouts: { drain: 60_000 } }, target: 'http://127.0.0.1:9' },
      { app: { endpoints: () => ({ kind: 'stream', head, start }) } },
    );
    const client = await connectRaw({ port: app.port });
    onTestFinished(() => {
      client.socket.destroy();
    });
    await client.write('GET /__cors-proxy/feed HTTP/1.1\r\nHost: localhost\r\n\r\n');
    await client.until('data: 1');
    expect(app.app.open()).toMatchObject({ requests: 0, eventStreams: 0 });
    expect(await app.app.close()).toEqual({ aborted: 0 });
  });

  it('LC-17 ends what never ends by itself long before its deadline: WebSockets and event streams, both sides of them', async () => {
    const upgraded = 'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n';
    const { app, upstream, connect } = await start(60_000, (connection) => [
      expectRequest,
      send(
        connection === 1 ? upgraded : 'HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\ndata: 1\n\n',
      ),
      expectText('never'),
    ]);
    const [socket, stream] = [await connect(), await connect()];
    const key = 'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n';
    await socket.write(
      `GET /x HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n${key}\r\n`,
    );
    await socket.until('101');
    await stream.write(request);
    await stream.until('data: 1');
    expect(app.app.open()).toEqual({ requests: 1, websockets: 1, eventStreams: 1, waitMs: 1000 });
    expect(await app.app.close()).toEqual({ aborted: 0 });
    for (const client of [socket, stream]) expect((await client.end()).ended).not.toBe('open');
    await upstream.closed(1);
    await upstream.closed(2);
  });

  it('waits for nobody who has not asked yet: silent connections, and heads that are half sent', async () => {
    const { app, connect } = await start(60_000);
    const [silent, half] = [await connect(), await connect()];
    await half.write('GET /x HTTP/1.1\r\nHost: loc');
    // Both are with the server once it has answered a third.
    const third = await connect();
    await third.write('GET /__cors-proxy/health HTTP/1.1\r\nHost: localhost\r\n\r\n');
    await third.response();
    expect(await app.app.close()).toEqual({ aborted: 0 });
    for (const client of [silent, half]) expect((await client.end()).ended).not.toBe('open');
  });

  it('lets a second call find nothing left to do', async () => {
    const { app } = await start(50);
    expect(await app.app.close()).toEqual({ aborted: 0 });
    expect(await app.app.close()).toEqual({ aborted: 0 });
  });
});
