import { describe, expect, it } from 'vitest';
import { HeldBytes } from '../../src/http/held-bytes.ts';

const latin1 = (text: string) => Buffer.from(text, 'latin1');

describe('held bytes', () => {
  it('stand in front of what comes next, and only of that', () => {
    const held = new HeldBytes();
    held.keep(held.join(latin1('abc')), 1);
    expect(String(held.join(latin1('d')))).toBe('bcd');
    expect(String(held.join(latin1('e')))).toBe('e');
  });

  it('are a copy', () => {
    const held = new HeldBytes();
    const bytes = latin1('ab');
    held.keep(held.join(bytes), 0);
    bytes.fill(0);
    expect(String(held.join(latin1('c')))).toBe('abc');
  });

  it('may be kept as a whole or in part, again and again, as they outgrow their room', () => {
    for (const from of [0, 1, 3]) {
      const held = new HeldBytes();
      let expected = '';
      for (let i = 0; i < 500; i += 1) {
        const piece = `${i},`.repeat(1 + (i % 7));
        const bytes = held.join(latin1(piece));
        expected += piece;
        expect(String(bytes)).toBe(expected);
        held.keep(bytes, Math.min(from, bytes.length));
        expected = expected.slice(from);
      }
    }
  });

  it('are not there once nothing is kept, or all is cleared', () => {
    const held = new HeldBytes();
    held.keep(held.join(latin1('abc')), 3);
    expect(String(held.join(latin1('d')))).toBe('d');
    held.keep(held.join(latin1('abc')), 0);
    held.clear();
    expect(String(held.join(latin1('d')))).toBe('d');
  });
});
