import { describe, expect, it } from 'vitest';
import {
  allValues,
  combinedValue,
  firstValue,
  hasField,
  isField,
  lines,
  lowerCaseName,
  replaceField,
} from '../../src/http/header-list.ts';
import { heldMemory } from '../support/held-memory.ts';

const headers = ['Accept', 'a', 'X-Twice', '1', 'x-twice', '', '__proto__', 'p', 'constructor', 'c'];

describe('a header list', () => {
  it('finds a field whatever its case, the first line first', () => {
    expect(firstValue(headers, 'accept')).toBe('a');
    expect(firstValue(headers, 'x-twice')).toBe('1');
    expect(firstValue(['ACCEPT', 'b'], 'accept')).toBe('b');
  });

  it('tells an absent field from an empty one', () => {
    expect(firstValue(headers, 'x-none')).toBeUndefined();
    expect(hasField(headers, 'x-none')).toBe(false);
    expect(hasField(['X-Empty', ''], 'x-empty')).toBe(true);
  });

  it('never takes a value for a name', () => {
    expect(hasField(['Accept', 'origin'], 'origin')).toBe(false);
  });

  it('gives every line in order, and joins them with a comma (RFC 9110 §5.3)', () => {
    expect(allValues(headers, 'x-twice')).toEqual(['1', '']);
    expect(combinedValue(headers, 'x-twice')).toBe('1, ');
    expect(combinedValue(headers, 'x-none')).toBeUndefined();
  });

  it('knows names that objects have by themselves only where they are sent', () => {
    expect(firstValue(headers, '__proto__')).toBe('p');
    expect(firstValue(headers, 'constructor')).toBe('c');
    expect(firstValue([], '__proto__')).toBeUndefined();
    expect(firstValue([], 'tostring')).toBeUndefined();
  });

  it('compares whole names', () => {
    expect(isField('Origin', 'origin')).toBe(true);
    expect(isField('Origins', 'origin')).toBe(false);
    expect(isField('', 'origin')).toBe(false);
  });

  it('replaces every line of a field by one at the end', () => {
    const list = ['X-A', '1', 'B', 'x-a', 'x-A', '2'];
    replaceField(list, 'X-a', '3');
    expect(list).toEqual(['B', 'x-a', 'X-a', '3']);
    replaceField(list, 'C', '4');
    expect(list).toEqual(['B', 'x-a', 'X-a', '3', 'C', '4']);
  });

  it('yields each line as a pair', () => {
    expect([...lines(['A', '1', 'B', '2'])]).toEqual([
      ['A', '1'],
      ['B', '2'],
    ]);
  });

  it('gives a name in lower case, and does not keep the text it stood in', () => {
    expect(lowerCaseName('X-Name')).toBe('x-name');
    expect(lowerCaseName('\u0141-Name')).toBe('\u0142-name');
    const memory = heldMemory();
    for (let i = 0; i < 400; i += 1) {
      const name = `x-made-up-name-of-a-peer-${i}`;
      const text = Buffer.from(name + 'a'.repeat(100_000)).toString('latin1');
      expect(lowerCaseName(text.slice(0, name.length))).toBe(name);
    }
    memory.passed(8 * 1024 * 1024);
    expect(memory.mostBytes()).toBeLessThan(8 * 1024 * 1024);
  });
});
