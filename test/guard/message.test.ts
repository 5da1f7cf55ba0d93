/**
 * The attack: a message that this proxy reads in one way and the upstream in another carries a second request, another
 * host or another length past the rules. What can be read in two ways is refused, whatever the route.
 */

import { describe, expect, it } from 'vitest';
import { refuseMessage } from '../../src/guard/message.ts';
import type { Refusal } from '../../src/guard/refusal.ts';
import { readFacts } from '../../src/http/request-facts.ts';
import type { RequestHead } from '../../src/http/request-head.ts';
import { parseRequestTarget } from '../../src/http/request-target.ts';
import { expectLinear } from '../support/linear.ts';
import { randomTexts } from '../support/random-text.ts';
import { type Fields, request } from '../support/ruleset.ts';

const limits = { urlBytes: 200, headBytes: 2000, headerCount: 20 };

function refusalOf(head: RequestHead): Refusal | undefined {
  return refuseMessage(head, readFacts(head.headers), { target: parseRequestTarget(head.target), limits });
}

type Row = readonly [name: string, head: RequestHead, status: number | 'taken', detail?: string];

const http10 = { version: '1.0' };

const versions: readonly Row[] = [
  ['HTTP/1.1', request('GET /'), 'taken'],
  ['HTTP/1.0', request('GET /', {}, http10), 'taken'],
  ['HTTP/2 streams', request('GET /', {}, { version: '2.0' }), 'taken'],
  ['HTTP/0.9', request('GET /', {}, { version: '0.9' }), 400, 'HTTP/0.9'],
  ['a version that nobody has', request('GET /', {}, { version: '1.2' }), 505, 'HTTP/1.2'],
  ['HTTP/3 on this connection', request('GET /', {}, { version: '3.0' }), 505, 'HTTP/3.0'],
];

const sizes: readonly Row[] = [
  ['a target of the longest length', request(`GET /${'a'.repeat(199)}`), 'taken'],
  [
    'one byte more: 414 (RFC 9112 §3)',
    request(`GET /${'a'.repeat(200)}`),
    414,
    'has 201 bytes, more than 200',
  ],
  ['a query counts', request(`GET /?${'a'.repeat(199)}`), 414, '201 bytes'],
  ['a head of the longest length', request('GET /', { 'X-A': 'a'.repeat(2000 - 22 - 7) }), 'taken'],
  ['one byte more', request('GET /', { 'X-A': 'a'.repeat(2000 - 22 - 6) }), 431, 'X-A with 1972 bytes'],
  [
    'the cookies of every localhost port: the largest field is named',
    request('GET /', { Cookie: 'a'.repeat(3000), 'X-A': 'b' }),
    431,
    'the largest field is Cookie with 3000 bytes',
  ],
  ['as many lines as may be', request('GET /', { 'X-A': Array(19).fill('') }), 'taken'],
  ['one line more', request('GET /', { 'X-A': Array(20).fill('') }), 431, '21 header lines, more than 20'],
];

const methods: readonly Row[] = [
  ['TRACE, which would send injected credentials back (RFC 9110 §9.3.8)', request('TRACE /'), 405, 'TRACE'],
  ['CONNECT', request('CONNECT evil.test:443'), 405, 'CONNECT'],
  [
    'TRACK, the TRACE of some servers, which HTTP/2 could carry',
    request('TRACK /', {}, { version: '2.0' }),
    405,
    'TRACK',
  ],
  ['"trace", which a server may read in any case', request('trace /', {}, { version: '2.0' }), 405, 'trace'],
  ['PURGE', request('PURGE /'), 'taken'],
];

const targets: readonly Row[] = [
  ['a path', request('GET /a?b'), 'taken'],
  ['a URL', request('GET http://localhost:8010/a'), 'taken'],
  [
    'an https URL on a plain connection (RFC 9110 §7.4)',
    request('GET https://localhost:8010/a'),
    400,
    '"https://localhost:8010/a" is for a TLS connection, and this one is plain',
  ],
  [
    'an https URL inside TLS',
    request('GET https://localhost:8010/a', {}, { listener: { scheme: 'https', via: 'x' } }),
    'taken',
  ],
  [
    'an http URL inside TLS',
    request('GET http://localhost:8010/a', {}, { listener: { scheme: 'https', via: 'x' } }),
    'taken',
  ],
  ['OPTIONS *', request('OPTIONS *'), 'taken'],
  ['* is for OPTIONS alone', request('GET *'), 400, '"*"'],
  [
    'a dot segment',
    request('GET /api/../admin'),
    400,
    'Cannot read the request target "/api/../admin": its path has a dot segment',
  ],
  ['bytes of a terminal are not repeated', request('GET /\x1b[2J\xff'), 400, '"/?[2J?"'],
  ['a long one is cut', request(`GET /${'a'.repeat(150)}#`), 400, `"/${'a'.repeat(79)}…"`],
];

/** RFC 9112 §3.2: a missing, repeated or invalid Host is answered with 400. */
const hosts: readonly Row[] = [
  ['none', request('GET /', {}, { headers: [] }), 400, 'has no Host'],
  [
    'none in HTTP/1.0, where nothing says whom the client means',
    request('GET /', {}, { ...http10, headers: [] }),
    400,
    'has no Host',
  ],
  ['empty', request('GET /', { Host: '' }), 400, 'has no Host'],
  ['two', request('GET /', { Host: ['localhost', 'evil.test'] }), 400, 'more than one Host'],
  ['two of the same', request('GET /', { Host: ['localhost', 'localhost'] }), 400, 'more than one Host'],
  ['two in two cases', request('GET /', { Host: 'localhost', hOST: 'localhost' }), 400, 'more than one Host'],
  ['a space', request('GET /', { Host: 'a b' }), 400, 'Host "a b" is not a host and port'],
  ['user info', request('GET /', { Host: 'localhost:8010@evil.test' }), 400, 'is not a host and port'],
  ['a list', request('GET /', { Host: 'a,b' }), 400, 'is not a host and port'],
  ['an open bracket', request('GET /', { Host: '[::1' }), 400, 'is not a host and port'],
  ['a bracket alone', request('GET /', { Host: '[' }), 400, 'is not a host and port'],
  ['a name in brackets', request('GET /', { Host: '[example.com]' }), 400, 'is not a host and port'],
  ['a port beyond all', request('GET /', { Host: 'a:99999' }), 400, 'is not a host and port'],
  ['an empty label', request('GET /', { Host: 'a..b' }), 400, 'is not a host and port'],
  ['8-bit bytes', request('GET /', { Host: 'b\xfccher' }), 400, 'Host "b?cher"'],
  [
    'a bad one beside a good target',
    request('GET http://localhost:8010/', { Host: '[' }),
    400,
    'is not a host and port',
  ],
];

/** RFC 9112 §6.1. */
const framing: readonly Row[] = [
  ['chunked', request('POST /', { 'Transfer-Encoding': 'chunked' }), 'taken'],
  ['chunked in upper case', request('POST /', { 'Transfer-Encoding': 'CHUNKED' }), 'taken'],
  [
    'gzip, chunked: a coding that we do not know',
    request('POST /', { 'Transfer-Encoding': 'gzip, chunked' }),
    501,
    '"gzip, chunked"',
  ],
  [
    'identity, which leaves the end open (§6.3)',
    request('POST /', { 'Transfer-Encoding': 'identity' }),
    400,
    '"identity"',
  ],
  [
    'chunked twice',
    request('POST /', { 'Transfer-Encoding': ['chunked', 'chunked'] }),
    400,
    '"chunked, chunked"',
  ],
  [
    'chunked, which is not the last',
    request('POST /', { 'Transfer-Encoding': 'chunked, gzip' }),
    400,
    '"chunked, gzip"',
  ],
  [
    'an empty element before chunked',
    request('POST /', { 'Transfer-Encoding': ',chunked' }),
    400,
    '",chunked"',
  ],
  [
    'a vertical tab behind chunked',
    request('POST /', { 'Transfer-Encoding': 'chunked\x0b' }),
    400,
    '"chunked?"',
  ],
  ['a quoted name', request('POST /', { 'Transfer-Encoding': '"chunked"' }), 400, 'is not accepted'],
  ['nothing', request('POST /', { 'Transfer-Encoding': '' }), 400, 'is not accepted'],
  ['chunked in HTTP/1.0', request('POST /', { 'Transfer-Encoding': 'chunked' }, http10), 400, 'HTTP/1.0'],
  [
    'chunked in HTTP/2',
    request('POST /', { 'Transfer-Encoding': 'chunked' }, { version: '2.0' }),
    400,
    'HTTP/2.0',
  ],
];

const repeated: readonly Row[] = [
  ['Authorization', request('GET /', { Authorization: ['a', 'b'] }), 400, 'more than one Authorization'],
  [
    'Authorization in two cases',
    request('GET /', { Authorization: 'a', AUTHORIZATION: 'a' }),
    400,
    'Authorization',
  ],
  ['Content-Type', request('POST /', { 'Content-Type': ['a/b', 'c/d'] }), 400, 'more than one Content-Type'],
  [
    'If-None-Match',
    request('GET /', { 'If-None-Match': ['"a"', '"b"'] }),
    400,
    'more than one If-None-Match',
  ],
  ['two Cookie lines, as HTTP/2 has them', request('GET /', { Cookie: ['a=1', 'b=2'] }), 'taken'],
  ['two Accept lines', request('GET /', { Accept: ['a/b', 'c/d'] }), 'taken'],
];

/** RFC 9110 §10.1.1. */
const expectations: readonly Row[] = [
  ['100-continue', request('POST /', { Expect: '100-continue' }), 'taken'],
  ['100-continue in another case', request('POST /', { Expect: '100-Continue' }), 'taken'],
  ['another one', request('POST /', { Expect: 'foo' }), 417, '"foo"'],
  ['another one in HTTP/1.0, which has none', request('POST /', { Expect: 'foo' }, http10), 'taken'],
];

const groups: Readonly<Record<string, readonly Row[]>> = {
  'the version': versions,
  'the size': sizes,
  'the method': methods,
  'the target': targets,
  Host: hosts,
  'the framing': framing,
  'what may stand once': repeated,
  Expect: expectations,
};

for (const [group, rows] of Object.entries(groups)) {
  describe(`${group} of a message`, () => {
    for (const [name, head, status, detail = ''] of rows) {
      it(name, () => {
        const refusal = refusalOf(head);
        expect(refusal?.status ?? 'taken').toBe(status);
        if (refusal === undefined) return;
        expect(refusal.detail).toContain(detail);
        expect(refusal.code).toBe(status === 405 ? 'http_request_denied' : 'http_request_error');
      });
    }
  });
}

describe('a refused message', () => {
  const closing: readonly (readonly [name: string, fields: Fields])[] = [
    ['a coding in doubt', { 'Transfer-Encoding': ',chunked' }],
    ['two Hosts', { Host: ['a', 'b'] }],
    ['too large a head', { Cookie: 'a'.repeat(3000) }],
  ];

  it.each(closing)('ends the connection where its end is in doubt: %s', (_, fields) => {
    expect(refusalOf(request('POST /', fields))?.close).toBe(true);
  });

  it('keeps the connection where only its meaning is wrong', () => {
    expect(refusalOf(request('GET /a/../b'))?.close).toBe(false);
  });

  it('says which methods there are (RFC 9110 §15.5.6)', () => {
    expect(refusalOf(request('TRACE /'))?.headers).toEqual([
      'Allow',
      expect.stringContaining('GET, HEAD, POST'),
    ]);
  });

  it('says which key raises a limit', () => {
    expect(refusalOf(request(`GET /${'a'.repeat(200)}`))?.hint).toContain('listen.limits.url');
    expect(refusalOf(request('GET /', { 'X-A': 'a'.repeat(3000) }))?.hint).toContain('listen.limits.headers');
    expect(refusalOf(request('GET /', { 'X-A': Array(30).fill('') }))?.hint).toContain(
      'listen.limits.headerCount',
    );
  });

  it.each([
    ['codings', 'a, '],
    ['white space', ' '],
    ['commas', ','],
  ])('over 64 KB of %s costs no more for their number', (_, piece) => {
    const wide = { urlBytes: 1e6, headBytes: 1e6, headerCount: 1e6 };
    const target = parseRequestTarget('/');
    expectLinear(
      (length) => piece.repeat(length / piece.length),
      (text) => {
        for (const name of ['Transfer-Encoding', 'Expect', 'Host']) {
          const head = request('GET /', { [name]: text });
          refuseMessage(head, readFacts(head.headers), { target, limits: wide });
        }
      },
    );
  });

  it('holds nothing that a terminal would obey, whatever the bytes', () => {
    const fieldNames = ['Host', 'Transfer-Encoding', 'Expect', 'Content-Length', 'Connection'];
    const vocabulary = ['\x1b[31m', '\r\n', 'chunked', 'localhost', '/', '..', ',', 'HTTP/1.1'];
    let refused = 0;
    for (const [i, text] of [...randomTexts(2000, vocabulary)].entries()) {
      const name = fieldNames[i % fieldNames.length] ?? '';
      for (const head of [request('GET /', { [name]: text }), request('GET /', {}, { target: text })]) {
        const refusal = refusalOf(head);
        if (refusal === undefined) continue;
        refused += 1;
        expect(refusal.detail, JSON.stringify(text)).toMatch(/^[\x20-\x7e…]*$/);
        expect(refusal.detail.length).toBeLessThan(300);
      }
    }
    expect(refused).toBeGreaterThan(1000);
  });
});
