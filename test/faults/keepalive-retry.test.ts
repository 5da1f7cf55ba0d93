/**
 * An upstream may close an idle connection just when a request is on its way. Then, and only then, the request is sent
 * once more: where the connection was used before, not a byte of an answer came, and doing it twice does no harm.
 */

import { describe, expect, it } from 'vitest';
import type { RawClient } from '../support/raw-client.ts';
import {
  barrier,
  expectRequest,
  expectText,
  fin,
  rst,
  type Script,
  type Step,
  send,
} from '../support/raw-upstream.ts';
import { values } from '../support/strict-parser.ts';
import { expectAlive, expectOk, expectProblem, get, wishOf } from './expectations.ts';
import { titleOf } from './fault-table.ts';
import { leadsTo } from './names.ts';
import { ask, bareServer, type Stand, saying, stand, standBefore, watchProcess } from './stand.ts';

watchProcess();

const ok = (body: string, ...lines: string[]) =>
  `HTTP/1.1 200 OK\r\n${lines.map((line) => `${line}\r\n`).join('')}Content-Length: ${body.length}\r\n\r\n${body}`;
const never = expectText('never');

/** The first connection answers one request and dies at the second; what the second connection does is given. */
function stale(death: Step, second: readonly Step[]): Script {
  return (number) => (number === 1 ? [expectRequest, send(ok('first')), expectRequest, death] : second);
}

/** A client whose first request has left a connection to the upstream behind. */
async function warm(script: Script): Promise<Stand & { readonly connected: RawClient }> {
  const started = await stand({ script });
  const connected = await started.client();
  expectOk(await get(connected), 'first');
  return { ...started, connected };
}

describe('a connection that died while it was idle', () => {
  it(titleOf('KA-01'), async () => {
    const { app, upstream, connected } = await warm(stale(fin, [expectRequest, send(ok('second')), never]));
    expectOk(await get(connected, '/api/2'), 'second');
    expect(await app.exchange(2)).toMatchObject({ outcome: 'ok', attempts: 2 });
    expect(upstream.requests.map(({ target, connection }) => [target, connection])).toEqual([
      ['/api/x', 1],
      ['/api/2', 1],
      ['/api/2', 2],
    ]);
    expect(upstream.requests[2]?.bytes).toEqual(upstream.requests[1]?.bytes);
    await expectAlive(connected);
  });

  it.each(['GET', 'HEAD', 'OPTIONS'])(`${titleOf('KA-02')} — %s`, async (method) => {
    const answer = method === 'HEAD' ? 'HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\n' : ok('second');
    const { app, upstream, connected } = await warm(stale(rst, [expectRequest, send(answer), never]));
    await connected.write(ask(`${method} /api/2`));
    expect((await connected.response({ method })).status).toBe(200);
    expect(await app.exchange(2)).toMatchObject({ outcome: 'ok', attempts: 2 });
    expect(upstream.requests.length).toBe(3);
    await expectAlive(connected);
  });

  it.each(['fin', 'rst'])(`${titleOf('KA-03')} — %s`, async (death) => {
    const { app, upstream, connected } = await warm(stale(death === 'fin' ? fin : rst, [never]));
    await connected.write(ask('POST /api/2', ['Content-Length: 5'], 'hello'));
    const { detail } = expectProblem(await connected.response(), wishOf('KA-03'));
    expect(detail).toContain('not retried: POST is not idempotent');
    expect(await app.exchange(2)).toMatchObject({ attempts: 1 });
    expect(upstream.requests.length).toBe(2);
    await expectAlive(connected);
  });

  it.each(['PUT', 'DELETE'])(`${titleOf('KA-04')} — %s with 1 KB`, async (method) => {
    const { app, upstream, connected } = await warm(stale(rst, [expectRequest, send(ok('second')), never]));
    const body = 'x'.repeat(1024);
    await connected.write(ask(`${method} /api/2`, ['Content-Length: 1024'], body));
    expectOk(await connected.response(), 'second');
    expect(await app.exchange(2)).toMatchObject({ outcome: 'ok', attempts: 2 });
    expect(upstream.requests[2]?.body.toString()).toBe(body);
    await expectAlive(connected);
  });

  it(titleOf('KA-04', 'chunked, and chunked again'), async () => {
    const { upstream, connected } = await warm(stale(rst, [expectRequest, send(ok('second')), never]));
    await connected.write(ask('PUT /api/2', ['Transfer-Encoding: chunked'], '5\r\nhello\r\n0\r\n\r\n'));
    expectOk(await connected.response(), 'second');
    expect(upstream.requests[2]?.body.toString()).toBe('hello');
  });

  it(titleOf('KA-04', 'PUT with 1 MB is not kept to be sent again'), async () => {
    const { app, upstream, connected } = await warm(stale(rst, [never]));
    await connected.write(ask('PUT /api/2', ['Content-Length: 1000000'], 'x'.repeat(1_000_000)));
    const { detail } = expectProblem(await connected.response(), {
      status: 502,
      code: 'connection_terminated',
    });
    expect(detail).toContain('its body was not kept');
    expect(await app.exchange(2)).toMatchObject({ attempts: 1 });
    expect(upstream.requests.length).toBe(2);
    await expectAlive(connected);
  });

  it(titleOf('KA-06'), async () => {
    const { app, upstream, connected } = await warm(stale(rst, [expectRequest, rst]));
    expectProblem(await get(connected), wishOf('KA-06'));
    expect(await app.exchange(2)).toMatchObject({ attempts: 2 });
    expect(upstream.requests.length).toBe(3);
    await expectAlive(connected);
  });

  it(titleOf('KA-05'), async () => {
    const { app, upstream, client: connect } = await stand({ script: [expectRequest, rst] });
    const client = await connect();
    expectProblem(await get(client), wishOf('KA-05'));
    expect(await app.exchange(1)).toMatchObject({ attempts: 1 });
    expect(upstream.requests.length).toBe(1);
    await expectAlive(client);
  });
});

describe('an upstream that goes and comes', () => {
  it(titleOf('KA-08'), async () => {
    const { upstream, client: connect } = await stand({
      script: [expectRequest, send(ok('ok', 'Keep-Alive: timeout=1')), expectRequest, rst],
    });
    const client = await connect();
    expectOk(await get(client));
    // Nobody waits until the upstream closes: the hint is so short that the connection goes at once.
    expect(await upstream.closed(1)).toBe('fin');
    expectOk(await get(client));
    expect(upstream.connections()).toBe(2);
  });

  it(titleOf('KA-12'), async () => {
    const { upstream, client: connect } = await stand({
      script: [
        expectRequest,
        send(ok('ok', 'Keep-Alive: timeout=3')),
        expectRequest,
        barrier('slow'),
        send(ok('slow')),
        never,
      ],
    });
    const client = await connect();
    expectOk(await get(client));
    await client.write(ask('GET /api/slow'));
    await upstream.reached('slow');
    // Time itself is the stimulus: the idle timer that the hint set would have run out by now.
    await new Promise((resolve) => setTimeout(resolve, 1300));
    upstream.release('slow');
    expectOk(await client.response(), 'slow');
    expect(upstream.connections()).toBe(1);
  });

  it(titleOf('KA-10'), async () => {
    const before = await bareServer(saying('before'));
    const { client: connect } = await standBefore(`http://127.0.0.1:${before.port}`);
    const client = await connect();
    expectOk(await get(client), 'before');
    await before.stop();
    await bareServer(saying('after'), { port: before.port });
    expectOk(await get(client), 'after');
    await expectAlive(client);
  });

  it(titleOf('KA-11'), async () => {
    const old = await bareServer(saying('old'));
    let address = '127.0.0.1';
    const { client: connect } = await standBefore(`http://api.test:${old.port}`, {
      app: { lookup: (name, options, callback) => leadsTo(address)(name, options, callback) },
    });
    const client = await connect();
    expectOk(await get(client), 'old');
    await bareServer(saying('new'), { port: old.port, host: '127.0.0.2' });
    address = '127.0.0.2';
    await old.stop();
    expectOk(await get(client), 'new');
    await expectAlive(client);
  });

  it(titleOf('KA-09'), async () => {
    const {
      app,
      upstream,
      client: connect,
    } = await stand({
      script: [expectRequest, barrier('answer'), send(ok('ok')), never],
      route: { limits: { connections: 2, queue: 0 } },
    });
    const waiting = [await connect(), await connect()];
    for (const client of waiting) await client.write(ask('GET /api/x'));
    await upstream.request(2);
    for (let n = 1; n <= 3; n += 1) {
      const client = await connect();
      const response = await get(client);
      const { hint } = expectProblem(response, { status: 503, code: 'connection_limit_reached' });
      expect(hint).toContain('limits.queue');
      expect(values(response.headers, 'retry-after')).toEqual(['1']);
      expect(await app.exchange(n)).toMatchObject({ attempts: 0 });
      await expectAlive(client);
    }
    upstream.release('answer');
    for (const client of waiting) expectOk(await client.response());
    expect(upstream.connections()).toBe(2);
  });
});
