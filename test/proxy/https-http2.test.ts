/** HTTP/2 downstream: what its streams may and may not carry, and how they end. */

import { once } from 'node:events';
import { connect, createServer, type Http2ServerRequest } from 'node:http2';
import { PassThrough, type Readable } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { RequestBody } from '../../src/proxy/request-body.ts';
import { writeHead } from '../../src/proxy/respond.ts';
import { connectRaw, type RawClient } from '../support/raw-client.ts';
import {
  barrier,
  expectHead,
  expectRequest,
  expectText,
  fin,
  rawUpstream,
  respondWith,
  rst,
  send,
} from '../support/raw-upstream.ts';
import { values } from '../support/strict-parser.ts';
import { askHttp2, fieldBlock, frame, framesIn, page, preface, startHttps } from './https-stand.ts';

const crashes: unknown[] = [];
const note = (what: unknown) => crashes.push(what);

beforeEach(() => {
  crashes.length = 0;
  process.on('warning', note);
});

afterEach(() => {
  process.off('warning', note);
  expect(crashes).toEqual([]);
});

/** `once` would reject with the error that comes before. */
function closeOf(stream: Readable): Promise<void> {
  stream.on('error', () => {});
  return new Promise((resolve) => stream.once('close', resolve));
}

const get = { ':path': '/a', origin: page };

describe('a request over HTTP/2', () => {
  it('H2-01 reaches the upstream with Host in the place of :authority and without a pseudo-field', async () => {
    const upstream = await respondWith(() => ({ status: 200, body: 'yes' }));
    const stand = await startHttps(upstream, { config: { request: { host: 'keep' } } });
    const answer = await askHttp2(await stand.session(), { ':path': '/a?b=c', origin: page });
    const seen = await upstream.request(1);
    expect(answer).toMatchObject({ status: 200, body: 'yes', ended: 'end' });
    expect(seen.target).toBe('/a?b=c');
    expect(values(seen.headers, 'host')).toEqual([`localhost:${stand.port}`]);
    expect(seen.headers.filter(([name]) => name.startsWith(':'))).toEqual([]);
    expect(values(seen.headers, 'x-forwarded-proto')).toEqual(['https']);
  });

  it('has its cookies put together again, which browsers send in crumbs', async () => {
    const upstream = await respondWith(() => ({ status: 200 }));
    const stand = await startHttps(upstream);
    await askHttp2(await stand.session(), { ':path': '/', cookie: ['a=1', 'b=2', 'c=3'] });
    expect(values((await upstream.request(1)).headers, 'cookie')).toEqual(['a=1; b=2; c=3']);
  });

  it('is forwarded with its body although no Content-Length came', async () => {
    const upstream = await respondWith(() => ({ status: 201 }));
    const stand = await startHttps(upstream);
    const answer = await askHttp2(await stand.session(), { ':path': '/', ':method': 'POST' }, 'a=1&b=2');
    const seen = await upstream.request(1);
    expect(answer.status).toBe(201);
    expect(seen.body.toString()).toBe('a=1&b=2');
  });

  it('is forwarded with an empty body where the body is empty', async () => {
    const upstream = await respondWith(() => ({ status: 201 }));
    const stand = await startHttps(upstream);
    const session = await stand.session();
    const head = { ':path': '/', ':method': 'POST' };
    await askHttp2(session, { ...head, 'content-length': '0' }, '');
    await askHttp2(session, head, '');
    await askHttp2(session, head);
    await upstream.request(3);
    expect(upstream.requests.map(({ body }) => body.length)).toEqual([0, 0, 0]);
  });

  it('is told to go on where it expects that', async () => {
    const upstream = await respondWith(() => ({ status: 200 }));
    const stand = await startHttps(upstream);
    const session = await stand.session();
    const stream = session.request({ ':path': '/', ':method': 'POST', expect: '100-continue' });
    await once(stream, 'continue');
    stream.end('now');
    await once(stream, 'response');
    stream.resume();
    expect((await upstream.request(1)).body.toString()).toBe('now');
  });

  it('is refused with 405 where it is a CONNECT', async () => {
    const stand = await startHttps(await respondWith(() => ({ status: 200 })));
    const answer = await askHttp2(await stand.session(), {
      ':method': 'CONNECT',
      ':authority': `localhost:${stand.port}`,
    });
    expect(answer).toMatchObject({ status: 405, ended: 'end' });
    expect(answer.body).toContain('CONNECT is not allowed');
  });

  it('is refused with 431 and CORS headers where its head is larger than the limit', async () => {
    const upstream = await respondWith(() => ({ status: 200 }));
    const stand = await startHttps(upstream, { config: { listen: { limits: { headers: '2kb' } } } });
    const answer = await askHttp2(await stand.session(), { ...get, 'x-long': 'x'.repeat(3000) });
    expect(answer.status).toBe(431);
    expect(answer.headers['access-control-allow-origin']).toBe(page);
    expect(upstream.requests).toEqual([]);
  });
});

/**
 * The attack: a page whose name was rebound to 127.0.0.1 speaks HTTP/2 with its own name in `:authority`, and adds a
 * Host that this proxy allows (or the other way round), hoping that one reader believes the one and one the other.
 */
describe('the authority of a request over HTTP/2', () => {
  const cases = [
    ['a foreign :authority is refused', { ':authority': 'evil.test' }, 403],
    [
      'a foreign :authority beside a Host that is ours',
      { ':authority': 'evil.test', host: 'localhost' },
      400,
    ],
    [
      'a foreign Host beside an :authority that is ours',
      { ':authority': 'localhost', host: 'evil.test' },
      400,
    ],
    ['a port that differs', { ':authority': 'localhost:1', host: 'localhost:2' }, 400],
    ['the same name twice is one name', { ':authority': 'localhost', host: 'localhost' }, 200],
    ['the default port may be left out', { ':authority': 'localhost:443', host: 'LOCALHOST' }, 200],
    ['Host alone is enough', { host: 'localhost' }, 200],
    ['a foreign Host alone is refused', { host: 'evil.test' }, 403],
  ] as const;
  for (const [sentence, authority, status] of cases) {
    it(`${sentence}: ${status}`, async () => {
      const upstream = await respondWith(() => ({ status: 200 }));
      const stand = await startHttps(upstream);
      const answer = await askHttp2(await stand.session(), { ':path': '/', ...authority });
      expect(answer.status).toBe(status);
      expect(upstream.requests.length).toBe(status === 200 ? 1 : 0);
    });
  }
});

/** HTTP/2 carries what no parser of HTTP/1.1 lets through: any token as a method, any scheme. */
describe('what only HTTP/2 can carry', () => {
  it.each([
    ['TRACK', { ':method': 'TRACK' }, 405],
    ['a method in lower case that some servers read as TRACE', { ':method': 'trace' }, 405],
    ['a scheme that is none of ours', { ':scheme': 'ftp' }, 400],
    ['a scheme in upper case, which has no case', { ':scheme': 'HTTPS' }, 200],
  ])('%s', async (_, head, status) => {
    const upstream = await respondWith(() => ({ status: 200 }));
    const stand = await startHttps(upstream);
    const answer = await askHttp2(await stand.session(), { ':path': '/a', ...head });
    expect(answer.status).toBe(status);
    expect(upstream.requests.length).toBe(status === 200 ? 1 : 0);
  });
});

describe('a response over HTTP/2', () => {
  it('H2-02 H2-04 goes down without fields of the connection and without a reason phrase', async () => {
    const upstream = await rawUpstream([
      expectRequest,
      send(
        'HTTP/1.1 200 Very Well\r\nConnection: X-Hop, keep-alive\r\nX-Hop: 1\r\nKeep-Alive: timeout=5\r\n' +
          'Proxy-Connection: x\r\nUpgrade: h2c\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nyes\r\n0\r\n\r\n',
      ),
    ]);
    const stand = await startHttps(upstream);
    const answer = await askHttp2(await stand.session(), get);
    expect(answer).toMatchObject({ status: 200, body: 'yes', ended: 'end' });
    const names = Object.keys(answer.headers);
    for (const name of [
      'connection',
      'x-hop',
      'keep-alive',
      'proxy-connection',
      'upgrade',
      'transfer-encoding',
    ])
      expect(names).not.toContain(name);
  });

  it('keeps repeated fields, those too that Node lets nobody repeat', async () => {
    const upstream = await respondWith(() => ({
      status: 200,
      headers: [
        ['Content-Type', 'text/plain'],
        ['Content-Type', 'text/html'],
        ['ETag', '"1"'],
        ['ETag', '"1"'],
        ['Content-Language', 'de'],
        ['Content-Language', 'en'],
        ['X-Many', ' 1 '],
        ['X-Many', '2'],
        ['Set-Cookie', 'a=1'],
        ['Set-Cookie', 'b=2'],
        ['X-Latin', '\xe4\xff'],
      ],
      body: 'yes',
    }));
    const stand = await startHttps(upstream, { config: { response: { cookies: 'keep' } } });
    const { headers, body } = await askHttp2(await stand.session(), { ':path': '/' });
    expect(body).toBe('yes');
    expect(headers).toMatchObject({
      'content-type': 'text/plain, text/html',
      etag: '"1"',
      'content-language': 'de, en',
      'x-many': '1, 2',
      'set-cookie': ['a=1', 'b=2'],
      'x-latin': '\xe4\xff',
    });
  });

  it('has the trailers of the upstream where they were asked for', async () => {
    const bytes =
      'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: X-Sum\r\n\r\n' +
      '3\r\nyes\r\n0\r\nX-Sum: 42\r\nVary: *\r\n\r\n';
    const upstream = await rawUpstream([expectRequest, send(bytes), expectRequest, send(bytes)]);
    const stand = await startHttps(upstream);
    const session = await stand.session();
    const asked = await askHttp2(session, { ...get, te: 'trailers' });
    const unasked = await askHttp2(session, get);
    expect(asked.trailers).toMatchObject({ 'x-sum': '42' });
    expect(Object.keys(asked.trailers)).toEqual(['x-sum']);
    expect(unasked).toMatchObject({ body: 'yes', ended: 'end', trailers: {} });
  });

  const contentless = [
    ['HEAD', 200],
    ['GET', 204],
    ['GET', 205],
    ['GET', 304],
  ] as const;
  for (const [method, status] of contentless) {
    it(`has no content where it answers ${method} with ${status}, and the session goes on`, async () => {
      const upstream = await respondWith(({ target }) => {
        if (target === '/next') return { status: 200, body: 'next' };
        return { status, headers: method === 'HEAD' ? [['Content-Length', '5']] : [] };
      });
      const stand = await startHttps(upstream);
      const session = await stand.session();
      expect(await askHttp2(session, { ...get, ':method': method })).toMatchObject({
        status,
        body: '',
        ended: 'end',
      });
      expect(await askHttp2(session, { ':path': '/next' })).toMatchObject({
        status: 200,
        body: 'next',
        ended: 'end',
      });
    });
  }

  it('has no content where it is our own answer to HEAD', async () => {
    const stand = await startHttps(await respondWith(() => ({ status: 200 })), {
      config: { routes: [] },
    });
    const session = await stand.session();
    const answer = await askHttp2(session, { ...get, ':method': 'HEAD', ':path': '/__cors-proxy/nothing' });
    expect(answer).toMatchObject({ body: '', ended: 'end' });
    expect(answer.status).toBeGreaterThan(399);
    expect((await askHttp2(session, get)).status).toBe(200);
  });

  it('is not reset after its end where it is our own answer to HEAD', async () => {
    const stand = await startHttps(await respondWith(() => ({ status: 200 })));
    const client = await connectRaw({ port: stand.port, tls: ['h2'] });
    const head = fieldBlock([
      [':method', 'HEAD'],
      [':scheme', 'https'],
      [':authority', 'evil.test'],
      [':path', '/'],
    ]);
    const endOfStreamAndHead = 5;
    await client.write(Buffer.concat([preface, frame('headers', endOfStreamAndHead, head)]));
    await stand.exchange(1);
    await client.write(frame('ping', 0, Buffer.from('finished')));
    await client.until('finished');
    const frames = framesIn(client.received());
    expect(frames).toContain('headers');
    expect(frames).not.toContain('reset');
    expect(frames).not.toContain('data');
  });

  it('is written without what Node would throw on, whoever put it into the head', async () => {
    const headers = [
      'Transfer-Encoding',
      'chunked',
      'Connection',
      'close',
      'X Bad',
      '1',
      'X-Bad',
      '\n',
      'X-Ok',
      '1',
    ];
    const server = createServer((_request, response) => {
      writeHead(response, { status: 200, reason: 'Bad\r\nX-In: 1', headers });
      response.end();
    });
    onTestFinished(() => void server.close());
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const address = server.address();
    const session = connect(`http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`);
    onTestFinished(() => session.destroy());
    const answer = await askHttp2(session, get);
    expect(answer).toMatchObject({ status: 200, ended: 'end' });
    expect(Object.keys(answer.headers)).toEqual([':status', 'x-ok', 'date']);
  });

  it('is our 502 where the status is none that HTTP/2 of Node can carry', async () => {
    const upstream = await rawUpstream([
      expectRequest,
      send('HTTP/1.1 799 Odd\r\nContent-Length: 0\r\n\r\n'),
    ]);
    const stand = await startHttps(upstream);
    const answer = await askHttp2(await stand.session(), get);
    expect(answer.status).toBe(502);
    expect(answer.body).toContain('the status 799');
    expect(answer.headers['access-control-allow-origin']).toBe(page);
  });

  it('waits for a client that does not read, and loses nothing', async () => {
    const size = 8 * 1024 * 1024;
    const upstream = await respondWith(() => ({ status: 200, body: Buffer.alloc(size, 'x') }));
    const stand = await startHttps(upstream);
    const session = await stand.session();
    const stream = session.request(get);
    await once(stream, 'response');
    // Other streams are not held up by it.
    expect((await askHttp2(session, { ':path': '/__cors-proxy/health' })).status).toBe(200);
    let received = 0;
    stream.on('data', (chunk: Buffer) => {
      received += chunk.length;
    });
    await once(stream, 'end');
    expect(received).toBe(size);
  });

  it('ends with an error, after every byte that came, where the upstream is cut short', async () => {
    for (const end of [fin, rst]) {
      const upstream = await rawUpstream([
        expectRequest,
        send('HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhello'),
        barrier('read'),
        end,
      ]);
      const stand = await startHttps(upstream);
      const session = await stand.session();
      const stream = session.request(get);
      const closed = closeOf(stream);
      const [chunk] = (await once(stream, 'data')) as [Buffer];
      upstream.release('read');
      await closed;
      expect(chunk.toString()).toBe('hello');
      expect(stream.rstCode).not.toBe(0);
      expect(session.closed).toBe(false);
    }
  });

  it('delivers what came in the same turn as the cut', async () => {
    const upstream = await rawUpstream([
      expectRequest,
      send('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\nzzz'),
    ]);
    const stand = await startHttps(upstream);
    const answer = await askHttp2(await stand.session(), get);
    expect(answer.status).toBe(200);
    expect(answer.body).toBe('hello');
    expect(answer.ended).not.toBe('end');
  });
});

describe('a stream that its client resets', () => {
  it('H2-03 takes the upstream request with it, and not the session', async () => {
    const upstream = await rawUpstream([
      expectHead,
      send('HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nfirst'),
    ]);
    const stand = await startHttps(upstream);
    const session = await stand.session();
    const stream = session.request(get);
    stream.on('error', () => {});
    await once(stream, 'data');
    stream.close(8);
    expect(await upstream.closed(1)).not.toBe('open');
    expect((await stand.exchange(1)).outcome).toBe('client_abort');
    expect((await askHttp2(session, { ':path': '/__cors-proxy/health' })).status).toBe(200);
  });

  const cuts = [
    // Node's own client ends the body before it resets the stream.
    ['resets the stream', (client: RawClient) => client.write(frame('reset', 0, Buffer.from([0, 0, 0, 8])))],
    ['resets it without an error', (client: RawClient) => client.write(frame('reset', 0, Buffer.alloc(4)))],
    ['ends the connection', (client: RawClient) => client.fin()],
  ] as const;
  for (const [how, cut] of cuts) {
    it(`never makes a whole body of half an upload: the client ${how}`, async () => {
      const upstream = await rawUpstream([expectText('half'), barrier('half')]);
      const stand = await startHttps(upstream);
      const client = await connectRaw({ port: stand.port, tls: ['h2'] });
      const head = fieldBlock([
        [':method', 'POST'],
        [':scheme', 'https'],
        [':authority', 'localhost'],
        [':path', '/'],
      ]);
      const endOfHead = 4;
      await client.write(
        Buffer.concat([preface, frame('headers', endOfHead, head), frame('data', 0, Buffer.from('half'))]),
      );
      await upstream.reached('half');
      await cut(client);
      await upstream.closed(1);
      expect(upstream.received(1).toString('latin1')).toMatch(/half(?:\r\n)?$/);
      expect((await stand.exchange(1)).outcome).toBe('client_abort');
    });
  }
});

describe('the body of a stream that was reset', () => {
  it('is not whole, although Node ends it as if it were', async () => {
    for (const reset of [
      { aborted: true, rstCode: 0 },
      { aborted: false, rstCode: 8 },
    ]) {
      const request = Object.assign(new PassThrough(), { ...reset, headers: {}, stream: reset });
      const body = new RequestBody(request as unknown as Http2ServerRequest, {
        limitBytes: 100,
        onTooLarge: () => {},
        onProgress: () => {},
      });
      expect(await new Promise((resolve) => body.begin(resolve))).toBe(body);
      const seen: string[] = [];
      body.flowTo({ write: () => seen.push('chunk') > 0, end: () => seen.push('end') });
      request.end('half');
      await closeOf(request);
      expect(seen).toEqual(['chunk']);
      expect(body.isComplete).toBe(false);
    }
  });
});

describe('an answer that comes before the upload has ended', () => {
  it('is read by the client, and the rest of the upload is turned away', async () => {
    const stand = await startHttps(await respondWith(() => ({ status: 200 })), {
      config: { limits: { requestBody: '1kb' } },
    });
    const session = await stand.session();
    const stream = session.request({ ':path': '/', ':method': 'POST', origin: page });
    const closed = closeOf(stream);
    stream.write(Buffer.alloc(900 * 1024));
    const [headers] = await once(stream, 'response');
    let body = '';
    stream.on('data', (chunk: Buffer) => {
      body += chunk.toString();
    });
    await closed;
    expect(headers[':status']).toBe(413);
    expect(body).toContain('larger than 1024 bytes');
    expect((await askHttp2(session, { ':path': '/__cors-proxy/health' })).status).toBe(200);
  });
});

describe('the end of the proxy', () => {
  it('H2-05 says GOAWAY and lets the streams under way end', async () => {
    const upstream = await rawUpstream([
      expectRequest,
      send('HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhe'),
      barrier('drain'),
      send('llo'),
    ]);
    const stand = await startHttps(upstream);
    const session = await stand.session();
    const answered = askHttp2(session, get);
    await upstream.reached('drain');
    const goaway = once(session, 'goaway');
    const closing = stand.app.close();
    await goaway;
    upstream.release('drain');
    expect(await answered).toMatchObject({ status: 200, body: 'hello', ended: 'end' });
    expect(await closing).toEqual({ aborted: 0 });
  });

  it('does not wait for sessions without streams, nor for connections that are silent', async () => {
    const stand = await startHttps(await respondWith(() => ({ status: 200 })));
    const session = await stand.session();
    expect((await askHttp2(session, get)).status).toBe(200);
    expect(await stand.app.close()).toEqual({ aborted: 0 });
  });

  it('destroys what is left at the deadline', async () => {
    const upstream = await rawUpstream([expectRequest, send('HTTP/1.1 200 OK\r\n\r\nfirst')]);
    const stand = await startHttps(upstream, { config: { listen: { timeouts: { drain: 100 } } } });
    const answered = askHttp2(await stand.session(), get);
    await upstream.request(1);
    expect(await stand.app.close()).toEqual({ aborted: 1 });
    expect((await answered).ended).not.toBe('end');
  });
});
