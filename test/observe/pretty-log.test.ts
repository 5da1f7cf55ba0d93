import { describe, expect, it } from 'vitest';
import type { Exchange } from '../../src/exchange.ts';
import type { Level } from '../../src/observe/level.ts';
import { plainPaint } from '../../src/observe/paint.ts';
import { createPrettyLog } from '../../src/observe/pretty-log.ts';
import { request, rulesetOf } from '../support/ruleset.ts';
import { exchangeOf, refusedConnection, startedAt } from './exchange-of.ts';

const page = 'http://localhost:5173';
const rules = rulesetOf({ cors: { allowOrigin: page }, target: 'https://api.test' });

function told(exchanges: readonly Exchange[], threshold: Level = 'info'): string[] {
  const lines: string[] = [];
  const observe = createPrettyLog({
    write: (line) => lines.push(...line().trimEnd().split('\n')),
    layout: () => ({ width: Number.POSITIVE_INFINITY, paint: plainPaint }),
    threshold: () => threshold,
  });
  for (const exchange of exchanges) observe(exchange);
  return lines;
}

function refusedFor(origin: string) {
  return exchangeOf(request('GET /a', { Origin: origin }), rules);
}

function failedAt(seconds: number) {
  return exchangeOf(request('GET /a', { Origin: page }), rules, {
    ...refusedConnection,
    timings: { startedAt: startedAt + seconds * 1000, totalMs: 0 },
  });
}

function fineAt(seconds: number) {
  return exchangeOf(request('GET /a', { Origin: page }), rules, {
    timings: { startedAt: startedAt + seconds * 1000, totalMs: 0 },
  });
}

describe('refusals', () => {
  it('explain themselves once for each origin, and are counted afterwards', () => {
    const lines = told([
      refusedFor('http://a.test'),
      refusedFor('http://a.test'),
      refusedFor('http://b.test'),
      refusedFor('http://a.test'),
    ]);
    expect(lines.filter((line) => line.includes('╰ mend'))).toHaveLength(2);
    expect(lines.filter((line) => line.includes('(×'))).toEqual([
      expect.stringContaining('(×2)'),
      expect.stringContaining('(×3)'),
    ]);
  });

  it('stay countable when an attacker makes up an origin for each request', () => {
    const many = Array.from({ length: 2500 }, (_, i) => refusedFor(`http://a${i}.test`));
    expect(told(many)).toHaveLength(2500 * 5);
  });
});

describe('an API that is down', () => {
  it('is explained once, has at most a line a second with the count, and one when it is back', () => {
    const lines = told([failedAt(0), failedAt(0.1), failedAt(0.2), failedAt(2), failedAt(2.9), fineAt(13)]);
    expect(lines.filter((line) => !line.startsWith('          '))).toEqual([
      expect.stringMatching(/502 .* upstream ✗ connection_refused {2}https:/),
      expect.stringMatching(/^12:04:33 {2}GET .* 502 .* upstream ✗ connection_refused {2}\(×4\)/),
      '12:04:44  upstream ✓ back https://api.test (×5 connection_refused in 13 s)',
      expect.stringContaining('cors ✓ allowed'),
    ]);
  });

  it('says so again when it fails in another way', () => {
    const otherwise = failedAt(1);
    const failure = { code: 'dns_error', status: 502, detail: 'd', hint: 'h' } as const;
    const lines = told([failedAt(0), { ...otherwise, failure }]);
    expect(lines.filter((line) => line.includes('upstream ✗'))).toHaveLength(2);
  });
});

describe('the level', () => {
  it.each([
    ['info', 2],
    ['warn', 1],
    ['error', 0],
    ['silent', 0],
  ] as const)('%s', (level, count) => {
    const lines = told([fineAt(0), refusedFor('http://a.test')], level);
    expect(lines.filter((line) => line.startsWith('12:'))).toHaveLength(count);
  });

  it('leaves the health of the proxy out', () => {
    expect(told([exchangeOf(request('GET /__cors-proxy/health'), rules)])).toEqual([]);
    expect(told([exchangeOf(request('GET /__cors-proxy/health'), rules)], 'debug')).toHaveLength(1);
  });
});
