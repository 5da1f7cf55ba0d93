import { describe, expect, it } from 'vitest';
import { isPreflight, isWebSocketHandshake, readFacts } from '../../src/http/request-facts.ts';
import { expectLinear } from '../support/linear.ts';
import { type Fields, headerList } from '../support/ruleset.ts';

const factsOf = (fields: Fields) => readFacts(headerList(fields));

describe('the facts of a request', () => {
  it('are read whatever the case of the names', () => {
    const facts = factsOf({
      HOST: 'localhost',
      oRiGiN: 'http://a.test',
      'sec-fetch-site': 'cross-site',
      'SEC-FETCH-MODE': 'navigate',
      'Max-Forwards': '3',
      VIA: '1.1 x',
      expect: '100-continue',
    });
    expect(facts).toMatchObject({
      host: 'localhost',
      origin: 'http://a.test',
      fetchSite: 'cross-site',
      fetchMode: 'navigate',
      maxForwards: '3',
      via: '1.1 x',
      expect: '100-continue',
    });
  });

  it('keep the first Host, and count how many there are', () => {
    const facts = factsOf({ Host: ['a', 'b'] });
    expect([facts.host, facts.lines.host]).toEqual(['a', 2]);
  });

  it('join the lines of one Access-Control-Request-Headers', () => {
    expect(factsOf({ 'Access-Control-Request-Headers': ['x-a', 'x-b'] }).askedHeaders).toBe('x-a, x-b');
  });

  it('join two Sec-Fetch-Site, so that neither value alone is believed', () => {
    expect(factsOf({ 'Sec-Fetch-Site': ['same-origin', 'cross-site'] }).fetchSite).toBe(
      'same-origin, cross-site',
    );
  });

  it('tell an empty field from an absent one', () => {
    expect(factsOf({ Origin: '' })).toMatchObject({ origin: '', lines: { origin: 1 } });
    expect(factsOf({})).toMatchObject({ origin: undefined, lines: { origin: 0 } });
  });

  it('count the lines of fields that may stand once', () => {
    const twice = ['1', '2'];
    const fields = { Authorization: twice, 'Content-Type': twice, 'If-None-Match': twice, Origin: twice };
    expect(factsOf(fields).lines).toMatchObject({
      authorization: 2,
      contentType: 2,
      ifNoneMatch: 2,
      origin: 2,
    });
  });

  it('count header lines, and bytes with ": " and CRLF', () => {
    expect(factsOf({ 'X-A': '12', Y: '' })).toMatchObject({ count: 2, bytes: 'X-A: 12\r\nY: \r\n'.length });
  });

  it.each([
    ['Service-Worker', 'script', true],
    ['Service-Worker', ' SCRIPT ', true],
    ['Service-Worker', 'other', false],
    ['X-Serv-Worker', 'script', false],
  ])('%s: %j marks the script of a service worker: %s', (name, value, marks) => {
    expect(factsOf({ [name]: value }).isServiceWorkerScript).toBe(marks);
  });

  it.each([
    ['X-Forwarded-For', 'X-Forwarded-For: 1'],
    ['Forwarded', 'Forwarded: 1'],
    ['X-Forwarded-Host', undefined],
  ])('%s says that another proxy stands in front: %s', (name, says) => {
    expect(factsOf({ [name]: '1' }).forwarded).toBe(says);
  });

  it('take no harm from names that objects have by themselves', () => {
    const facts = readFacts(['__proto__', 'x', 'constructor', 'y', 'hasOwnProperty', 'z', 'toString', 'w']);
    expect(facts).toMatchObject({ count: 4, host: undefined, origin: undefined });
    expect(Object.getPrototypeOf(facts)).toBe(Object.prototype);
  });
});

/** Fetch, "CORS-preflight request". */
const preflights: readonly (readonly [name: string, method: string, fields: Fields, isOne: boolean])[] = [
  ['all three marks', 'OPTIONS', { Origin: 'o', 'Access-Control-Request-Method': 'PUT' }, true],
  ['empty values are marks, too', 'OPTIONS', { Origin: '', 'Access-Control-Request-Method': '' }, true],
  ['no Origin', 'OPTIONS', { 'Access-Control-Request-Method': 'PUT' }, false],
  ['no Access-Control-Request-Method', 'OPTIONS', { Origin: 'o' }, false],
  [
    'Access-Control-Request-Headers alone',
    'OPTIONS',
    { Origin: 'o', 'Access-Control-Request-Headers': 'x' },
    false,
  ],
  ['another method', 'GET', { Origin: 'o', 'Access-Control-Request-Method': 'PUT' }, false],
  ['another case', 'options', { Origin: 'o', 'Access-Control-Request-Method': 'PUT' }, false],
];

describe('a CORS-preflight request', () => {
  it.each(preflights)('%s', (_, method, fields, isOne) => {
    expect(isPreflight(method, factsOf(fields))).toBe(isOne);
  });
});

/** RFC 6455 §4.1. */
const handshakes: readonly (readonly [name: string, fields: Fields, isOne: boolean])[] = [
  ['as browsers write it', { Connection: 'Upgrade', Upgrade: 'websocket' }, true],
  ['in another case', { Connection: 'UPGRADE', Upgrade: 'WebSocket' }, true],
  [
    'beside keep-alive, as Firefox writes it',
    { Connection: 'keep-alive, Upgrade', Upgrade: 'websocket' },
    true,
  ],
  ['on two Connection lines', { Connection: ['keep-alive', 'upgrade'], Upgrade: 'websocket' }, true],
  ['without Connection, which nominates it', { Upgrade: 'websocket' }, false],
  [
    'with "upgrade" only as part of a name',
    { Connection: 'x-upgrade, upgrades', Upgrade: 'websocket' },
    false,
  ],
  ['to h2c, as curl asks', { Connection: 'Upgrade, HTTP2-Settings', Upgrade: 'h2c' }, false],
  ['to a list of protocols', { Connection: 'Upgrade', Upgrade: 'websocket, h2c' }, false],
  ['without Upgrade', { Connection: 'Upgrade' }, false],
];

describe('a WebSocket handshake', () => {
  it.each(handshakes)('%s', (_, fields, isOne) => {
    expect(isWebSocketHandshake({ version: '1.1' }, factsOf(fields))).toBe(isOne);
  });

  it.each(['1.0', '2.0'])('is none in HTTP/%s, where Upgrade says nothing', (version) => {
    const facts = factsOf({ Connection: 'Upgrade', Upgrade: 'websocket' });
    expect(isWebSocketHandshake({ version }, facts)).toBe(false);
  });

  it.each([
    ['commas', ','],
    ['spaces', ' '],
    ['commas and spaces', ',       '],
    ['names that begin alike', ',upgrad '],
  ])('64 KB of %s cost no more for their number', (_, piece) => {
    expectLinear(
      (length) => piece.repeat(length / piece.length),
      (text) =>
        isWebSocketHandshake({ version: '1.1' }, readFacts(['Upgrade', 'websocket', 'Connection', text])),
    );
  });
});
