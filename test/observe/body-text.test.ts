import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { type BodyText, readBody } from '../../src/observe/body-text.ts';
import { type Fields, headerList } from '../support/ruleset.ts';

/** Random enough not to become a few bytes. */
const long = Array.from({ length: 20_000 }, (_, i) => (i * 2_654_435_761).toString(36)).join('');

function read(bytes: Buffer, fields: Fields, passedBytes = bytes.length): BodyText {
  return readBody({ bytes, passedBytes }, headerList(fields));
}

const whole: readonly (readonly [it: string, bytes: Buffer, fields: Fields, expected: BodyText])[] = [
  ['text', Buffer.from('hällo'), {}, { text: 'hällo', notes: [] }],
  ['gzip', gzipSync('a'), { 'Content-Encoding': 'gzip' }, { text: 'a', notes: ['decoded from gzip'] }],
  ['br', brotliCompressSync('a'), { 'Content-Encoding': 'br' }, { text: 'a', notes: ['decoded from br'] }],
  [
    'deflate',
    deflateSync('a'),
    { 'Content-Encoding': 'deflate' },
    { text: 'a', notes: ['decoded from deflate'] },
  ],
  [
    'deflate without its frame',
    deflateRawSync('a'),
    { 'Content-Encoding': 'deflate' },
    { text: 'a', notes: ['decoded from deflate'] },
  ],
  [
    'two codings, the last one first',
    gzipSync(brotliCompressSync('a')),
    { 'Content-Encoding': 'br, gzip' },
    { text: 'a', notes: ['decoded from gzip', 'decoded from br'] },
  ],
  ['identity', Buffer.from('a'), { 'Content-Encoding': 'identity' }, { text: 'a', notes: [] }],
  [
    'a coding that is not known',
    Buffer.from('a'),
    { 'Content-Encoding': 'odd' },
    { text: 'a', notes: ['odd could not be decoded'] },
  ],
  [
    'a coding that is not true',
    Buffer.from('plain'),
    { 'Content-Encoding': 'gzip' },
    { text: 'plain', notes: ['gzip could not be decoded'] },
  ],
  [
    'another charset',
    Buffer.from([0x68, 0xe4]),
    { 'Content-Type': 'text/plain; charset=iso-8859-1' },
    { text: 'hä', notes: [] },
  ],
  [
    'a charset that nobody knows',
    Buffer.from('a'),
    { 'Content-Type': 'text/plain; charset=odd' },
    { text: undefined, notes: [] },
  ],
  ['bytes', Buffer.from([0, 1, 2]), { 'Content-Type': 'text/plain' }, { text: undefined, notes: [] }],
];

describe('a body as text', () => {
  it.each(whole)('%s', (_, bytes, fields, expected) => {
    expect(read(bytes, fields)).toEqual(expected);
  });

  it('that was cut in the middle of a character ends before it', () => {
    expect(read(Buffer.from('aä').subarray(0, 2), {}, 99)).toEqual({ text: 'a', notes: ['cut after 0 KB'] });
  });

  it('whose compressed bytes were cut is read as far as they go', () => {
    for (const [coding, bytes] of [
      ['gzip', gzipSync(long)],
      ['br', brotliCompressSync(long)],
    ] as const) {
      const { text = '', notes } = read(
        bytes.subarray(0, 20_000),
        { 'Content-Encoding': coding },
        bytes.length,
      );
      expect(text.length).toBeGreaterThan(10_000);
      expect(long.startsWith(text)).toBe(true);
      expect(notes[0]).toBe(`decoded from ${coding}`);
    }
  });

  // The attack: 64 KB that become gigabytes ("zip bomb") when somebody looks.
  it('that grows without bounds is not decoded', () => {
    const bomb = gzipSync(Buffer.alloc(20 * 1024 * 1024));
    expect(read(bomb, { 'Content-Encoding': 'gzip' }).notes).toContain('gzip could not be decoded');
  });
});
