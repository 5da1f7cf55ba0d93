/**
 * The attack: a page on http://evil.test:8010 lets its name point at 127.0.0.1. For the browser it is same-origin
 * then, so that no Origin is sent and no CORS applies; only Host still says evil.test.
 */

import { describe, expect, it } from 'vitest';
import type { ListenRules } from '../../src/config/schema.ts';
import { Verdicts } from '../../src/config/verdict.ts';
import { compileHostRules, isAllowedHost } from '../../src/guard/host-rules.ts';
import { parseAuthority } from '../../src/http/host.ts';
import { configOf } from '../support/config.ts';

function allows(listen: ListenRules, hostField: string, localAddresses: readonly string[] = []): boolean {
  const verdicts = new Verdicts(configOf({ listen }));
  const rules = compileHostRules(listen, verdicts, { localAddresses });
  const authority = parseAuthority(hostField);
  return authority !== undefined && isAllowedHost(rules, authority.host);
}

const lan = ['192.168.1.20', 'fe80::1%eth0', '2001:DB8::7'];

type Row = readonly [name: string, listen: ListenRules, host: string, allowed: boolean];

const rows: readonly Row[] = [
  ['localhost', {}, 'localhost:8010', true],
  ['localhost in upper case and with its dot', {}, 'LOCALHOST.', true],
  ['a name below localhost', {}, 'app.localhost', true],
  ['127.0.0.1', {}, '127.0.0.1:8010', true],
  ['another loopback address', {}, '127.8.9.10', true],
  ['IPv6 loopback', {}, '[::1]:8010', true],
  ['a foreign name', {}, 'evil.test:8010', false],
  ['localhost as the beginning of a name', {}, 'localhost.evil.test', false],
  ['localhost as the end of a label', {}, 'evillocalhost', false],
  ['127.0.0.1 as the beginning of a name', {}, '127.0.0.1.evil.test', false],
  ['0.0.0.0', {}, '0.0.0.0:8010', false],
  ['0.0.0.0 while listening there', { host: '0.0.0.0' }, '0.0.0.0', false],
  ['0.0.0.0 when listed', { allowedHosts: ['0.0.0.0'] }, '0.0.0.0', true],
  ['a listed name', { allowedHosts: ['App.Dev.Test'] }, 'app.dev.test', true],
  ['a name below a listed one', { allowedHosts: ['dev.test'] }, 'a.dev.test', false],
  ['a name in a listed subtree', { allowedHosts: ['.dev.test'] }, 'a.b.dev.test', true],
  ['the top of a listed subtree', { allowedHosts: ['.dev.test'] }, 'dev.test', true],
  ['the end of a name as a subtree', { allowedHosts: ['.dev.test'] }, 'evildev.test', false],
  ['a part of the top of a subtree', { allowedHosts: ['.dev.test'] }, 'ev.test', false],
  ['a listed Unicode name', { allowedHosts: ['bücher.test'] }, 'xn--bcher-kva.test', true],
  [
    'a listed IPv6 address without brackets',
    { allowedHosts: ['2001:db8:0:0:0:0:0:1'] },
    '[2001:db8::1]',
    true,
  ],
  ['the address that is listened on', { host: '192.168.1.20' }, '192.168.1.20:8010', true],
  ['another address of the network', { host: '192.168.1.20' }, '192.168.1.21', false],
  ['the name that is listened on', { host: 'box.lan' }, 'box.lan', true],
  ['an address of this machine, everywhere', { host: '0.0.0.0' }, '192.168.1.20', true],
  ['an IPv6 address of this machine, everywhere', { host: '::' }, '[2001:db8::7]', true],
  ['a link-local address without its zone', { host: '::' }, '[fe80::1]', true],
  ['a foreign name, everywhere', { host: '::' }, 'evil.test', false],
  ['an address of this machine on a loopback listener', {}, '192.168.1.20', false],
  ['any name with "*" alone', { allowedHosts: ['*'] }, 'evil.test', false],
  [
    'any name with "*" and its escape',
    { allowedHosts: ['*'], dangerouslyAllowAnyHost: true },
    'evil.test',
    true,
  ],
  ['.com with its escape', { allowedHosts: ['.com'], dangerouslyAllowAnyHost: true }, 'a.com', true],
  [
    '.com with its escape is not .org',
    { allowedHosts: ['.com'], dangerouslyAllowAnyHost: true },
    'a.org',
    false,
  ],
];

describe('the host of a request', () => {
  for (const [name, listen, host, allowed] of rows) {
    it(`${name}: ${allowed ? 'answered' : 'refused'}`, () => {
      expect(allows(listen, host, lan)).toBe(allowed);
    });
  }
});

const mends: readonly (readonly [entry: string, code: string, mend: string])[] = [
  ['https://app.dev.test', 'CP111', '"app.dev.test"'],
  ['app.dev.test:8010', 'CP111', '"app.dev.test"'],
  ['app.dev.test/x', 'CP111', '"app.dev.test"'],
  ['*.dev.test', 'CP111', '".dev.test"'],
  ['', 'CP111', '"app.dev.test"'],
  ['*', 'CP110', '"app.dev.test"'],
  ['true', 'CP110', '"app.dev.test"'],
  ['.', 'CP110', '"app.dev.test"'],
  ['.io', 'CP110', '"app.dev.test"'],
];

describe('an entry of allowedHosts that is refused', () => {
  it.each(mends)('%j is %s, and the mend is %s', (entry, code, mend) => {
    const listen = { allowedHosts: [entry] };
    const verdicts = new Verdicts(configOf({ listen }));
    compileHostRules(listen, verdicts);
    const [problem] = verdicts.sorted();
    expect(problem?.code).toBe(code);
    expect(problem?.mend).toContain(mend);
  });
});
