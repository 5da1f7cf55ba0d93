/**
 * Bodies. A page must never take a part for the whole: what was cut upstream ends in an abort here, behind every byte
 * that came. What is whole arrives byte for byte, and nothing of one answer is taken for the next.
 */

import { describe, expect, it } from 'vitest';
import type { RawClient } from '../support/raw-client.ts';
import { barrier, expectRequest, fin, rst, type Step, send } from '../support/raw-upstream.ts';
import { StrictParseError } from '../support/strict-parser.ts';
import { expectAlive, expectOk, expectReadable, get } from './expectations.ts';
import { fault, titleOf } from './fault-table.ts';
import { ask, page, stand, watchProcess } from './stand.ts';
import { chunkedHead, never, ok } from './wire.ts';

watchProcess();

describe('a body that is cut', () => {
  const rows: readonly (readonly [id: string, which: string, steps: readonly Step[]])[] = [
    ['UB-01', 'FIN', [send(`${ok('Content-Length: 100')}hello`), fin]],
    [
      'UB-01',
      'RST after the bytes have arrived',
      [send(`${ok('Content-Length: 100')}hello`), barrier('sent'), rst],
    ],
    ['UB-01', 'RST of a body that ends with the connection', [send(`${ok()}hello`), barrier('sent'), rst]],
    ['UB-02', 'FIN', [send(`${chunkedHead}5\r\nhello\r\n`), fin]],
    ['UB-02', 'FIN inside of a chunk', [send(`${chunkedHead}9\r\nhello`), fin]],
    ['UB-04', '', [send(`${chunkedHead}5\r\nhello\r\nzz\r\n`), never]],
    ['UB-07', 'with a length', [send(`${ok('Content-Length: 100')}hello`), never]],
    ['UB-07', 'chunked', [send(`${chunkedHead}5\r\nhello\r\n`), never]],
    ['CO-10', '', [send(`${ok('Content-Length: 100')}hello`), fin]],
  ];
  it.each(rows.map(([id, which, steps]) => [titleOf(id, which), id, steps] as const))(
    '%s',
    async (_title, id, steps) => {
      const {
        app,
        upstream,
        client: connect,
      } = await stand({
        script: [expectRequest, ...steps],
        route: { timeouts: { body: 150 } },
      });
      const client = await connect();
      await client.write(ask('GET /api/x'));
      await client.until('hello');
      upstream.release('sent');
      await expectCut(client, 'hello');
      await upstream.closed(1);
      const { outcome, failure, bytes } = await app.exchange(1);
      const code = fault(id).expected.code ?? 'http_response_incomplete';
      expect({ outcome, code: failure?.code, bytes }).toEqual({ outcome: 'upstream_error', code, bytes: 5 });
    },
  );

  it.each(['FIN', 'RST'])(
    'KA-07 on a connection that was used before, by %s: no second attempt',
    async (how) => {
      const {
        app,
        upstream,
        client: connect,
      } = await stand({
        script: [
          expectRequest,
          send(`${ok('Content-Length: 2')}ok`),
          expectRequest,
          send(`${ok('Content-Length: 100')}hello`),
          barrier('sent'),
          how === 'FIN' ? fin : rst,
        ],
      });
      const client = await connect();
      expectOk(await get(client));
      await client.write(ask('GET /api/x'));
      await client.until('hello');
      upstream.release('sent');
      await expectCut(client, 'hello');
      expect(await app.exchange(2)).toMatchObject({
        attempts: 1,
        failure: { code: 'http_response_incomplete' },
      });
      expect(upstream.requests.length).toBe(2);
    },
  );

  it('a body that ends with the connection is reset for a client of HTTP/1.0, for FIN would mean that it is whole', async () => {
    const { upstream, client: connect } = await stand({
      script: [expectRequest, send(`${chunkedHead}5\r\nhello\r\n`), barrier('sent'), fin],
    });
    const client = await connect();
    await client.write(ask('GET /api/x').replace('HTTP/1.1', 'HTTP/1.0'));
    await client.until('hello');
    upstream.release('sent');
    expect((await client.end()).ended).toBe('rst');
  });
});

/** The head and these bytes came, and then an end that nobody can take for a clean one. */
async function expectCut(client: RawClient, body: string): Promise<void> {
  await expect(client.response()).rejects.toThrow(StrictParseError);
  expect((await client.end()).ended).not.toBe('open');
  const text = client.received().toString('latin1');
  expect(text).toContain(`Access-Control-Allow-Origin: ${page}\r\n`);
  expect(text).toContain(body);
  expect(text).not.toContain('\r\n0\r\n');
}

describe('bytes that belong to no answer are never taken for the next one', () => {
  const poison = `${ok('Content-Length: 6')}POISON`;

  it.each([
    ['UB-05', [expectRequest, send(`${ok('Content-Length: 2')}ok${poison}`), never]],
    ['UB-06', [expectRequest, send(`${ok('Content-Length: 2')}ok`), barrier('idle'), send(poison), never]],
  ] as const)('%s', async (id, steps) => {
    const { upstream, client: connect } = await stand({
      script: (number) =>
        number === 1 ? steps : [expectRequest, send(`${ok('Content-Length: 3')}own`), never],
    });
    const client = await connect();
    expectOk(await get(client));
    if (id === 'UB-06') {
      await upstream.reached('idle');
      upstream.release('idle');
    }
    expect(['rst', 'fin']).toContain(await upstream.closed(1));
    expectOk(await get(client), 'own');
    expect(upstream.connections()).toBe(2);
    await expectAlive(client);
  });
});

describe('whole bodies', () => {
  it(titleOf('UB-13'), async () => {
    const chunks = Array.from({ length: 10_000 }, (_, i) => `1\r\n${String.fromCharCode(i % 256)}\r\n`).join(
      '',
    );
    const { client: connect } = await stand({
      script: [expectRequest, send(`${chunkedHead}${chunks}0\r\n\r\n`), never],
    });
    const client = await connect();
    const response = await get(client);
    expect(response.body).toEqual(Buffer.from(Array.from({ length: 10_000 }, (_, i) => i % 256)));
    await expectAlive(client);
  });

  it.each([
    ['206', ['Content-Range: bytes 0-4/10', 'Content-Type: text/plain', 'ETag: "a"']],
    ['206', ['Content-Type: multipart/byteranges; boundary=b']],
    ['416', ['Content-Range: bytes */10']],
    ['412', ['ETag: "b"']],
  ])(`${titleOf('UB-14')} — %s %s`, async (status, lines) => {
    const asked = ['Range: bytes=0-4', 'If-Range: "a"', 'If-None-Match: "a"', 'If-Match: "b"'];
    const { upstream, client: connect } = await stand({
      script: [
        expectRequest,
        send(`HTTP/1.1 ${status} X\r\n${lines.join('\r\n')}\r\nContent-Length: 5\r\n\r\nhello`),
        never,
      ],
    });
    const client = await connect();
    const response = await get(client, '/api/x', asked);
    expect({ status: `${response.status}`, body: response.body.toString() }).toEqual({
      status,
      body: 'hello',
    });
    const got = response.headers.map(([name, value]) => `${name}: ${value}`);
    expect(got).toEqual(expect.arrayContaining(lines));
    const { headers } = await upstream.request(1);
    expect(headers.map(([name, value]) => `${name}: ${value}`)).toEqual(expect.arrayContaining(asked));
    expectReadable(response);
    await expectAlive(client);
  });

  it.each([
    ['empty chunked body', `${chunkedHead}0\r\n\r\n`, 200, 'chunked'],
    ['Content-Length: 0', ok('Content-Length: 0'), 200, 'length'],
    ['205', 'HTTP/1.1 205 Reset Content\r\n\r\n', 205, 'length'],
    [
      '205 in chunks',
      'HTTP/1.1 205 Reset Content\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nno\r\n0\r\n\r\n',
      205,
      'length',
    ],
    ['205 with a length', 'HTTP/1.1 205 Reset Content\r\nContent-Length: 2\r\n\r\nno', 205, 'length'],
  ] as const)(`${titleOf('UB-15')} — %s`, async (_which, bytes, status, framing) => {
    const { client: connect } = await stand({
      script: [
        expectRequest,
        send(bytes),
        ...(bytes.includes('chunked') || bytes.includes('Length') ? [never] : [fin]),
      ],
    });
    const client = await connect();
    const response = await get(client);
    expect({ status: response.status, body: response.body.toString(), framing: response.framing }).toEqual({
      status,
      body: '',
      framing,
    });
    expectReadable(response);
    await expectAlive(client);
  });
});
