/**
 * DNS rebinding from below: a name in the config, or in a redirect that the API chose, may lead to an address that hands
 * out credentials or stands in this network. So it is the address that is judged, when it is known, and not the name.
 */

import type { LookupAddress } from 'node:dns';
import type { LookupFunction } from 'node:net';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { guardedLookup, isMetadataAddress, isPrivateAddress, publicLookup } from '../../src/proxy/lookup.ts';

afterEach(() => {
  vi.useRealTimers();
});

interface Answer {
  readonly error: NodeJS.ErrnoException | null;
  readonly address: string | LookupAddress[];
}

function ask(lookup: LookupFunction, all = false): Promise<Answer> {
  return new Promise((resolve) => {
    lookup('api.test', { all }, (error, address) => resolve({ error, address }));
  });
}

const one =
  (address: string): LookupFunction =>
  (_name, _options, callback) =>
    callback(null, address, 4);
const several =
  (...addresses: string[]): LookupFunction =>
  (_name, _options, callback) =>
    callback(
      null,
      addresses.map((address) => ({ address, family: 4 })),
    );
const never: LookupFunction = () => {};
/** As Node's own does: an error, and no address. */
const failing: LookupFunction = (_name, _options, callback) =>
  (callback as (error: Error) => void)(Object.assign(new Error('no'), { code: 'ENOTFOUND' }));

describe('guardedLookup', () => {
  it('passes an address on, and a list of them', async () => {
    expect(await ask(guardedLookup(one('127.0.0.1'), 'api.test', 0))).toEqual({
      error: null,
      address: '127.0.0.1',
    });
    const list = [{ address: '10.0.0.1', family: 4 }];
    expect(await ask(guardedLookup(several('10.0.0.1'), 'api.test', 0), true)).toEqual({
      error: null,
      address: list,
    });
  });

  it('passes a failure on', async () => {
    expect((await ask(guardedLookup(failing, 'api.test', 100))).error?.code).toBe('ENOTFOUND');
  });

  it.each([
    ['alone', one('169.254.169.254')],
    ['among others', several('127.0.0.1', '169.254.1.1')],
    ['as IPv6', several('::ffff:169.254.169.254')],
    ['as IPv6 in hexadecimal', several('::ffff:a9fe:a9fe')],
    ["AWS's own in IPv6", several('fd00:ec2::254')],
  ])('fails where the name leads to a metadata address, %s', async (_which, lookup) => {
    const { error, address } = await ask(guardedLookup(lookup, 'api.test', 0), true);
    expect(error?.code).toBe('IP_PROHIBITED');
    expect(error?.message).toContain('api.test leads to');
    expect(address).toEqual([]);
  });

  it('gives up after its time, and only then', async () => {
    vi.useFakeTimers();
    let answer: Answer | undefined;
    void ask(guardedLookup(never, 'api.test', 100)).then((given) => {
      answer = given;
    });
    await vi.advanceTimersByTimeAsync(99);
    expect(answer).toBeUndefined();
    await vi.advanceTimersByTimeAsync(1);
    expect(answer?.error).toMatchObject({
      code: 'DNS_TIMEOUT',
      message: 'The name api.test was not resolved within 100 ms',
    });
  });

  it('never gives up where its time is 0', () => {
    vi.useFakeTimers();
    guardedLookup(never, 'api.test', 0)('api.test', {}, () => {});
    expect(vi.getTimerCount()).toBe(0);
  });

  it('answers once, however late and often the resolver does', async () => {
    vi.useFakeTimers();
    let late: Parameters<LookupFunction>[2] = () => {};
    const keep: LookupFunction = (_name, _options, callback) => {
      late = callback;
    };
    const answers: (string | undefined)[] = [];
    guardedLookup(keep, 'api.test', 100)('api.test', {}, (error) => answers.push(error?.code));
    await vi.advanceTimersByTimeAsync(100);
    late(null, '127.0.0.1', 4);
    late(null, '127.0.0.1', 4);
    expect(answers).toEqual(['DNS_TIMEOUT']);
    expect(vi.getTimerCount()).toBe(0);
  });
});

describe('publicLookup', () => {
  it.each([one('127.0.0.1'), several('192.0.2.1', '192.168.0.1'), several('::1'), several('fe80::1%eth0')])(
    'fails where a redirect leads into this network (%#)',
    async (lookup) => {
      expect((await ask(publicLookup(lookup), true)).error?.code).toBe('IP_PROHIBITED');
    },
  );

  it('passes what is public, and failures', async () => {
    expect((await ask(publicLookup(one('192.0.2.1')))).address).toBe('192.0.2.1');
    expect((await ask(publicLookup(failing))).error?.code).toBe('ENOTFOUND');
  });
});

describe('isPrivateAddress', () => {
  it.each([
    '127.0.0.1',
    '127.255.255.255',
    '0.0.0.0',
    '10.0.0.1',
    '100.64.0.1',
    '172.16.0.1',
    '172.31.255.255',
    '192.168.1.1',
    '169.254.169.254',
    '::1',
    '[::1]',
    '::',
    'fe80::1',
    'fe80::1%eth0',
    'fd00::1',
    '::ffff:127.0.0.1',
    '::ffff:7f00:1',
  ])('%s is one', (address) => {
    expect(isPrivateAddress(address)).toBe(true);
  });

  it.each([
    '192.0.2.1',
    '8.8.8.8',
    '172.32.0.1',
    '100.128.0.1',
    '2001:db8::1',
    '::ffff:8.8.8.8',
    'localhost',
    'api.test',
    '',
  ])('%j is none', (address) => {
    expect(isPrivateAddress(address)).toBe(false);
  });
});

describe('isMetadataAddress', () => {
  it.each([
    ['169.254.0.1', true],
    ['169.254.169.254', true],
    ['::ffff:169.254.169.254', true],
    ['fd00:ec2::254', true],
    ['169.253.0.1', false],
    ['127.0.0.1', false],
    ['fd00:ec2::253', false],
    ['169.254.169.254.evil.test', false],
  ])('%s: %s', (address, expected) => {
    expect(isMetadataAddress(address)).toBe(expected);
  });
});
