/** Answers on one connection, from bytes: the same wherever they are cut, and refused at their first wrong line. */

import { describe, expect, it } from 'vitest';
import type { InvalidResponse, InvalidResponseCode } from '../../src/http/invalid-response.ts';
import { ResponseReader } from '../../src/http/response-reader.ts';
import { expectLinear } from '../support/linear.ts';
import { type Random, randomSource } from '../support/random.ts';
import { readResponse, StrictParseError } from '../support/strict-parser.ts';

interface Answer {
  /** Of the request. */
  readonly method?: string;
  readonly text: string;
  /** The upstream ends the connection behind it. */
  readonly isLast?: boolean;
}

/** What one reader says of answers that follow each other, each as its own pieces; data in a row is joined. */
function events(...answers: readonly (Answer & { readonly pieces: readonly string[] })[]): string[] {
  const said: string[] = [];
  let data: Buffer[] = [];
  const say = (event: string) => {
    if (data.length > 0) said.push(`data ${Buffer.concat(data).toString('latin1')}`);
    data = [];
    said.push(event);
  };
  const reader = new ResponseReader({
    onHead: ({ status, reason, headers }) =>
      say(`head ${status}${status < 200 ? '' : ` ${reason}`} | ${fields(headers)}`),
    onData: (chunk) => {
      expect(chunk.length).toBeGreaterThan(0);
      data.push(chunk);
    },
    onEnd: ({ trailers, persists, idleMs }) =>
      say(
        `end${persists ? ', persists' : ''}${idleMs === undefined ? '' : ` ${idleMs}`} | ${fields(trailers)}`,
      ),
    onInvalid: ({ code, message }) => say(`invalid ${code}: ${message}`),
  });
  for (const { method = 'GET', pieces, isLast = false } of answers) {
    reader.begin(method);
    for (const piece of pieces) pushed(reader, piece);
    if (isLast) say(`finish ${reader.finish()}`);
  }
  if (reader.isBusy) say('waiting');
  return said;
}

/** The bytes are overwritten afterwards, as a socket may. */
function pushed(reader: ResponseReader, text: string): void {
  const bytes = Buffer.from(text, 'latin1');
  reader.push(bytes);
  bytes.fill(0xff);
}

function fields(list: readonly string[]): string {
  return list.map((text, i) => (i % 2 === 0 ? `${text}=` : `${text};`)).join('');
}

const whole = (answer: Answer) => events({ ...answer, pieces: [answer.text] });
const bytewise = (answer: Answer) => events({ ...answer, pieces: [...answer.text] });
const cut = (answer: Answer, at: number) =>
  events({ ...answer, pieces: [answer.text.slice(0, at), answer.text.slice(at)] });

const ok = (...lines: string[]) => `HTTP/1.1 200 OK\r\n${lines.map((line) => `${line}\r\n`).join('')}\r\n`;
const chunked = ok('Transfer-Encoding: chunked');
const chunkedHead = 'head 200 OK | Transfer-Encoding=chunked;';

const good: readonly (readonly [sentence: string, answer: Answer, events: readonly string[]])[] = [
  [
    'a body with a length',
    { text: `${ok('Content-Length: 5')}hello` },
    ['head 200 OK | Content-Length=5;', 'data hello', 'end, persists | '],
  ],
  [
    'a body that looks like an answer is a body',
    { text: `${ok('Content-Length: 19')}HTTP/1.1 200 OK\r\n\r\n` },
    ['head 200 OK | Content-Length=19;', 'data HTTP/1.1 200 OK\r\n\r\n', 'end, persists | '],
  ],
  [
    'a body of no bytes',
    { text: ok('Content-Length: 0') },
    ['head 200 OK | Content-Length=0;', 'end, persists | '],
  ],
  [
    'a body in chunks',
    { text: `${chunked}5\r\nhello\r\n00A\r\n0123456789\r\n0\r\n\r\n` },
    [chunkedHead, 'data hello0123456789', 'end, persists | '],
  ],
  [
    'chunks that hold what frames chunks',
    { text: `${chunked}7\r\n\r\n0\r\n\r\n\r\n0\r\n\r\n` },
    [chunkedHead, 'data \r\n0\r\n\r\n', 'end, persists | '],
  ],
  [
    'no chunk but the last, with extensions, quoted and with white space',
    { text: `${chunked}0 ;a=b;c="\xe9 ; d"\r\n\r\n` },
    [chunkedHead, 'end, persists | '],
  ],
  [
    'trailers, also where they have the names of framing, are trailers',
    { text: `${chunked}1;x\r\na\r\n0\r\nX-A: 1 \r\nContent-Length: 7\r\nTransfer-Encoding:\r\n\r\n` },
    [chunkedHead, 'data a', 'end, persists | X-A=1;Content-Length=7;Transfer-Encoding=;'],
  ],
  [
    'a body that is as long as the connection',
    { text: `${ok()}all\r\n\r\n`, isLast: true },
    ['head 200 OK | ', 'data all\r\n\r\n', 'end | ', 'finish true'],
  ],
  [
    'such a body of no bytes',
    { text: 'HTTP/1.0 200 OK\r\n\r\n', isLast: true },
    ['head 200 OK | ', 'end | ', 'finish true'],
  ],
  [
    '1xx in front of it, whose fields frame nothing',
    {
      text: `HTTP/1.1 100\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </a>\r\nContent-Length: 9\r\nConnection: close\r\n\r\n${ok('Content-Length: 1')}a`,
    },
    [
      'head 100 | ',
      'head 103 | Link=</a>;Content-Length=9;Connection=close;',
      'head 200 OK | Content-Length=1;',
      'data a',
      'end, persists | ',
    ],
  ],
  [
    'empty lines in front of each head',
    { text: `\r\n\r\nHTTP/1.1 100 Continue\r\n\r\n\r\n${ok('Content-Length: 1')}a` },
    ['head 100 | ', 'head 200 OK | Content-Length=1;', 'data a', 'end, persists | '],
  ],
  [
    'HEAD, which has no body, whatever its length',
    { method: 'HEAD', text: ok('Content-Length: 5') },
    ['head 200 OK | Content-Length=5;', 'end, persists | '],
  ],
  ['HEAD, whose coding has no chunks', { method: 'HEAD', text: chunked }, [chunkedHead, 'end, persists | ']],
  [
    '304, whose length is that of another answer',
    { text: 'HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n' },
    ['head 304 Not Modified | Content-Length=5;', 'end, persists | '],
  ],
  [
    'a connection that is kept for a while',
    { text: `${ok('Content-Length: 1', 'Keep-Alive: timeout=5, max=10')}a` },
    ['head 200 OK | Content-Length=1;Keep-Alive=timeout=5, max=10;', 'data a', 'end, persists 5000 | '],
  ],
  [
    'bytes beyond ASCII, white space and empty values',
    { text: `HTTP/1.1 200 caf\xe9 \t\r\nX-A:\t\xff b\t \r\nX-B:\r\nContent-Length:1\r\n\r\n\0` },
    ['head 200 caf\xe9 \t | X-A=\xff b;X-B=;Content-Length=1;', 'data \0', 'end, persists | '],
  ],
];

describe('a good answer', () => {
  it.each(good)('%s', (_, answer, expected) => {
    expect(whole(answer)).toEqual(expected);
  });

  it.each(good)('%s: the same, wherever it is cut', (_, answer, expected) => {
    for (let at = 1; at < answer.text.length; at += 1) expect(cut(answer, at)).toEqual(expected);
    expect(bytewise(answer)).toEqual(expected);
  });

  it.each(good)('%s: the same behind any other on the connection', (_, answer, expected) => {
    for (const [, before] of good) {
      if (before.isLast === true) continue;
      const both = [before, answer].map((one) => ({ ...one, pieces: [...one.text] }));
      expect(events(...both)).toEqual([...whole(before), ...expected]);
    }
  });
});

/** At the end of `upTo` it must have been refused; `rest` is what a mild reader would take for its end. */
type Bad = readonly [
  sentence: string,
  upTo: string,
  rest: string,
  code: InvalidResponseCode,
  message: RegExp,
];

const bad: readonly Bad[] = [
  ['another protocol', 'SSH-2.0', '-x\r\n', 'INVALID_RESPONSE', /begins with "S/],
  ['TLS', '\x15', '\x03\x03\0\x02\x02\n', 'INVALID_RESPONSE', /begins with "\\u0015|CR LF/],
  ['HTTP/0.9', '<html>', '\r\n\r\n', 'INVALID_RESPONSE', /begins with "</],
  ['HTTP/2', 'HTTP/2', '.0 200 OK\r\n\r\n', 'INVALID_RESPONSE', /begins with "HTTP\/2/],
  ['ICY', 'ICY 200', ' OK\r\n\r\n', 'INVALID_RESPONSE', /begins with "I/],
  ['small letters', 'http', '/1.1 200 OK\r\n\r\n', 'INVALID_RESPONSE', /begins with "h/],
  ['a space in front', ' HTTP/1.1', ' 200 OK\r\n\r\n', 'INVALID_RESPONSE', /begins with " /],
  ['a bare LF in front', '\n', ok(), 'INVALID_RESPONSE', /CR LF|begins with "\\n/],
  ['a bare CR in front', '\rH', 'TTP/1.1 200 OK\r\n\r\n', 'INVALID_RESPONSE', /begins with "\\r/],
  ['a bare CR behind an empty line', '\r\n\r\r', `\n${ok()}`, 'INVALID_RESPONSE', /begins with "\\r/],
  ['HTTP/1.2', 'HTTP/1.2 200 OK\r\n', '\r\n', 'INVALID_RESPONSE', /begins/],
  ['HTTP/1.10', 'HTTP/1.10 200 OK\r\n', '\r\n', 'INVALID_RESPONSE', /begins/],
  ['a status below 100', 'HTTP/1.1 099 Odd\r\n', `\r\n${ok()}`, 'INVALID_RESPONSE', /begins/],
  ['a status of four digits', 'HTTP/1.1 2000 OK\r\n', '\r\n', 'INVALID_RESPONSE', /begins/],
  ['a status of two', 'HTTP/1.1 20 OK\r\n', '\r\n', 'INVALID_RESPONSE', /begins/],
  ['no space behind the status', 'HTTP/1.1 200OK\r\n', '\r\n', 'INVALID_RESPONSE', /begins/],
  ['two spaces in front of it', 'HTTP/1.1  200 OK\r\n', '\r\n', 'INVALID_RESPONSE', /begins/],
  ['a status line that ends with LF', 'HTTP/1.1 200 OK\n', 'A: b\n\n', 'INVALID_RESPONSE', /CR LF|begins/],
  ['a bare CR in the reason', 'HTTP/1.1 200 O\rK\r\n', '\r\n', 'INVALID_RESPONSE', /begins/],
  ['a bare CR in a value', 'HTTP/1.1 200 OK\r\nA: b\rC: d\r\n', '\r\n', 'INVALID_RESPONSE', /no field/],
  ['a bare LF in a value', 'HTTP/1.1 200 OK\r\nA: b\nC: d\r\n', '\r\n', 'INVALID_RESPONSE', /CR LF|no field/],
  ['NUL in a value', 'HTTP/1.1 200 OK\r\nA: b\0\r\n', '\r\n', 'INVALID_RESPONSE', /no field/],
  ['DEL in a value', 'HTTP/1.1 200 OK\r\nA: b\x7f\r\n', '\r\n', 'INVALID_RESPONSE', /no field/],
  ['NUL in a name', 'HTTP/1.1 200 OK\r\nA\0: b\r\n', '\r\n', 'INVALID_RESPONSE', /no field/],
  ['a byte beyond ASCII in a name', 'HTTP/1.1 200 OK\r\n\xe9: b\r\n', '\r\n', 'INVALID_RESPONSE', /no field/],
  ['no name', 'HTTP/1.1 200 OK\r\n: b\r\n', '\r\n', 'INVALID_RESPONSE', /no field/],
  ['no colon', 'HTTP/1.1 200 OK\r\nA\r\n', '\r\n', 'INVALID_RESPONSE', /no field/],
  ['white space behind a name', 'HTTP/1.1 200 OK\r\nA : b\r\n', '\r\n', 'INVALID_RESPONSE', /white space/],
  ['a folded line', 'HTTP/1.1 200 OK\r\nA: b\r\n c\r\n', '\r\n', 'INVALID_RESPONSE', /folded/],
  ['a folded first field', 'HTTP/1.1 200 OK\r\n\tA: b\r\n', '\r\n', 'INVALID_RESPONSE', /folded/],
  ['a line of white space alone', 'HTTP/1.1 200 OK\r\n \r\n', '\r\n', 'INVALID_RESPONSE', /folded/],
  ['a wrong line in a 1xx', 'HTTP/1.1 103 X\r\nA\r\n', `\r\n${ok()}`, 'INVALID_RESPONSE', /no field/],
  ['a wrong line behind a 1xx', 'HTTP/1.1 100 X\r\n\r\n0', '\r\n\r\n', 'INVALID_RESPONSE', /begins with "0/],
  ['an upgrade', 'HTTP/1.1 101 X\r\nUpgrade: x\r\n\r\n', 'x', 'UNASKED_UPGRADE', /101/],
  [
    'two lengths',
    ok('Content-Length: 1', 'Content-Length: 1'),
    'a',
    'INVALID_RESPONSE',
    /two Content-Length/,
  ],
  ['another coding', ok('Transfer-Encoding: gzip, chunked'), '', 'UNKNOWN_TRANSFER_CODING', /gzip, chunked/],
  ['a chunk size that is none', `${chunked}g`, '\r\n', 'INVALID_RESPONSE', /size/],
  ['a chunk size with a sign', `${chunked}-`, '1\r\n', 'INVALID_RESPONSE', /size/],
  ['a chunk size with a plus', `${chunked}+`, '1\r\n', 'INVALID_RESPONSE', /size/],
  ['a chunk size with a space in front', `${chunked} `, '1\r\na', 'INVALID_RESPONSE', /size/],
  ['a chunk size in the way of C', `${chunked}0x`, '1\r\na', 'INVALID_RESPONSE', /size/],
  ['a chunk size with "_"', `${chunked}1_`, '0\r\na', 'INVALID_RESPONSE', /size/],
  ['a chunk size of 14 digits', `${chunked}${'0'.repeat(13)}1`, '\r\na\r\n', 'INVALID_RESPONSE', /size/],
  ['no chunk size', `${chunked}\r\n`, '0\r\n\r\n', 'INVALID_RESPONSE', /size/],
  ['an extension without a size', `${chunked};`, 'a\r\n', 'INVALID_RESPONSE', /size/],
  ['a chunk size that ends with LF', `${chunked}1\n`, 'a\r\n0\r\n\r\n', 'INVALID_RESPONSE', /size/],
  ['white space behind a size', `${chunked}1 \r\n`, 'a\r\n', 'INVALID_RESPONSE', /size/],
  ['a bare CR in an extension', `${chunked}1;a\rb\r\n`, 'a\r\n', 'INVALID_RESPONSE', /size/],
  ['a bare LF in an extension', `${chunked}1;a\n`, 'b\r\n', 'INVALID_RESPONSE', /size/],
  ['a control in an extension', `${chunked}1;\0\r\n`, 'a\r\n', 'INVALID_RESPONSE', /size/],
  ['a chunk longer than its size', `${chunked}1\r\nabc`, '\r\n0\r\n\r\n', 'INVALID_RESPONSE', /does not end/],
  ['a chunk that ends with LF', `${chunked}1\r\na\n0`, '\r\n\r\n', 'INVALID_RESPONSE', /does not end/],
  ['a chunk that ends with CR', `${chunked}1\r\na\r0`, '\r\n\r\n', 'INVALID_RESPONSE', /does not end/],
  ['a trailer that is no field', `${chunked}0\r\nA\r\n`, '\r\n', 'INVALID_RESPONSE', /no field/],
  ['a folded trailer', `${chunked}0\r\nA: b\r\n c\r\n`, '\r\n', 'INVALID_RESPONSE', /folded/],
  ['a trailer that ends with LF', `${chunked}0\r\nA: b\n`, '\n', 'INVALID_RESPONSE', /CR LF/],
  ['a byte in front of their end', `${chunked}0\r\nx\n`, '', 'INVALID_RESPONSE', /CR LF/],
  ['trailers that end with LF', `${chunked}0\r\n\n`, '', 'INVALID_RESPONSE', /CR LF/],
  ['a bare CR in a trailer', `${chunked}0\r\nA: b\rC: d\r\n`, '\r\n', 'INVALID_RESPONSE', /no field/],
];

describe('a bad answer is refused', () => {
  it.each(bad)('%s: at its first wrong line, wherever it is cut', (_, upTo, rest, code, message) => {
    const text = upTo + rest;
    const all = [...Array(text.length - 1).keys()].map((i) => cut({ text }, i + 1));
    for (const said of [whole({ text }), whole({ text: upTo }), bytewise({ text: upTo }), ...all]) {
      const last = said.at(-1) ?? '';
      expect(last).toContain(`invalid ${code}: `);
      expect(last).toMatch(message);
      expect(said.filter((event) => /^(?:end|invalid)/.test(event))).toEqual([last]);
    }
  });

  it('with the bytes that tell TLS, although a line seems to end in them', () => {
    const problems: InvalidResponse[] = [];
    const onInvalid = (problem: InvalidResponse) => problems.push(problem);
    const reader = new ResponseReader({ onHead: () => {}, onData: () => {}, onEnd: () => {}, onInvalid });
    reader.begin('GET');
    reader.push(Buffer.from('\x15\x03\x03\0\x02\x02\n', 'latin1'));
    expect(problems.map(({ data }) => data)).toEqual(['\x15\x03\x03\0\x02\x02\n']);
  });
});

describe('limits', () => {
  const headOf = (bytes: number) =>
    `HTTP/1.1 204 X\r\nA: ${'a'.repeat(bytes - 'HTTP/1.1 204 X\r\nA: '.length)}\r\n\r\n`;
  const sized = (bytes: number) => `${chunked}0;${'a'.repeat(bytes - 3)}\r\n\r\n`;
  const trailed = (bytes: number) => `${chunked}0\r\nA: ${'a'.repeat(bytes - 7)}\r\n\r\n`;
  const rows: readonly (readonly [string, (bytes: number) => string, number, RegExp])[] = [
    ['a head has 256 KiB, without the empty line behind it', headOf, 256 * 1024, /RESPONSE_HEAD_TOO_LARGE/],
    ['the line of a chunk has 16 KiB, with its CR', sized, 16 * 1024, /INVALID_RESPONSE: a chunk/],
    ['trailers have 64 KiB, with the empty line', trailed, 64 * 1024, /INVALID_RESPONSE: trailers/],
  ];
  it.each(rows)('%s, wherever it is cut', (_, textOf, bytes, message) => {
    for (const behind of [1, 2, 3, 4, 5, 6, 1000]) {
      const fits = textOf(bytes);
      expect(
        cut({ text: fits }, fits.length - behind)
          .at(-1)
          ?.slice(0, 13),
      ).toBe('end, persists');
      const exceeds = textOf(bytes + 1);
      expect(cut({ text: exceeds }, exceeds.length - behind).at(-1)).toMatch(message);
      expect(whole({ text: exceeds }).at(-1)).toMatch(message);
    }
  });

  it('what has no end is not held for ever', () => {
    expect(events({ text: '', pieces: Array(300).fill('HTTP/1.1 200 OK\r\nA: b\r\n') }).at(-1)).toMatch(
      /no field/,
    );
    const endless: readonly (readonly [string, string, RegExp])[] = [
      [ok().slice(0, -2), 'A: b\r\n'.repeat(100), /RESPONSE_HEAD_TOO_LARGE/],
      [ok().slice(0, -4), 'a'.repeat(1000), /RESPONSE_HEAD_TOO_LARGE/],
      [`${chunked}1;`, 'a'.repeat(1000), /a chunk without/],
      [`${chunked}0\r\n`, 'A: b\r\n'.repeat(100), /trailers without end/],
      [`${chunked}0\r\n`, 'a'.repeat(1000), /trailers without end/],
    ];
    for (const [beginning, more, message] of endless)
      expect(events({ text: '', pieces: [beginning, ...Array(1000).fill(more)] }).at(-1)).toMatch(message);
  });

  const slow: readonly (readonly [string, (length: number) => string])[] = [
    ['a head of one long line', (length) => `HTTP/1.1 200 ${'a'.repeat(length)}`],
    ['a head of many lines', (length) => ok().slice(0, -2) + 'A: b\r\n'.repeat(length / 6)],
    ['empty lines in front of a head', (length) => '\r\n'.repeat(length / 2)],
    ['many 1xx', (length) => 'HTTP/1.1 100\r\n\r\n'.repeat(length / 16)],
    ['the extension of a chunk', (length) => `${chunked}1;${'a'.repeat(length / 5)}`],
    ['small chunks', (length) => chunked + '1\r\na\r\n'.repeat(length / 6)],
    ['one long trailer', (length) => `${chunked}0\r\nA: ${'a'.repeat(0.9 * length)}`],
    ['many trailers', (length) => `${chunked}0\r\n${'A: b\r\n'.repeat(length / 7)}`],
  ];
  it.each(slow)('%s, byte by byte, takes time in proportion to its length', (_, textOf) => {
    expectLinear(textOf, (text) => {
      expect(bytewise({ text }).at(-1)).toBe('waiting');
    });
  });
});

describe('the end of an answer', () => {
  const complete = `${ok('Content-Length: 1')}a`;
  const rows: readonly (readonly [string, Answer])[] = [
    ['a length', { text: complete }],
    ['a length of 0', { text: ok('Content-Length: 0') }],
    ['no content', { text: 'HTTP/1.1 204 No Content\r\n\r\n' }],
    ['HEAD', { method: 'HEAD', text: ok('Content-Length: 5') }],
    ['chunks', { text: `${chunked}0\r\n\r\n` }],
    ['trailers', { text: `${chunked}0\r\nA: b\r\n\r\n` }],
  ];
  it.each(rows)('%s: bytes behind it make the connection unfit for another', (_, answer) => {
    for (const behind of ['\r\n', '0', complete, '\0']) {
      const said = whole({ ...answer, text: answer.text + behind });
      expect(said).toEqual([...whole(answer).slice(0, -1), whole(answer).at(-1)?.replace(', persists', '')]);
    }
  });

  it.each(rows)('%s: bytes behind it are no answer to a request that begins at its end', (_, answer) => {
    const said: string[] = [];
    const reader: ResponseReader = new ResponseReader({
      onHead: ({ status }) => said.push(`head ${status}`),
      onData: () => {},
      onEnd: () => {
        said.push('end');
        reader.begin('GET');
      },
      onInvalid: () => said.push('invalid'),
    });
    reader.begin(answer.method ?? 'GET');
    reader.push(Buffer.from(`${answer.text}HTTP/1.1 299 Forged\r\n\r\n`, 'latin1'));
    expect(said).toEqual([expect.stringMatching(/^head 20/), 'end']);
  });

  it('the end of a connection completes what has no other end, and nothing else', () => {
    const texts = [
      '',
      'HTTP/1.1 200 OK\r\n',
      ok('Content-Length: 2'),
      `${ok('Content-Length: 2')}a`,
      chunked,
    ];
    const cuts = [
      ...texts,
      `${chunked}1\r\n`,
      `${chunked}0\r\n`,
      `${chunked}0\r\nA: b\r\n`,
      'HTTP/1.1 100\r\n\r\n',
    ];
    for (const text of cuts) {
      const said = whole({ text, isLast: true });
      expect(said.slice(-2)).toEqual(['finish false', 'waiting']);
    }
    expect(whole({ text: complete, isLast: true }).at(-1)).toBe('finish false');
  });

  it('a 204 that speaks of content, which may follow, is the last', () => {
    for (const line of ['Content-Length: 5', 'Transfer-Encoding: chunked']) {
      expect(bytewise({ text: `HTTP/1.1 204 X\r\n${line}\r\n\r\n` }).at(-1)).toBe('end | ');
    }
    expect(bytewise({ text: 'HTTP/1.1 204 X\r\nContent-Length: 0\r\n\r\n' }).at(-1)).toBe('end, persists | ');
  });
});

describe('a reader that is stopped', () => {
  const stops: readonly (readonly [string, string, RegExp])[] = [
    ['at a 1xx', `HTTP/1.1 103 X\r\n\r\n${ok('Content-Length: 1')}a`, /^head 103/],
    ['at a head without a body', ok('Content-Length: 0'), /^head/],
    ['at a head with a length', `${ok('Content-Length: 1')}a`, /^head/],
    ['at a head with chunks', `${chunked}1\r\na\r\n0\r\n\r\n`, /^head/],
    ['at the data of a length', `${ok('Content-Length: 1')}a`, /^data/],
    ['at the data of chunks, all of which are there', `${chunked}1\r\na\r\n0\r\n\r\n`, /^data/],
    ['at the data of chunks, in front of a wrong line', `${chunked}1\r\na\r\nx\r\n`, /^data/],
    ['at the data of a body without length', `${ok()}a`, /^data/],
  ];
  it.each(stops)('%s says nothing more, and reads the next answer afresh', (_, text, when) => {
    const said: string[] = [];
    const say = (event: string) => {
      said.push(event);
      if (said.length === 1 + Number(!when.test('head 103') && !when.test('head'))) reader.stop();
    };
    const reader: ResponseReader = new ResponseReader({
      onHead: ({ status }) => say(`head ${status}`),
      onData: (chunk) => say(`data ${chunk}`),
      onEnd: () => say('end'),
      onInvalid: () => say('invalid'),
    });
    reader.begin('GET');
    reader.push(Buffer.from(text));
    expect(said.at(-1)).toMatch(when);
    expect(reader.isBusy).toBe(false);
    expect(reader.finish()).toBe(false);
    const before = said.length;
    reader.begin('GET');
    reader.push(Buffer.from(ok('Content-Length: 0')));
    expect(said.slice(before, before + 2)).toEqual(['head 200', 'end']);
  });

  it('within a line, a head or a chunk leaves nothing of it', () => {
    const texts = [
      '\r',
      'HT',
      'HTTP/1.1 200 OK\r\nA: b\r\nC',
      `${chunked}1`,
      `${chunked}1\r\na`,
      `${chunked}0\r\nA: b`,
    ];
    const next: readonly (readonly [pieces: readonly string[], said: readonly string[]])[] = [
      [['HTTP/1.1 204\r\n\r\n'], ['head 204', 'end']],
      [[...'HTTP/1.1 204\r\n\r\n'], ['head 204', 'end']],
      [['S', 'SH'], ['it begins with "S"']],
    ];
    for (const text of [...texts, `${ok('Content-Length: 9')}a`]) {
      for (const [pieces, expected] of next) {
        const said: string[] = [];
        const reader = new ResponseReader({
          onHead: ({ status }) => said.push(`head ${status}`),
          onData: (chunk) => said.push(`data ${chunk}`),
          onEnd: () => said.push('end'),
          onInvalid: ({ message }) => said.push(message),
        });
        reader.begin('GET');
        pushed(reader, text);
        reader.stop();
        said.length = 0;
        reader.begin('GET');
        for (const piece of pieces) pushed(reader, piece);
        expect(said).toEqual(expected);
      }
    }
  });
});

/** A made-up answer that the strict parser takes, too. */
function madeUp(random: Random): Answer {
  const { pick, below, chance } = random;
  const body = Array.from({ length: below(40) }, () =>
    pick(['a', '\r', '\n', '\r\n', '0', '\xff', '\0', 'HTTP/1.1 ']),
  );
  const text = body.join('');
  const lines = Array.from({ length: below(5) }, () =>
    pick(['A: b', 'Set-Cookie: a=b', 'X:', 'X:\t\xe9 \t', 'Vary: *']),
  );
  const method = pick(['GET', 'GET', 'POST', 'HEAD']);
  const interim = chance(0.3) ? 'HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n'.repeat(1 + below(3)) : '';
  const status = pick(['200 OK', '200 ', '404 Not Found', '304 Not Modified', '204 No Content', '599 \xe9']);
  const isBodiless = method === 'HEAD' || /^[23]04/.test(status);
  const isChunked = chance(0.5);
  const framing = isChunked ? 'Transfer-Encoding: chunked' : `Content-Length: ${text.length}`;
  const framed = status.startsWith('204') ? lines : [...lines, framing].sort(() => random.fraction() - 0.5);
  const head = `HTTP/1.1 ${status}\r\n${framed.map((line) => `${line}\r\n`).join('')}\r\n`;
  const content = isChunked ? inChunks(text, random) : text;
  return { method, text: interim + head + (isBodiless ? '' : content) };
}

function inChunks(text: string, { below, pick }: Random): string {
  let out = '';
  for (let at = 0; at < text.length; ) {
    const size = 1 + below(text.length - at);
    out += `${pick(['', '00'])}${size.toString(16)}\r\n${text.slice(at, at + size)}\r\n`;
    at += size;
  }
  return `${out}0\r\n${pick(['', 'T: u\r\n', 'T:\r\nT: \xe9\r\n'])}\r\n`;
}

function inPieces(text: string, { below }: Random): string[] {
  const pieces: string[] = [];
  const longest = 1 + below(text.length);
  for (let at = 0; at < text.length; ) {
    const size = 1 + below(longest);
    pieces.push(text.slice(at, at + size));
    at += size;
  }
  return pieces;
}

/** What the strict parser says, in the same words; `undefined` where it is stricter, or has to wait. */
function strictly({ method = 'GET', text }: Answer): string[] | undefined {
  try {
    const read = readResponse(Buffer.from(text, 'latin1'), { method, single: /^$/ });
    if (read === 'incomplete') return undefined;
    const { status, reason, headers, body, trailers, interim } = read.message;
    const closes = headers.some(([name, value]) => /^connection$/i.test(name) && /close/i.test(value));
    return [
      ...interim.map((one) => `head ${one.status} | ${fields(one.headers.flat())}`),
      `head ${status} ${reason} | ${fields(headers.flat())}`,
      ...(body.length > 0 ? [`data ${body.toString('latin1')}`] : []),
      `end${read.rest.length === 0 && !closes ? ', persists' : ''} | ${fields(trailers.flat())}`,
    ];
  } catch (error) {
    if (error instanceof StrictParseError) return undefined;
    throw error;
  }
}

describe('made-up answers', () => {
  it('one behind the other say the same in any pieces, and what another parser says', () => {
    for (let seed = 1; seed <= 300; seed += 1) {
      const random = randomSource(seed);
      const answers = Array.from({ length: 1 + random.below(4) }, () => madeUp(random));
      const expected = answers.flatMap((answer) => strictly(answer) ?? ['no good answer']);
      const pieces = answers.map((answer) => ({ ...answer, pieces: inPieces(answer.text, random) }));
      expect(events(...pieces), `seed ${seed}`).toEqual(expected);
    }
  });

  it('with a changed byte are read in one way, or refused, in any pieces', () => {
    for (let seed = 1; seed <= 3000; seed += 1) {
      const random = randomSource(seed);
      const answer = spoilt(madeUp(random), random);
      const atOnce = whole(answer);
      const slowly = bytewise(answer);
      const strict = strictly(answer);
      if (strict !== undefined) expect(atOnce, `seed ${seed}`).toEqual(strict);
      const outcome = (said: readonly string[]) => said.at(-1)?.replace(/:.*|, persists/s, '');
      expect(outcome(slowly), `seed ${seed}`).toBe(outcome(atOnce));
      if (!outcome(atOnce)?.startsWith('invalid')) expect(slowly.slice(0, -1)).toEqual(atOnce.slice(0, -1));
    }
  });
});

function spoilt({ method, text }: Answer, { below, pick }: Random): Answer {
  const at = below(text.length);
  const byte = pick([
    '\r',
    '\n',
    '\0',
    ' ',
    '\t',
    ':',
    ';',
    '0',
    '1',
    '\x7f',
    '\xff',
    '\r\n',
    '\r\n\r\n',
    ',',
    '-',
  ]);
  return { method: method ?? 'GET', text: text.slice(0, at) + byte + text.slice(at + below(2)) };
}
