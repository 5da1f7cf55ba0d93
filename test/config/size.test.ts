import { describe, expect, it } from 'vitest';
import { defaults } from '../../src/config/defaults.ts';
import { sizeInBytes } from '../../src/config/size.ts';

describe('sizeInBytes', () => {
  it.each([
    ['512b', 512],
    ['16kb', 16_384],
    ['100mb', 104_857_600],
    ['2gb', 2_147_483_648],
    ['100MB', 104_857_600],
    ['01b', 1],
  ])('%s is %d bytes', (text, bytes) => {
    expect(sizeInBytes(text)).toBe(bytes);
  });

  it.each(['', '100', 'mb', '1.5mb', '-1kb', '10 mb', '1mib', '1e3kb', '10kbps', '0b', '00kb'])(
    '"%s" is not a size',
    (text) => {
      expect(sizeInBytes(text)).toBeNaN();
    },
  );

  it('reads every default', () => {
    expect([defaults.listen.limits.url, defaults.listen.limits.headers].map(sizeInBytes)).toEqual([
      16_384, 65_536,
    ]);
    expect(sizeInBytes(defaults.limits.requestBody)).toBe(104_857_600);
  });
});
