/** A few hundred of the cases that `npm run fuzz` plays by the thousand. */

import { describe, expect, it } from 'vitest';
import { kinds } from './fuzz-case.ts';
import { caseOf, fuzz } from './run.ts';

const seed = 20260;

describe('fuzz', () => {
  it(`300 cases break no invariant (seed ${seed})`, { timeout: 120_000 }, async () => {
    const { findings, others, counts } = await fuzz({ seed, kinds, first: 0, count: 300, lanes: 24 });
    expect(findings).toEqual([]);
    expect(others).toEqual([]);
    expect(counts.cases).toBe(300);
    expect(counts.upstreamRequests).toBeGreaterThan(100);
  });

  it('a number is the same case every time, and another one for another seed', () => {
    const packets = (start: number, number: number) => caseOf({ seed: start, kinds }, number).client.packets;
    for (let number = 0; number < 30; number += 1) {
      expect(packets(seed, number)).toEqual(packets(seed, number));
      expect(packets(seed, number)).not.toEqual(packets(seed + 1, number));
    }
  });
});
