/** The tools that other tests stand on: each must be able to say no. */

import { Buffer } from 'node:buffer';
import { afterEach, describe, expect, it } from 'vitest';
import { ask, connectRaw, requestBytes } from './raw-client.ts';
import {
  barrier,
  drip,
  expectRequest,
  fin,
  type RawUpstream,
  rawUpstream,
  respondWith,
  rst,
  send,
} from './raw-upstream.ts';
import { parseResponse } from './strict-parser.ts';

const ok = 'HTTP/1.1 200 OK\r\n';

describe('parseResponse refuses', () => {
  const rows: readonly (readonly [name: string, text: string, method?: string])[] = [
    ['a length beside chunked', `${ok}Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`],
    ['two equal lengths', `${ok}Content-Length: 1\r\nContent-Length: 1\r\n\r\na`],
    ['a signed length', `${ok}Content-Length: +1\r\n\r\na`],
    ['another coding before chunked', `${ok}Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n`],
    ['a byte behind the body', `${ok}Content-Length: 1\r\n\r\nab`],
    ['a body on 204', 'HTTP/1.1 204 No Content\r\n\r\na'],
    ['a length on 204', 'HTTP/1.1 204 No Content\r\nContent-Length: 0\r\n\r\n'],
    ['a body on 304', 'HTTP/1.1 304 Not Modified\r\nContent-Length: 1\r\n\r\na'],
    ['a body for HEAD', `${ok}Content-Length: 1\r\n\r\na`, 'HEAD'],
    ['a chunk with an extension', `${ok}Transfer-Encoding: chunked\r\n\r\n1;x\r\na\r\n0\r\n\r\n`],
    ['a chunk longer than its size', `${ok}Transfer-Encoding: chunked\r\n\r\n1\r\nab\r\n0\r\n\r\n`],
    ['a length in the trailers', `${ok}Transfer-Encoding: chunked\r\n\r\n0\r\nContent-Length: 1\r\n\r\n`],
    ['a bare LF', `${ok}A: b\nC: d\r\nContent-Length: 0\r\n\r\n`],
    ['a folded line', `${ok}A: b\r\n c\r\nContent-Length: 0\r\n\r\n`],
    ['a space before a colon', `${ok}A : b\r\nContent-Length: 0\r\n\r\n`],
    ['a status of two digits', 'HTTP/1.1 99 No\r\nContent-Length: 0\r\n\r\n'],
    ['a body cut short', `${ok}Content-Length: 2\r\n\r\na`],
    [
      'two lines of Allow-Origin',
      `${ok}access-control-allow-origin: *\r\nAccess-Control-Allow-Origin: *\r\nContent-Length: 0\r\n\r\n`,
    ],
  ];
  it.each(rows.map(([name, text, method = 'GET']) => [name, text, method] as const))(
    '%s',
    (_name, text, method) => {
      expect(() => parseResponse(Buffer.from(text, 'latin1'), { method })).toThrow();
    },
  );
});

describe('parseResponse reads', () => {
  it('chunks, trailers and 1xx in front', () => {
    const text = `HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n${ok}X-A: 1\r\nx-a:  2 \r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n1\r\nc\r\n0\r\nT: 1\r\n\r\n`;
    const response = parseResponse(Buffer.from(text, 'latin1'));
    expect(response.body.toString()).toBe('abc');
    expect(response.headers.slice(0, 2)).toEqual([
      ['X-A', '1'],
      ['x-a', '2'],
    ]);
    expect(response.trailers).toEqual([['T', '1']]);
    expect(response.interim).toEqual([{ status: 103, headers: [['Link', '</a>']] }]);
  });

  it('a body that ends with the connection, but not one that a reset cuts', () => {
    const bytes = Buffer.from(`${ok}\r\nabc`);
    expect(parseResponse(bytes, { ended: 'fin' }).body.toString()).toBe('abc');
    expect(() => parseResponse(bytes, { ended: 'rst' })).toThrow('reset');
  });
});

describe('raw upstream and raw client', () => {
  const open: RawUpstream[] = [];
  afterEach(async () => {
    await Promise.all(open.splice(0).map((upstream) => upstream.close()));
  });
  const keep = (upstream: RawUpstream) => {
    open.push(upstream);
    return upstream;
  };
  const get = requestBytes('GET /a?b', [['Host', 'h']]);

  it('talk byte by byte, and each sees the other in full', async () => {
    const text = `${ok}X-Odd-CASE: 1\r\nContent-Length: 2\r\n\r\nhi`;
    const upstream = keep(await rawUpstream([expectRequest, drip(text)]));
    const response = await ask({ port: upstream.port }, get, { pace: 'bytes' });
    expect(response.body.toString()).toBe('hi');
    expect(response.headers[0]).toEqual(['X-Odd-CASE', '1']);
    const seen = await upstream.request(1);
    expect([seen.method, seen.target, seen.bytes.equals(get)]).toEqual(['GET', '/a?b', true]);
  });

  it('keep a connection alive over two requests, the second with a chunked body', async () => {
    const upstream = keep(await respondWith(({ body }) => ({ status: 201, reason: 'Made', body })));
    const client = await connectRaw({ port: upstream.port });
    await client.write(get);
    expect((await client.response()).body.length).toBe(0);
    await client.write(
      'POST /b HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n',
    );
    expect((await client.response({ method: 'POST' })).body.toString()).toBe('abc');
    expect((await upstream.request(2)).connection).toBe(1);
    client.rst();
    expect(await upstream.closed(1)).toBe('rst');
  });

  it('tell a FIN from a reset and from an open connection', async () => {
    const endings = await Promise.all(
      [
        [expectRequest, send('x'), fin],
        [expectRequest, send('x'), rst],
        [expectRequest, send('x')],
      ].map(async (steps) => {
        const upstream = keep(await rawUpstream(steps));
        const client = await connectRaw({ port: upstream.port });
        await client.write(get);
        await client.until('x').catch(() => undefined);
        const { ended } = await client.end({ deadlineMs: 100 });
        client.socket.destroy();
        return ended;
      }),
    );
    expect(endings).toEqual(['fin', 'rst', 'open']);
  });

  it('a barrier holds the script until it is released', async () => {
    const upstream = keep(
      await rawUpstream([expectRequest, barrier('answer'), send(`${ok}Content-Length: 0\r\n\r\n`)]),
    );
    const client = await connectRaw({ port: upstream.port });
    await client.write(get);
    await upstream.reached('answer');
    expect(client.received().length).toBe(0);
    upstream.release('answer');
    expect((await client.response()).status).toBe(200);
    client.fin();
    expect(await upstream.closed(1)).toBe('fin');
  });

  it('an ambiguous request is the failure of the test that waits for it', async () => {
    const upstream = keep(await respondWith(() => ({ status: 200 })));
    const client = await connectRaw({ port: upstream.port });
    await client.write(
      'GET / HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n',
    );
    await expect(upstream.request(1)).rejects.toThrow('Transfer-Encoding beside Content-Length');
  });
});
