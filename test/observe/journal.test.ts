import { describe, expect, it } from 'vitest';
import { createJournal } from '../../src/observe/journal.ts';
import { request, rulesetOf } from '../support/ruleset.ts';
import { exchangeOf } from './exchange-of.ts';

const rules = rulesetOf({ target: 'https://api.test' });

function numbered(id: string) {
  return exchangeOf(request('GET /a'), rules, { id });
}

describe('the journal', () => {
  it('keeps the newest, in their order', () => {
    const journal = createJournal(3);
    for (const id of ['1', '2', '3', '4', '5']) journal.add(numbered(id));
    expect(journal.all().map(({ id }) => id)).toEqual(['3', '4', '5']);
  });

  it('gives all while there is room', () => {
    const journal = createJournal(3);
    expect(journal.all()).toEqual([]);
    journal.add(numbered('1'));
    journal.add(numbered('2'));
    expect(journal.all().map(({ id }) => id)).toEqual(['1', '2']);
  });

  it('finds an exchange by its number, as long as it is kept', () => {
    const journal = createJournal(2);
    expect(['1', '2', '3'].map((id) => journal.add(numbered(id)))).toEqual([1, 2, 3]);
    expect(journal.numbered().map(({ n }) => n)).toEqual([2, 3]);
    expect([0, 1, 2, 3, 4, 2.5].map((n) => journal.find(n)?.id)).toEqual([
      undefined,
      undefined,
      '2',
      '3',
      undefined,
      undefined,
    ]);
  });

  it('holds two hundred at most', () => {
    const journal = createJournal();
    for (let i = 0; i < 1200; i += 1) journal.add(numbered(String(i)));
    expect(journal.all()).toHaveLength(200);
    expect(journal.all().at(-1)?.id).toBe('1199');
  });

  it('counts those that it let go, too', () => {
    const journal = createJournal(1);
    journal.add(numbered('1'));
    journal.add({ ...numbered('2'), outcome: 'refused' });
    journal.add({ ...numbered('3'), outcome: 'upstream_error' });
    expect(journal.tally()).toEqual({ requests: 3, refused: 1, upstreamFailures: 1 });
  });

  it('keeps the number of one that goes on, finds it as it is, and counts it when it is over', () => {
    const journal = createJournal(3);
    journal.add(numbered('1'));
    expect(journal.note({ ...numbered('long'), outcome: 'running', bytes: 5 }).n).toBe(2);
    journal.add(numbered('3'));
    expect(journal.note({ ...numbered('long'), outcome: 'running', bytes: 9 }).n).toBe(2);
    expect(journal.find(2)?.bytes).toBe(9);
    expect([journal.running(), journal.numbered()].map((told) => told.map(({ n }) => n))).toEqual([
      [2],
      [1, 3],
    ]);
    expect(journal.tally().requests).toBe(2);
    expect(journal.add(numbered('long'))).toBe(2);
    expect(journal.running()).toEqual([]);
    expect(journal.numbered().map(({ n }) => n)).toEqual([1, 2, 3]);
  });

  it('one that went on while all others were let go takes no place from a later one at its end', () => {
    const journal = createJournal(2);
    journal.note({ ...numbered('long'), outcome: 'running' });
    for (const id of ['2', '3', '4']) journal.add(numbered(id));
    expect(journal.find(1)?.id).toBe('long');
    expect(journal.add(numbered('long'))).toBe(1);
    expect(journal.find(1)).toBeUndefined();
    expect(journal.all().map(({ id }) => id)).toEqual(['3', '4']);
  });
});
