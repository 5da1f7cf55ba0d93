/**
 * The shortest list of checks that would have caught every advisory on a local proxy: each told as the attack that it
 * is. Those that need a browser are in `test/browser`: 8 (every way of sending that a page has) and 12 (a hostile page
 * opened through the proxy) in `secret-route.test.ts`, 10 (the API is stopped, the page reads why) in
 * `own-errors.test.ts`.
 */

import { connect } from 'node:net';
import { networkInterfaces } from 'node:os';
import { describe, expect, it } from 'vitest';
import { harOf } from '../../src/observe/har.ts';
import { detailOf } from '../../src/observe/inspector/detail.ts';
import { createEventLog } from '../../src/observe/log.ts';
import { plainPaint } from '../../src/observe/paint.ts';
import { createPrettyLog } from '../../src/observe/pretty-log.ts';
import { closedPort } from '../faults/names.ts';
import { standBefore, stand as standOf, watchProcess } from '../faults/stand.ts';
import type { RawClient } from '../support/raw-client.ts';
import { type Response, values } from '../support/strict-parser.ts';
import { startTestApp } from '../support/test-app.ts';

watchProcess();

const page = 'http://localhost:5173';
const key = 'k3y-0f-the-developer';

/** A route that spends a key for one page, in front of an API that remembers what it was asked. */
function secretStand() {
  return standOf({
    route: {
      cors: { allowOrigin: page, allowCredentials: true },
      request: { headers: { Authorization: 'Bearer ${KEY}' } },
    },
    env: { KEY: key },
  });
}

const socketLines = [
  'Connection: Upgrade',
  'Upgrade: websocket',
  'Sec-WebSocket-Version: 13',
  'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
];

async function ask(client: RawClient, line: string, lines: readonly string[] = [], host = 'localhost') {
  await client.write(`${[`${line} HTTP/1.1`, `Host: ${host}`, ...lines].join('\r\n')}\r\n\r\n`);
  return client.response();
}

function expectRefused(response: Response, status: number): void {
  expect(response.status).toBe(status);
  expect(response.headers.filter(([name]) => /^access-control-/i.test(name))).toEqual([]);
  expect(response.body.toString()).not.toContain(key);
}

/**
 * 1. Any website that the developer has open calls the route with the key, by fetch: it must not read the answer, and it
 * must not even have the API do anything, for the key is added on the way.
 */
describe('1. a page of a foreign origin on a route with a key', () => {
  it.each([
    ['GET', []],
    ['POST', ['Content-Type: text/plain', 'Content-Length: 0']],
    ['DELETE', []],
    ['OPTIONS', ['Access-Control-Request-Method: DELETE']],
  ])('%s: 403, and the API saw nothing', async (method, lines) => {
    for (const origin of ['http://evil.test', 'http://localhost:9999', `${page}.evil.test`, 'null']) {
      const { upstream, client } = await secretStand();
      const response = await ask(await client(), `${method} /api/x`, [`Origin: ${origin}`, ...lines]);
      expectRefused(response, 403);
      expect(upstream.connections()).toBe(0);
    }
  });
});

/** 2. The same by what sends no Origin: an image, a script, a link, a popup. Fetch metadata alone gives it away. */
describe('2. a cross-site request without Origin on a route with a key', () => {
  it.each([
    ['an image', ['Sec-Fetch-Mode: no-cors', 'Sec-Fetch-Dest: image']],
    ['a script', ['Sec-Fetch-Mode: no-cors', 'Sec-Fetch-Dest: script']],
    ['a navigation', ['Sec-Fetch-Mode: navigate', 'Sec-Fetch-Dest: document', 'Sec-Fetch-User: ?1']],
    ['a frame', ['Sec-Fetch-Mode: navigate', 'Sec-Fetch-Dest: iframe']],
  ])('%s: 403, and the API saw nothing', async (_, lines) => {
    for (const site of ['cross-site', 'same-site']) {
      const { upstream, client } = await secretStand();
      const response = await ask(await client(), 'GET /api/x', [`Sec-Fetch-Site: ${site}`, ...lines]);
      expectRefused(response, 403);
      expect(upstream.connections()).toBe(0);
    }
  });
});

/** 3. DNS rebinding: evil.test points at 127.0.0.1, and for its browser the page is same-origin. Host tells the truth. */
describe('3. a Host that is not ours', () => {
  it.each(['GET /api/x', 'OPTIONS /api/x', 'GET /other', 'GET /__cors-proxy/health', 'OPTIONS *'])(
    '%s: 403 before all else',
    async (line) => {
      const { upstream, client } = await secretStand();
      const lines = [
        `Origin: http://evil.test`,
        'Sec-Fetch-Site: same-origin',
        'X-Forwarded-Host: localhost',
      ];
      const response = await ask(await client(), line, lines, 'evil.test:8010');
      expectRefused(response, 403);
      expect(JSON.parse(response.body.toString()).hint).toContain('listen.allowedHosts');
      expect(upstream.connections()).toBe(0);
    },
  );
});

/** 4. Bytes that a parser of names or origins falls over: a throw there ends the process for everybody. */
describe('4. garbage in Host and in Origin', () => {
  const garbage = [
    '[',
    '[::1',
    '%',
    'a b',
    '\xff\xfe',
    ':',
    '://',
    'http://[',
    '@',
    '//',
    `${'a'.repeat(9000)}`,
    '"',
    '\t',
  ];

  it.each([
    ['a request', []],
    ['a handshake', socketLines],
  ])('of %s: refused, and the next is served', async (_, lines) => {
    const { client, app } = await secretStand();
    for (const text of garbage) {
      const inHost = await ask(await client(), 'GET /api/x', [`Origin: ${page}`, ...lines], text);
      expect(inHost.status).toBe(400);
      const inOrigin = await ask(await client(), 'GET /api/x', [`Origin: ${text}`, ...lines]);
      expectRefused(inOrigin, 403);
    }
    const next = await ask(await client(), 'GET /api/x', [`Origin: ${page}`]);
    expect(next.status).toBe(200);
    expect(app.exchanges.length).toBeGreaterThan(garbage.length);
  });
});

/** 5. A WebSocket knows no CORS, and cookies ride along: only the handshake's Origin stands between a page and a socket. */
describe('5. a handshake of another origin', () => {
  it.each([
    'http://evil.test',
    'null',
    'http://127.0.0.1:5173',
    'http://[::1]:5173',
    'http://192.168.1.7',
    '',
  ])('%j: 403, and no tunnel', async (origin) => {
    const { upstream, client } = await secretStand();
    const response = await ask(await client(), 'GET /api/x', [`Origin: ${origin}`, ...socketLines]);
    expectRefused(response, 403);
    expect(upstream.connections()).toBe(0);
  });

  it('nor does "*" open one', async () => {
    const { upstream, client } = await standOf({ route: { cors: { allowOrigin: '*' }, websocket: true } });
    const response = await ask(await client(), 'GET /api/x', ['Origin: http://evil.test', ...socketLines]);
    expect(response.status).toBe(403);
    expect(upstream.connections()).toBe(0);
  });
});

/** 6. A target that a URL parser reads as another host: the key would go to whoever it names. */
describe('6. a target that looks like another host', () => {
  it.each([
    ['//evil.test/x', 200],
    ['///evil.test/x', 200],
    ['/\\evil.test/x', 400],
    ['/@evil.test/x', 200],
    ['http://evil.test/api/x', 403],
    ['http://localhost@evil.test/api/x', 400],
    ['/api/..//evil.test', 400],
  ])('%s: %i, and the host of the API stays what it is', async (target, status) => {
    const { upstream, client } = await standOf({ routes: [], route: { match: '/**' } });
    const response = await ask(await client(), `GET ${target}`);
    expect(response.status).toBe(status);
    if (status !== 200) return expect(upstream.connections()).toBe(0);
    const seen = await upstream.request(1);
    expect(values(seen.headers, 'host')).toEqual([upstream.authority]);
    expect(seen.target).toBe(target);
  });
});

/** 7. TRACE sends a request back to the page, the key with it; CONNECT makes a way into the developer's network. */
describe('7. TRACE and CONNECT', () => {
  it.each(['TRACE /api/x', 'TRACE *', 'CONNECT evil.test:443', 'CONNECT localhost:22'])(
    '%s: 405',
    async (line) => {
      const { upstream, client } = await secretStand();
      const response = await ask(await client(), line, [`Origin: ${page}`]);
      expect(response.status).toBe(405);
      expect(values(response.headers, 'allow').join()).not.toMatch(/TRACE|CONNECT/);
      expect(upstream.connections()).toBe(0);
    },
  );

  it('are not promised to a preflight either', async () => {
    const { client } = await standOf({ route: { cors: { allowOrigin: page } } });
    const lines = [`Origin: ${page}`, 'Access-Control-Request-Method: TRACE'];
    const response = await ask(await client(), 'OPTIONS /api/x', lines);
    expect(values(response.headers, 'access-control-allow-methods')).toEqual([]);
  });
});

/** 9. Everybody in the café: a listener on every interface serves the whole network. */
describe('9. the listener', () => {
  it('is on 127.0.0.1 and ::1 alone', async () => {
    const app = await startTestApp({ target: 'http://127.0.0.1:9' });
    const hasIpv6 = Object.values(networkInterfaces()).some((all) =>
      all?.some(({ address }) => address === '::1'),
    );
    expect(app.app.addresses).toEqual([`127.0.0.1:${app.port}`, ...(hasIpv6 ? [`[::1]:${app.port}`] : [])]);
    const others = Object.values(networkInterfaces()).flatMap((all) =>
      (all ?? []).filter(({ internal, scopeid }) => !internal && !scopeid).map(({ address }) => address),
    );
    for (const host of ['127.0.0.2', ...others]) expect(await isOpen(host, app.port), host).toBe(false);
  });
});

function isOpen(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port });
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}

/** 11. The key in whatever is printed, shown or sent to somebody: a log in a bug report is public for ever. */
describe('11. the key', () => {
  it('is in no log, no HAR, no view of the inspector, no error', async () => {
    const said: string[] = [];
    const write = (text: string) => said.push(text);
    const pretty = createPrettyLog({
      write: (line) => write(line()),
      threshold: () => 'trace',
      layout: () => ({ width: 200, paint: plainPaint }),
    });
    const events = createEventLog({ write }, 'trace');
    const dead = await closedPort();
    const rules = {
      cors: { allowOrigin: page },
      request: { headers: { Authorization: 'Bearer ${KEY}', 'X-K': '${KEY}' } },
    };
    const { app, client } = await standBefore(`http://127.0.0.1:${dead}`, {
      env: { KEY: key },
      routes: [{ match: '/echo/**', target: await echoing(), ...rules }],
      route: rules,
      app: {
        keepsBodies: () => true,
        observe: (exchange) => {
          pretty(exchange);
          events.request(exchange);
        },
        notice: ({ message }) => write(message),
      },
    });
    const received = await everyKindOfAnswer(await client(), client);
    const numbered = app.exchanges.map((exchange, i) => ({ n: i + 1, exchange }));
    const shown = JSON.stringify([harOf(numbered, '1'), numbered.map(detailOf)]);
    expect(numbered.length).toBeGreaterThan(8);
    expect(said.length).toBeGreaterThan(10);
    for (const text of [said.join('\n'), shown, received]) {
      expect(text).not.toMatch(
        new RegExp(`${key}|${Buffer.from(key).toString('base64').slice(0, 20)}|k3y%2d`, 'i'),
      );
    }
  });
});

/** An API that gives back, in its fields, what it was sent; its body says only that it did. */
async function echoing(): Promise<string> {
  const { upstream } = await standOf({
    answer: ({ headers }) => ({
      status: 200,
      headers: [
        ...headers.map(([name, value]): [string, string] => [`X-Echo-${name}`, value]),
        [`X-${key}`, '1'],
      ],
      body: 'ok',
    }),
  });
  return upstream.origin;
}

/** Whatever the page can bring about; gives all the bytes that came. */
async function everyKindOfAnswer(client: RawClient, connectAgain: () => Promise<RawClient>): Promise<string> {
  const origin = [`Origin: ${page}`];
  await ask(client, 'GET /echo/x', origin);
  await ask(client, 'GET /api/x', origin);
  await ask(client, 'GET /api/x', ['Origin: http://evil.test']);
  await ask(client, 'GET /api/x', ['Sec-Fetch-Site: cross-site']);
  await ask(client, 'GET /api/x', ['X-Forwarded-For: 1']);
  await ask(client, 'OPTIONS /api/x', [...origin, 'Access-Control-Request-Method: TRACE']);
  await ask(client, 'GET /none', origin);
  await ask(client, 'GET /api/x', [...origin, 'Expect: x']);
  const socket = await connectAgain();
  await ask(socket, 'GET /api/x', [...origin, ...socketLines]);
  const others = await connectAgain();
  await ask(others, 'GET /echo/x HTTP/9', origin);
  return [client, socket, others].map((each) => each.received().toString('latin1')).join('\n');
}
