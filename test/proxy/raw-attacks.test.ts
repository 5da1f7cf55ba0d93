/**
 * The attacker has a socket, or what a browser can be made to send. Each row is bytes on the wire, against the running
 * proxy, so that what Node's parser refuses and what the guard refuses are seen as the one thing that they are to an
 * attacker: refused with an answer, nothing behind touched, and the next client served.
 */

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ask } from '../support/raw-client.ts';
import { type RawUpstream, respondWith } from '../support/raw-upstream.ts';
import { values } from '../support/strict-parser.ts';
import { openTestApp, type TestApp } from '../support/test-app.ts';

const page = 'http://localhost:5173';
let upstream: RawUpstream;
let app: TestApp;

beforeAll(async () => {
  upstream = await respondWith(() => ({ status: 200, body: 'ok' }));
  const { origin: target } = upstream;
  app = await openTestApp(
    {
      listen: { allowedHosts: ['box.test', '.dev.test'] },
      routes: [
        {
          match: '/secret/**',
          target,
          cors: { allowOrigin: [page, 'http://[::1]:5173'] },
          request: { headers: { Authorization: 'Bearer ${KEY}' } },
        },
        { match: '/open/**', target, cors: { allowOrigin: '*' }, websocket: true },
        { match: '/**', target: `${target}/base`, cors: { allowOrigin: page } },
      ],
    },
    { env: { KEY: 's3cr3t-k3y' }, file: '/home/ann/shop/cors-proxy.config.json' },
  );
});

afterAll(async () => {
  await app.close();
  await upstream.close();
});

const host = 'Host: localhost\r\n';

type Row = readonly [bytes: string, status: number];

/** Sends the row on a connection of its own; a refused one must not have reached the upstream. */
async function expectStatus(bytes: string, status: number): Promise<void> {
  const before = upstream.requests.length;
  const response = await ask({ port: app.port }, bytes);
  expect(response.status, response.body.toString()).toBe(status);
  expect(upstream.requests.length - before).toBe(status === 200 ? 1 : 0);
  if (status < 400) return;
  expect(values(response.headers, 'content-type')).toEqual(['application/problem+json']);
  // A page that rebound its name reads the answer: neither a secret nor the user's name may be in it.
  const seen = `${JSON.stringify(response.headers)}${response.body.toString()}`;
  expect(seen).not.toContain('s3cr3t');
  expect(seen).not.toContain('/home/ann');
}

const shown = (text: string) => JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}…` : text);

function table(title: string, rows: Iterable<Row>): void {
  describe(title, () => {
    const named = [...rows].map(([bytes, status]): [string, number, string] => [shown(bytes), status, bytes]);
    it.each(named)('%s: %i', (_, status, bytes) => expectStatus(bytes, status));
  });
}

/** A page whose name was rebound to this machine, and everything that a parser of names has stumbled over. */
const hosts: Readonly<Record<number, readonly string[]>> = {
  200: [
    ...[
      'localhost',
      'LOCALHOST',
      'localhost.',
      'localhost:65535',
      'a.localhost',
      '127.0.0.1',
      '127.255.255.254',
    ],
    ...[
      '[::1]',
      '[::1]:8010',
      'box.test',
      'BOX.TEST',
      'dev.test',
      'a.dev.test',
      'a.b.dev.test',
      ' localhost ',
    ],
  ],
  400: [
    ...[
      '',
      'localhost:65536',
      'localhost:-1',
      'localhost:80:80',
      'localhost:80a',
      'user@localhost',
      'u:p@localhost',
    ],
    ...[
      'localhost@evil.test',
      '[::1%25lo]',
      '[::1%lo]',
      '[::1',
      '::1',
      '[v1.a]',
      '.localhost',
      'a..localhost',
    ],
    ...['%6cocalhost', 'localhost%00.evil', 'localhost/', 'localhost#x', 'localhost?x', 'localhost\\evil'],
    ...[
      'localhost, evil.test',
      'localhost evil',
      'localhost\tx',
      'localhost;a',
      'http://localhost',
      '"localhost"',
    ],
    ...['*', 'lo\xe9', '-localhost', 'localhost..', 'localhost\0', 'a'.repeat(254)],
    ...['localhost\r\nHost: localhost', 'localhost\r\nhost: evil.test', 'localhost\r\n evil.test'],
  ],
  403: [
    ...[
      'evil.test',
      'localhost.evil.test',
      'evillocalhost',
      '127.0.0.1.nip.io',
      '127.1',
      '2130706433',
      '0x7f000001',
    ],
    ...[
      '0177.0.0.1',
      '127.0.0.256',
      '0.0.0.0',
      '[::]',
      '[::ffff:127.0.0.1]',
      '[0:0:0:0:0:0:0:1]',
      'x.box.test',
    ],
    ...['evildev.test', 'evil.test\r\nX-Forwarded-Host: localhost', 'evil.test\r\nForwarded: host=localhost'],
  ],
};

table(
  'Host',
  rowsOf(hosts, (name) => `GET /x HTTP/1.1\r\nHost: ${name}\r\n\r\n`),
);

table(
  'Host of a handshake',
  rowsOf(hosts, (name) => handshake('GET /x HTTP/1.1', [`Host: ${name}`, `Origin: ${page}`])),
);

function* rowsOf(statuses: typeof hosts, bytesOf: (text: string) => string): Generator<Row> {
  for (const [status, texts] of Object.entries(statuses)) {
    for (const text of texts) yield [bytesOf(text), Number(status)];
  }
}

function handshake(line: string, lines: readonly string[]): string {
  const upgrade = ['Connection: Upgrade', 'Upgrade: websocket', 'Sec-WebSocket-Version: 13'];
  return [line, ...lines, ...upgrade, 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==', '', ''].join('\r\n');
}

/** Another host or another path than the one that was routed. */
const targets: Readonly<Record<number, readonly string[]>> = {
  200: [
    ...[
      '/x',
      '//evil.test/x',
      '///evil.test',
      '/a?b=../c',
      '/a?\\',
      '/%zz',
      '/.well-known/x',
      '/a..b',
      '/...',
    ],
    ...[
      'http://localhost',
      'http://localhost/x',
      'HTTP://LOCALHOST/x',
      'http://[::1]/x',
      '/__CORS-PROXY/health',
    ],
  ],
  400: [
    ...['/\\evil.test', '\\\\evil.test', 'https://localhost/x', 'https://evil.test/x', 'ftp://localhost/x'],
    ...[
      'file:///etc/passwd',
      'http:/x',
      'http:x',
      'http:///x',
      'http://',
      'http://u@localhost/',
      'http://u:p@localhost/',
    ],
    ...[
      'http://localhost:99999/',
      'http://localhost\\@evil.test/',
      'http://localhost%2f@evil.test/',
      '*',
      'x',
      '?x',
    ],
    ...[
      '#x',
      '/x#y',
      '/x?y#z',
      '/..',
      '/../x',
      '/a/../x',
      '/a/%2e%2e/x',
      '/a/%2E%2e/x',
      '/a/.%2e/x',
      '/a/./x',
      '/.',
    ],
    ...[
      '/a\\..\\b',
      '/%00',
      '/a b',
      '/a\tb',
      '/a\0b',
      '/a\x01b',
      '/a\x7fb',
      '/a\x80b',
      '/\xc3\xa9',
      '/a\rb',
      '',
    ],
    ...[
      '/x/../__cors-proxy/health',
      '/secret/..%2fx',
      '/secret/..;/x',
      '/secret/%2e%2e%2fx',
      '/secret/%252e%252e/x',
    ],
    ...['/secret/..%5cx', '/secret/..%255cx', '/secret/%c0%ae%c0%ae/x', '/secret/x%2f..'],
  ],
  403: ['http://evil.test/x', 'HTTP://EVIL.TEST', 'http://localhost.evil.test/'],
  414: [`/${'a'.repeat(16 * 1024)}`],
};

table(
  'the request target',
  rowsOf(targets, (target) => `GET ${target} HTTP/1.1\r\n${host}\r\n`),
);

const lines: Readonly<Record<number, readonly string[]>> = {
  200: ['GET /x HTTP/1.1', 'GET /x HTTP/1.0', 'PROPFIND /x HTTP/1.1', 'QUERY /x HTTP/1.1'],
  400: [
    ...[
      'GET /x HTTP/0.9',

      'GET /x HTTP/2',

      'GET /x HTTP/1.10',
      'GET /x http/1.1',
    ],
    ...[
      'GET /x HTTP/1.1 ',
      'GET /x HTTP/1,1',
      'GET /x',
      'GET\t/x\tHTTP/1.1',
      ' GET /x HTTP/1.1',
      'GET /x HTTP/1.1 x',
    ],
    ...['get /x HTTP/1.1', 'TRACK /x HTTP/1.1', 'G ET /x HTTP/1.1', 'GET * HTTP/1.1', 'PRI * HTTP/2.0'],
  ],
  405: [
    'TRACE /x HTTP/1.1',
    'TRACE * HTTP/1.1',
    'CONNECT evil.test:443 HTTP/1.1',
    'CONNECT localhost:80 HTTP/1.1',
  ],
  505: ['GET /x HTTP/2.0', 'GET /x HTTP/1.2', 'GET /x HTTP/3.0'],
};

table(
  'the request line',
  rowsOf(lines, (line) => `${line}\r\n${host}\r\n`),
);

/** A second request, hidden in what one reader takes for the body of the first. */
const framing: Readonly<Record<number, readonly string[]>> = {
  200: ['Transfer-Encoding: chunked', 'Transfer-Encoding: CHUNKED', 'Transfer-Encoding: \tchunked '],
  400: [
    ...[
      'Transfer-Encoding: "chunked"',
      'Transfer-Encoding: x',
      'Transfer-Encoding: identity',
      'Transfer-Encoding: ',
    ],
    ...['Transfer-Encoding: \x0bchunked', 'Transfer-Encoding: chunked\x0b', 'Transfer-Encoding: chunked\xa0'],
    ...[
      'Transfer-Encoding: chunked, chunked',
      'Transfer-Encoding: chunked, identity',
      'Transfer-Encoding: chunked,',
    ],
    ...['Transfer-Encoding: , chunked', 'Transfer-Encoding: chunked;a=b', 'Transfer-Encoding: x chunked'],
    ...['Transfer-Encoding: xchunked', 'Transfer-Encoding : chunked', 'Transfer-Encoding:\r\n chunked'],
    ...[
      'Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked',
      'Content-Length: 5\r\nTransfer-Encoding: chunked',
    ],
    ...[
      'Transfer-Encoding: chunked\r\nContent-Length: 0',
      'Transfer-Encoding: identity\r\nContent-Length: 5',
    ],
    ...[
      'Content-Length: +5',
      'Content-Length: -5',
      'Content-Length: 0x5',
      'Content-Length: 5,5',
      'Content-Length: 5, 5',
    ],
    ...[
      'Content-Length: 5.0',
      'Content-Length: 5e0',
      'Content-Length: ',
      'Content-Length: five',
      'Content-Length: 5 5',
    ],
    ...[
      'Content-Length: 18446744073709551621',
      'Content-Length: 5\0',
      'Content-Length : 5',
      'Content-Length: 5_0',
    ],
    ...[
      'Content-Length: 5\r\nContent-Length: 5',
      'Content-Length: 5\r\nContent-Length: 6',
      'Content-Length:\r\n 5',
    ],
    ...[
      'X: a\rb',
      'X: a\nb',
      'X: a\0b',
      'X : a',
      'X',
      ': a',
      'X y: a',
      'X: a\r\n b',
      '\x0bX: a',
      'X\t: a',
      '(X): a',
    ],
  ],
  413: ['Content-Length: 9007199254740993'],
  501: ['Transfer-Encoding: gzip, chunked', 'Transfer-Encoding: x\r\nTransfer-Encoding: chunked'],
};

table(
  'fields that frame a message',
  rowsOf(framing, (field) => `POST /x HTTP/1.1\r\n${host}${field}\r\n\r\n0\r\n\r\n`),
);

const single: Readonly<Record<number, readonly string[]>> = {
  400: ['Authorization: a\r\nauthorization: b', 'Content-Type: a/b\r\nContent-Type: c/d'],
  417: ['Expect: 200-ok', 'Expect: 100-continue, x'],
};

table(
  'fields that stand once',
  rowsOf(single, (field) => `GET /x HTTP/1.1\r\n${host}${field}\r\n\r\n`),
);

/** Whatever the listed page's origin could be mistaken for. */
const origins: Readonly<Record<number, readonly string[]>> = {
  200: [page, 'http://[::1]:5173'],
  403: [
    ...[
      'HTTP://LOCALHOST:5173',
      `${page}/`,
      `${page}/p`,
      'http://localhost:05173',
      'http://localhost',
      `${page}.evil.test`,
    ],
    ...[
      'https://localhost:5173',
      'http://127.0.0.1:5173',
      'http://localhost.:5173',
      'http://user@localhost:5173',
    ],
    ...[
      'null',
      'NULL',
      '',
      `null, ${page}`,
      `${page}, null`,
      `${page},${page}`,
      `${page} http://evil.test`,
      `${page}?`,
    ],
    ...[
      `${page}\r\nOrigin: ${page}`,
      `${page}\r\norigin: http://evil.test`,
      'file://',
      'about:blank',
      '*',
      'http://*',
    ],
    ...[
      'http://localhost:*',
      'chrome-extension://a',
      'capacitor://localhost',
      'http://m\xfcnchen.test',
      `${page}\xa0`,
    ],
    ...[
      'http://[0:0:0:0:0:0:0:1]:5173',
      'http://[::1%25lo]:5173',
      'http://2130706433:5173',
      `http://${'a'.repeat(400)}`,
    ],
  ],
};

const withOrigin = (line: string) => (origin: string) =>
  `${line} HTTP/1.1\r\n${host}Origin: ${origin}\r\n\r\n`;

table('Origin on a secret route', rowsOf(origins, withOrigin('GET /secret/x')));

table(
  'Origin of a handshake on a secret route',
  rowsOf(origins, (origin) => handshake('GET /secret/x HTTP/1.1', ['Host: localhost', `Origin: ${origin}`])),
);

/** No Origin, or one that "*" would take: what Fetch metadata and the kind of request say instead. */
const ways: readonly Row[] = [
  ...['cross-site', 'same-site', 'Same-Origin', '', 'x', 'same-origin, cross-site'].map(
    (site): Row => [`GET /secret/x HTTP/1.1\r\n${host}Sec-Fetch-Site: ${site}\r\n\r\n`, 403],
  ),
  ...['none', 'same-origin'].map(
    (site): Row => [`GET /secret/x HTTP/1.1\r\n${host}Sec-Fetch-Site: ${site}\r\n\r\n`, 200],
  ),
  ...['Service-Worker: script', 'service-worker: SCRIPT', 'X-Forwarded-For: 1', 'Forwarded: for=1'].map(
    (field): Row => [`GET /secret/x HTTP/1.1\r\n${host}${field}\r\n\r\n`, 403],
  ),
  [`GET /x HTTP/1.1\r\n${host}Service-Worker: script\r\n\r\n`, 403],
  ...[page, 'http://evil.test', 'null', ''].map(
    (origin): Row => [handshake('GET /open/x HTTP/1.1', ['Host: localhost', `Origin: ${origin}`]), 403],
  ),
  [handshake('POST /x HTTP/1.1', ['Host: localhost', `Origin: ${page}`, 'Content-Length: 1']), 400],
  [handshake('GET /x HTTP/1.1', ['Host: localhost', `Origin: ${page}`, 'Transfer-Encoding: chunked']), 400],
  [`GET /__cors-proxy/health HTTP/1.1\r\n${host}Origin: ${page}\r\n\r\n`, 403],
  [`GET /__cors-proxy/health HTTP/1.1\r\n${host}Sec-Fetch-Site: same-site\r\n\r\n`, 403],
  ['GET /__cors-proxy/health HTTP/1.1\r\nHost: box.test\r\n\r\n', 403],
];

table('the way in which a request comes', ways);
