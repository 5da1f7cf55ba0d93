import { describe, expect, it } from 'vitest';
import { defaultPort, isLoopbackHost, parseOrigin, serializeOrigin } from '../../src/http/origin.ts';
import { expectLinear } from '../support/linear.ts';
import { randomTexts } from '../support/random-text.ts';

const sound: readonly (readonly [text: string, scheme: string, host: string, port: string])[] = [
  ['http://localhost:5173', 'http', 'localhost', '5173'],
  ['https://app.example.com', 'https', 'app.example.com', ''],
  ['http://[::1]:3000', 'http', '[::1]', '3000'],
  ['http://127.0.0.1', 'http', '127.0.0.1', ''],
  ['http://my_app.test', 'http', 'my_app.test', ''],
  ['https://xn--bcher-kva.example', 'https', 'xn--bcher-kva.example', ''],
  ['chrome-extension://abcdefghijklmnop', 'chrome-extension', 'abcdefghijklmnop', ''],
  ['tauri://localhost', 'tauri', 'localhost', ''],
  ['http://a.test:443', 'http', 'a.test', '443'],
  ['https://a.test:80', 'https', 'a.test', '80'],
  ['http://a.test:65535', 'http', 'a.test', '65535'],
  // A fully qualified name is another host for the browser.
  ['http://localhost.:5173', 'http', 'localhost.', '5173'],
];

describe('a serialized origin', () => {
  it.each(sound)('%s', (text, scheme, host, port) => {
    const origin = parseOrigin(text);
    expect(origin).toEqual({ scheme, host, port });
    expect(origin && serializeOrigin(origin)).toBe(text);
  });
});

/** HTML, "ASCII serialization of an origin": what no browser writes is none. */
const refused: readonly (readonly [name: string, text: string])[] = [
  ['the empty text', ''],
  ['null', 'null'],
  ['a slash at the end', 'http://localhost:5173/'],
  ['a path', 'http://localhost/x'],
  ['a query', 'http://localhost?x'],
  ['a fragment', 'http://localhost#x'],
  ['user info', 'http://localhost@evil.test'],
  ['an upper-case host', 'http://Localhost'],
  ['an upper-case scheme', 'HTTP://localhost'],
  ['the default port of http', 'http://localhost:80'],
  ['the default port of https', 'https://localhost:443'],
  ['port 0', 'http://localhost:0'],
  ['port 65536', 'http://localhost:65536'],
  ['a leading zero', 'http://localhost:05173'],
  ['a port with a name behind it', 'http://localhost:9999.evil.test'],
  ['no port after the colon', 'http://localhost:'],
  ['two origins in one line', 'http://localhost:5173 http://evil.test'],
  ['two joined lines', 'http://localhost:5173, http://evil.test'],
  ['white space in front', ' http://localhost'],
  ['a tab at the end', 'http://localhost\t'],
  ['a line break at the end', 'http://localhost\n'],
  ['NUL', 'http://localhost\0'],
  ['an 8-bit byte', 'http://b\xfccher.example'],
  ['an escape', 'http://local%68ost'],
  ['no host', 'http://'],
  ['no scheme', 'localhost:5173'],
  ['one slash', 'http:/localhost'],
  ['a backslash', 'http:\\\\localhost'],
  ['an open bracket', 'http://[::1'],
  ['"*"', '*'],
  ['a host of 254 bytes', `http://${'a'.repeat(254)}`],
  ['64 KB', `http://${'a'.repeat(64 * 1024)}`],
  ['a scheme of 300 bytes, which no browser has', `${'a'.repeat(300)}://x`],
];

describe('a text that is no serialized origin', () => {
  it.each(refused)('%s', (_, text) => {
    expect(parseOrigin(text)).toBeUndefined();
  });
});

describe('the parser of origins', () => {
  it('never throws, and takes only what it would write itself', () => {
    const vocabulary = [
      'http',
      'https',
      '://',
      'localhost',
      '[::1]',
      ':',
      '80',
      '443',
      '5173',
      '.',
      '/',
      '@',
      'a',
    ];
    let sane = 0;
    for (const text of randomTexts(2000, vocabulary)) {
      const origin = parseOrigin(text);
      if (origin === undefined) continue;
      sane += 1;
      expect(serializeOrigin(origin)).toBe(text);
    }
    expect(sane).toBeGreaterThan(2);
  });

  it('a long one costs no more for its length', () => {
    expectLinear((length) => `http://${'a.'.repeat(length / 2)}`, parseOrigin);
  });
});

const loopback: readonly (readonly [host: string, isOne: boolean])[] = [
  ['localhost', true],
  ['app.localhost', true],
  ['127.0.0.1', true],
  ['127.255.255.254', true],
  ['[::1]', true],
  ['localhost.evil.test', false],
  ['evillocalhost', false],
  ['127.0.0.1.evil.test', false],
  ['127.0.0.1.nip.io', false],
  ['127.1', false],
  ['127.0.0.01', false],
  ['127.0.0.256', false],
  ['127.299.0.1', false],
  ['128.0.0.1', false],
  ['0.0.0.0', false],
  ['[::]', false],
  ['[::ffff:127.0.0.1]', false],
  ['192.168.1.20', false],
  ['localhost\n', false],
  ['127.0.0.1\n', false],
  ['', false],
];

describe('a loopback host', () => {
  it.each(loopback)('%j: %s', (host, isOne) => {
    expect(isLoopbackHost(host)).toBe(isOne);
  });
});

describe('the default port', () => {
  it.each([
    ['http', '80'],
    ['ws', '80'],
    ['https', '443'],
    ['wss', '443'],
    ['chrome-extension', ''],
  ])('of %s is %j', (scheme, port) => {
    expect(defaultPort(scheme)).toBe(port);
  });
});
