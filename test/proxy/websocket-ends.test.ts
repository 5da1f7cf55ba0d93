/** Whoever leaves, and whenever: nothing is left behind. */

import { Buffer } from 'node:buffer';
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { clientOf, page, proxyTo, upstreamOf } from '../support/one-route.ts';
import { ask, connectRaw, type RawClient } from '../support/raw-client.ts';
import {
  barrier,
  expectRequest,
  expectText,
  fin,
  type RawUpstream,
  rst,
  send,
} from '../support/raw-upstream.ts';
import { startTestApp, type TestApp } from '../support/test-app.ts';
import { handshake, silent, switching, waitingClient } from '../support/websocket.ts';

/** Fails the test that runs now if the process complains: too many listeners, deprecations. */
function noWarnings(): void {
  const warnings: Error[] = [];
  const note = (warning: Error) => warnings.push(warning);
  process.on('warning', note);
  onTestFinished(() => {
    process.off('warning', note);
    expect(warnings).toEqual([]);
  });
}

async function opened(app: TestApp): Promise<RawClient> {
  const client = await clientOf(app);
  await client.write(handshake(app));
  await client.until('\r\n\r\n');
  return client;
}

describe('the client leaves in the handshake', () => {
  const ways: readonly (readonly [name: string, leave: (client: RawClient) => void])[] = [
    ['WS-04 by a reset', (client) => client.rst()],
    ['WS-05 by a FIN', (client) => client.fin()],
    ['WS-05 by a FIN behind early bytes', (client) => void client.write('early').then(() => client.fin())],
  ];
  it.each(ways)('%s: the upstream connection goes', async (_name, leave) => {
    noWarnings();
    const upstream = await upstreamOf(silent);
    const app = await proxyTo(upstream.origin);
    leave(await waitingClient(app, upstream));
    expect(await upstream.closed(1)).not.toBe('open');
    expect(await app.exchange(1)).toMatchObject({ status: 499, outcome: 'client_abort' });
  });

  it('CL-05 while the name is resolved: no connection is made', async () => {
    const upstream = await upstreamOf(silent);
    let answer = () => {};
    let asked = () => {};
    const wasAsked = new Promise<void>((resolve) => {
      asked = resolve;
    });
    const app = await startTestApp(
      { routes: [{ match: '/**', target: `ws://slow.test:${upstream.port}`, cors: { allowOrigin: page } }] },
      {
        app: {
          lookup: (_name, _options, callback) => {
            answer = () => callback(null, [{ address: '127.0.0.1', family: 4 }]);
            asked();
          },
        },
      },
    );
    const client = await clientOf(app);
    await client.write(handshake(app));
    await wasAsked;
    client.rst();
    expect(await app.exchange(1)).toMatchObject({ status: 499, outcome: 'client_abort' });
    answer();
    await app.close();
    expect(upstream.connections()).toBe(0);
  });

  it('while an answer that is no tunnel is passed down: the upstream connection goes', async () => {
    const upstream = await upstreamOf([
      expectRequest,
      send('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n'),
    ]);
    const app = await proxyTo(upstream.origin);
    const client = await clientOf(app);
    await client.write(handshake(app));
    await client.until('abc');
    client.rst();
    expect(await upstream.closed(1)).not.toBe('open');
    expect(await app.exchange(1)).toMatchObject({ status: 200, outcome: 'client_abort' });
  });
});

describe('a tunnel ends', () => {
  it('WS-08 when the client resets while the upstream keeps sending', async () => {
    noWarnings();
    const upstream = await upstreamOf([
      expectRequest,
      send(switching),
      ...Array.from({ length: 200 }, () => send(Buffer.alloc(1000))),
    ]);
    const app = await proxyTo(upstream.origin);
    const client = await opened(app);
    client.rst();
    expect(await upstream.closed(1)).not.toBe('open');
    await app.close();
  });

  it('WS-08 when the upstream resets: what it sent arrives first, and the client is let go', async () => {
    const upstream = await upstreamOf([expectRequest, send(`${switching}last words`), barrier('end'), rst]);
    const app = await proxyTo(upstream.origin);
    const client = await opened(app);
    await client.until('last words');
    upstream.release('end');
    expect((await client.end()).ended).not.toBe('open');
  });

  const big = Buffer.alloc(3_000_000, 'x');

  it('WS-09 when the client half-closes: what the upstream still has to say is flushed', async () => {
    const upstream = await upstreamOf([expectRequest, send(switching), expectText('bye'), send(big), fin]);
    const app = await proxyTo(upstream.origin);
    const client = await connectRaw({ port: app.port, allowHalfOpen: true });
    onTestFinished(() => void client.socket.destroy());
    await client.write(handshake(app));
    await client.until('\r\n\r\n');
    await client.write('bye');
    client.fin();
    const { bytes, ended } = await client.end();
    expect([bytes.subarray(bytes.indexOf('\r\n\r\n') + 4).equals(big), ended]).toEqual([true, 'fin']);
    expect(await upstream.closed(1)).toBe('fin');
  });

  it('WS-09 when the upstream half-closes: what the client still has to say is flushed', async () => {
    const upstream = await upstreamOf([expectRequest, send(`${switching}bye`), fin], { allowHalfOpen: true });
    const app = await proxyTo(upstream.origin);
    const client = await connectRaw({ port: app.port, allowHalfOpen: true });
    onTestFinished(() => void client.socket.destroy());
    await client.write(handshake(app));
    expect((await client.end()).ended).toBe('fin');
    await client.write(big);
    client.fin();
    expect(await upstream.closed(1)).toBe('fin');
    const received = upstream.received(1);
    expect(received.subarray(received.indexOf('\r\n\r\n') + 4).equals(big)).toBe(true);
  });

  it('when one side half-closes and the other never answers that', async () => {
    const upstream = await upstreamOf([expectRequest, send(switching)], { allowHalfOpen: true });
    const app = await proxyTo(upstream.origin);
    const client = await opened(app);
    client.fin();
    expect(await upstream.closed(1)).toBe('fin');
    // 2 seconds of silence, then both go.
    expect((await client.end()).ended).not.toBe('open');
    await app.close();
  });

  it('when the proxy stops', async () => {
    const upstream = await upstreamOf([expectRequest, send(switching)]);
    const app = await startTestApp({
      listen: { timeouts: { drain: 50 } },
      routes: [{ match: '/api/**', target: upstream.origin, cors: { allowOrigin: page } }],
    });
    const client = await opened(app);
    await app.close();
    expect((await client.end()).ended).not.toBe('open');
    expect(await upstream.closed(1)).not.toBe('open');
  });
});

describe('a tunnel goes on', () => {
  it('WS-15 at the pace of a slow reader, in bounded memory', async () => {
    const size = 64 * 1024 * 1024;
    const flood = await floodingUpstream(size);
    const app = await proxyTo(`ws://127.0.0.1:${flood.port}`);
    const socket = connect(app.port, '127.0.0.1');
    onTestFinished(() => void socket.destroy());
    socket.write(handshake(app));
    await once(socket, 'readable');
    // Nothing is read now. The flood has come to a halt when many other exchanges go by without a byte of it moving.
    let moved = -1;
    while (moved !== flood.sent()) {
      moved = flood.sent();
      for (let i = 0; i < 50; i += 1) await ask({ port: app.port }, handshake(app, { target: '/none' }));
    }
    // The kernel's buffers on two loopback connections, and ours.
    expect(moved).toBeLessThan(24 * 1024 * 1024);
    let received = 0;
    socket.on('data', (chunk) => {
      received += chunk.length;
    });
    await once(socket, 'end');
    expect(received).toBeGreaterThan(size);
  });

  it('WS-16 through silence longer than every timeout', async () => {
    const timeouts = { connect: 50, headers: 50, body: 50 };
    const tunnelled = await upstreamOf([expectRequest, send(switching), expectText('ping'), send('pong')]);
    const mute = await upstreamOf([expectRequest, barrier('never')]);
    const app = await startTestApp({
      listen: { timeouts: { head: 50 } },
      routes: [
        { match: '/api/**', target: tunnelled.origin, cors: { allowOrigin: page }, timeouts },
        { match: '/mute', target: mute.origin, cors: { allowOrigin: page }, timeouts },
      ],
    });
    const client = await opened(app);
    // The clock: ten requests in a row that each run into a timeout, whichever comes first on a slow machine.
    for (let i = 0; i < 10; i += 1) {
      const bytes = `GET /mute HTTP/1.1\r\nHost: localhost:${app.port}\r\n\r\n`;
      expect([408, 504]).toContain((await ask({ port: app.port }, bytes)).status);
    }
    await client.write('ping');
    await client.until('pong');
  });

  it('across a reload that takes its route away', async () => {
    const upstream = await upstreamOf([expectRequest, send(switching), expectText('ping'), send('pong')]);
    const app = await proxyTo(upstream.origin);
    const client = await opened(app);
    await app.reload({ routes: [{ match: '/other/**', target: 'http://127.0.0.1:9' }] });
    await client.write('ping');
    await client.until('pong');
  });
});

/** Sends a head and `size` bytes to whoever connects, as fast as they are taken, then ends. */
async function floodingUpstream(
  size: number,
): Promise<{ readonly port: number; readonly sent: () => number }> {
  const piece = Buffer.alloc(64 * 1024, 'y');
  let sent = 0;
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    const pour = () => {
      while (sent < size) {
        sent += piece.length;
        if (!socket.write(piece)) return;
      }
      socket.end();
    };
    socket.on('drain', pour);
    socket.once('data', () => {
      socket.write(switching);
      pour();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  const address = server.address();
  return { port: typeof address === 'object' && address !== null ? address.port : 0, sent: () => sent };
}

/** Where a cycle of the storm is broken off. */
const points = ['connected', 'half a head', 'sent', 'read by the upstream', 'open', 'talking'] as const;

/** mulberry32: a failing run can be repeated. */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

describe('WS-18', () => {
  const seed = 20_251_124;
  it(`200 handshakes broken off at random points leave nothing behind (seed ${seed})`, async () => {
    noWarnings();
    const next = random(seed);
    const upstream = await upstreamOf([expectRequest, send(switching), expectText('talk'), send('answer')]);
    const app = await proxyTo(upstream.origin);
    // What is loaded and opened once does not count.
    (await opened(app)).rst();
    await upstream.closed(1);
    const before = handles();
    for (let i = 0; i < 200; i += 1) {
      const point = points[Math.floor(next() * points.length)] ?? 'sent';
      await cycle(app, upstream, { point, isReset: next() < 0.5 });
    }
    for (let n = 1; n <= upstream.connections(); n += 1) await upstream.closed(n);
    expect((await ask({ port: app.port }, handshake(app, { target: '/none' }))).status).toBe(404);
    await untilHandles(before);
  });
});

async function cycle(
  app: TestApp,
  upstream: RawUpstream,
  { point, isReset }: { readonly point: (typeof points)[number]; readonly isReset: boolean },
): Promise<void> {
  const client = await connectRaw({ port: app.port });
  const head = handshake(app);
  const expected = upstream.requests.length + 1;
  if (point === 'half a head') await client.write(head.subarray(0, 40));
  else if (point !== 'connected') await client.write(head);
  if (point === 'read by the upstream') await upstream.request(expected);
  if (point === 'open' || point === 'talking') await client.until('\r\n\r\n');
  if (point === 'talking') {
    await client.write('talk');
    await client.until('answer');
  }
  const gone = new Promise((resolve) => client.socket.once('close', resolve));
  if (isReset) client.rst();
  else client.socket.destroy();
  await gone;
}

function handles(): number {
  return process.getActiveResourcesInfo().filter((name) => /^(?:TCP|TLS|Timeout)/.test(name)).length;
}

/** Sockets close a turn or two after their peers; a deadline bounds the failure. */
async function untilHandles(most: number): Promise<void> {
  const deadline = Date.now() + 10_000;
  while (handles() > most && Date.now() < deadline) await new Promise((resolve) => setImmediate(resolve));
  expect(handles()).toBeLessThanOrEqual(most);
}
