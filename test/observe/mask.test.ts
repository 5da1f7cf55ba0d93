/** What may be printed: an attacker who reads the terminal, the log or a shared trace must not find a key in it. */

import { describe, expect, it } from 'vitest';
import { maskOf } from '../../src/observe/mask.ts';

const value = 'sk_live/4e+C4 "x"';
const mask = maskOf({
  secrets: [
    { name: 'KEY', value },
    { name: 'KEY', value: 'short' },
  ],
});

describe('a secret', () => {
  it.each([
    ['as it is', value],
    ['in a URL', encodeURIComponent(value)],
    ['in base64', Buffer.from(value).toString('base64')],
    ['in JSON', JSON.stringify(value).slice(1, -1)],
  ])('is masked %s', (_, spelling) => {
    expect(mask.text(`before ${spelling} after`)).toBe('before *** after');
  });

  it('does not make an empty value match everything', () => {
    expect(maskOf({ secrets: [{ name: 'E', value: '' }] }).text('abc')).toBe('abc');
  });
});

describe('credentials by name', () => {
  it.each([
    ['Authorization', 'Bearer abc', 'Bearer ***'],
    ['authorization', 'abc', '***'],
    ['Cookie', 'a=1; b=2', 'a=***; b=***'],
    ['Set-Cookie', 'a=1; Path=/', 'a=***; Path=/'],
    ['X-Api-Key', 'abc', '***'],
    ['Location', '/x?access_token=abc&y=1', '/x?access_token=***&y=1'],
    ['Content-Type', 'text/html', 'text/html'],
  ])('%s: %s', (name, given, expected) => {
    expect(mask.headers([name, given])).toEqual([name, expected]);
  });

  it.each([
    ['/x?token=abc', '/x?token=***'],
    ['/x?a=1&client_secret=abc&b=2', '/x?a=1&client_secret=***&b=2'],
    ['/x?X-Amz-Signature=abc', '/x?X-Amz-Signature=***'],
    ['/x?monkeys=3', '/x?monkeys=3'],
  ])('in a query: %s', (target, expected) => {
    expect(mask.target(target)).toBe(expected);
  });
});

describe('control characters', () => {
  it.each([
    ['an ANSI escape', '\u001b[31mred'],
    ['a C1 control, which some terminals obey', '\u009b31mred'],
    ['a line break', 'a\r\nb'],
    ['a bell', '\u0007'],
  ])('are shown, not obeyed: %s', (_, text) => {
    expect(mask.text(text)).not.toMatch(/[\u0000-\u001f\u007f-\u009f]/);
    expect(mask.text(text)).not.toBe('');
  });
});
