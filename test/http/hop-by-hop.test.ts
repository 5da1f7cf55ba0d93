import { describe, expect, it } from 'vitest';
import { isHopByHop, nominated } from '../../src/http/hop-by-hop.ts';
import { expectLinear } from '../support/linear.ts';

describe('a hop-by-hop field (RFC 9110 §7.6.1)', () => {
  it.each([
    'connection',
    'keep-alive',
    'proxy-connection',
    'proxy-authenticate',
    'proxy-authorization',
    'te',
    'trailer',
    'transfer-encoding',
    'upgrade',
    'http2-settings',
  ])('%s is one', (name) => {
    expect(isHopByHop(name)).toBe(true);
  });

  it.each([
    'content-length',
    'host',
    'authorization',
    'www-authenticate',
    'via',
    'cookie',
    'expect',
    'sec-websocket-key',
  ])('%s is none', (name) => {
    expect(isHopByHop(name)).toBe(false);
  });
});

const rows: readonly (readonly [name: string, connection: readonly string[], gone: readonly string[]])[] = [
  ['no Connection line nominates nothing', [], []],
  ['keep-alive, as everybody sends it, nominates nothing', ['keep-alive'], []],
  ['close nominates nothing', ['close'], []],
  ['a name is nominated whatever its case', ['close, X-Secret'], ['close', 'x-secret']],
  ['two lines are one list', ['x-a', 'X-B'], ['x-a', 'x-b']],
  ['empty elements and white space are skipped', [' ,x-a\t,,'], ['x-a']],
  [
    'credentials, address and framing cannot be nominated away (golang/go#50580)',
    ['authorization, cookie, origin, host, content-length, transfer-encoding, x-a'],
    ['x-a'],
  ],
  ['nor in another case', ['Authorization, COOKIE, Origin'], []],
];

describe('what Connection nominates', () => {
  it.each(rows)('%s', (_, connection, gone) => {
    const headers = connection.flatMap((value) => ['Connection', value]);
    expect([...nominated(headers)]).toEqual(gone);
  });

  it('64 KB of commas cost no more for their number', () => {
    expectLinear(
      (length) => ','.repeat(length),
      (text) => nominated(['Connection', text]),
    );
  });
});
