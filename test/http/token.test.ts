import { describe, expect, it } from 'vitest';
import { isFieldValue, isToken, listElements } from '../../src/http/token.ts';
import { expectLinear } from '../support/linear.ts';

const tokens: readonly (readonly [name: string, text: string, isOne: boolean])[] = [
  ['a method', 'PATCH', true],
  ['every special tchar of RFC 9110 §5.6.2', "!#$%&'*+-.^_`|~09azAZ", true],
  ['the empty text', '', false],
  ['a space inside', 'X Foo', false],
  ['a comma', 'GET,PUT', false],
  ['a colon', 'X:Foo', false],
  ['a slash', 'a/b', false],
  ['a quote', '"a"', false],
  ['a parenthesis', 'a(b)', false],
  ['a line break at the end, which "$" alone would let through', 'GET\n', false],
  ['NUL', 'a\0', false],
  ['DEL', 'a\x7f', false],
  ['an 8-bit byte', 'caf\xe9', false],
  ['a letter beyond Latin-1 that folds to "k"', 'toKen'.replace('K', '\u212a'), false],
];

describe('a token', () => {
  it.each(tokens)('%s: %j is one: %s', (_, text, isOne) => {
    expect(isToken(text)).toBe(isOne);
  });
});

const values: readonly (readonly [name: string, text: string, isOne: boolean])[] = [
  ['visible bytes, spaces and tabs', 'a b\tc', true],
  ['the empty text', '', true],
  ['8-bit bytes, which are obs-text (RFC 9110 §5.5)', 'caf\xe9\xff\x80', true],
  ['CR, with which a response is split', 'a\rb', false],
  ['LF', 'a\nb', false],
  ['NUL', 'a\0b', false],
  ['the escape of a terminal', '\x1b[2J', false],
  ['DEL', 'a\x7f', false],
  ['a character beyond Latin-1', 'a\u2028b', false],
];

describe('a field value', () => {
  it.each(values)('%s: %j is one: %s', (_, text, isOne) => {
    expect(isFieldValue(text)).toBe(isOne);
  });
});

const lists: readonly (readonly [name: string, text: string, elements: readonly string[]])[] = [
  ['one element', 'x-foo', ['x-foo']],
  ['several, as browsers write them', 'a,b,c', ['a', 'b', 'c']],
  ['white space of intermediaries', ' a ,\tb\t, c', ['a', 'b', 'c']],
  ['empty elements, which a recipient must skip (RFC 9110 §5.6.1.2)', ',a,,b, ,', ['a', 'b']],
  ['the empty text', '', []],
  ['commas alone', ',,,', []],
  ['an element with a space inside stays one, for the check that refuses it', 'x foo', ['x foo']],
  ['a no-break space is no white space of HTTP', 'a\xa0', ['a\xa0']],
  ['repeats stay', 'a,a', ['a', 'a']],
];

describe('the elements of a list', () => {
  it.each(lists)('%s: %j', (_, text, elements) => {
    expect(listElements(text)).toEqual(elements);
  });

  // CVE-2025-47908: rs/cors split a header of commas in quadratic time and memory.
  it.each([
    ['64 KB of commas', ','],
    ['64 KB of spaces', ' '],
    ['64 KB of spaces between commas', '      ,'],
  ])('%s cost no more for their number', (_, piece) => {
    expectLinear((length) => piece.repeat(length / piece.length), listElements);
  });
});
