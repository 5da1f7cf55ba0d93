import { describe, expect, it } from 'vitest';
import { createJournal } from '../../src/observe/journal.ts';
import { createRefusalCounter } from '../../src/observe/repeats.ts';
import { exchangeOf } from '../support/exchange.ts';
import { rulesetOf } from '../support/ruleset.ts';

const ruleset = rulesetOf({
  target: 'https://api.example.com',
  cors: { allowOrigin: 'http://localhost:5173' },
});
const refused = (origin: string, path = '/x') => exchangeOf(`GET ${path}`, { Origin: origin }, { ruleset });

describe('how often the same refusal came', () => {
  it('counts by route, origin and reason, not by path', () => {
    const { count } = createRefusalCounter();
    expect(count(refused('http://a.test', '/x'))).toBe(1);
    expect(count(refused('http://a.test', '/y'))).toBe(2);
    expect(count(refused('http://b.test'))).toBe(1);
    expect(count(refused('null'))).toBe(1);
  });

  it('counts another reason of our own as another, whatever the values in it', () => {
    const { count } = createRefusalCounter();
    const long = (length: number) => refused('http://localhost:5173', `/${'x'.repeat(length)}`);
    const large = exchangeOf(
      'GET /x',
      { Origin: 'http://localhost:5173', A: 'a'.repeat(70_000) },
      { ruleset },
    );
    expect(count(long(20_000))).toBe(1);
    expect(count(long(20_001))).toBe(2);
    // Both are http_request_error: its mend names another key.
    expect(count(large)).toBe(1);
    expect(count(large)).toBe(2);
  });

  it('stays bounded where a peer makes up origins', () => {
    const { count } = createRefusalCounter();
    for (let i = 0; i < 5000; i += 1) count(refused(`http://a${i}.test`));
    // The first was forgotten: it is told again.
    expect(count(refused('http://a0.test'))).toBe(1);
  });
});

describe('the journal', () => {
  it('keeps the last exchanges, and counts all of them', () => {
    const journal = createJournal(3);
    for (const path of ['/1', '/2', '/3', '/4']) journal.add(refused('http://a.test', path));
    expect(journal.tally()).toMatchObject({ requests: 4, refused: 4, upstreamFailures: 0 });
  });
});
