import { describe, expect, it } from 'vitest';
import { escapeControls, maskOf } from '../../src/observe/mask.ts';
import { expectLinear } from '../support/linear.ts';
import { headerList, rulesetOf } from '../support/ruleset.ts';

const secret = 'sk/live+a"b=.*';
const rules = rulesetOf(
  {
    routes: [
      {
        match: '/**',
        target: 'https://api.test',
        cors: { allowOrigin: 'http://localhost:5173' },
        request: { headers: { 'X-Api': '${API}' } },
      },
    ],
  },
  { API: secret },
);
const mask = maskOf(rules);

describe('secrets, by value', () => {
  it.each([
    ['as it is', `/x/${secret}/y`, '/x/***/y'],
    ['in a URL', `/x/${encodeURIComponent(secret)}`, '/x/***'],
    ['in base64', `Basic ${Buffer.from(secret).toString('base64')}`, 'Basic ***'],
    ['in JSON', JSON.stringify({ key: secret }), '{"key":"***"}'],
    ['more than once', `${secret}${secret}`, '******'],
  ])('%s', (_sentence, text, expected) => {
    expect(mask.text(text)).toBe(expected);
  });

  it('in the name of a field, whatever its case there', () => {
    const named = maskOf({ secrets: [{ name: 'A', value: 'Key-1234' }] });
    expect(named.headers(['x-kEY-1234', '1', 'X-Other', '2'])).toEqual(['***', '1', 'X-Other', '2']);
  });

  it('masks nothing where there is none', () => {
    expect(maskOf({ secrets: [] }).text('abc')).toBe('abc');
    expect(maskOf({ secrets: [{ name: 'EMPTY', value: '' }] }).text('abc')).toBe('abc');
  });

  it('takes the longer of two that overlap', () => {
    const both = maskOf({
      secrets: [
        { name: 'A', value: 'abcd' },
        { name: 'B', value: 'abcdef' },
      ],
    });
    expect(both.text('abcdef abcd')).toBe('*** ***');
  });
});

describe('query keys that tell', () => {
  it.each([
    ['/a?token=x', '/a?token=***'],
    ['/a?page=2&access_token=x&b=1', '/a?page=2&access_token=***&b=1'],
    ['/a?apiKey=x', '/a?apiKey=***'],
    ['/a?API_KEY=x', '/a?API_KEY=***'],
    ['/a?client_secret=x', '/a?client_secret=***'],
    ['/a?password=x&passwd=y', '/a?password=***&passwd=***'],
    ['/a?X-Amz-Signature=x', '/a?X-Amz-Signature=***'],
    ['/a?code=x', '/a?code=***'],
    ['/a?page=2&sort=name', '/a?page=2&sort=name'],
    ['/a?token', '/a?token'],
    ['/token=x', '/token=x'],
  ])('%s', (target, expected) => {
    expect(mask.target(target)).toBe(expected);
  });

  it('reads a long query once', () => {
    const long = `/a?${'token'.repeat(20_000)}&${'a&'.repeat(50_000)}`;
    const before = performance.now();
    mask.target(long);
    expect(performance.now() - before).toBeLessThan(1000);
  });
});

describe('fields that tell', () => {
  it.each([
    ['Authorization', 'Bearer abc', 'Bearer ***'],
    ['Authorization', 'abc', '***'],
    ['Proxy-Authorization', 'Basic abc', 'Basic ***'],
    ['Cookie', 'a=1; session=2', 'a=***; session=***'],
    ['Set-Cookie', 'a=1; Path=/; HttpOnly', 'a=***; Path=/; HttpOnly'],
    ['X-Api-Key', 'abc', '***'],
    ['Location', 'https://a.test/?token=x', 'https://a.test/?token=***'],
    ['Accept', '*/*', '*/*'],
  ])('%s: %s', (name, value, expected) => {
    expect(mask.headers(headerList({ [name]: value }))).toEqual([name, expected]);
  });
});

describe('control characters', () => {
  it('are written out', () => {
    expect(escapeControls('a\u001b[31mb\r\nc\u0000\u009b\u202e')).toBe(
      'a\\u001b[31mb\\u000d\\u000ac\\u0000\\u009b\\u202e',
    );
  });

  it('leave other text as it is', () => {
    expect(escapeControls('Grüße → 日本')).toBe('Grüße → 日本');
  });
});

describe('a body', () => {
  const rows: readonly (readonly [it: string, type: string, text: string, shown: string])[] = [
    [
      'a token in JSON',
      'application/json',
      '{"access_token": "a\\"b", "n":1}',
      '{"access_token": "***", "n":1}',
    ],
    [
      'an error code, which tells nothing',
      'application/json',
      '{"code":"card_declined"}',
      '{"code":"card_declined"}',
    ],
    ['a password that was cut', 'application/json', '{"password":"hunt', '{"password":"***"'],
    ['a form', 'application/x-www-form-urlencoded', 'a=1&password=x', 'a=1&password=***'],
    ['text of lines', 'text/plain', 'a\n\tb', 'a\n\tb'],
    ['the secret itself', 'text/plain', 'so: k3y-of-mine', 'so: ***'],
  ];
  const { body } = maskOf({ secrets: [{ name: 'KEY', value: 'k3y-of-mine' }] });

  it.each(rows)('%s', (_, type, text, shown) => {
    expect(body(text, type)).toBe(shown);
  });

  it('takes time in proportion to the text', () => {
    expectLinear(
      (n) => '"a":"\\'.repeat(n / 6),
      (text) => body(text, 'application/json'),
    );
  });
});

describe('a path of our own', () => {
  it('is shown without token and key', () => {
    const { target } = maskOf({ secrets: [] });
    expect(target('/__cors-proxy/?t=abc')).toBe('/__cors-proxy/?***');
    expect(target('/__cors-proxy/events?key=abc')).toBe('/__cors-proxy/events?***');
  });
});
