import { describe, expect, it } from 'vitest';
import { InvalidResponse } from '../../src/http/invalid-response.ts';
import { type BodyLength, readResponseHead } from '../../src/http/response-syntax.ts';
import { expectLinear } from '../support/linear.ts';

/** A head of HTTP/1.1; where a row is of another, it says so itself. */
const head = (...lines: readonly string[]) => ['HTTP/1.1 200 OK', ...lines].join('\r\n');
const old = (...lines: readonly string[]) => ['HTTP/1.0 200 OK', ...lines].join('\r\n');
const status = (code: number, ...lines: readonly string[]) => [`HTTP/1.1 ${code} X`, ...lines].join('\r\n');

function read(text: string, method = 'GET') {
  const said = readResponseHead(text, method);
  if (said instanceof InvalidResponse) throw said;
  return said;
}

describe('the length of a body (RFC 9112 §6.3)', () => {
  const rows: readonly (readonly [sentence: string, text: string, body: BodyLength, method?: string])[] = [
    ['a length is in bytes', head('Content-Length: 10'), 10],
    ['leading zeros are no other base', head('Content-Length: 010'), 10],
    ['15 digits are exact', head('Content-Length: 999999999999999'), 999_999_999_999_999],
    ['white space around it is not of it', head('Content-Length:\t 10 \t'), 10],
    ['names have no case', head('CONTENT-length: 10'), 10],
    ['chunked has no case', head('Transfer-Encoding: Chunked'), 'chunked'],
    ['white space around chunked is not of it', head('transfer-encoding:chunked\t'), 'chunked'],
    ['without either it ends with the connection', head(), 'close'],
    ['so it does in HTTP/1.0 that is to persist', old('Connection: keep-alive'), 'close'],
    ['HEAD has none', head('Content-Length: 10'), 0, 'HEAD'],
    ['HEAD without a length has none', head(), 0, 'HEAD'],
    ['methods have a case', head('Content-Length: 10'), 10, 'head'],
    ['204 has none', status(204, 'Content-Length: 10'), 0],
    ['304 has none', status(304, 'Transfer-Encoding: chunked'), 0],
    ['205 is framed as any other', status(205, 'Content-Length: 10'), 10],
    ['999 is framed as any other', status(999, 'Content-Length: 10'), 10],
    [
      '1xx has none, and its framing says nothing',
      status(199, 'Content-Length: x', 'Transfer-Encoding: y'),
      0,
    ],
    [
      'a name that begins alike says nothing',
      head('Content-Length-X: 10', 'X-Transfer-Encoding: chunked'),
      'close',
    ],
  ];
  it.each(rows.map(([sentence, text, body, method = 'GET']) => [sentence, text, body, method] as const))(
    '%s',
    (_, text, body, method) => {
      expect(read(text, method).body).toBe(body);
    },
  );

  const refused: readonly (readonly [string, string, RegExp])[] = [
    ['two lengths that differ', head('Content-Length: 1', 'Content-Length: 2'), /two/],
    ['two lengths that are the same', head('Content-Length: 1', 'content-length: 1'), /two/],
    ['an empty one beside another', head('Content-Length:', 'Content-Length: 1'), /two/],
    ['a list of lengths', head('Content-Length: 1, 1'), /"1, 1"/],
    ['an empty length', head('Content-Length:'), /""/],
    ['a sign', head('Content-Length: +1'), /"\+1"/],
    ['a negative length', head('Content-Length: -1'), /"-1"/],
    ['hexadecimal digits', head('Content-Length: 0x1'), /"0x1"/],
    ['an exponent', head('Content-Length: 1e1'), /"1e1"/],
    ['a fraction', head('Content-Length: 1.0'), /"1.0"/],
    ['a space inside', head('Content-Length: 1 0'), /"1 0"/],
    ['a space that is none of HTTP', head('Content-Length: 1\xa0'), /"1\xa0"/],
    ['more digits than are exact', head('Content-Length: 1000000000000000'), /"1000/],
    ['a wrong length where there is no body', head('Content-Length: x'), /"x"/],
    ['both', head('Transfer-Encoding: chunked', 'Content-Length: 1'), /beside/],
    ['both the other way round', head('Content-Length: 1', 'Transfer-Encoding: chunked'), /beside/],
    ['both on a 204', status(204, 'Content-Length: 0', 'Transfer-Encoding: chunked'), /beside/],
    ['a coding in HTTP/1.0 (RFC 9112 §6.1)', old('Transfer-Encoding: chunked'), /HTTP\/1\.0/],
    [
      'such a coding, where the connection is to persist',
      old('Connection: keep-alive', 'Transfer-Encoding: chunked'),
      /HTTP\/1\.0/,
    ],
  ];
  it.each(refused)('%s: refused', (_, text, message) => {
    for (const method of ['GET', 'HEAD']) {
      const said = readResponseHead(text, method);
      expect(said).toBeInstanceOf(InvalidResponse);
      expect(said).toMatchObject({ code: 'INVALID_RESPONSE', message: expect.stringMatching(message) });
    }
  });

  const codings = [
    '',
    'gzip',
    'identity',
    'gzip, chunked',
    'chunked, gzip',
    'chunked, chunked',
    'chunked;a=b',
  ];
  it.each([...codings, ',chunked', 'chunked,', 'xchunked', 'chunked\xa0', 'chun ked', '"chunked"'])(
    'the coding %j is not understood, nor in two lines',
    (coding) => {
      const twice = head('Transfer-Encoding: chunked', `Transfer-Encoding: ${coding}`);
      for (const text of [head(`Transfer-Encoding: ${coding}`), twice])
        expect(readResponseHead(text, 'GET')).toMatchObject({ code: 'UNKNOWN_TRANSFER_CODING' });
    },
  );
});

describe('whether a connection persists (RFC 9112 §9.3)', () => {
  const rows: readonly (readonly [sentence: string, text: string, persists: boolean, method?: string])[] = [
    ['HTTP/1.1 does', head('Content-Length: 1'), true],
    ['HTTP/1.1 with chunks does', head('Transfer-Encoding: chunked'), true],
    ['a body that ends with it ends it', head('Connection: keep-alive'), false],
    ['close ends it', head('Content-Length: 1', 'Connection: close'), false],
    ['close has no case', head('Content-Length: 1', 'connection: CLOSE'), false],
    ['close in a list ends it', head('Content-Length: 1', 'Connection: x ,\tclose'), false],
    ['close in another line ends it', head('Content-Length: 1', 'Connection: x', 'Connection: close'), false],
    ['close is the stronger', head('Content-Length: 1', 'Connection: close, keep-alive'), false],
    ['what only holds "close" says nothing', head('Content-Length: 1', 'Connection: x-close'), true],
    ['HTTP/1.0 does not', old('Content-Length: 1'), false],
    ['HTTP/1.0 does where it says so', old('Content-Length: 1', 'Connection: Keep-Alive'), true],
    [
      'HTTP/1.0 does not where it says both',
      old('Content-Length: 1', 'Connection: keep-alive, close'),
      false,
    ],
    ['Keep-Alive alone is no such word', old('Content-Length: 1', 'Keep-Alive: timeout=5'), false],
    ['a 204 does', status(204), true],
    ['a 204 of no bytes does', status(204, 'Content-Length: 0'), true],
    ['a 204 that speaks of a body does not', status(204, 'Content-Length: 1'), false],
    ['a 204 that speaks of chunks does not', status(204, 'Transfer-Encoding: chunked'), false],
    ['a 304 with the length of another answer does', status(304, 'Content-Length: 1'), true],
    ['HEAD does', head('Content-Length: 1'), true, 'HEAD'],
    ['HEAD without a length does', head(), true, 'HEAD'],
  ];
  it.each(
    rows.map(([sentence, text, persists, method = 'GET']) => [sentence, text, persists, method] as const),
  )('%s', (_, text, persists, method) => {
    expect(read(text, method).persists).toBe(persists);
  });

  const idle: readonly (readonly [sentence: string, value: string, ms: number | undefined])[] = [
    ['seconds', 'timeout=5', 5000],
    ['beside another parameter', 'max=100, timeout=5', 5000],
    ['without a space between', 'max=100,TIMEOUT=5', 5000],
    ['none at all', 'timeout=0', 0],
    ['no number', 'timeout=soon', undefined],
    ['a negative one', 'timeout=-1', undefined],
    ['another parameter', 'max-timeout=5', undefined],
    ['nothing', '', undefined],
  ];
  it.each(idle)('for how long: %s', (_, value, ms) => {
    expect(read(head('Content-Length: 0', `Keep-Alive: ${value}`)).idleMs).toBe(ms);
  });
});

describe('a large head', () => {
  const pieces = [
    'A:\r\n',
    'A: b\r\n',
    'Transfer-Encoding: chunked\r\n',
    'Connection: a, b,,\r\n',
    'a',
    ',',
    ' \t',
    ';timeout=',
    ':',
  ];
  it.each(pieces)('of %j takes time in proportion to its length', (piece) => {
    for (const line of ['', 'A: ', 'A', 'Connection: ', 'Keep-Alive: ', 'Transfer-Encoding: '])
      expectLinear(
        (length) => head(`${line}${piece.repeat(length / piece.length)}`),
        (text) => readResponseHead(text, 'GET'),
      );
  });

  it('of 256 KiB is read, however many lines it has', () => {
    for (const line of ['A:', `A:${'a'.repeat(1000)}`, 'Set-Cookie: a=b']) {
      const lines = Array(Math.floor((256 * 1024 - 20) / (line.length + 2))).fill(line);
      expect(read(head(...lines)).head.headers.length).toBe(2 * lines.length);
      expect(readResponseHead(head(...lines, 'A\0'), 'GET')).toBeInstanceOf(InvalidResponse);
    }
  });
});
