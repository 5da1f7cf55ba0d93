/**
 * Every limit and every time of the config: changed there, met over a raw socket, answered with its own status and code
 * and a hint that names the key. A limit that nobody can find is a bug that nobody can mend.
 */

import type { LookupFunction } from 'node:net';
import { describe, expect, it } from 'vitest';
import type { ConfigFile } from '../../src/config/schema.ts';
import { asking, clientOf, page, proxyTo, type RouteValues, upstreamOf } from '../support/one-route.ts';
import {
  barrier,
  expectHead,
  expectRequest,
  expectText,
  pause,
  type Script,
  send,
} from '../support/raw-upstream.ts';
import { values } from '../support/strict-parser.ts';
import { startTestApp, type TestApp } from '../support/test-app.ts';

const ok = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok';
const answers: Script = [expectRequest, send(ok), expectText('never')];
const silent: Script = [expectHead, expectText('never')];

interface Limited {
  readonly listen?: ConfigFile['listen'];
  readonly route?: Partial<RouteValues>;
  readonly script?: Script;
  readonly target?: (origin: string) => string;
  readonly lookup?: LookupFunction;
}

async function proxy({
  listen,
  route,
  script = answers,
  target = (origin) => origin,
  lookup,
}: Limited): Promise<TestApp> {
  const upstream = await upstreamOf(script);
  const rules = { match: '/**', target: target(upstream.origin), cors: { allowOrigin: page }, ...route };
  const config = { listen: { host: '127.0.0.1', ...listen }, routes: [rules] };
  return startTestApp(config, { app: lookup === undefined ? {} : { lookup } });
}

interface Row extends Limited {
  /** Method, path, fields and body of a request that goes beyond the limit. */
  readonly ask: Parameters<typeof asking> extends [unknown, ...infer Rest] ? Rest : never;
  readonly status: number;
  readonly code: string;
  readonly key: string;
}

const fields = (count: number) => Array.from({ length: count }, (_, i) => [`X-${i}`, 'a'] as const);
const refused = { status: 431, code: 'http_request_error' } as const;

const rows: Readonly<Record<string, Row>> = {
  'a longer URL': {
    listen: { limits: { url: '1kb' } },
    ask: [`GET /${'a'.repeat(1100)}`],
    status: 414,
    code: 'http_request_error',
    key: 'listen.limits.url',
  },
  'a larger head': {
    listen: { limits: { headers: '1kb' } },
    ask: ['GET /', { headers: [['X-Long', 'a'.repeat(1100)]] }],
    ...refused,
    key: 'listen.limits.headers',
  },
  'a head that even the parser does not read to its end': {
    listen: { limits: { headers: '1kb' } },
    ask: ['GET /', { headers: [['X-Long', 'a'.repeat(200_000)]] }],
    ...refused,
    key: 'listen.limits.headers',
  },
  'more fields': {
    listen: { limits: { headerCount: 10 } },
    ask: ['GET /', { headers: fields(11) }],
    ...refused,
    key: 'listen.limits.headerCount',
  },
  'a larger body, by its length': {
    route: { limits: { requestBody: '1kb' } },
    ask: ['POST /', { body: 'a'.repeat(1025) }],
    status: 413,
    code: 'http_request_error',
    key: 'limits.requestBody',
  },
  'a larger body, in chunks': {
    route: { limits: { requestBody: '1kb' } },
    script: silent,
    ask: [
      'POST /',
      { headers: [['Transfer-Encoding', 'chunked']], body: `401\r\n${'a'.repeat(1025)}\r\n0\r\n\r\n` },
    ],
    status: 413,
    code: 'http_request_error',
    key: 'limits.requestBody',
  },
  'a body that falls silent': {
    route: { timeouts: { body: 60 } },
    script: silent,
    ask: ['POST /', { headers: [['Content-Length', '5']], body: 'a' }],
    status: 408,
    code: 'http_request_error',
    key: 'timeouts.body',
  },
  'an API that does not answer': {
    route: { timeouts: { headers: 60 } },
    script: silent,
    ask: ['GET /'],
    status: 504,
    code: 'http_response_timeout',
    key: 'timeouts.headers',
  },
  'a TLS handshake that is never answered': {
    route: { timeouts: { connect: 60 } },
    script: [expectText('never')],
    target: (origin) => origin.replace('http:', 'https:'),
    ask: ['GET /'],
    status: 504,
    code: 'connection_timeout',
    key: 'timeouts.connect',
  },
  'a name that is never looked up': {
    route: { timeouts: { connect: 60 } },
    target: () => 'http://api.test',
    lookup: () => {},
    ask: ['GET /'],
    status: 504,
    code: 'dns_timeout',
    key: 'timeouts.connect',
  },
  'more 1xx answers': {
    route: { limits: { informational: 2 } },
    script: [expectRequest, send('HTTP/1.1 103 Early Hints\r\n\r\n'.repeat(3) + ok), expectText('never')],
    ask: ['GET /'],
    status: 502,
    code: 'http_protocol_error',
    key: 'limits.informational',
  },
};

describe('a limit of the config, over which there is', () => {
  it.each(Object.entries(rows))('%s', async (_sentence, { ask, status, code, key, ...limited }) => {
    const app = await proxy(limited);
    const client = await asking(app, ...ask);
    const response = await client.response();
    expect(response.status).toBe(status);
    const problem = JSON.parse(response.body.toString());
    expect(problem).toMatchObject({ status, code });
    expect(problem.hint).toContain(key);
    expect(values(response.headers, 'proxy-status').join()).toContain(`error=${code}`);
    // Who asked can read why.
    expect(values(response.headers, 'access-control-allow-origin')).toEqual([page]);
  });

  it('one connection more', async () => {
    const app = await proxy({ listen: { limits: { connections: 1 } } });
    const first = await asking(app, 'GET /');
    expect((await first.response()).status).toBe(200);
    const second = await clientOf(app);
    const response = await second.response();
    expect(response.status).toBe(503);
    expect(JSON.parse(response.body.toString())).toMatchObject({
      code: 'connection_limit_reached',
      hint: 'raise listen.limits.connections',
    });
  });

  it('a head that does not come', async () => {
    const app = await proxy({ listen: { timeouts: { head: 60 } } });
    const client = await clientOf(app);
    await client.write('GET / HTTP/1.1\r\nHost: loc');
    const response = await client.response();
    expect(response.status).toBe(408);
    expect(JSON.parse(response.body.toString())).toMatchObject({
      code: 'http_request_error',
      hint: 'listen.timeouts.head sets how long to wait',
    });
  });

  it('one request more than connections and the queue to an API hold', async () => {
    const app = await proxy({
      route: { limits: { connections: 1, queue: 1 } },
      script: [expectRequest, barrier('answer'), send(ok), expectRequest, send(ok), expectText('never')],
    });
    const [running, waiting] = [await asking(app, 'GET /1'), await asking(app, 'GET /2')];
    await expect.poll(() => app.app.open().requests).toBe(2);
    const response = await (await asking(app, 'GET /3')).response();
    expect(response.status).toBe(503);
    expect(JSON.parse(response.body.toString())).toMatchObject({
      code: 'connection_limit_reached',
      hint: 'raise limits.connections or limits.queue',
    });
    expect(values(response.headers, 'retry-after')).toEqual(['1']);
    running.socket.destroy();
    waiting.socket.destroy();
  });

  it('a silence in the middle of an answer: cut, never ended', async () => {
    const app = await proxy({
      route: { timeouts: { body: 60 } },
      script: [expectRequest, send('HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\no'), expectText('never')],
    });
    const client = await asking(app, 'GET /');
    await client.until('\r\n\r\no');
    expect((await client.end()).ended).not.toBe('open');
    expect((await app.exchange(1)).failure).toMatchObject({
      code: 'connection_read_timeout',
      hint: 'timeouts.body sets how long to wait',
    });
  });
});

describe('a time of 0', () => {
  it('is no deadline', async () => {
    const app = await proxy({
      listen: { timeouts: { head: 0 } },
      route: { timeouts: { connect: 0, headers: 0 } },
    });
    const client = await clientOf(app);
    await client.write('GET / HTTP/1.1\r\n');
    await client.write('Host: localhost\r\n\r\n');
    expect((await client.response()).status).toBe(200);
  });
});

describe('a body that we hold back', () => {
  const large = Buffer.alloc(32 * 1024 * 1024, 'x');
  const headers = [['Content-Length', `${large.length}`]] as const;

  it('has not fallen silent: it is the API that takes nothing, and gives no answer', async () => {
    const upstream = await upstreamOf([expectHead, pause, barrier('never')]);
    const app = await proxyTo(upstream.origin, { timeouts: { body: 400, headers: 1000 } });
    const client = await asking(app, 'POST /api/x', { headers });
    client.socket.write(large);
    const { status, body } = await client.response({ method: 'POST' });
    expect([status, JSON.parse(body.toString())]).toEqual([
      504,
      expect.objectContaining({ code: 'http_response_timeout' }),
    ]);
  });
});
