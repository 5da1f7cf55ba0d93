/** What an upstream's answer becomes, byte by byte, also where it is cut, stuck or more than it said. */

import { describe, expect, it } from 'vitest';
import { asking, clientOf, page, pageRequest, proxyTo, upstreamOf } from '../support/one-route.ts';
import {
  barrier,
  drip,
  expectHead,
  expectRequest,
  fin,
  rst,
  type Script,
  send,
} from '../support/raw-upstream.ts';
import { type HeaderLine, values } from '../support/strict-parser.ts';

const ok = 'HTTP/1.1 200 OK\r\n';
const chunked = `${ok}Transfer-Encoding: chunked\r\n\r\n`;
const short = `${ok}Content-Length: 2\r\n\r\nok`;

describe('a body that is cut', () => {
  const rows: readonly (readonly [name: string, code: string, script: Script, received: string])[] = [
    [
      'UB-01 5 of 100 bytes, then FIN',
      'http_response_incomplete',
      [expectRequest, send(`${ok}Content-Length: 100\r\n\r\n12345`), fin],
      '12345',
    ],
    [
      'UB-01 5 of 100 bytes, then a reset',
      'http_response_incomplete',
      [expectRequest, send(`${ok}Content-Length: 100\r\n\r\n12345`), barrier('cut'), rst],
      '12345',
    ],
    [
      'UB-02 one chunk, then FIN',
      'http_response_incomplete',
      [expectRequest, send(`${chunked}5\r\n12345\r\n`), fin],
      '5\r\n12345\r\n',
    ],
    [
      'UB-04 a chunk size that is none',
      'http_protocol_error',
      [expectRequest, send(`${chunked}5\r\n12345\r\n`), barrier('cut'), send('zz\r\n')],
      '5\r\n12345\r\n',
    ],
    [
      'UB-04 a chunk size that is none, in one piece with the head',
      'http_protocol_error',
      [expectRequest, send(`${chunked}5\r\n12345\r\nzz\r\n`)],
      '5\r\n12345\r\n',
    ],
  ];
  it.each(rows)('%s: all that came is delivered, and no clean end', async (_name, code, script, received) => {
    const upstream = await upstreamOf(script);
    const app = await proxyTo(upstream.origin);
    const client = await asking(app, 'GET /api/x');
    await client.until('12345');
    upstream.release('cut');
    const { bytes, ended } = await client.end();
    const text = bytes.toString('latin1');
    expect(ended).not.toBe('open');
    expect(text.slice(text.indexOf('\r\n\r\n') + 4)).toBe(received);
    expect(text).toContain(`Access-Control-Allow-Origin: ${page}\r\n`);
    expect(await app.exchange(1)).toMatchObject({
      status: 200,
      outcome: 'upstream_error',
      failure: { code },
    });
  });

  it('UB-07 silence longer than timeouts.body: abort', async () => {
    const upstream = await upstreamOf([expectRequest, send(`${ok}Content-Length: 10\r\n\r\n12345`)]);
    const app = await proxyTo(upstream.origin, { timeouts: { body: 60 } });
    const client = await asking(app, 'GET /api/x');
    const { bytes, ended } = await client.end();
    expect([bytes.toString().endsWith('\r\n\r\n12345'), ended === 'open']).toEqual([true, false]);
    expect(await upstream.closed(1)).not.toBe('open');
    expect((await app.exchange(1)).failure?.code).toBe('connection_read_timeout');
  });
});

describe('bytes behind a response', () => {
  it("UB-05 UB-06 are nobody's: the next request gets its own answer, on a new connection", async () => {
    const poison = `${ok}Content-Length: 6\r\n\r\nPOISON`;
    const upstream = await upstreamOf((connection) => [
      expectRequest,
      send(connection === 1 ? `${short}${poison}` : short),
      ...(connection === 2 ? [barrier('late'), send(poison)] : []),
    ]);
    const app = await proxyTo(upstream.origin);
    const client = await asking(app, 'GET /api/1');
    expect((await client.response()).body.toString()).toBe('ok');
    await client.write(pageRequest(app, 'GET /api/2'));
    expect((await client.response()).body.toString()).toBe('ok');
    upstream.release('late');
    expect(await upstream.closed(2)).not.toBe('open');
    await client.write(pageRequest(app, 'GET /api/3'));
    expect((await client.response()).body.toString()).toBe('ok');
    expect(client.unread().length).toBe(0);
    expect(upstream.connections()).toBe(3);
  });
});

describe('1xx answers', () => {
  const hundred = 'HTTP/1.1 100 Continue\r\n\r\n';
  const rows: readonly (readonly [name: string, script: Script])[] = [
    ['in one segment with the final answer', [expectRequest, send(`${hundred}${short}`)]],
    ['alone, before the request is read', [send(hundred), expectRequest, send(short)]],
    ['byte by byte', [expectRequest, drip(`${hundred}${short}`)]],
    ['twice, with fields', [expectRequest, send(`${hundred}HTTP/1.1 100 X\r\nA: b\r\n\r\n`), send(short)]],
  ];
  it.each(rows)('UR-15 a 100 that nobody asked for is ignored: %s', async (_name, script) => {
    const upstream = await upstreamOf(() => [
      ...(typeof script === 'function' ? [] : script),
      expectRequest,
      send(short),
    ]);
    const app = await proxyTo(upstream.origin);
    const client = await asking(app, 'GET /api/1');
    const first = await client.response();
    expect([first.status, first.interim, first.body.toString()]).toEqual([200, [], 'ok']);
    await client.write(pageRequest(app, 'POST /api/2', { body: 'x' }));
    expect((await client.response()).status).toBe(200);
    expect(upstream.connections()).toBe(1);
  });

  it('103 Early Hints pass, cleaned, and the final answer follows', async () => {
    const upstream = await upstreamOf([
      expectRequest,
      send(
        'HTTP/1.1 103 Early Hints\r\nLink: </style.css>; rel=preload; as=style\r\nAccess-Control-Allow-Origin: *\r\nConnection: x\r\nContent-Length: 3\r\n\r\n',
      ),
      send(hundred),
      barrier('hinted'),
      send(short),
    ]);
    const app = await proxyTo(upstream.origin);
    const client = await asking(app, 'GET /api/x');
    await client.until('</style.css>');
    upstream.release('hinted');
    const { status, interim } = await client.response();
    expect([status, interim.map((hint) => hint.status)]).toEqual([200, [103]]);
    expect(interim[0]?.headers.map(([name]) => name.toLowerCase())).toEqual(['link']);
  });

  it('103 is kept from a client of HTTP/1.0', async () => {
    const upstream = await upstreamOf([
      expectRequest,
      send(`HTTP/1.1 103 Early Hints\r\nLink: </a>; rel=preload\r\n\r\n${short}`),
    ]);
    const app = await proxyTo(upstream.origin);
    const client = await clientOf(app);
    await client.write(`GET /api/x HTTP/1.0\r\nHost: localhost:${app.port}\r\n\r\n`);
    expect((await client.response()).interim).toEqual([]);
  });
});

describe('Expect: 100-continue', () => {
  const expecting: readonly HeaderLine[] = [
    ['Expect', '100-continue'],
    ['Content-Length', '4'],
  ];

  it('is answered by the proxy once the route takes the request, and not sent up', async () => {
    const upstream = await upstreamOf([expectHead, barrier('head'), expectRequest, send(short)]);
    const app = await proxyTo(upstream.origin);
    const client = await asking(app, 'POST /api/x', { headers: expecting });
    await client.until('100 Continue');
    await client.write('body');
    upstream.release('head');
    const response = await client.response();
    expect([response.status, response.interim.map(({ status }) => status)]).toEqual([200, [100]]);
    const seen = await upstream.request(1);
    expect([seen.body.toString(), values(seen.headers, 'expect')]).toEqual(['body', []]);
  });

  it('gets a final answer, and no 100, where the request is refused', async () => {
    const upstream = await upstreamOf([expectRequest, send(short)]);
    const app = await proxyTo(upstream.origin);
    const client = await asking(app, 'POST /none', { headers: expecting });
    const response = await client.response();
    expect([response.status, response.interim]).toEqual([404, []]);
    expect(upstream.connections()).toBe(0);
  });
});

describe('answers without a body', () => {
  const rows: readonly (readonly [
    name: string,
    startLine: string,
    answer: string,
    length: readonly string[],
  ])[] = [
    ['HEAD keeps the length', 'HEAD /api/x', `${ok}Content-Length: 1000\r\n\r\n`, ['1000']],
    ['204', 'DELETE /api/x', 'HTTP/1.1 204 No Content\r\n\r\n', []],
    ['204 with a framing field', 'GET /api/x', 'HTTP/1.1 204 No Content\r\nContent-Length: 0\r\n\r\n', []],
    [
      '204 with the length of a body that does not come',
      'GET /api/x',
      'HTTP/1.1 204 No Content\r\nContent-Length: 3\r\n\r\n',
      [],
    ],
    [
      '204 with a body that it must not have',
      'GET /api/x',
      'HTTP/1.1 204 No Content\r\nContent-Length: 3\r\n\r\nabc',
      [],
    ],
    ['304', 'GET /api/x', 'HTTP/1.1 304 Not Modified\r\nETag: "a"\r\n\r\n', []],
    [
      '304 with the length that a 200 would have',
      'GET /api/x',
      'HTTP/1.1 304 Not Modified\r\nContent-Length: 9\r\n\r\n',
      ['9'],
    ],
    ['UB-15 an empty body', 'GET /api/x', `${ok}Content-Length: 0\r\n\r\n`, ['0']],
    [
      'UB-15 a 205 without a length',
      'POST /api/x',
      'HTTP/1.1 205 Reset\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
      ['0'],
    ],
  ];
  it.each(rows)('%s, and the connection lives on', async (_name, startLine, answer, length) => {
    const upstream = await upstreamOf((connection) =>
      connection === 1
        ? [expectRequest, send(answer), expectRequest, send(short)]
        : [expectRequest, send(short)],
    );
    const app = await proxyTo(upstream.origin);
    const client = await asking(app, startLine);
    const response = await client.response({ method: startLine.split(' ')[0] ?? '' });
    expect([response.body.length, values(response.headers, 'content-length')]).toEqual([0, length]);
    expect(values(response.headers, 'transfer-encoding')).toEqual([]);
    await client.write(pageRequest(app, 'GET /api/next'));
    expect((await client.response()).body.toString()).toBe('ok');
  });

  it('a chunked body is one with spaces behind the word, too', async () => {
    const head = 'HTTP/1.1 200 OK\r\nTransfer-Encoding:  chunked  \r\nX-A: 1  \r\n\r\n';
    const upstream = await upstreamOf([expectRequest, send(`${head}2\r\nok\r\n0\r\n\r\n`)]);
    const app = await proxyTo(upstream.origin);
    const response = await (await asking(app, 'GET /api/x')).response();
    expect([response.status, response.body.toString()]).toEqual([200, 'ok']);
    expect(values(response.headers, 'x-a')).toEqual(['1']);
  });

  it('UB-15 an empty chunked body is an empty chunked body', async () => {
    const upstream = await upstreamOf([expectRequest, send(`${chunked}0\r\n\r\n`)]);
    const app = await proxyTo(upstream.origin);
    const response = await (await asking(app, 'GET /api/x')).response();
    expect([response.body.length, response.framing]).toEqual([0, 'chunked']);
  });
});

describe('a body in pieces', () => {
  it('UB-13 10,000 chunks of one byte arrive as they are', async () => {
    const pieces = Array.from({ length: 10_000 }, (_, i) => String.fromCharCode(97 + (i % 26)));
    const body = pieces.map((letter) => `1\r\n${letter}\r\n`).join('');
    const upstream = await upstreamOf([expectRequest, send(chunked), send(`${body}0\r\n\r\n`)]);
    const app = await proxyTo(upstream.origin);
    const response = await (await asking(app, 'GET /api/x')).response();
    expect(response.body.toString()).toBe(pieces.join(''));
    expect(await app.exchange(1)).toMatchObject({ outcome: 'ok', bytes: 10_000 });
  });

  it('CL-15 goes to a client of HTTP/1.0 without chunks, and ends with the connection', async () => {
    const upstream = await upstreamOf([expectRequest, send(`${chunked}5\r\nhello\r\n`), send('0\r\n\r\n')]);
    const app = await proxyTo(upstream.origin);
    const client = await clientOf(app);
    await client.write(`GET /api/x HTTP/1.0\r\nHost: localhost:${app.port}\r\nOrigin: ${page}\r\n\r\n`);
    const response = await client.response();
    expect([response.body.toString(), response.framing]).toEqual(['hello', 'close']);
    expect(values(response.headers, 'access-control-allow-origin')).toEqual([page]);
  });
});

describe('UB-12 trailers', () => {
  const answer = `${ok}Trailer: X-Sum\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\nX-Sum: 1\r\nX-More: 2\r\nSet-Cookie: a=b\r\nAccess-Control-Allow-Origin: *\r\n\r\n`;

  it('pass to a client that asked for them, less what has no place there', async () => {
    const upstream = await upstreamOf([expectRequest, send(answer)]);
    const app = await proxyTo(upstream.origin);
    const headers: readonly HeaderLine[] = [
      ['TE', 'trailers'],
      ['Connection', 'TE'],
    ];
    const response = await (await asking(app, 'GET /api/x', { headers })).response();
    expect(response.trailers).toEqual([
      ['X-Sum', '1'],
      ['X-More', '2'],
    ]);
  });

  it('are dropped for any other client, and not announced', async () => {
    const upstream = await upstreamOf([expectRequest, send(answer)]);
    const app = await proxyTo(upstream.origin);
    const response = await (await asking(app, 'GET /api/x')).response();
    expect([response.trailers, values(response.headers, 'trailer')]).toEqual([[], []]);
  });
});

describe('UB-14 ranges and conditions', () => {
  it('pass untouched both ways: the proxy never judges them', async () => {
    const body =
      '--B\r\nContent-Range: bytes 0-0/4\r\n\r\na\r\n--B\r\nContent-Range: bytes 3-3/4\r\n\r\nd\r\n--B--\r\n';
    const type = 'multipart/byteranges; boundary=B';
    const upstream = await upstreamOf([
      expectRequest,
      send(
        `HTTP/1.1 206 Partial Content\r\nContent-Type: ${type}\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
      ),
      expectRequest,
      send('HTTP/1.1 416 Range Not Satisfiable\r\nContent-Range: bytes */4\r\nContent-Length: 0\r\n\r\n'),
    ]);
    const app = await proxyTo(upstream.origin);
    const headers: readonly HeaderLine[] = [
      ['Range', 'bytes=0-0,3-3'],
      ['If-Range', '"v1"'],
      ['If-None-Match', '"v0", W/"v1"'],
    ];
    const client = await asking(app, 'GET /api/x', { headers });
    const partial = await client.response();
    expect([partial.status, partial.body.toString(), values(partial.headers, 'content-type')]).toEqual([
      206,
      body,
      [type],
    ]);
    const seen = await upstream.request(1);
    for (const [name, value] of headers) expect(values(seen.headers, name)).toEqual([value]);
    await client.write(pageRequest(app, 'GET /api/x', { headers: [['Range', 'bytes=9-']] }));
    const refused = await client.response();
    expect([refused.status, values(refused.headers, 'content-range')]).toEqual([416, ['bytes */4']]);
  });
});
