/**
 * The attack: a page of any site asks `http://localhost:8010/__cors-proxy/…` for the config, the log or a reload. The
 * endpoints answer only to themselves, to typed addresses and to tools, under names of this machine.
 */

import { describe, expect, it } from 'vitest';
import { ownPath, refuseOwn } from '../../src/guard/own-endpoints.ts';
import { readFacts } from '../../src/http/request-facts.ts';
import { type Fields, headerList } from '../support/ruleset.ts';

const paths: readonly (readonly [path: string, own: string | undefined])[] = [
  ['/__cors-proxy', '/'],
  ['/__cors-proxy/', '/'],
  ['/__cors-proxy/health', '/health'],
  ['/__cors-proxy//x', '//x'],
  ['/__cors-proxyx', undefined],
  ['/__cors-proxy-other/x', undefined],
  ['//__cors-proxy/health', undefined],
  ['/a/__cors-proxy/health', undefined],
  ['/__CORS-PROXY/health', undefined],
  ['/__cors%2dproxy/health', undefined],
  ['/', undefined],
];

describe('a path of our own', () => {
  it.each(paths)('%s: %s', (path, own) => {
    expect(ownPath(path)).toBe(own);
  });
});

const origin = 'http://localhost:8010';

type Row = readonly [name: string, fields: Fields, host: string, isRefused: boolean];

const rows: readonly Row[] = [
  ['curl', {}, 'localhost', false],
  ['a typed address', { 'Sec-Fetch-Site': 'none' }, 'localhost', false],
  ['its own page', { 'Sec-Fetch-Site': 'same-origin' }, 'localhost', false],
  ['a POST of its own page', { 'Sec-Fetch-Site': 'same-origin', Origin: origin }, 'localhost', false],
  ['its own page under a loopback address', {}, '127.0.0.1', false],
  ['its own page under IPv6', {}, '[::1]', false],
  ['a page of another site, without Origin', { 'Sec-Fetch-Site': 'cross-site' }, 'localhost', true],
  ['another localhost port, without Origin', { 'Sec-Fetch-Site': 'same-site' }, 'localhost', true],
  ['a page that the routes would let in', { Origin: 'http://localhost:5173' }, 'localhost', true],
  ['a sandboxed frame', { Origin: 'null' }, 'localhost', true],
  ['its own origin twice', { Origin: [origin, origin] }, 'localhost', true],
  ['its own origin under the other scheme', { Origin: 'https://localhost:8010' }, 'localhost', true],
  ['an empty Origin', { Origin: '' }, 'localhost', true],
  ['a name that allowedHosts lets in', {}, 'app.dev.test', true],
  ['an address of the network', {}, '192.168.1.20', true],
];

/**
 * The attack: another machine connects to a listener on every interface, and writes `Host: localhost`; or it comes by a
 * tunnel to the internet that runs on this machine, and rewrites Host.
 */
const peers: readonly (readonly [name: string, client: string, fields: Fields, isRefused: boolean])[] = [
  ['IPv4 of this machine', '127.0.0.1', {}, false],
  ['another loopback address', '127.8.0.1', {}, false],
  ['IPv6 of this machine', '::1', {}, false],
  ['IPv4 inside of IPv6', '::ffff:127.0.0.1', {}, false],
  ['a machine of the network', '192.168.1.20', {}, true],
  ['a machine of the network, inside of IPv6', '::ffff:192.168.1.20', {}, true],
  ['an address that only looks like one', '::ffff:127.0.0.1.evil', {}, true],
  ['a connection without an address', '', {}, true],
  ['a tunnel that forwards', '127.0.0.1', { 'X-Forwarded-For': '203.0.113.9' }, true],
  ['a tunnel that forwards, by RFC 7239', '127.0.0.1', { Forwarded: 'for=203.0.113.9' }, true],
];

describe('from where the endpoints may be asked', () => {
  it.each(peers)('%s', (_, client, fields, isRefused) => {
    const asker = { host: 'localhost', client, ownOrigin: origin };
    expect(refuseOwn(readFacts(headerList(fields)), asker)?.status).toBe(isRefused ? 403 : undefined);
  });
});

describe('who may ask the endpoints', () => {
  it.each(rows)('%s', (_, fields, host, isRefused) => {
    const refusal = refuseOwn(readFacts(headerList(fields)), {
      host,
      client: '127.0.0.1',
      ownOrigin: origin,
    });
    expect(refusal?.status).toBe(isRefused ? 403 : undefined);
    expect(refusal?.quiet).toBe(isRefused ? true : undefined);
  });
});
