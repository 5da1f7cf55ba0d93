/** An API that echoes a request, or a log that quotes it, spells the value as its own format wants it. */

import { describe, expect, it } from 'vitest';
import { secretsIn } from '../../src/guard/secret-text.ts';
import { expectLinear } from '../support/linear.ts';

const value = 's3cr3t/k3y+"v"=~é.*';
const secrets = secretsIn([{ value }]);
const base64 = (text: string) => Buffer.from(text).toString('base64');
const everyByte = (text: string) =>
  [...Buffer.from(text)].map((byte) => `%${byte.toString(16).padStart(2, '0')}`).join('');

const spelled: readonly (readonly [name: string, text: string])[] = [
  ['as it is', value],
  ['inside of a text', `x${value}y`],
  ['percent-encoded', encodeURIComponent(value)],
  ['percent-encoded in lower case', encodeURIComponent(value).toLowerCase()],
  ['every byte percent-encoded', everyByte(value)],
  ['percent-encoded twice', encodeURIComponent(encodeURIComponent(value))],
  ['percent-encoded three times', encodeURIComponent(encodeURIComponent(encodeURIComponent(value)))],
  ['one character of it percent-encoded', value.replace('3', '%33')],
  ['its bytes in Latin-1, percent-encoded', encodeURIComponent(value).replace('%C3%A9', '%E9')],
  ['in JSON', JSON.stringify(value)],
  ['in JSON with escapes for all', [...value].map((c) => `\\u00${c.charCodeAt(0).toString(16)}`).join('')],
  ['in JSON with escaped slashes', JSON.stringify(value).replaceAll('/', '\\/')],
  ['in base64', base64(value)],
  ['as the password of a user of one letter', `Basic ${base64(`u:${value}`)}`],
  ['as the password of a user of two letters', `Basic ${base64(`me:${value}`)}`],
  ['as the password of a user of three letters', `Basic ${base64(`you:${value}`)}`],
  ['in front of something, in base64', base64(`${value}:`)],
  ['between two things, in base64', base64(`a${value}${value.slice(0, 3)}`)],
  ['in base64 for URLs', Buffer.from(value).toString('base64url')],
  ['in base64, in a URL', encodeURIComponent(base64(`>>>${value}`))],
];

describe('a secret', () => {
  it.each(spelled)('%s: is known and masked', (_, text) => {
    expect(secrets.isIn(text)).toBe(true);
    expect(secrets.mask(text)).toContain('***');
    expect(secrets.isIn(secrets.mask(text))).toBe(false);
  });

  it.each([
    ['a part of it', 's3cr3t'],
    ['another case', 'S3CR3T/K3Y+"V"=~É.*'],
    ['nothing', ''],
    ['what its dots and stars would match', 's3cr3t/k3y+"v"=~éxxx'],
  ])('%s: is not it', (_, text) => {
    expect(secrets.isIn(text)).toBe(false);
    expect(secrets.mask(text)).toBe(text);
  });

  it('is found again and again, wherever the last one stood', () => {
    for (let i = 0; i < 3; i += 1) expect(secrets.isIn(`${' '.repeat(3 - i)}${value}`)).toBe(true);
    expect(secrets.mask(`${value} ${value}`)).toBe('*** ***');
  });

  it('has no case in a name, for names have none', () => {
    const named = secretsIn([{ value: 'Key-1234' }]);
    expect(named.isInName('x-key-1234')).toBe(true);
    expect(named.isInName('x-key-123')).toBe(false);
    expect(named.isIn('x-key-1234')).toBe(false);
  });

  it('with a space is known where a form writes "+"', () => {
    expect(secretsIn([{ value: 'Bearer abc' }]).mask('auth=Bearer+abc&x=1')).toBe('auth=***&x=1');
  });

  it('of few characters is known only as a whole text: it stands in too many others', () => {
    const short = secretsIn([{ value: '42' }]);
    expect(short.mask('42')).toBe('***');
    expect(short.mask('/items/42')).toBe('/items/42');
  });

  it('that begins as another is masked to its end', () => {
    expect(secretsIn([{ value: 'abcd' }, { value: 'abcdef' }]).mask('abcdef abcd')).toBe('*** ***');
  });

  it('that is empty is none', () => {
    expect(secretsIn([{ value: '' }]).mask('abc')).toBe('abc');
    expect(secretsIn([]).isIn('abc')).toBe(false);
  });

  it.each(['s3cr3t/k3', '%25', '%2525', 'A', '\\u0073', '='])('costs no more for many of %j', (piece) => {
    expectLinear(
      (length) => piece.repeat(length / piece.length),
      (text) => secrets.mask(text),
    );
  });
});
