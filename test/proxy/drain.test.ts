/** The end of a proxy with open connections: who waits, who goes, and what is told of it. */

import { describe, expect, it, onTestFinished } from 'vitest';
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

  it('destroys what is still open at its deadline, both sides of it', async () => {
    const { app, upstream, connect } = await start(50);
    const client = await connect();
    await client.write(request);
    await upstream.reached('answer');
    expect(await app.app.close()).toEqual({ aborted: 1 });
    expect((await client.end()).ended).not.toBe('open');
    await upstream.closed(1);
    expect(await app.exchange(1)).toMatchObject({ failure: undefined, outcome: 'client_abort' });
  });

  it('lets a second call find nothing left to do', async () => {
    const { app } = await start(50);
    expect(await app.app.close()).toEqual({ aborted: 0 });
    expect(await app.app.close()).toEqual({ aborted: 0 });
  });
});
