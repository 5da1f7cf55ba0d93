import { describe, expect, it } from 'vitest';
import { parseAuthority } from '../../src/http/host.ts';
import { expectLinear } from '../support/linear.ts';
import { randomTexts } from '../support/random-text.ts';

const sound: readonly (readonly [name: string, text: string, host: string, port: string])[] = [
  ['a name', 'localhost', 'localhost', ''],
  ['a name and port', 'localhost:8010', 'localhost', '8010'],
  ['upper case', 'LocalHost:80', 'localhost', '80'],
  ['a trailing dot', 'localhost.:8010', 'localhost', '8010'],
  ['an underscore', 'my_app.test', 'my_app.test', ''],
  ['IPv4', '127.0.0.1:1', '127.0.0.1', '1'],
  ['IPv6', '[::1]:8010', '[::1]', '8010'],
  ['IPv6 without port', '[2001:DB8::7]', '[2001:db8::7]', ''],
  ['IPv6 with eight groups', '[1:2:3:4:5:6:7:8]', '[1:2:3:4:5:6:7:8]', ''],
  ['IPv6 with an IPv4 tail', '[::ffff:127.0.0.1]', '[::ffff:127.0.0.1]', ''],
  ['the highest port', 'a:65535', 'a', '65535'],
  ['253 bytes of name', `${'a'.repeat(253)}`, 'a'.repeat(253), ''],
];

describe('an authority', () => {
  it.each(sound)('%s: %s', (_, text, host, port) => {
    expect(parseAuthority(text)).toEqual({ host, port });
  });
});

const refused: readonly (readonly [name: string, text: string])[] = [
  ['nothing', ''],
  ['a port alone', ':8010'],
  ['a dot alone', '.'],
  ['a name that begins with a dot', '.localhost'],
  ['an empty label', 'a..b'],
  ['254 bytes of name', 'a'.repeat(254)],
  ['a space', 'a b'],
  ['a tab at the end', 'localhost\t'],
  ['a comma, as two joined lines have it', 'localhost, evil.test'],
  ['user info before an evil host', 'localhost:8010@evil.test'],
  ['user info', 'user@localhost'],
  ['a URL', 'http://localhost'],
  ['a path', 'localhost/x'],
  ['a backslash', 'localhost\\evil.test'],
  ['a query', 'localhost?x'],
  ['an escape', 'local%68ost'],
  ['an 8-bit byte', 'b\xfccher.test'],
  ['NUL', 'localhost\0'],
  ['a line break at the end', 'localhost\n'],
  ['a line break after the port', 'localhost:80\n'],
  ['port 65536', 'a:65536'],
  ['six digits', 'a:000080'],
  ['an empty port', 'a:'],
  ['a name as port', 'a:http'],
  ['two ports', 'a:1:2'],
  ['an IPv6 address without brackets', '::1'],
  ['an open bracket', '[::1'],
  ['a bracket alone', '['],
  ['a name in brackets', '[example.com]'],
  ['text behind the bracket', '[::1]evil.test'],
  ['three colons', '[:::]'],
  ['two "::"', '[1::2::3]'],
  ['nine groups', '[1:2:3:4:5:6:7:8:9]'],
  ['seven groups', '[1:2:3:4:5:6:7]'],
  ['five hexadecimal digits', '[12345::]'],
  ['eight groups and "::"', '[1:2:3:4::5:6:7:8]'],
  ['a zone', '[fe80::1%eth0]'],
  ['an IPv4 tail of three numbers', '[::1.2.3]'],
];

describe('a text that is no authority', () => {
  it.each(refused)('%s: %j', (_, text) => {
    expect(parseAuthority(text)).toBeUndefined();
  });
});

describe('the parser of authorities', () => {
  it('never throws, and what it gives it reads again as the same', () => {
    const vocabulary = [
      'localhost',
      '127.0.0.1',
      '[',
      ']',
      '::',
      ':',
      '.',
      '@',
      '%',
      '80',
      'a',
      'A',
      '_',
      '/',
    ];
    let sane = 0;
    for (const text of randomTexts(2000, vocabulary)) {
      const authority = parseAuthority(text);
      if (authority === undefined) continue;
      sane += 1;
      const again = `${authority.host}${authority.port === '' ? '' : `:${authority.port}`}`;
      expect(parseAuthority(again), JSON.stringify(text)).toEqual(authority);
    }
    // The seed must reach both sides.
    expect(sane).toBeGreaterThan(20);
  });

  it.each([
    ['dots', '.'],
    ['colons', ':'],
    ['groups in brackets', '[:'],
    ['labels', 'a.'],
  ])('64 KB of %s cost no more for their number', (_, piece) => {
    expectLinear((length) => piece.repeat(length / piece.length), parseAuthority);
    expectLinear((length) => `[${piece.repeat(length / piece.length)}]`, parseAuthority);
  });
});
