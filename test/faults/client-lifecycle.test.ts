/** A client that leaves, stalls or never begins: its upstream request goes with it, and nobody waits for it for ever. */

import { EventEmitter, once } from 'node:events';
import type { LookupFunction } from 'node:net';
import { describe, expect, it } from 'vitest';
import { barrier, expectHead, expectRequest, expectText, send } from '../support/raw-upstream.ts';
import { values } from '../support/strict-parser.ts';
import {
  expectAlive,
  expectClosed,
  expectNoCors,
  expectOk,
  expectProblem,
  expectReadable,
  get,
  wishOf,
} from './expectations.ts';
import { titleOf } from './fault-table.ts';
import { ask, stand, standBefore, watchProcess } from './stand.ts';

watchProcess();

const chunkedHead = 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n';
const gone = { outcome: 'client_abort' };

describe('a client that leaves', () => {
  it.each(['rst', 'fin'] as const)(`${titleOf('CL-01')} — %s`, async (how) => {
    const { app, upstream, client: connect } = await stand({ script: [expectRequest, barrier('never')] });
    const client = await connect();
    await client.write(ask('GET /api/x'));
    await upstream.reached('never');
    client[how]();
    await upstream.closed(1);
    expect(await app.exchange(1)).toMatchObject({ ...gone, status: 499, attempts: 1 });
  });

  it(titleOf('CL-07'), async () => {
    const { app, upstream, client: connect } = await stand({ script: [expectRequest, barrier('never')] });
    const client = await connect({ allowHalfOpen: true });
    await client.write(ask('GET /api/x'));
    client.fin();
    await upstream.closed(1);
    expect(await app.exchange(1)).toMatchObject({ ...gone, status: 499 });
    expect((await client.end()).bytes.length).toBe(0);
  });

  it(titleOf('CL-02'), async () => {
    const endless = [send(chunkedHead), send('5\r\nhello\r\n'), barrier('sent'), expectText('never')];
    const { app, upstream, client: connect } = await stand({ script: [expectRequest, ...endless] });
    const client = await connect();
    await client.write(ask('GET /api/x'));
    await client.until('hello');
    client.rst();
    await upstream.closed(1);
    expect(await app.exchange(1)).toMatchObject({ ...gone, status: 200, bytes: 5 });
  });

  it(titleOf('CL-03'), async () => {
    const {
      app,
      upstream,
      client: connect,
    } = await stand({ script: [expectText('hello'), barrier('half'), expectRequest] });
    const client = await connect();
    await client.write(ask('POST /api/x', ['Content-Length: 10'], 'hello'));
    await upstream.reached('half');
    client.rst();
    await upstream.closed(1);
    expect(upstream.requests).toEqual([]);
    expect(await app.exchange(1)).toMatchObject({ ...gone, status: 499 });
  });

  it(titleOf('CL-05'), async () => {
    const asked = new EventEmitter();
    const isAsked = once(asked, 'lookup');
    const lookup: LookupFunction = (_name, _options, callback) => asked.emit('lookup', callback);
    const { app, client: connect } = await standBefore('http://api.test', { app: { lookup } });
    const client = await connect();
    await client.write(ask('GET /api/x'));
    const [answer]: Parameters<LookupFunction>[2][] = await isAsked;
    client.rst();
    expect(await app.exchange(1)).toMatchObject({ ...gone, status: 499 });
    answer?.(Object.assign(new Error('late'), { code: 'ENOTFOUND' }), '', 4);
    await new Promise((resolve) => setImmediate(resolve));
    expect(app.exchanges.length).toBe(1);
    expect(app.notices).toEqual([]);
  });

  it(titleOf('CL-06'), async () => {
    const answer = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok';
    const {
      app,
      upstream,
      client: connect,
    } = await stand({
      script: [expectRequest, barrier('first'), send(answer), expectRequest, send(answer)],
      route: { limits: { connections: 1 } },
    });
    const [first, second, third] = [await connect(), await connect(), await connect()];
    await first.write(ask('GET /api/1'));
    await upstream.reached('first');
    await second.write(ask('GET /api/2'));
    await third.write(ask('GET /api/3'));
    second.rst();
    expect(await app.exchange(1)).toMatchObject({ ...gone, status: 499, head: { target: '/api/2' } });
    upstream.release('first');
    expectOk(await first.response());
    expectOk(await third.response());
    expect(upstream.requests.map(({ target }) => target)).toEqual(['/api/1', '/api/3']);
  });

  it.each(['before', 'after'])(`${titleOf('CL-13')} — %s the head is released`, async (order) => {
    const script = [
      expectRequest,
      barrier('go'),
      send(chunkedHead),
      send('5\r\nhello\r\n'),
      expectText('never'),
    ];
    const { app, upstream, client: connect } = await stand({ script });
    for (let n = 1; n <= 10; n += 1) {
      const client = await connect();
      await client.write(ask('GET /api/x'));
      await upstream.request(n);
      if (order === 'before') client.rst();
      upstream.release('go');
      if (order === 'after') client.rst();
      await upstream.closed(n);
      expect(await app.exchange(n)).toMatchObject(gone);
    }
  });

  it(titleOf('CL-12'), async () => {
    const { app, upstream, client: connect } = await stand();
    expectOk(await get(await connect()));
    const before = handles();
    for (let n = 0; n < 100; n += 1) (await connect()).rst();
    await expect.poll(handles, { interval: 10 }).toEqual(before);
    expect(app.exchanges.length).toBe(1);
    expect(upstream.connections()).toBe(1);
  });
});

/** What keeps the process busy, counted by kind; timers come and go. */
function handles(): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const kind of process.getActiveResourcesInfo()) {
    if (/TCP|Pipe|Connect|GetAddrInfo/.test(kind)) counts[kind] = (counts[kind] ?? 0) + 1;
  }
  return counts;
}

describe('a client that dawdles', () => {
  const quick = { listen: { timeouts: { head: 200 } } } as const;

  it(titleOf('CL-08'), async () => {
    const { app, upstream, client: connect } = await stand(quick);
    const client = await connect();
    await client.write('GET /api/x HTTP/1.1\r\nHost: localhost\r\nX-Slow: ');
    const dripping = setInterval(() => void client.write('a').catch(() => undefined), 20);
    const response = await client.response();
    clearInterval(dripping);
    const { hint } = expectProblem(response, { ...wishOf('CL-08'), cors: 'none' });
    expect(hint).toContain('listen.timeouts.head');
    expect((await client.end()).ended).not.toBe('open');
    expect(upstream.connections()).toBe(0);
    expect(app.notices.map(({ message }) => message)).toEqual([expect.stringMatching(/^408 /)]);
  });

  it(titleOf('CL-10'), async () => {
    const { upstream, client: connect } = await stand(quick);
    const client = await connect();
    const { bytes, ended } = await client.end();
    expect(ended).toBe('fin');
    expect(bytes.toString('latin1')).toMatch(/^$|^HTTP\/1\.1 408 /);
    expect(upstream.connections()).toBe(0);
  });

  it('CL-08 the second request of a connection is timed like the first', async () => {
    const { client: connect } = await stand(quick);
    const client = await connect();
    expectOk(await get(client));
    await client.write('GET /api/x HTTP/1.1\r\nHost: loc');
    expectProblem(await client.response(), { ...wishOf('CL-08'), cors: 'none' });
    await expectClosed(client);
  });

  it(titleOf('CL-09'), async () => {
    const {
      app,
      upstream,
      client: connect,
    } = await stand({
      script: [expectHead, barrier('head'), expectRequest],
      route: { timeouts: { body: 150 } },
    });
    const client = await connect();
    await client.write(ask('POST /api/x', ['Content-Length: 10'], 'abc'));
    const response = await client.response();
    const { hint } = expectProblem(response, wishOf('CL-09'));
    expect(hint).toContain('timeouts.body');
    expect(values(response.headers, 'connection')).toEqual(['close']);
    await expectClosed(client);
    await upstream.closed(1);
    expect(upstream.requests).toEqual([]);
    expect(app.exchanges.length).toBe(1);
  });

  it(titleOf('CL-11'), async () => {
    const size = 64 * 1024 * 1024;
    const head = `HTTP/1.1 200 OK\r\nContent-Length: ${size}\r\n\r\n`;
    const {
      app,
      upstream,
      client: connect,
    } = await stand({
      script: [expectRequest, send(head), send(Buffer.alloc(size))],
      route: { timeouts: { body: 300 } },
    });
    const client = await connect();
    client.socket.pause();
    await client.write(ask('GET /api/x'));
    const { outcome, bytes } = await app.exchange(1);
    expect(outcome).toBe('client_abort');
    expect(bytes).toBeLessThan(16 * 1024 * 1024);
    await upstream.closed(1);
    client.socket.resume();
    expect((await client.end()).ended).not.toBe('open');
  });
});

describe('a client of another age', () => {
  it(titleOf('CL-15'), async () => {
    const {
      app,
      upstream,
      client: connect,
    } = await stand({
      script: [expectRequest, send(`${chunkedHead}5\r\nhello\r\n0\r\n\r\n`)],
    });
    const client = await connect();
    await client.write(ask('GET /api/x').replace('HTTP/1.1', 'HTTP/1.0'));
    await expectDelimitedByClose();
    expect((await upstream.request(1)).bytes.toString('latin1')).toMatch(/^GET \/api\/x HTTP\/1\.1\r\n/);
    expect(await app.exchange(1)).toMatchObject({ outcome: 'ok', bytes: 5 });

    async function expectDelimitedByClose() {
      const response = await client.response();
      expect({ framing: response.framing, body: response.body.toString() }).toEqual({
        framing: 'close',
        body: 'hello',
      });
      expect(values(response.headers, 'transfer-encoding')).toEqual([]);
      expect(values(response.headers, 'connection')).toEqual(['close']);
      expectReadable(response);
    }
  });

  it('CL-15 an error of ours reaches it too', async () => {
    const { client: connect } = await stand();
    const client = await connect();
    await client.write('GET /other HTTP/1.0\r\nHost: localhost\r\n\r\n');
    const response = await client.response();
    expect(response.status).toBe(404);
    expectNoCors(response);
    await expectClosed(client);
  });

  it('CL-15 HTTP/1.0 with keep-alive keeps its connection where the length is known', async () => {
    const { client: connect } = await stand();
    const client = await connect();
    await client.write(ask('GET /api/x', ['Connection: keep-alive']).replace('HTTP/1.1', 'HTTP/1.0'));
    expectOk(await client.response());
    await expectAlive(client);
  });
});
