/**
 * Framing is where two readers of one connection come to disagree, and a disagreement is a smuggled request. What can
 * be read in two ways is refused before an upstream is called; what goes up carries framing of our own.
 */

import { describe, expect, it } from 'vitest';
import { barrier, expectRequest, expectText, send } from '../support/raw-upstream.ts';
import { values } from '../support/strict-parser.ts';
import {
  expectAlive,
  expectClosed,
  expectOk,
  expectProblem,
  expectUntouched,
  wishOf,
} from './expectations.ts';
import { titleOf } from './fault-table.ts';
import { ask, page, stand, watchProcess } from './stand.ts';

watchProcess();

const post = (...lines: string[]) => ask('POST /api/x', lines);
const chunked = '5\r\nhello\r\n0\r\n\r\n';
const coding = (value: string) => `${post(`Transfer-Encoding: ${value}`)}${chunked}`;

describe('a framing that can be read in two ways is refused, and nobody behind hears of it', () => {
  const rows: readonly (readonly [id: string, which: string, bytes: string])[] = [
    ['CF-01', '', `${post('Content-Length: 5', 'Transfer-Encoding: chunked')}${chunked}`],
    ['CF-01', 'the other order', `${post('Transfer-Encoding: chunked', 'Content-Length: 5')}${chunked}`],
    ['CF-02', '', `${post('Content-Length: 5', 'Content-Length: 5')}hello`],
    ['CF-03', '', `${post('Content-Length: 5', 'Content-Length: 6')}hello!`],
    ['CF-06', 'identity', coding('identity')],
    ['CF-06', 'xchunked', coding('xchunked')],
    ['CF-06', 'chunked, identity', coding('chunked, identity')],
    [
      'CF-06',
      'chunked twice',
      `${post('Transfer-Encoding: chunked', 'Transfer-Encoding: chunked')}${chunked}`,
    ],
    ['CF-07', '', coding('gzip, chunked')],
    ['CF-08', '', coding(',chunked')],
    ['CF-09', '', coding('chunked').replace('HTTP/1.1', 'HTTP/1.0')],
    ['CF-14', '', ask('GET /api/x').replaceAll('\r\n', '\n')],
    ['CF-17', 'a space before the colon', ask('GET /api/x', ['X-A : 1'])],
    ['CF-17', 'a tab before the colon', ask('GET /api/x', ['X-A\t: 1'])],
    ['CF-17', 'no colon', ask('GET /api/x', ['X-A'])],
    ['CF-17', 'no name', ask('GET /api/x', [': 1'])],
    ['CF-17', 'a folded line', ask('GET /api/x', ['X-A: 1', ' 2'])],
    ...['HTTP/2.0', 'HTTP/1.2', 'HTTP/3.0'].map((version): [string, string, string] => [
      'CF-24',
      version,
      ask('GET /api/x').replace('HTTP/1.1', version),
    ]),
  ];
  it.each(rows.map(([id, which, bytes]) => [titleOf(id, which), id, bytes] as const))(
    '%s',
    async (_title, id, bytes) => {
      const { upstream, client: connect } = await stand();
      const client = await connect();
      await client.write(bytes);
      const { hint, detail } = expectProblem(await client.response(), wishOf(id));
      expect(`${detail}${hint ?? ''}`).not.toMatch(/undefined|\[object/);
      await expectClosed(client);
      expectUntouched(upstream);
    },
  );
});

describe('what is no HTTP/1.1 request at all gets a sentence, not silence', () => {
  const rows: readonly (readonly [id: string, which: string, bytes: string, said: RegExp])[] = [
    ['CF-23', '', 'GET /\r\n\r\n', /HTTP\/0\.9/],
    ['CF-25', '', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', /spoke HTTP\/2 to an HTTP\/1\.1 port/],
    ['CF-26', '', '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03', /spoke TLS to a plain HTTP port/],
  ];
  it.each(rows.map(([id, which, bytes, said]) => [titleOf(id, which), id, bytes, said] as const))(
    '%s',
    async (_title, id, bytes, said) => {
      const { app, upstream, client: connect } = await stand();
      const client = await connect();
      await client.write(bytes);
      const { detail } = expectProblem(await client.response(), { ...wishOf(id), cors: 'none' });
      expect(detail).toMatch(said);
      await expectClosed(client);
      expectUntouched(upstream);
      expect(app.notices.map(({ level }) => level)).toEqual(id === 'CF-23' ? [] : ['warn']);
    },
  );
});

describe('a body that breaks on its way is never completed for the upstream', () => {
  const rows: readonly (readonly [id: string, body: string])[] = [
    ['CF-12', '5\r\nhello world\r\n0\r\n\r\n'],
    ['CF-13', `5;${'x'.repeat(20 * 1024)}\r\nhello\r\n0\r\n\r\n`],
  ];
  it.each(rows.map(([id, body]) => [titleOf(id), id, body] as const))('%s', async (_title, id, body) => {
    const { upstream, client: connect } = await stand();
    const client = await connect();
    await client.write(`${post('Transfer-Encoding: chunked')}${body}`);
    expectProblem(await client.response(), wishOf(id));
    await expectClosed(client);
    if (upstream.connections() > 0) {
      await upstream.closed(1);
      expect(upstream.received(1).toString('latin1')).not.toMatch(/\r\n0\r\n\r\n/);
    }
    expect(upstream.requests).toEqual([]);
  });

  it(`${titleOf('CF-12')} — the upstream has the head already`, async () => {
    const { upstream, client: connect } = await stand({ script: [expectText('hello'), barrier('half')] });
    const client = await connect();
    await client.write(`${post('Transfer-Encoding: chunked')}5\r\nhello\r\n`);
    await upstream.reached('half');
    await client.write('zz\r\nhello\r\n');
    expectProblem(await client.response(), wishOf('CF-12'));
    await expectClosed(client);
    await upstream.closed(1);
    expect(upstream.requests).toEqual([]);
  });
});

describe('a body goes up framed by us, whatever the method', () => {
  const smuggled = `GET /secret HTTP/1.1\r\nHost: localhost\r\n\r\n`;

  it.each(
    [
      ['CF-18', 'DELETE', smuggled],
      ['KA-13', 'DELETE', smuggled],
      ['CF-19', 'GET', 'hello'],
      ['CF-19', 'OPTIONS', 'hello'],
      ['CF-19', 'PROPFIND', 'hello'],
    ].map(([id = '', method = '', body = '']) => [titleOf(id, method), method, body] as const),
  )('%s', async (_title, method, body) => {
    const { upstream, client: connect } = await stand();
    const client = await connect();
    await client.write(
      ask(
        `${method} /api/x`,
        ['Transfer-Encoding: chunked'],
        `${body.length.toString(16)}\r\n${body}\r\n0\r\n\r\n`,
      ),
    );
    expectOk(await client.response({ method }));
    const seen = await upstream.request(1);
    expect(seen.method).toBe(method);
    expect(seen.body.toString()).toBe(body);
    expect(seen.framing).not.toBe('none');
    await expectAlive(client);
    expect(upstream.requests.length).toBe(1);
    expect(upstream.received(1).length).toBe(seen.bytes.length);
  });

  it(titleOf('CF-20'), async () => {
    const { upstream, client: connect } = await stand();
    const client = await connect();
    const lines = [
      'Connection: transfer-encoding, content-length, host, origin, authorization',
      'Authorization: Basic eA==',
      'Transfer-Encoding: chunked',
    ];
    await client.write(`${post(...lines)}${chunked}`);
    expectOk(await client.response());
    const seen = await upstream.request(1);
    expect(seen.body.toString()).toBe('hello');
    expect(values(seen.headers, 'host')).toEqual([upstream.authority]);
    expect(values(seen.headers, 'origin')).toEqual([page]);
    expect(values(seen.headers, 'authorization')).toEqual(['Basic eA==']);
    await expectAlive(client);
  });

  it(titleOf('CF-27'), async () => {
    const { upstream, client: connect } = await stand();
    const client = await connect();
    await client.write(ask('GET /api/x', ['Trailer: X-T']));
    expectOk(await client.response());
    expect(values((await upstream.request(1)).headers, 'trailer')).toEqual([]);
    await expectAlive(client);
  });

  it(titleOf('CF-28'), async () => {
    const { upstream, client: connect } = await stand();
    const client = await connect();
    await client.write(
      ask('POST /api/x', ['Trailer: X-T', 'Transfer-Encoding: chunked'], '5\r\nhello\r\n0\r\nX-T: 1\r\n\r\n'),
    );
    expectOk(await client.response());
    const seen = await upstream.request(1);
    expect(seen.body.toString()).toBe('hello');
    expect(seen.trailers).toEqual([]);
    expect(values(seen.headers, 'trailer')).toEqual([]);
    await expectAlive(client);
  });

  it(titleOf('CF-30'), async () => {
    const { upstream, client: connect } = await stand();
    const client = await connect();
    const bytes = ask('POST /api/x', ['Content-Length: 5'], 'hello');
    await client.write(bytes);
    expectOk(await client.response());
    await client.drip(bytes);
    expectOk(await client.response());
    const [first, second] = [await upstream.request(1), await upstream.request(2)];
    expect(second.bytes.toString('latin1')).toBe(first.bytes.toString('latin1'));
  });
});

describe('pipelined requests', () => {
  const ok = (body: string) => `HTTP/1.1 200 OK\r\nContent-Length: ${body.length}\r\n\r\n${body}`;

  it(titleOf('CF-21'), async () => {
    const { upstream, client: connect } = await stand({
      script: (number) =>
        number === 1
          ? [expectRequest, barrier('slow'), send(ok('first'))]
          : [expectRequest, send(ok('second')), barrier('never')],
    });
    const client = await connect();
    await client.write(ask('GET /api/1') + ask('GET /api/2'));
    await upstream.reached('never');
    expect(client.received().length).toBe(0);
    upstream.release('slow');
    expectOk(await client.response(), 'first');
    expectOk(await client.response(), 'second');
    expect(upstream.requests.map(({ target }) => target)).toEqual(['/api/1', '/api/2']);
    await expectAlive(client);
  });

  it(titleOf('CF-22'), async () => {
    const { upstream, client: connect } = await stand({
      script: [expectRequest, barrier('slow'), send(ok('first'))],
    });
    const client = await connect();
    await client.write(`${ask('GET /api/1')}\x00garbage\r\n\r\n`);
    await upstream.reached('slow');
    expect(client.received().length).toBe(0);
    upstream.release('slow');
    expectOk(await client.response(), 'first');
    expectProblem(await client.response(), { status: 400, code: 'http_request_error' });
    await expectClosed(client);
    expect(upstream.requests.length).toBe(1);
  });
});
