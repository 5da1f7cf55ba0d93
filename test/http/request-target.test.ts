import { describe, expect, it } from 'vitest';
import { parseRequestTarget } from '../../src/http/request-target.ts';
import { expectLinear } from '../support/linear.ts';
import { randomTexts } from '../support/random-text.ts';

const origin: readonly (readonly [name: string, target: string, path: string, query: string])[] = [
  ['the root', '/', '/', ''],
  ['a path', '/gh/users', '/gh/users', ''],
  ['a query', '/a?b=c', '/a', '?b=c'],
  ['an empty query', '/a?', '/a', '?'],
  ['a query with question marks and slashes', '/a?b?/../c', '/a', '?b?/../c'],
  ['a backslash in the query, which no router reads', '/a?b\\c', '/a', '?b\\c'],
  ['two slashes: no other host, whatever `new URL` says', '//evil.test/x', '//evil.test/x', ''],
  ['a user info look-alike stays a path', '/api/@evil.test:80/x', '/api/@evil.test:80/x', ''],
  ['escapes as they stand, upper or lower case', '/a%2Fb%2f', '/a%2Fb%2f', ''],
  ['broken escapes as they stand', '/%zz/%', '/%zz/%', ''],
  ['encoded line breaks as they stand', '/a%0d%0aX:1', '/a%0d%0aX:1', ''],
  [
    'names that begin with dots are no dot segments',
    '/.well-known/..x/a..b/...',
    '/.well-known/..x/a..b/...',
    '',
  ],
  ['escaped dots inside a name are no dot segment', '/a%2eb', '/a%2eb', ''],
];

describe('a target in origin-form', () => {
  it.each(origin)('%s: %s', (_, target, path, query) => {
    expect(parseRequestTarget(target)).toEqual({ form: 'origin', path, query, hidesDotSegment: false });
  });
});

const absolute: readonly (readonly [name: string, target: string, expected: object])[] = [
  [
    'a URL',
    'http://localhost:8010/x?y',
    { scheme: 'http', authority: { host: 'localhost', port: '8010' }, path: '/x', query: '?y' },
  ],
  [
    'upper case',
    'HTTPS://Evil.Test',
    { scheme: 'https', authority: { host: 'evil.test', port: '' }, path: '/', query: '' },
  ],
  [
    'a query without a path',
    'http://a.test?x',
    { scheme: 'http', authority: { host: 'a.test', port: '' }, path: '/', query: '?x' },
  ],
  [
    'IPv6',
    'http://[::1]:80//x',
    { scheme: 'http', authority: { host: '[::1]', port: '80' }, path: '//x', query: '' },
  ],
];

describe('a target in absolute-form (RFC 9112 §3.2.2)', () => {
  it.each(absolute)('%s: %s', (_, target, expected) => {
    expect(parseRequestTarget(target)).toMatchObject({ form: 'absolute', ...expected });
  });
});

/** What two readers could read in two ways. */
const invalid: readonly (readonly [name: string, target: string, why: string])[] = [
  ['nothing', '', 'neither a path nor a URL'],
  ['a relative path', 'x', 'neither a path nor a URL'],
  ['an authority, as CONNECT has it', 'evil.test:443', 'neither a path nor a URL'],
  ['another scheme', 'ftp://a.test/', 'neither a path nor a URL'],
  ['file:', 'file:///etc/passwd', 'neither a path nor a URL'],
  ['one slash after the scheme', 'http:/a.test', 'neither a path nor a URL'],
  ['a backslash in front', '\\evil.test', 'neither a path nor a URL'],
  ['"**"', '**', 'neither a path nor a URL'],
  ['no host', 'http:///x', 'host'],
  ['user info', 'http://localhost@evil.test/', 'host'],
  ['a backslash in the host', 'http://localhost\\@evil.test/', 'host'],
  ['a fragment', '/a#b', 'fragment'],
  ['a fragment of an absolute form', 'http://a.test/#b', 'fragment'],
  ['a backslash', '/a\\b', 'backslash'],
  ['a slash and a backslash, which `new URL` makes a host of', '/\\evil.test', 'backslash'],
  ['an encoded NUL', '/a%00b', 'NUL'],
  ['a space', '/a b', 'space'],
  ['a space in the query', '/a?b c', 'space'],
  ['a tab', '/a\tb', 'control'],
  ['a line break', '/a\r\nX: 1', 'control'],
  ['a line break at the end', '/a\n', 'control'],
  ['NUL', '/a\0', 'control'],
  ['DEL', '/a\x7f', 'control'],
  ['an 8-bit byte', '/caf\xe9', 'beyond ASCII'],
  ['".."', '/api/../admin', 'dot segment'],
  ['".." at the end', '/api/..', 'dot segment'],
  ['"." inside', '/api/./x', 'dot segment'],
  ['"." alone', '/.', 'dot segment'],
  ['"%2e%2e"', '/api/%2e%2e/admin', 'dot segment'],
  ['".%2E"', '/api/.%2E/admin', 'dot segment'],
  ['"%2e" alone', '/api/%2e/x', 'dot segment'],
  ['".." behind two slashes', '/api//../x', 'dot segment'],
  ['".." before a query', '/api/..?x', 'dot segment'],
  ['".." in an absolute form', 'http://localhost/api/../admin', 'dot segment'],
  ['".." right behind the host', 'http://localhost/..', 'dot segment'],
];

describe('a target that is refused', () => {
  it.each(invalid)('%s: %j', (_, target, why) => {
    const parsed = parseRequestTarget(target);
    expect(parsed.form).toBe('invalid');
    expect(parsed.form === 'invalid' && parsed.why).toContain(why);
  });
});

/** No dot segment for a router, but one for an upstream that decodes, or cuts parameters off, before it splits. */
const hidden: readonly (readonly [name: string, path: string, hides: boolean])[] = [
  ['..%2f', '/public/..%2fadmin', true],
  ['..%2F in upper case', '/public/..%2Fadmin', true],
  ['%2e%2e%2f', '/public/%2e%2e%2fadmin', true],
  ['..%5c, which some servers read as a slash', '/public/..%5cadmin', true],
  ['%2f..', '/public%2f..', true],
  ['%2f%2e%2e/', '/public%2f%2e%2e/admin', true],
  ['"..;", of which some servers keep ".."', '/public/..;/admin', true],
  ['"..;x=1"', '/public/..;x=1/admin', true],
  ['"%2e%2e;"', '/public/%2e%2e;/admin', true],
  ['".." encoded twice', '/public/%252e%252e/admin', true],
  ['a slash encoded twice', '/public/..%252fadmin', true],
  ['".." in overlong UTF-8', '/public/%c0%ae%C0%AE/admin', true],
  ['a slash in overlong UTF-8', '/public/..%c0%af', true],
  ['".." as some servers of old decode it', '/public/%u002e%U002E/admin', true],
  ['an encoded ";"', '/public/..%3bx/admin', true],
  ['a name of three dots', '/public/...', false],
  ['a name of three dots, encoded', '/public/%2e%2e%2e', false],
  ['a range', '/compare/v1...v2', false],
  ['two dots inside a name', '/compare/a..b', false],
  ['an encoded slash alone', '/a%2fb', false],
  ['a parameter alone', '/a;b=c', false],
];

describe('a hidden dot segment', () => {
  it.each(hidden)('%s in %s: %s', (_, path, hides) => {
    expect(parseRequestTarget(path)).toMatchObject({ form: 'origin', path, hidesDotSegment: hides });
    const url = `http://localhost${path}`;
    expect(parseRequestTarget(url)).toMatchObject({ form: 'absolute', path, hidesDotSegment: hides });
  });

  it('is not looked for in the query', () => {
    expect(parseRequestTarget('/a?x=/..%2f')).toMatchObject({ hidesDotSegment: false });
  });
});

describe('the parser of targets', () => {
  it('knows "*"', () => {
    expect(parseRequestTarget('*')).toEqual({ form: 'asterisk' });
  });

  it('never throws, and gives every accepted byte back where it stood', () => {
    const vocabulary = [
      '/',
      '//',
      '.',
      '..',
      '%2e',
      '%2f',
      '\\',
      '?',
      '#',
      'http://',
      'a.test',
      ':80',
      '@',
      'api',
      '*',
    ];
    const forms = new Set<string>();
    for (const text of randomTexts(2000, vocabulary)) {
      for (const target of [text, `/${text}`, `http://a.test/${text}`]) {
        const parsed = parseRequestTarget(target);
        forms.add(parsed.form);
        if (parsed.form !== 'origin' && parsed.form !== 'absolute') continue;
        // Nothing is normalized: what the globs see is what goes up.
        if (parsed.form === 'origin') expect(parsed.path + parsed.query).toBe(target);
        else
          expect(`/${target}`.endsWith(parsed.path + parsed.query) || parsed.path === '/', target).toBe(true);
        expect(parsed.path, target).toMatch(/^\/[\x21-\x7e]*$/);
        expect(parsed.path, target).not.toMatch(/\\|[?#]|\/\.{1,2}(?:\/|$)/);
      }
    }
    expect([...forms].sort()).toEqual(['absolute', 'asterisk', 'invalid', 'origin']);
  });

  it.each([
    ['slashes', '/'],
    ['slashes and dots', '/.a'],
    ['encoded dots', '%2e'],
    ['two dots', '..'],
    ['encoded slashes', '%2f'],
    ['percent signs that are encoded', '%25'],
    ['percent signs that are encoded again and again', '25'],
    ['backslashes', '\\'],
  ])('64 KB of %s cost no more for their number', (_, piece) => {
    expectLinear((length) => `/${piece.repeat(length / piece.length)}`, parseRequestTarget);
    expectLinear((length) => `http://${piece.repeat(length / piece.length)}`, parseRequestTarget);
  });
});
