/** Clients that leave, stall or dawdle: the upstream's connection goes with them, and nothing is left behind. */

import { Buffer } from 'node:buffer';
import { once } from 'node:events';
import { createServer as createHttpServer } from 'node:http';
import { connect, createServer } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { asking, clientOf, page, pageRequest, proxyTo, upstreamOf } from '../support/one-route.ts';
import { ask, connectRaw, type RawClient } from '../support/raw-client.ts';
import {
  barrier,
  expectHead,
  expectRequest,
  expectText,
  type Script,
  send,
} from '../support/raw-upstream.ts';
import { values } from '../support/strict-parser.ts';
import { startTestApp, type TestApp } from '../support/test-app.ts';

const short = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok';
const endless = 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n';
const piece = `400\r\n${'x'.repeat(1024)}\r\n`;

describe('a client that leaves takes the upstream connection with it', () => {
  interface Row {
    readonly script: Script;
    readonly startLine?: string;
    readonly body?: string;
    /** What the client waits for before it leaves. */
    readonly until: string;
    readonly leave: (client: RawClient) => void;
    readonly status: number;
  }
  const waiting: Pick<Row, 'script' | 'until' | 'status'> = {
    script: [expectRequest, barrier('there')],
    until: 'barrier',
    status: 499,
  };
  const downloading: Pick<Row, 'script' | 'until' | 'status'> = {
    script: [expectRequest, send(endless), ...Array.from({ length: 500 }, () => send(piece))],
    until: 'xxxx',
    status: 200,
  };
  const uploading: Pick<Row, 'script' | 'until' | 'status' | 'startLine' | 'body'> = {
    script: [expectHead, expectText('half'), barrier('there')],
    startLine: 'POST /api/x',
    body: 'half',
    until: 'barrier',
    status: 499,
  };
  const rows: readonly (readonly [name: string, row: Row])[] = [
    ['CL-01 by a reset, while it waits for the head', { ...waiting, leave: (client) => client.rst() }],
    [
      'CL-07 by a FIN, while it waits: half-closed counts as gone',
      { ...waiting, leave: (client) => client.fin() },
    ],
    ['CL-02 by a reset, in the middle of a download', { ...downloading, leave: (client) => client.rst() }],
    [
      'CL-02 by a close, in the middle of a download',
      { ...downloading, leave: (client) => client.socket.destroy() },
    ],
    ['CL-03 by a reset, in the middle of an upload', { ...uploading, leave: (client) => client.rst() }],
    ['CL-03 by a FIN, in the middle of an upload', { ...uploading, leave: (client) => client.fin() }],
  ];
  it.each(rows)(
    '%s',
    async (_name, { script, startLine = 'GET /api/x', body = '', until, leave, status }) => {
      const upstream = await upstreamOf(script);
      const app = await proxyTo(upstream.origin);
      const client = await clientOf(app);
      const length = body === '' ? [] : [['Content-Length', '100'] as const];
      await client.write(pageRequest(app, startLine, { headers: length, body }));
      if (until === 'barrier') await upstream.reached('there');
      else await client.until(until);
      leave(client);
      expect(await upstream.closed(1)).not.toBe('open');
      expect(await app.exchange(1)).toMatchObject({ status, outcome: 'client_abort' });
      // An upload that was broken off was never whole to the upstream.
      if (body !== '') expect(upstream.requests).toEqual([]);
    },
  );

  it("CL-13 also when the upstream's first bytes and the end of the client come together", async () => {
    const upstream = await upstreamOf([expectRequest, barrier('answer'), send(short)]);
    const app = await proxyTo(upstream.origin);
    for (let i = 1; i <= 20; i += 1) {
      const client = await asking(app, 'GET /api/x');
      await upstream.reached('answer');
      client.rst();
      upstream.release('answer');
      const { outcome } = await app.exchange(i);
      expect(['ok', 'client_abort']).toContain(outcome);
    }
    const last = await (await asking(app, 'GET /api/x')).response();
    expect(last.status).toBe(200);
  });

  it('CL-05 while the name is resolved: its request is never sent', async () => {
    const upstream = await upstreamOf([expectRequest, send(short)]);
    const answers: (() => void)[] = [];
    let isAnswered = false;
    let asked = () => {};
    const wasAsked = new Promise<void>((resolve) => {
      asked = resolve;
    });
    const app = await startTestApp(
      {
        routes: [{ match: '/**', target: `http://slow.test:${upstream.port}`, cors: { allowOrigin: page } }],
      },
      {
        app: {
          lookup: (_name, _options, callback) => {
            const found = () => callback(null, [{ address: '127.0.0.1', family: 4 }]);
            if (isAnswered) found();
            answers.push(found);
            asked();
          },
        },
      },
    );
    const client = await asking(app, 'GET /x');
    await wasAsked;
    client.rst();
    expect(await app.exchange(1)).toMatchObject({ status: 499, outcome: 'client_abort' });
    isAnswered = true;
    for (const answer of answers) answer();
    expect((await (await asking(app, 'GET /y')).response()).status).toBe(200);
    expect(upstream.requests.map(({ target }) => target)).toEqual(['/y']);
  });

  it('CL-06 while it waits in the queue: its request is never sent', async () => {
    const upstream = await upstreamOf([
      expectRequest,
      barrier('first'),
      send(short),
      expectRequest,
      send(short),
    ]);
    const app = await proxyTo(upstream.origin, { limits: { connections: 1 } });
    const first = await asking(app, 'GET /api/1');
    await upstream.reached('first');
    const second = await asking(app, 'GET /api/2');
    // A third that is refused by its path proves that the second was read.
    await ask({ port: app.port }, pageRequest(app, 'GET /none'));
    second.rst();
    expect(await app.exchange(2)).toMatchObject({ status: 499, outcome: 'client_abort' });
    upstream.release('first');
    expect((await first.response()).status).toBe(200);
    await first.write(pageRequest(app, 'GET /api/3'));
    expect((await first.response()).status).toBe(200);
    expect(upstream.requests.map(({ target }) => target)).toEqual(['/api/1', '/api/3']);
  });
});

describe('a client that dawdles', () => {
  it('CL-08 CL-10 over its head, or says nothing, is let go', async () => {
    const upstream = await upstreamOf([expectRequest, send(short)]);
    const app = await startTestApp({
      listen: { timeouts: { head: 60 } },
      routes: [{ match: '/api/**', target: upstream.origin, cors: { allowOrigin: page } }],
    });
    const slow = await clientOf(app);
    const mute = await clientOf(app);
    await slow.write('GET /api/x HTTP/1.1\r\nHost: loc');
    expect((await slow.response()).status).toBe(408);
    expect((await mute.end()).ended).not.toBe('open');
    expect(upstream.connections()).toBe(0);
  });

  it('CL-09 in the middle of its body gets 408, and the upstream never sees the request as whole', async () => {
    const upstream = await upstreamOf([expectRequest, send(short)]);
    const app = await proxyTo(upstream.origin, { timeouts: { body: 60 } });
    const client = await clientOf(app);
    await client.write(pageRequest(app, 'POST /api/x', { headers: [['Content-Length', '10']], body: '123' }));
    const response = await client.response({ method: 'POST' });
    expect([response.status, values(response.headers, 'connection')]).toEqual([408, ['close']]);
    expect(values(response.headers, 'access-control-allow-origin')).toEqual([page]);
    expect(await upstream.closed(1)).not.toBe('open');
    expect(upstream.requests).toEqual([]);
  });

  it('CL-11 and never reads holds up the upstream, not the memory', async () => {
    const size = 64 * 1024 * 1024;
    const chunk = Buffer.alloc(64 * 1024, 'z');
    let sent = 0;
    const server = createServer((socket) => {
      socket.on('error', () => undefined);
      const pour = () => {
        while (sent < size) {
          sent += chunk.length;
          if (!socket.write(chunk)) return;
        }
      };
      socket.on('drain', pour);
      socket.once('data', () => {
        socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${size}\r\n\r\n`);
        pour();
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void server.close());
    const address = server.address();
    const app = await proxyTo(`http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`);
    const socket = connect(app.port, '127.0.0.1');
    onTestFinished(() => void socket.destroy());
    socket.write(pageRequest(app, 'GET /api/x'));
    await once(socket, 'readable');
    expect(await halted(app, () => sent)).toBeLessThan(24 * 1024 * 1024);
    let received = 0;
    socket.on('data', (bytes) => {
      received += bytes.length;
      if (received > size) socket.end();
    });
    await once(socket, 'close');
    expect(received).toBeGreaterThan(size);
  });

  it('CL-12 resets at once, a hundred times: the upstream hears nothing, and nothing stays', async () => {
    const upstream = await upstreamOf([expectRequest, send(short)]);
    const app = await proxyTo(upstream.origin);
    const before = sockets();
    for (let i = 0; i < 100; i += 1) {
      const client = await connectRaw({ port: app.port });
      const gone = once(client.socket, 'close');
      client.rst();
      await gone;
    }
    expect((await ask({ port: app.port }, pageRequest(app, 'GET /none'))).status).toBe(404);
    const deadline = Date.now() + 10_000;
    while (sockets() > before && Date.now() < deadline) await new Promise((resolve) => setImmediate(resolve));
    expect(sockets()).toBeLessThanOrEqual(before);
    expect(upstream.connections()).toBe(0);
  });
});

describe('an upstream that dawdles', () => {
  it('UB-11 and does not read an upload holds up the client, not the memory', async () => {
    const size = 64 * 1024 * 1024;
    let read = () => {};
    let received = 0;
    const server = createHttpServer((request, response) => {
      read = () => {
        request.on('data', (bytes: Buffer) => {
          received += bytes.length;
        });
        request.on('end', () => response.end());
      };
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void server.close());
    const address = server.address();
    const app = await proxyTo(`http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`);
    const requested = once(server, 'request');
    const client = await clientOf(app);
    const chunk = Buffer.alloc(64 * 1024, 'u');
    let sent = 0;
    const pour = () => {
      while (sent < size) {
        sent += chunk.length;
        if (!client.socket.write(chunk)) return;
      }
    };
    await client.write(pageRequest(app, 'POST /api/x', { headers: [['Content-Length', String(size)]] }));
    client.socket.on('drain', pour);
    pour();
    await requested;
    expect(await halted(app, () => sent)).toBeLessThan(24 * 1024 * 1024);
    read();
    expect((await client.response({ method: 'POST' })).status).toBe(200);
    expect(received).toBe(size);
  });
});

describe('a page that is closed', () => {
  it.each([
    ['in the middle of a head', 'GET /api/x HTTP/1.1\r\nHo'],
    ['in the middle of a body', 'POST /api/x HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\nhalf'],
  ])('%s is no warning', async (_where, bytes) => {
    const upstream = await upstreamOf([expectHead, barrier('there')]);
    const app = await proxyTo(upstream.origin);
    const client = await clientOf(app);
    await client.write(bytes);
    client.fin();
    expect((await client.end()).bytes.toString()).toBe('');
    expect(app.notices).toEqual([]);
  });
});

/** Where the flood comes to a halt: many other exchanges go by without a byte of it moving. */
async function halted(app: TestApp, moved: () => number): Promise<number> {
  for (let last = -1; ; ) {
    if (last === moved()) return last;
    last = moved();
    for (let i = 0; i < 50; i += 1) await ask({ port: app.port }, pageRequest(app, 'GET /none'));
  }
}

function sockets(): number {
  return process.getActiveResourcesInfo().filter((name) => name.startsWith('TCPSocket')).length;
}
