/** What is kept for whoever looks: never more than a person reads, however much passes. */

import { describe, expect, it } from 'vitest';
import { KeptBodies } from '../../src/proxy/kept-bodies.ts';

const most = 64 * 1024;

describe('a kept body', () => {
  it.each([
    ['one large chunk', [200_000]],
    ['many small ones', Array.from({ length: 200 }, () => 1000)],
    ['a chunk that ends on the bound, and one behind it', [most, 1]],
  ])('is its first 64 KB, and the number of all bytes: %s', (_, sizes) => {
    const kept = new KeptBodies();
    for (const size of sizes) kept.response.take(Buffer.alloc(size, 'x'));
    const { response, request } = kept.bodies();
    expect([response.bytes.length, response.passedBytes]).toEqual([
      most,
      sizes.reduce((sum, size) => sum + size),
    ]);
    expect([request.bytes.length, request.passedBytes]).toEqual([0, 0]);
  });

  // A piece of a buffer holds all of it: sixteen bytes of each chunk would keep the whole download in memory.
  it('is a copy', () => {
    const kept = new KeptBodies();
    const chunk = Buffer.from('before');
    kept.request.take(chunk);
    chunk.fill('-');
    expect(kept.bodies().request.bytes.toString()).toBe('before');
  });
});
