import { describe, expect, it } from 'vitest';
import { type UpstreamHeadRules, upstreamHead } from '../../src/rewrite/upstream-head.ts';
import { type Fields, fieldLines, ownName, request } from '../support/ruleset.ts';

const plain: UpstreamHeadRules = {
  target: { hostHeader: 'api.test', origin: 'https://api.test' },
  host: 'upstream',
  origin: 'keep',
  drop: new Set(),
  set: [],
  cookies: 'pass',
};

/** What this proxy adds to every request, Host apart. */
const added = [
  'x-forwarded-for: 127.0.0.1',
  'x-forwarded-host: localhost:8010',
  'x-forwarded-proto: http',
  `via: 1.1 ${ownName}`,
];

/** The lines that go up, without those that always do. */
function sent(fields: Fields, rules: Partial<UpstreamHeadRules> = {}): string[] {
  const all = fieldLines(upstreamHead(request('GET /', fields), { ...plain, ...rules }));
  expect(all[0]).toMatch(/^host: /);
  return all.slice(1).filter((line) => !added.includes(line));
}

type Row = readonly [
  name: string,
  fields: Fields,
  sent: readonly string[],
  rules?: Partial<UpstreamHeadRules>,
];

const rows: readonly Row[] = [
  [
    'order, case, repeats and unknown fields stay',
    { 'x-B': ['1', '2'], 'X-a': '', aCCept: '*/*' },
    ['x-b: 1', 'x-b: 2', 'x-a: ', 'accept: */*'],
  ],
  ['8-bit bytes stay', { 'X-A': 'caf\xe9' }, ['x-a: caf\xe9']],
  [
    'names that objects have by themselves stay',
    { constructor: 'a', hasOwnProperty: 'b' },
    ['constructor: a', 'hasownproperty: b'],
  ],
  [
    'hop-by-hop fields go (RFC 9110 §7.6.1)',
    {
      Connection: 'keep-alive',
      'Keep-Alive': 'timeout=5',
      TE: 'trailers',
      Trailer: 'X-T',
      'Transfer-Encoding': 'chunked',
      Upgrade: 'h2c',
      'HTTP2-Settings': 'x',
      'Proxy-Authorization': 'Basic x',
      'Proxy-Connection': 'close',
      'X-A': '1',
    },
    ['x-a: 1'],
  ],
  [
    'what Connection nominates goes',
    { Connection: 'X-Secret, close', 'X-Secret': '1', 'X-A': '1' },
    ['x-a: 1'],
  ],
  [
    'credentials and framing stay, whatever Connection says (golang/go#50580)',
    {
      Connection: 'authorization, cookie, content-length, origin',
      Authorization: 'a',
      Cookie: 'b',
      'Content-Length': '3',
      Origin: 'o',
    },
    ['authorization: a', 'cookie: b', 'content-length: 3', 'origin: o'],
  ],
  ['Expect goes: this proxy answers it', { Expect: '100-continue' }, []],
  [
    'what a client says of the way before us goes',
    {
      'X-Forwarded-For': '1.2.3.4',
      'x-forwarded-host': 'evil.test',
      'X-Forwarded-Proto': 'https',
      'X-Forwarded-Port': '1',
      Forwarded: 'for=x',
    },
    [],
  ],
  ['Via of the way before us stays, in front of ours', { Via: '1.0 other' }, ['via: 1.0 other']],
  [
    'conditionals stay',
    { 'If-None-Match': '"a"', 'If-Modified-Since': 'x', Range: 'bytes=0-' },
    ['if-none-match: "a"', 'if-modified-since: x', 'range: bytes=0-'],
  ],
  [
    'Sec-Fetch-* and Accept-Encoding stay',
    { 'Sec-Fetch-Site': 'none', 'Accept-Encoding': 'br' },
    ['sec-fetch-site: none', 'accept-encoding: br'],
  ],
  [
    'Cookie goes where the request has no right to it',
    { Cookie: ['a=1', 'b=2'], 'X-A': '1' },
    ['x-a: 1'],
    { cookies: 'strip' },
  ],
  [
    'a field that the route removes goes, in any case',
    { 'X-DEBUG': '1' },
    [],
    { drop: new Set(['x-debug']) },
  ],
  [
    'a field that the route sets is the only one of its name',
    { authorization: 'mine', Authorization: 'too' },
    ['authorization: Bearer k'],
    { drop: new Set(['authorization']), set: ['Authorization', 'Bearer k'] },
  ],
  [
    'Connection cannot nominate away what the route sets',
    { Connection: 'x-key', 'X-Key': 'mine' },
    ['x-key: k'],
    { drop: new Set(['x-key']), set: ['X-Key', 'k'] },
  ],
  ['Origin stays by default', { Origin: 'http://localhost:5173' }, ['origin: http://localhost:5173']],
  [
    'Origin may become the upstream’s own',
    { Origin: 'http://localhost:5173' },
    ['origin: https://api.test'],
    { origin: 'upstream' },
  ],
  ['Origin may go', { Origin: 'http://localhost:5173' }, [], { origin: 'remove' }],
  [
    'Origin may become a value',
    { Origin: 'http://localhost:5173' },
    ['origin: https://app.test'],
    { origin: 'https://app.test' },
  ],
  ['no Origin is made where there was none', {}, [], { origin: 'https://app.test' }],
];

describe('the head that goes up', () => {
  for (const [name, fields, lines, rules] of rows) {
    it(name, () => {
      expect(sent(fields, rules)).toEqual(lines);
    });
  }

  it('says whence the request came', () => {
    const lines = fieldLines(upstreamHead(request('GET /', { 'X-A': '1' }), plain));
    expect(lines).toEqual(['host: api.test', 'x-a: 1', ...added]);
  });

  it('leaves the inbound head as it is (golang/go#53002)', () => {
    const head = request('GET /', { Connection: 'x-a', 'X-A': '1', Cookie: 'a=1' });
    const before = [...head.headers];
    upstreamHead({ ...head, headers: Object.freeze([...head.headers]) }, plain);
    upstreamHead(head, plain);
    expect(head.headers).toEqual(before);
  });

  it.each([
    ['upstream', 'api.test'],
    ['keep', 'localhost:8010'],
    ['other.test:81', 'other.test:81'],
  ])('has one Host, first: %s', (host, value) => {
    const lines = fieldLines(upstreamHead(request('GET /'), { ...plain, host }));
    expect(lines.filter((line) => line.startsWith('host:'))).toEqual([`host: ${value}`]);
    expect(lines[0]).toBe(`host: ${value}`);
  });

  // A route says how its API is spoken to: some refuse X-Forwarded-Host, some want a fixed X-Forwarded-For.
  it.each([
    ['removes', [], []],
    ['sets', ['X-Forwarded-Host', 'app.test'], ['x-forwarded-host: app.test']],
  ])('has no X-Forwarded-Host of ours where the route %s it', (_, set, expected) => {
    const rules = { ...plain, drop: new Set(['x-forwarded-host']), set };
    const lines = fieldLines(upstreamHead(request('GET /'), rules));
    expect(lines.filter((line) => line.startsWith('x-forwarded-host'))).toEqual(expected);
    expect(lines).toContain('x-forwarded-for: 127.0.0.1');
  });

  it('names this proxy in Via whatever the route says (RFC 9110 §7.6.3: MUST)', () => {
    const rules = { ...plain, drop: new Set(['via']) };
    const lines = fieldLines(upstreamHead(request('GET /', { Via: '1.0 other' }), rules));
    expect(lines.filter((line) => line.startsWith('via'))).toEqual([`via: 1.1 ${ownName}`]);
  });

  it('names this proxy in Via as of HTTP/1.1, and the scheme of its own listener', () => {
    const head = request('GET /', {}, { version: '2.0', listener: { scheme: 'https', via: ownName } });
    const lines = fieldLines(upstreamHead(head, plain));
    expect(lines).toContain('x-forwarded-proto: https');
  });

  // RFC 9112 §3.2.2: the host of an absolute-form target replaces Host, which is ignored.
  it('takes the host from an absolute-form target', () => {
    const head = request('GET http://LOCALHOST:8010/x', { Host: 'evil.test' });
    const lines = fieldLines(upstreamHead(head, { ...plain, host: 'keep' }));
    expect(lines).toContain('host: localhost:8010');
    expect(lines).toContain('x-forwarded-host: localhost:8010');
    expect(lines.join()).not.toContain('evil.test');
  });
});
