import { describe, expect, it } from 'vitest';
import { durationText, sizeText, timeOfDay } from '../../src/observe/units.ts';

describe('units', () => {
  it.each([
    [0, '0ms'],
    [84.4, '84ms'],
    [999.4, '999ms'],
    [999.6, '1.0s'],
    [9_949, '9.9s'],
    [9_951, '10s'],
    [599_000, '599s'],
    [600_000, '10min'],
  ])('%d milliseconds are %s', (ms, text) => {
    expect(durationText(ms)).toBe(text);
  });

  it.each([
    [0, '–'],
    [999, '999'],
    [1_234, '1.2k'],
    [34_400, '34k'],
    [999_499, '999k'],
    [999_500, '1.0M'],
    [5_000_000_000, '5.0G'],
  ])('%d bytes are %s', (bytes, text) => {
    expect(sizeText(bytes)).toBe(text);
  });

  it('writes the hour with two digits', () => {
    expect(timeOfDay(new Date(2026, 0, 15, 4, 5, 6).getTime())).toBe('04:05:06');
  });
});
