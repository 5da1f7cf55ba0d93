import { describe, expect, it } from 'vitest';
import type { HeaderList } from '../../src/http/header-list.ts';
import { type RequestLength, requestText } from '../../src/http/request-text.ts';
import { readRequest } from '../support/strict-parser.ts';

interface Line {
  readonly method?: string;
  readonly path?: string;
  readonly headers?: HeaderList;
}

const text = ({ method = 'GET', path = '/a', headers = ['Host', 'x'] }: Line = {}, length?: RequestLength) =>
  requestText({ method, path, headers }, length);

describe('the head of a request', () => {
  it('has its fields in their order, its own Connection and its framing', () => {
    const headers = ['Host', 'x', 'accept', '*/*', 'X-A', '', 'X-A', 'caf\xe9\tb'];
    const lines = [
      'GET /a?b=%20 HTTP/1.1',
      'Host: x',
      'accept: */*',
      'X-A: ',
      'X-A: caf\xe9\tb',
      'Connection: keep-alive',
    ];
    expect(text({ path: '/a?b=%20', headers })).toBe(`${lines.join('\r\n')}\r\n\r\n`);
  });

  const framings: readonly (readonly [
    sentence: string,
    method: string,
    length: RequestLength,
    line: string,
  ])[] = [
    ['GET without a body has none', 'GET', undefined, ''],
    ['DELETE without a body has none', 'DELETE', undefined, ''],
    ['POST without a body says so', 'POST', undefined, 'Content-Length: 0'],
    ['PUT without a body says so', 'PUT', undefined, 'Content-Length: 0'],
    ['PATCH without a body says so', 'PATCH', undefined, 'Content-Length: 0'],
    ['GET with a body says its length', 'GET', 5, 'Content-Length: 5'],
    ['DELETE with a body says its length', 'DELETE', 5, 'Content-Length: 5'],
    ['GET with a body of unknown length has chunks', 'GET', 'chunked', 'Transfer-Encoding: chunked'],
    ['DELETE with a body of unknown length has chunks', 'DELETE', 'chunked', 'Transfer-Encoding: chunked'],
    ['an empty body has its length', 'GET', 0, 'Content-Length: 0'],
    ['POST of unknown length has chunks', 'POST', 'chunked', 'Transfer-Encoding: chunked'],
    [
      'the largest exact length is written in digits',
      'PUT',
      Number.MAX_SAFE_INTEGER,
      'Content-Length: 9007199254740991',
    ],
  ];
  it.each(framings)('%s', (_, method, length, line) => {
    const head = `${method} /a HTTP/1.1\r\nHost: x\r\nConnection: keep-alive\r\n`;
    expect(text({ method }, length)).toBe(`${head}${line === '' ? '' : `${line}\r\n`}\r\n`);
  });

  it.each(framings)('%s, whatever framing its fields had', (_, method, length) => {
    const lengths = ['Content-Length', '7', 'content-length', '8', 'Host', 'x'];
    const codings = [
      'TRANSFER-ENCODING',
      'chunked',
      'Transfer-Encoding',
      'gzip',
      'Connection',
      'close',
      'connection',
      'TE',
    ];
    expect(text({ method, headers: [...lengths, ...codings] }, length)).toBe(text({ method }, length));
  });
});

describe('what could be read as something else is not written', () => {
  const hostile = [
    '\r\nX: y',
    '\nX: y',
    '\rX: y',
    '\r\n\r\nGET /b HTTP/1.1',
    'a\0',
    'a\x7f',
    'a\x1b',
    'a\u010d\u010a',
    'a\u2028',
  ];
  const rows: readonly (readonly [string, Line])[] = [
    ...hostile.flatMap((bad): (readonly [string, Line])[] => [
      [`a method with ${JSON.stringify(bad)}`, { method: `GET${bad}` }],
      [`a path with ${JSON.stringify(bad)}`, { path: `/${bad}` }],
      [`a name with ${JSON.stringify(bad)}`, { headers: ['Host', 'x', `X${bad}`, 'y'] }],
      [`a value with ${JSON.stringify(bad)}`, { headers: ['Host', 'x', 'X', `y${bad}`] }],
      [`a value of framing with ${JSON.stringify(bad)}`, { headers: ['Host', 'x', 'Connection', `y${bad}`] }],
    ]),
    ['no method', { method: '' }],
    ['a method with a space', { method: 'GET /b' }],
    ['a method with a colon', { method: 'X:' }],
    ['no path', { path: '' }],
    ['a path with a space', { path: '/a HTTP/1.1' }],
    ['a path with a tab', { path: '/a\tb' }],
    ['no name', { headers: ['', 'y'] }],
    ['a name with a colon', { headers: ['Content-Length:', '5'] }],
    ['a name with a space', { headers: ['Content-Length ', '5'] }],
    ['a name with a byte beyond ASCII', { headers: ['X\xe9', '5'] }],
  ];
  it.each(rows)('%s', (_, line) => {
    expect(text(line)).toBeInstanceOf(Error);
    expect(text(line, 5)).toBeInstanceOf(Error);
    expect(text(line, 'chunked')).toBeInstanceOf(Error);
  });

  it.each([Number.NaN, Number.POSITIVE_INFINITY, -1, 1.5, 1e21, 2 ** 53])('the length %d', (length) => {
    expect(text({}, length)).toBeInstanceOf(Error);
  });

  it('and is not shown, where it may be a secret', () => {
    const error = text({ headers: ['Authorization', 'Bearer s3cret\0'] });
    expect(String(error)).toContain('Authorization');
    expect(String(error)).not.toContain('s3cret');
  });
});

it('every byte that is written is read as it was meant', () => {
  for (let code = 0; code <= 0x120; code += 1) {
    const char = String.fromCharCode(code);
    const line = {
      method: 'GET',
      path: `/${char}`,
      headers: ['Host', 'x', `X${char}`, 'y', 'Y', `a${char}b`],
    };
    for (const headers of [
      line.headers.slice(0, 2),
      ['Host', 'x', `X${char}`, 'y'],
      ['Host', 'x', 'Y', `a${char}b`],
    ]) {
      const written = requestText(
        { method: 'GET', path: headers.length === 2 ? line.path : '/', headers },
        2,
      );
      if (written instanceof Error) continue;
      const read = readRequest(Buffer.from(`${written.replace(/^(\S+ )[\x80-\xff/]+/, '$1/')}ab`, 'latin1'));
      if (read === 'incomplete') throw new Error(`Not complete: ${JSON.stringify(written)}`);
      expect(read.rest.length).toBe(0);
      expect(String(read.message.body)).toBe('ab');
      expect(read.message.headers.flat()).toEqual([
        ...headers,
        'Connection',
        'keep-alive',
        'Content-Length',
        '2',
      ]);
    }
  }
});
