/** Rules, upstreams, networks and listeners-in that change or fail under a running proxy: it outlives all of them. */

import { createServer, type Server, type Socket } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { startApp } from '../../src/app.ts';
import type { ConfigFile } from '../../src/config/schema.ts';
import { asking, page, pageRequest, proxyTo, upstreamOf } from '../support/one-route.ts';
import type { RawClient } from '../support/raw-client.ts';
import { barrier, expectRequest, respondWith, send } from '../support/raw-upstream.ts';
import { rulesetOf } from '../support/ruleset.ts';
import { type Response, values } from '../support/strict-parser.ts';
import { startTestApp, type TestApp } from '../support/test-app.ts';

const cors = { allowOrigin: page };

function routes(match: string, target: string): ConfigFile {
  return { routes: [{ match, target, cors }] };
}

async function askOn(client: RawClient, app: TestApp, path = '/api/x'): Promise<Response> {
  await client.write(pageRequest(app, `GET ${path}`));
  return client.response();
}

function expectReadable(response: Response, status: number, code?: string): void {
  expect(response.status, response.body.toString()).toBe(status);
  expect(values(response.headers, 'access-control-allow-origin')).toEqual([page]);
  if (code !== undefined) expect(JSON.parse(response.body.toString()).code).toBe(code);
}

describe('rules that change', () => {
  it('LC-07 a route that is gone: the answer that is under way comes whole, the next request finds no route', async () => {
    const upstream = await upstreamOf([
      expectRequest,
      send('HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhe'),
      barrier('reloaded'),
      send('llo'),
    ]);
    const app = await proxyTo(upstream.origin);
    const client = await asking(app, 'GET /api/x');
    await upstream.reached('reloaded');
    await app.reload(routes('/other/**', upstream.origin));
    upstream.release('reloaded');
    const response = await client.response();
    expectReadable(response, 200);
    expect(response.body.toString()).toBe('hello');
    const next = await askOn(client, app);
    expect(next.status).toBe(404);
    // A page that another route lets in may still read why.
    expectReadable(next, 404, 'destination_not_found');
  });

  it('LC-08 another target: the next request goes there, and nothing is left open to the old one', async () => {
    const [first, second] = await Promise.all(
      ['one', 'two'].map((body) => respondWith(() => ({ status: 200, body }))),
    );
    if (first === undefined || second === undefined) throw new Error('there are two');
    onTestFinished(() => first.close());
    onTestFinished(() => second.close());
    const app = await proxyTo(first.origin);
    const client = await asking(app, 'GET /api/x');
    expect((await client.response()).body.toString()).toBe('one');
    await app.reload(routes('/api/**', second.origin));
    expect((await askOn(client, app)).body.toString()).toBe('two');
    expect(await first.closed(1)).not.toBe('open');
  });
});

/** An upstream that can die, silently or not, and come back on its port. */
async function mortal(port = 0): Promise<{ readonly port: number; readonly die: () => Promise<void> }> {
  const sockets = new Set<Socket>();
  const server: Server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.on('data', () => socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok'));
  });
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  const die = async () => {
    const closed = new Promise((resolve) => server.close(resolve));
    for (const socket of sockets) socket.resetAndDestroy();
    await closed;
  };
  onTestFinished(die);
  const address = server.address();
  return { port: typeof address === 'object' && address !== null ? address.port : 0, die };
}

describe('an upstream that goes and comes back', () => {
  it('LC-19 fails those alone who ask while it is away, in words that the page can read', async () => {
    const first = await mortal();
    const app = await proxyTo(`http://127.0.0.1:${first.port}`);
    const client = await asking(app, 'GET /api/x');
    expectReadable(await client.response(), 200);
    for (let i = 0; i < 10; i += 1) expectReadable(await askOn(client, app), 200);
    await first.die();
    for (let i = 0; i < 10; i += 1) expectReadable(await askOn(client, app), 502, 'connection_refused');
    await mortal(first.port);
    for (let i = 0; i < 10; i += 1) expectReadable(await askOn(client, app), 200);
  });

  it('LC-20 all kept connections died while this machine slept: the first requests are answered all the same', async () => {
    const first = await mortal();
    const app = await proxyTo(`http://127.0.0.1:${first.port}`);
    const clients = await Promise.all([1, 2, 3, 4].map(() => asking(app, 'GET /api/x')));
    for (const client of clients) expectReadable(await client.response(), 200);
    await first.die();
    await mortal(first.port);
    const answers = await Promise.all(clients.map((client) => askOn(client, app)));
    for (const answer of answers) expectReadable(answer, 200);
  });

  it('LC-21 a network that is away for one request', async () => {
    const upstream = await respondWith(() => ({ status: 200, body: 'ok' }));
    onTestFinished(() => upstream.close());
    let calls = 0;
    const app = await startTestApp(routes('/**', `http://api.test:${upstream.port}`), {
      app: {
        lookup: (name, _options, callback) => {
          calls += 1;
          const away = Object.assign(new Error(`connect ENETDOWN ${name}`), { code: 'ENETDOWN' });
          if (calls === 1) callback(away, '', 4);
          else callback(null, [{ address: '127.0.0.1', family: 4 }]);
        },
      },
    });
    const client = await asking(app, 'GET /x');
    expectReadable(await client.response(), 502, 'destination_ip_unroutable');
    expectReadable(await askOn(client, app, '/x'), 200);
  });
});

/** This program has no plugins; who uses it as a library hands in observers and endpoints, and those may have bugs. */
describe('a hook with a bug', () => {
  const bug = () => {
    throw new Error('a bug of yours');
  };
  const rejected = async () => bug();

  it.each([
    ['throws', bug],
    ['rejects', rejected],
  ])('LC-25 an observer that %s: the exchange goes on, and the bug is said', async (_, observe) => {
    const upstream = await respondWith(() => ({ status: 200, body: 'ok' }));
    onTestFinished(() => upstream.close());
    const said: string[] = [];
    const rules = rulesetOf({ listen: { port: 0 }, ...routes('/**', upstream.origin) });
    const app = await startApp(rules, { observe, notice: ({ message }) => said.push(message) });
    onTestFinished(async () => {
      await app.close();
    });
    for (let i = 0; i < 2; i += 1) expect((await fetch(`${app.url}/x`)).status).toBe(200);
    expect(said).toContain('an observer failed: Error: a bug of yours');
  });

  it('LC-25 a listener to notices that throws', async () => {
    const app = await startTestApp(routes('/**', 'http://127.0.0.1:9'), { app: { notice: bug } });
    const client = await asking(app, 'GET /x');
    await client.response();
    await client.write('\r\0\r\n');
    expect((await client.response()).status).toBe(400);
  });

  it.each([
    ['throws', bug],
    ['rejects', rejected],
  ])('LC-25 an endpoint that %s: 500 for that request alone', async (_, endpoints) => {
    const app = await startTestApp(routes('/**', 'http://127.0.0.1:9'), { app: { endpoints } });
    const client = await asking(app, 'GET /x');
    await client.response();
    await client.write(`GET /__cors-proxy/mine HTTP/1.1\r\nHost: localhost:${app.port}\r\n\r\n`);
    const response = await client.response();
    expect(response.status).toBe(500);
    expect(JSON.parse(response.body.toString())).toMatchObject({ code: 'proxy_internal_error' });
    await client.write(`GET /__cors-proxy/health HTTP/1.1\r\nHost: localhost:${app.port}\r\n\r\n`);
    expect((await client.response()).status).toBe(200);
  });
});
