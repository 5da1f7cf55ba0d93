/** Bytes that are no request still get an answer that a page can read, as far as they say who asks. */

import { Duplex, PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import {
  type ParserError,
  parserErrorAnswer,
  parserRefusal,
  sayLast,
  wireHead,
} from '../../src/proxy/client-error.ts';
import { request, rulesetOf } from '../support/ruleset.ts';
import { parseResponse, values } from '../support/strict-parser.ts';

describe('parserRefusal', () => {
  const rows: readonly (readonly [error: ParserError, status: number, said: RegExp])[] = [
    [{ code: 'HPE_HEADER_OVERFLOW' }, 431, /cookies of localhost/],
    [{ code: 'HPE_CHUNK_EXTENSIONS_OVERFLOW' }, 413, /chunk extensions/],
    [{ code: 'ERR_HTTP_REQUEST_TIMEOUT' }, 408, /listen\.timeouts\.head/],
    [{ code: 'HPE_PAUSED_H2_UPGRADE' }, 400, /spoke HTTP\/2/],
    [{ code: 'HPE_INVALID_METHOD', rawPacket: Buffer.from([0x16, 3, 1]) }, 400, /spoke TLS/],
    [{ code: 'HPE_INVALID_URL', reason: 'Unexpected char in url' }, 400, /Unexpected char in url/],
    [{ code: 'HPE_INVALID_VERSION', reason: 'Invalid HTTP version' }, 505, /use HTTP\/1\.1/],
    [{ code: 'HPE_INVALID_VERSION', reason: 'Expected dot' }, 400, /Expected dot/],
    [{ code: 'HPE_STRICT' }, 400, /HPE_STRICT/],
    [{}, 400, /unreadable/],
  ];
  it.each(rows)('%o', (error, status, said) => {
    const refusal = parserRefusal(error);
    expect(refusal).toMatchObject({ status, code: 'http_request_error', close: true });
    expect(`${refusal.detail}. ${refusal.hint}`).toMatch(said);
  });
});

const ruleset = rulesetOf({
  routes: [
    { match: '/api/**', target: 'http://127.0.0.1:1', cors: { allowOrigin: 'http://app.test' } },
    { match: '/other/**', target: 'http://127.0.0.1:1', cors: { allowOrigin: 'http://other.test' } },
  ],
});
const listener = { scheme: 'http', via: 'test' } as const;

/** Who may read the answer to these bytes. */
function reader(packet: string | undefined, head?: ReturnType<typeof request>): string[] {
  const rawPacket = packet === undefined ? {} : { rawPacket: Buffer.from(packet, 'latin1') };
  const error = { code: 'HPE_INVALID_HEADER_TOKEN', ...rawPacket };
  const { bytes } = parserErrorAnswer(error, { ruleset, listener, id: 'id-1', request: head });
  const response = parseResponse(bytes);
  expect(response.status).toBe(400);
  expect(JSON.parse(response.body.toString())).toMatchObject({
    code: 'http_request_error',
    requestId: 'id-1',
  });
  expect(values(response.headers, 'connection')).toEqual(['close']);
  return values(response.headers, 'access-control-allow-origin');
}

const packet = (...lines: string[]) => `GET /api/x HTTP/1.1\r\n${lines.join('\r\n')}\r\nBad : 1\r\n\r\n`;

describe('parserErrorAnswer', () => {
  const rows: readonly (readonly [what: string, packet: string | undefined, readers: readonly string[]])[] = [
    ['the page whose route it is', packet('Host: localhost', 'Origin: http://app.test'), ['http://app.test']],
    ['nobody for a page of another route', packet('Host: localhost', 'Origin: http://other.test'), []],
    ['nobody where no Origin is seen', packet('Host: localhost'), []],
    ['nobody where no Host is seen', packet('Origin: http://app.test'), []],
    [
      'nobody where two Origins are',
      packet('Host: localhost', 'Origin: http://app.test', 'Origin: http://app.test'),
      [],
    ],
    ['nobody under a foreign Host', packet('Host: evil.test', 'Origin: http://app.test'), []],
    ['nobody where nothing is known', undefined, []],
    ['nobody where the bytes are no text', '\x16\x03\x01\x00', []],
  ];
  it.each(rows)('is readable by %s', (_what, bytes, readers) => {
    expect(reader(bytes)).toEqual(readers);
  });

  it('is readable by the page whose body broke: its head was read before', () => {
    const head = request('POST /api/x', { Origin: 'http://app.test' });
    expect(reader('zz\r\n', head)).toEqual(['http://app.test']);
  });

  it('believes the head that was read, not what the body says', () => {
    const head = request('POST /api/x', { Origin: 'http://evil.test' });
    expect(reader(packet('Host: localhost', 'Origin: http://app.test'), head)).toEqual([]);
  });

  it('is a head alone where the body of a HEAD is broken', () => {
    const head = request('HEAD /api/x');
    const { bytes } = parserErrorAnswer(
      { code: 'HPE_INVALID_CHUNK_SIZE' },
      { ruleset, listener, id: 'id-1', request: head },
    );
    expect(bytes.toString()).toMatch(/^HTTP\/1\.1 400 Bad Request\r\n.*\r\n\r\n$/s);
  });
});

describe('wireHead', () => {
  it('leaves out what would be another line', () => {
    const head = {
      status: 400,
      reason: 'a\r\nb',
      headers: ['X-A', '1\r\nX-Evil: 1', 'X B', '2', 'X-C', '3'],
    };
    expect(wireHead(head)).toBe('HTTP/1.1 400 Bad Request\r\nX-C: 3\r\n\r\n');
  });
});

describe('sayLast', () => {
  it('destroys what cannot be written to', () => {
    const socket = new PassThrough();
    socket.end();
    sayLast(socket, Buffer.from('late'));
    expect(socket.destroyed).toBe(true);
  });

  it('waits for the end of a peer that is still sending before it lets go', async () => {
    const written: Buffer[] = [];
    const socket = new Duplex({
      read: () => {},
      write: (chunk: Buffer, _encoding, done) => {
        written.push(chunk);
        done();
      },
    });
    const isFlushed = new Promise((resolve) => socket.once('finish', resolve));
    const isClosed = new Promise((resolve) => socket.once('close', resolve));
    sayLast(socket, Buffer.from('last'));
    await isFlushed;
    expect(Buffer.concat(written).toString()).toBe('last');
    expect(socket.destroyed).toBe(false);
    socket.push(null);
    await isClosed;
    expect(socket.destroyed).toBe(true);
  });
});
