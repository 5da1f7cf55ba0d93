/** One story a test: a client and an upstream on raw sockets, the proxy between them. */

import { Buffer } from 'node:buffer';
import { createServer } from 'node:net';
import { describe, expect, it } from 'vitest';
import { validCertificate } from '../support/certificates.ts';
import { clientOf, page, proxyTo, upstreamOf } from '../support/one-route.ts';
import { ask, requestBytes } from '../support/raw-client.ts';
import {
  barrier,
  expectHead,
  expectRequest,
  expectText,
  fin,
  rst,
  type Script,
  send,
} from '../support/raw-upstream.ts';
import { type HeaderLine, type Response, values } from '../support/strict-parser.ts';
import { startTestApp } from '../support/test-app.ts';
import {
  accepted,
  type HandshakeOptions,
  handshake,
  handshakeFields,
  silent,
  switching,
  waitingClient,
} from '../support/websocket.ts';

function problem(response: Response): { readonly code: string; readonly detail: string } {
  expect(values(response.headers, 'content-type')).toEqual(['application/problem+json']);
  expect(values(response.headers, 'connection')).toEqual(['close']);
  return JSON.parse(response.body.toString());
}

async function unusedPort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === 'object' && address !== null ? address.port : 0;
}

describe('a tunnel', () => {
  it('WS-01 carries both ways, and bytes that came with either head arrive once', async () => {
    const upstream = await upstreamOf([
      expectRequest,
      send(`${switching}first`),
      expectText('early+late'),
      send('+second'),
    ]);
    const app = await proxyTo(upstream.origin);
    const client = await clientOf(app);
    await client.write(Buffer.concat([handshake(app), Buffer.from('early')]));
    await client.until('first');
    await client.write('+late');
    await client.until('first+second');
    expect(upstream.received(1).toString('latin1').split('\r\n\r\n')[1]).toBe('early+late');
    expect((await client.response()).body.toString()).toBe('first+second');
    expect(await app.exchange(1)).toMatchObject({ status: 101, outcome: 'ok' });
  });

  it('WS-01 keeps what the client sends while the upstream thinks', async () => {
    const upstream = await upstreamOf([
      expectHead,
      barrier('handshake'),
      send(switching),
      expectText('one two'),
      send('heard'),
    ]);
    const app = await proxyTo(upstream.origin);
    const client = await waitingClient(app, upstream);
    await client.write('one ');
    await client.write('two');
    upstream.release('handshake');
    await client.until('heard');
  });

  it('goes to ws: and wss: targets', async () => {
    const tls = await validCertificate();
    const upstream = await upstreamOf([expectRequest, send(`${switching}secure`)], { tls });
    const app = await startTestApp({
      routes: [
        {
          match: '/api/**',
          target: `wss://localhost:${upstream.port}`,
          cors: { allowOrigin: page },
          tls: { verify: false },
          // The name that TLS checks is the target's, whatever Host says.
          request: { host: 'keep' },
        },
      ],
    });
    const client = await clientOf(app);
    await client.write(handshake(app));
    await client.until('secure');
    expect(values((await upstream.request(1)).headers, 'host')).toEqual([`localhost:${app.port}`]);
  });

  it('the upstream sees the path byte for byte, its own Host, and the Origin that the route says', async () => {
    const upstream = await upstreamOf([expectRequest, send(switching)]);
    const app = await proxyTo(`${upstream.origin.replace('http:', 'ws:')}/base`, {
      request: { origin: 'upstream', headers: { 'X-Set': 'by the route' } },
      stripPrefix: '/api',
    });
    const client = await clientOf(app);
    await client.write(handshake(app, { target: '/api//a/%7e%2D/b?x=//&y=%' }));
    expect((await client.response()).status).toBe(101);
    const seen = await upstream.request(1);
    expect(seen.target).toBe('/base//a/%7e%2D/b?x=//&y=%');
    expect(values(seen.headers, 'host')).toEqual([upstream.authority]);
    expect(values(seen.headers, 'origin')).toEqual([upstream.origin]);
    expect(values(seen.headers, 'x-set')).toEqual(['by the route']);
  });

  it('WS-14 hop-by-hop fields stay on their hop, both ways', async () => {
    const upstream = await upstreamOf([
      expectRequest,
      send(
        `${accepted.replace('Connection: Upgrade', 'Connection: Upgrade, X-Down')}X-Down: 1\r\nKeep-Alive: timeout=5\r\nX-Kept: 1\r\n\r\n`,
      ),
    ]);
    const app = await proxyTo(upstream.origin);
    const client = await clientOf(app);
    await client.write(
      handshake(app, {
        connection: 'Upgrade, X-Hop',
        more: [
          ['X-Hop', '1'],
          ['Keep-Alive', 'timeout=5'],
        ],
      }),
    );
    const { headers } = await client.response();
    expect(values(headers, 'connection')).toEqual(['Upgrade']);
    expect(values(headers, 'upgrade')).toEqual(['websocket']);
    expect([values(headers, 'x-down'), values(headers, 'keep-alive'), values(headers, 'x-kept')]).toEqual([
      [],
      [],
      ['1'],
    ]);
    const seen = await upstream.request(1);
    expect(values(seen.headers, 'connection')).toEqual(['Upgrade']);
    expect(values(seen.headers, 'upgrade')).toEqual(['websocket']);
    expect([values(seen.headers, 'x-hop'), values(seen.headers, 'keep-alive')]).toEqual([[], []]);
  });

  it('WS-19 subprotocols, extensions and 8-bit bytes pass as they are', async () => {
    const offer = 'permessage-deflate; client_max_window_bits, x-webkit-deflate-frame';
    const upstream = await upstreamOf([
      expectRequest,
      send(
        `${accepted}Sec-WebSocket-Protocol: graphql-ws\r\nSec-WebSocket-Extensions: permessage-deflate\r\nX-Name: J\xfcrgen\r\nX-Two: a\r\nX-Two: b\r\n\r\n`,
      ),
    ]);
    const app = await proxyTo(upstream.origin);
    const client = await clientOf(app);
    const more: readonly HeaderLine[] = [
      ['Sec-WebSocket-Protocol', 'graphql-ws'],
      ['sec-websocket-protocol', 'chat'],
      ['Sec-WebSocket-Extensions', offer],
      ['X-Name', 'J\xfcrgen'],
    ];
    await client.write(handshake(app, { more }));
    const { headers } = await client.response();
    expect(values(headers, 'sec-websocket-protocol')).toEqual(['graphql-ws']);
    expect(values(headers, 'sec-websocket-extensions')).toEqual(['permessage-deflate']);
    expect(values(headers, 'x-name')).toEqual(['J\xfcrgen']);
    expect(values(headers, 'x-two')).toEqual(['a', 'b']);
    const seen = await upstream.request(1);
    expect(values(seen.headers, 'sec-websocket-protocol')).toEqual(['graphql-ws', 'chat']);
    expect(values(seen.headers, 'sec-websocket-extensions')).toEqual([offer]);
    expect(values(seen.headers, 'x-name')).toEqual(['J\xfcrgen']);
  });

  it('WS-20 waits for the answer to a request that was pipelined in front of it', async () => {
    const upstream = await upstreamOf((connection) =>
      connection === 1
        ? [expectRequest, barrier('get'), send('HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\ngot')]
        : [expectRequest, send(`${switching}hello`)],
    );
    const app = await proxyTo(upstream.origin);
    const client = await clientOf(app);
    const get = requestBytes('GET /api/first', [['Host', `localhost:${app.port}`]]);
    await client.write(Buffer.concat([get, handshake(app)]));
    await upstream.reached('get');
    upstream.release('get');
    await client.until('hello');
    expect((await client.response()).body.toString()).toBe('got');
    expect((await client.response()).status).toBe(101);
  });

  it('carries two handshakes that are on their way together, each to its own end', async () => {
    const upstream = await upstreamOf((connection) => [
      expectRequest,
      barrier(`answer ${connection}`),
      send(`${switching}this is ${connection}`),
    ]);
    const app = await proxyTo(upstream.origin);
    const clients = await Promise.all([clientOf(app), clientOf(app)]);
    await Promise.all(clients.map((client, i) => client.write(handshake(app, { target: `/api/${i}` }))));
    await Promise.all([upstream.request(1), upstream.request(2)]);
    upstream.release('answer 2');
    upstream.release('answer 1');
    for (const [i, client] of clients.entries()) {
      const seen = upstream.requests.find(({ target }) => target === `/api/${i}`);
      await client.until(`this is ${seen?.connection}`);
    }
  });
});

describe('a handshake is refused before the upstream is called', () => {
  interface Row extends HandshakeOptions {
    readonly status: number;
    readonly code: string;
  }
  const rows: readonly (readonly [name: string, row: Row])[] = [
    [
      'WS-12 for an origin that is not listed',
      { origin: 'http://evil.test', status: 403, code: 'http_request_denied' },
    ],
    ['for an opaque origin', { origin: 'null', status: 403, code: 'http_request_denied' }],
    [
      'for an origin that is an IP address',
      { origin: 'http://203.0.113.5', status: 403, code: 'http_request_denied' },
    ],
    ['for a malformed origin', { origin: 'http://[', status: 403, code: 'http_request_denied' }],
    ['WS-11 for POST', { method: 'POST', status: 400, code: 'http_request_error' }],
    ['WS-11 for a body', { body: 'x', status: 400, code: 'http_request_error' }],
    ['WS-17 for a path without a route', { target: '/other', status: 404, code: 'destination_not_found' }],
    ['for a route that has WebSockets off', { target: '/off/ws', status: 403, code: 'http_request_denied' }],
    [
      'for a page on a route that is open to all: "*" opens no WebSocket',
      { target: '/all/ws', origin: 'http://evil.test', status: 403, code: 'http_request_denied' },
    ],
  ];
  it.each(rows)('%s', async (_name, { status, code, ...options }) => {
    const upstream = await upstreamOf([expectRequest, send(switching)]);
    const { origin: target } = upstream;
    const app = await startTestApp({
      routes: [
        { match: '/api/**', target, cors: { allowOrigin: page } },
        { match: '/off/**', target, cors: { allowOrigin: page }, websocket: false },
        { match: '/all/**', target, cors: { allowOrigin: '*' } },
      ],
    });
    const response = await ask({ port: app.port }, handshake(app, options));
    expect(response.status).toBe(status);
    expect(problem(response).code).toBe(code);
    expect(upstream.connections()).toBe(0);
    expect(await app.exchange(1)).toMatchObject({ status, outcome: 'refused' });
  });

  it('for a Host that is not this proxy (a page that rebinds its name to 127.0.0.1)', async () => {
    const upstream = await upstreamOf([expectRequest, send(switching)]);
    const app = await proxyTo(upstream.origin);
    const bytes = requestBytes('GET /api/ws', [
      ['Host', 'evil.test'],
      ['Origin', 'http://evil.test'],
      ['Connection', 'Upgrade'],
      ...handshakeFields,
    ]);
    expect((await ask({ port: app.port }, bytes)).status).toBe(403);
    expect(upstream.connections()).toBe(0);
  });
});

describe('a handshake that the upstream does not take is answered', () => {
  it('WS-02 502 where nobody listens', async () => {
    const app = await proxyTo(`ws://127.0.0.1:${await unusedPort()}`);
    const response = await ask({ port: app.port }, handshake(app));
    expect([response.status, problem(response).code]).toEqual([502, 'connection_refused']);
    expect(values(response.headers, 'access-control-allow-origin')).toEqual([page]);
    expect(await app.exchange(1)).toMatchObject({ status: 502, outcome: 'upstream_error' });
  });

  it("WS-03 with the upstream's own answer, framed anew", async () => {
    const upstream = await upstreamOf([
      expectRequest,
      send('HTTP/1.1 404 Not Here\r\nTransfer-Encoding: chunked\r\nX-A: 1\r\n\r\n3\r\nabc\r\n'),
      barrier('more'),
      send('2\r\nde\r\n0\r\n\r\n'),
    ]);
    const app = await proxyTo(upstream.origin);
    const client = await clientOf(app);
    await client.write(handshake(app));
    await client.until('abc');
    upstream.release('more');
    const response = await client.response();
    expect([response.status, response.reason, response.body.toString()]).toEqual([404, 'Not Here', 'abcde']);
    expect([values(response.headers, 'x-a'), values(response.headers, 'connection')]).toEqual([
      ['1'],
      ['close'],
    ]);
    expect((await client.end()).ended).toBe('fin');
    expect(await app.exchange(1)).toMatchObject({ status: 404, outcome: 'ok', bytes: 5 });
  });

  it('with no body where the upstream sent none', async () => {
    const upstream = await upstreamOf([expectRequest, send('HTTP/1.1 204 No Content\r\n\r\n')]);
    const app = await proxyTo(upstream.origin);
    const response = await ask({ port: app.port }, handshake(app));
    expect([response.status, response.framing]).toEqual([204, 'none']);
  });

  it('UB-01 with an abort where the upstream cuts its own answer short, after all that came', async () => {
    const upstream = await upstreamOf([
      expectRequest,
      send('HTTP/1.1 403 Forbidden\r\nContent-Length: 100\r\n\r\nonly this'),
      fin,
    ]);
    const app = await proxyTo(upstream.origin);
    const client = await clientOf(app);
    await client.write(handshake(app));
    const { bytes, ended } = await client.end();
    expect(bytes.toString()).toMatch(/Content-Length: 100\r\n[\s\S]*\r\n\r\nonly this$/);
    expect(ended).not.toBe('open');
    expect((await app.exchange(1)).failure?.code).toBe('http_response_incomplete');
  });

  it('WS-06 504 where it says nothing', async () => {
    const upstream = await upstreamOf(silent);
    const app = await proxyTo(upstream.origin, { timeouts: { headers: 60 } });
    const response = await ask({ port: app.port }, handshake(app));
    expect([response.status, problem(response).code]).toEqual([504, 'http_response_timeout']);
    expect(await upstream.closed(1)).not.toBe('open');
  });

  it('504 where its name is not resolved in time', async () => {
    const app = await startTestApp(
      {
        routes: [
          { match: '/**', target: 'ws://slow.test', cors: { allowOrigin: page }, timeouts: { connect: 60 } },
        ],
      },
      { app: { lookup: () => undefined } },
    );
    const response = await ask({ port: app.port }, handshake(app));
    expect([response.status, problem(response).code]).toEqual([504, 'dns_timeout']);
  });

  const wrong: readonly (readonly [name: string, answer: string])[] = [
    ['to another protocol', 'HTTP/1.1 101 Ok\r\nUpgrade: foo\r\nConnection: Upgrade\r\n\r\n'],
    ['without saying to what', 'HTTP/1.1 101 Ok\r\nConnection: Upgrade\r\n\r\n'],
  ];
  it.each(wrong)('WS-13 502 where it switches %s', async (_name, answer) => {
    const upstream = await upstreamOf([expectRequest, send(answer)]);
    const app = await proxyTo(upstream.origin);
    const response = await ask({ port: app.port }, handshake(app));
    expect([response.status, problem(response).code]).toEqual([502, 'http_upgrade_failed']);
    expect(await upstream.closed(1)).not.toBe('open');
  });

  const broken: readonly (readonly [name: string, code: string, script: Script])[] = [
    ['it closes', 'connection_terminated', [expectRequest, fin]],
    ['it resets', 'connection_terminated', [expectRequest, rst]],
    ['it does not speak HTTP', 'http_protocol_error', [expectRequest, send('SSH-2.0-OpenSSH\r\n')]],
    ['its status is below 100', 'http_protocol_error', [expectRequest, send('HTTP/1.1 099 X\r\n\r\n'), fin]],
    [
      'it asks for proxy credentials',
      'http_protocol_error',
      [expectRequest, send('HTTP/1.1 407 X\r\nContent-Length: 0\r\n\r\n')],
    ],
  ];
  it.each(broken)('502 where %s', async (_name, code, script) => {
    const upstream = await upstreamOf(script);
    const app = await proxyTo(upstream.origin);
    const response = await ask({ port: app.port }, handshake(app));
    expect([response.status, problem(response).code]).toEqual([502, code]);
    expect(await upstream.closed(1)).not.toBe('open');
  });

  it('is an ordinary request in HTTP/1.0, where Upgrade is to be ignored (RFC 9110 §7.8)', async () => {
    const upstream = await upstreamOf([
      expectRequest,
      send('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok'),
    ]);
    const app = await proxyTo(upstream.origin);
    const bytes = handshake(app).toString('latin1').replace('HTTP/1.1', 'HTTP/1.0');
    const { status, body } = await ask({ port: app.port }, bytes);
    expect([status, body.toString()]).toEqual([200, 'ok']);
    expect(values((await upstream.request(1)).headers, 'upgrade')).toEqual([]);
  });

  it('502 where its certificate is not trusted', async () => {
    const upstream = await upstreamOf([expectRequest, send(switching)], { tls: await validCertificate() });
    const app = await proxyTo(`wss://localhost:${upstream.port}`);
    const response = await ask({ port: app.port }, handshake(app));
    expect([response.status, problem(response).code]).toEqual([502, 'tls_certificate_error']);
  });

  it('400 where the client does not wait for the answer', async () => {
    const upstream = await upstreamOf(silent);
    const app = await proxyTo(upstream.origin);
    const client = await waitingClient(app, upstream);
    await client.write(Buffer.alloc(70_000));
    expect(problem(await client.response()).detail).toContain('before its WebSocket was open');
    expect(await upstream.closed(1)).not.toBe('open');
  });

  it('an 1xx in front of the 101 is passed over', async () => {
    const upstream = await upstreamOf([
      expectRequest,
      send(`HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n${switching}`),
    ]);
    const app = await proxyTo(upstream.origin);
    const client = await clientOf(app);
    await client.write(handshake(app));
    expect((await client.response()).status).toBe(101);
  });
});

describe('other upgrades are ordinary requests', () => {
  const h2c: readonly HeaderLine[] = [
    ['Connection', 'Upgrade, HTTP2-Settings'],
    ['Upgrade', 'h2c'],
    ['HTTP2-Settings', 'AAMAAABkAAQAAP__'],
  ];
  const ok = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok';

  it('WS-10 h2c, with a body, and the connection lives on', async () => {
    const upstream = await upstreamOf([
      expectRequest,
      send(ok),
      expectRequest,
      send(ok),
      expectRequest,
      send(ok),
    ]);
    const app = await proxyTo(upstream.origin);
    const client = await clientOf(app);
    const host: HeaderLine = ['Host', `localhost:${app.port}`];
    await client.write(requestBytes('GET /api/a', [host, ...h2c, ['Origin', page]]));
    const first = await client.response();
    expect([first.status, values(first.headers, 'access-control-allow-origin')]).toEqual([200, [page]]);
    await client.write(requestBytes('POST /api/b', [host, ...h2c], 'the body'));
    expect((await client.response()).status).toBe(200);
    await client.write(
      `POST /api/c HTTP/1.1\r\nHost: localhost:${app.port}\r\nUpgrade: foo\r\nConnection: upgrade\r\nTransfer-Encoding: chunked\r\n\r\n`,
    );
    await client.write('4\r\nlate\r\n0\r\n\r\n');
    expect((await client.response()).status).toBe(200);
    const seen = await upstream.request(2);
    expect(seen.body.toString()).toBe('the body');
    expect([values(seen.headers, 'upgrade'), values(seen.headers, 'http2-settings')]).toEqual([[], []]);
    expect((await upstream.request(3)).body.toString()).toBe('late');
  });

  it('WS-20 also behind a request that is still being answered', async () => {
    const upstream = await upstreamOf([expectRequest, barrier('first'), send(ok), expectRequest, send(ok)]);
    const app = await proxyTo(upstream.origin);
    const client = await clientOf(app);
    const host: HeaderLine = ['Host', `localhost:${app.port}`];
    const pipelined = [requestBytes('GET /api/a', [host]), requestBytes('GET /api/b', [host, ...h2c])];
    await client.write(Buffer.concat(pipelined));
    await upstream.reached('first');
    upstream.release('first');
    expect((await client.response()).status).toBe(200);
    expect((await client.response()).status).toBe(200);
  });

  it('a CONNECT behind a request that is still being answered is refused after that answer', async () => {
    const upstream = await upstreamOf([expectRequest, barrier('first'), send(ok)]);
    const app = await proxyTo(upstream.origin);
    const client = await clientOf(app);
    const host: HeaderLine = ['Host', `localhost:${app.port}`];
    await client.write(
      Buffer.concat([
        requestBytes('GET /api/a', [host]),
        requestBytes('CONNECT a.test:443', [['Host', 'a.test']]),
      ]),
    );
    await upstream.reached('first');
    upstream.release('first');
    expect((await client.response()).status).toBe(200);
    expect((await client.response()).status).toBe(405);
  });
});
