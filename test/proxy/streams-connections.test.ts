/** Connections to the upstream that are kept alive, die while they are used, and are not used again too late. */

import { once } from 'node:events';
import { createServer, type Server } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { asking, page, pageRequest, proxyTo, upstreamOf } from '../support/one-route.ts';
import { ask, type RawClient } from '../support/raw-client.ts';
import {
  barrier,
  expectHead,
  expectRequest,
  fin,
  rst,
  type Script,
  type Step,
  send,
} from '../support/raw-upstream.ts';
import { values } from '../support/strict-parser.ts';
import { startTestApp } from '../support/test-app.ts';

const short = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok';

/** The first connection answers once and dies when the second request comes; the others do as told. */
function dyingAfterOne(death: Step, others: Script = [expectRequest, send(short)]): Script {
  return (connection) => {
    if (connection === 1) return [expectRequest, send(short), expectHead, death];
    return typeof others === 'function' ? others(connection) : others;
  };
}

describe('a kept connection that dies under the next request', () => {
  interface Row {
    readonly script: Script;
    readonly method: string;
    readonly body?: string;
    readonly status: number;
    readonly attempts: number;
    readonly connections: number;
  }
  const retried = { status: 200, attempts: 2, connections: 2 };
  const notRetried = { status: 502, attempts: 1, connections: 1 };
  const rows: readonly (readonly [name: string, row: Row])[] = [
    [
      'KA-01 FIN, GET: once more on a fresh connection',
      { ...retried, script: dyingAfterOne(fin), method: 'GET' },
    ],
    ['KA-02 reset, GET', { ...retried, script: dyingAfterOne(rst), method: 'GET' }],
    ['KA-02 reset, HEAD', { ...retried, script: dyingAfterOne(rst), method: 'HEAD' }],
    ['KA-02 reset, OPTIONS', { ...retried, script: dyingAfterOne(rst), method: 'OPTIONS' }],
    [
      'KA-03 POST is not sent twice',
      { ...notRetried, script: dyingAfterOne(rst), method: 'POST', body: 'x' },
    ],
    [
      'KA-03 PATCH is not sent twice',
      { ...notRetried, script: dyingAfterOne(fin), method: 'PATCH', body: 'x' },
    ],
    [
      'KA-04 PUT with a body that was kept',
      { ...retried, script: dyingAfterOne(fin), method: 'PUT', body: 'x'.repeat(1000) },
    ],
    [
      'KA-04 DELETE with a body that was kept',
      { ...retried, script: dyingAfterOne(rst), method: 'DELETE', body: 'x' },
    ],
    [
      'KA-04 PUT with a body too large to keep',
      { ...notRetried, script: dyingAfterOne(rst), method: 'PUT', body: 'x'.repeat(1_000_000) },
    ],
    [
      'KA-06 the fresh one dies as well: that is final',
      {
        script: dyingAfterOne(fin, [expectHead, fin]),
        method: 'GET',
        status: 502,
        attempts: 2,
        connections: 2,
      },
    ],
  ];
  it.each(rows)('%s', async (_name, { script, method, body = '', status, attempts, connections }) => {
    const upstream = await upstreamOf(script);
    const app = await proxyTo(upstream.origin);
    const client = await asking(app, 'GET /api/1');
    expect((await client.response()).status).toBe(200);
    // The answer may come before the upload is over.
    client.write(pageRequest(app, `${method} /api/2`, { body })).catch(() => undefined);
    const response = await client.response({ method });
    expect(response.status).toBe(status);
    expect(await app.exchange(2)).toMatchObject({ status, attempts });
    expect(upstream.connections()).toBe(connections);
    if (status === 502) expect(JSON.parse(response.body.toString()).code).toBe('connection_terminated');
    if (status === 200 && method !== 'HEAD') expect(upstream.requests.at(-1)?.body.toString()).toBe(body);
    if (attempts === 1) {
      const { detail } = JSON.parse(response.body.toString());
      expect(detail).toContain(method === 'PUT' ? 'its body was not kept' : `${method} is not idempotent`);
    }
  });

  it('KA-07 after the first byte of an answer nothing is sent again', async () => {
    const upstream = await upstreamOf([
      expectRequest,
      send(short),
      expectRequest,
      send('HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n12345'),
      barrier('cut'),
      rst,
    ]);
    const app = await proxyTo(upstream.origin);
    const client = await asking(app, 'GET /api/1');
    await client.response();
    await client.write(pageRequest(app, 'GET /api/2'));
    await client.until('12345');
    upstream.release('cut');
    expect((await client.end()).ended).not.toBe('open');
    expect(await app.exchange(2)).toMatchObject({
      attempts: 1,
      failure: { code: 'http_response_incomplete' },
    });
    expect(upstream.connections()).toBe(1);
  });

  it('KA-07 nor after a 100 that was taken out: the upstream had begun', async () => {
    const upstream = await upstreamOf([
      expectRequest,
      send(short),
      expectRequest,
      send('HTTP/1.1 100 Continue\r\n\r\n'),
      fin,
    ]);
    const app = await proxyTo(upstream.origin);
    const client = await asking(app, 'GET /api/1');
    await client.response();
    await client.write(pageRequest(app, 'GET /api/2'));
    expect((await client.response()).status).toBe(502);
    expect([(await app.exchange(2)).attempts, upstream.connections()]).toEqual([1, 1]);
  });
});

it('KA-05 a fresh connection that is reset is not tried again', async () => {
  const upstream = await upstreamOf([expectRequest, rst]);
  const app = await proxyTo(upstream.origin);
  const response = await (await asking(app, 'GET /api/x')).response();
  expect([response.status, JSON.parse(response.body.toString()).code]).toEqual([
    502,
    'connection_terminated',
  ]);
  expect([upstream.connections(), upstream.requests.length]).toEqual([1, 1]);
});

describe('how long a connection is kept', () => {
  const kept = (seconds: number) =>
    `HTTP/1.1 200 OK\r\nKeep-Alive: timeout=${seconds}\r\nConnection: keep-alive\r\nContent-Length: 2\r\n\r\nok`;

  it.each([
    ['KA-08 one that the upstream will close in a second is not used again', 1, 2],
    ['one that it keeps for a minute is', 60, 1],
  ])('%s', async (_name, seconds, connections) => {
    const upstream = await upstreamOf([
      expectRequest,
      send(kept(seconds)),
      expectRequest,
      send(kept(seconds)),
    ]);
    const app = await proxyTo(upstream.origin);
    const client = await asking(app, 'GET /api/1');
    const first = await client.response();
    expect(values(first.headers, 'keep-alive')).not.toContain(`timeout=${seconds}`);
    await client.write(pageRequest(app, 'GET /api/2'));
    expect((await client.response()).status).toBe(200);
    expect(upstream.connections()).toBe(connections);
  });

  it('KA-12 an answer may take longer than the upstream keeps idle connections', async () => {
    const upstream = await upstreamOf([
      expectRequest,
      send(kept(3)),
      expectRequest,
      barrier('slow'),
      send(kept(3)),
    ]);
    const mute = await upstreamOf([expectRequest, barrier('never')]);
    const app = await startTestApp({
      routes: [
        { match: '/api/**', target: upstream.origin, cors: { allowOrigin: page } },
        { match: '/mute', target: mute.origin, cors: { allowOrigin: page }, timeouts: { headers: 100 } },
      ],
    });
    const client = await asking(app, 'GET /api/1');
    await client.response();
    await client.write(pageRequest(app, 'GET /api/slow'));
    await upstream.reached('slow');
    // The clock: 3 seconds less the margin of 2 are over after a dozen timeouts of a tenth.
    for (let i = 0; i < 13; i += 1) {
      expect((await ask({ port: app.port }, pageRequest(app, 'GET /mute'))).status).toBe(504);
    }
    upstream.release('slow');
    expect((await client.response()).status).toBe(200);
    expect(await app.exchange(app.exchanges.length)).toMatchObject({ attempts: 1 });
  });
});

describe('an upstream that moves', () => {
  it('KA-10 is found again after it was started anew on its port', async () => {
    const first = await answering('127.0.0.1', 0, 'one');
    const app = await proxyTo(`http://127.0.0.1:${first.port}`);
    const client = await asking(app, 'GET /api/1');
    expect((await client.response()).body.toString()).toBe('one');
    await first.stop();
    await answering('127.0.0.1', first.port, 'two');
    await client.write(pageRequest(app, 'GET /api/2'));
    expect((await client.response()).body.toString()).toBe('two');
  });

  it('KA-11 is followed to its new address', async () => {
    const first = await answering('127.0.0.1', 0, 'one');
    let address = '127.0.0.1';
    const app = await startTestApp(
      { routes: [{ match: '/**', target: `http://moving.test:${first.port}`, cors: { allowOrigin: page } }] },
      { app: { lookup: (_name, _options, callback) => callback(null, [{ address, family: 4 }]) } },
    );
    const client = await asking(app, 'GET /1');
    expect((await client.response()).body.toString()).toBe('one');
    await answering('127.0.0.2', first.port, 'two');
    address = '127.0.0.2';
    await first.stop();
    await client.write(pageRequest(app, 'GET /2'));
    expect((await client.response()).body.toString()).toBe('two');
  });
});

it('KA-09 more requests than connections and queue hold are told so at once', async () => {
  const upstream = await upstreamOf([expectRequest, barrier('answer'), send(short)]);
  const app = await proxyTo(upstream.origin, { limits: { connections: 2, queue: 0 } });
  const waiting: RawClient[] = [await asking(app, 'GET /api/1'), await asking(app, 'GET /api/2')];
  await Promise.all([upstream.request(1), upstream.request(2)]);
  for (let i = 0; i < 3; i += 1) {
    const response = await ask({ port: app.port }, pageRequest(app, 'GET /api/x'));
    expect([response.status, JSON.parse(response.body.toString()).code]).toEqual([
      503,
      'connection_limit_reached',
    ]);
    expect(values(response.headers, 'retry-after')).toEqual(['1']);
    expect(values(response.headers, 'access-control-allow-origin')).toEqual([page]);
  }
  upstream.release('answer');
  for (const client of waiting) expect((await client.response()).status).toBe(200);
});

it('KA-13 a DELETE whose chunks look like a request is one request to the upstream', async () => {
  // A proxy that drops the framing of a body on DELETE lets its bytes be read as the next request.
  const inner = 'GET /admin HTTP/1.1\r\nHost: x\r\n\r\n';
  const upstream = await upstreamOf([expectRequest, send(short), expectRequest, send(short)]);
  const app = await proxyTo(upstream.origin);
  const client = await asking(app, 'DELETE /api/x', {
    headers: [['Transfer-Encoding', 'chunked']],
    body: `${inner.length.toString(16)}\r\n${inner}\r\n0\r\n\r\n`,
  });
  expect((await client.response({ method: 'DELETE' })).status).toBe(200);
  const seen = await upstream.request(1);
  expect([seen.method, seen.target, seen.body.toString()]).toEqual(['DELETE', '/api/x', inner]);
  // Chunked as it came, or with its length where all of it was there: framed either way.
  expect(['chunked', 'length']).toContain(seen.framing);
  await client.write(pageRequest(app, 'GET /api/next'));
  expect((await client.response()).status).toBe(200);
  expect((await upstream.request(2)).target).toBe('/api/next');
});

/** A server that answers every segment with one body, and stops with all its connections. */
async function answering(
  host: string,
  port: number,
  body: string,
): Promise<{ readonly port: number; readonly stop: () => Promise<void> }> {
  const open = new Set<{ destroy: () => unknown }>();
  const server: Server = createServer((socket) => {
    open.add(socket);
    socket.on('error', () => undefined);
    socket.on('data', () => socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${body.length}\r\n\r\n${body}`));
  });
  server.listen(port, host);
  await once(server, 'listening');
  const stop = async () => {
    if (!server.listening) return;
    const closed = once(server, 'close');
    server.close();
    for (const socket of open) socket.destroy();
    await closed;
  };
  onTestFinished(stop);
  const address = server.address();
  return { port: typeof address === 'object' && address !== null ? address.port : 0, stop };
}
