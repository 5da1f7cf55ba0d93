import { describe, expect, it } from 'vitest';
import type { Exchange } from '../../src/exchange.ts';
import { createEventLog } from '../../src/observe/log.ts';
import { request, rulesetOf } from '../support/ruleset.ts';
import { exchangeOf, refusedConnection } from './exchange-of.ts';

const page = 'http://localhost:5173';
const rules = rulesetOf(
  {
    cors: { allowOrigin: page },
    routes: [{ match: '/gh/**', target: 'https://api.test', request: { headers: { 'X-Api': '${API}' } } }],
  },
  { API: 'sk-live-1' },
);

function logged(level: 'info' | 'warn' | 'silent', exchanges: readonly Exchange[]): unknown[] {
  const lines: string[] = [];
  const log = createEventLog({ write: (line) => lines.push(line) }, level);
  for (const exchange of exchanges) log.request(exchange);
  expect(lines.every((line) => line.endsWith('\n') && !line.slice(0, -1).includes('\n'))).toBe(true);
  return lines.map((line) => JSON.parse(line));
}

describe('the log for machines', () => {
  it('has one object for a request', () => {
    const head = request('GET /gh/sk-live-1?token=x', { Origin: page });
    const [line] = logged('info', [exchangeOf(head, rules)]);
    expect(line).toEqual({
      level: 'info',
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      event: 'request',
      method: 'GET',
      path: '/gh/***?token=***',
      status: 200,
      durationMs: 84,
      bytes: 1234,
      route: '/gh/**',
      origin: page,
      cors: { verdict: 'allowed', reason: 'origin-allowed' },
      requestId: '1a2b3c4d-1',
      code: null,
      attempts: 1,
      outcome: 'ok',
    });
  });

  it('says why a request was refused, and how an API failed', () => {
    const refused = exchangeOf(request('GET /gh/a', { Origin: 'http://evil.test' }), rules);
    const failed = exchangeOf(request('GET /gh/a', { Origin: page }), rules, refusedConnection);
    expect(logged('info', [refused, failed])).toMatchObject([
      {
        level: 'warn',
        cors: { verdict: 'refused', reason: 'origin-not-listed' },
        code: 'http_request_denied',
      },
      { level: 'error', outcome: 'upstream_error', code: 'connection_refused' },
    ]);
  });

  it('keeps a line a line, whatever a peer writes', () => {
    const head = { ...request('GET /gh/a'), target: '/gh/\r\n{"event":"ready"}\u2028\u009b' };
    const [line] = logged('info', [exchangeOf(head, rules)]);
    expect(line).toMatchObject({
      event: 'request',
      path: '/gh/\\u000d\\u000a{"event":"ready"}\\u2028\\u009b',
    });
  });

  it('does not even build a line that nobody reads', () => {
    const untouchable = new Proxy(exchangeOf(request('GET /gh/a'), rules), {
      get: (exchange, key, receiver) => {
        if (key === 'head' || key === 'responseHeaders') throw new Error(`read ${String(key)}`);
        return Reflect.get(exchange, key, receiver);
      },
    });
    expect(logged('warn', [untouchable])).toEqual([]);
    expect(() => logged('info', [untouchable])).toThrow('read head');
  });

  it('leaves out what is below its level', () => {
    const refused = exchangeOf(request('GET /gh/a', { Origin: 'http://evil.test' }), rules);
    const fine = exchangeOf(request('GET /gh/a', { Origin: page }), rules);
    expect(logged('warn', [fine, refused])).toHaveLength(1);
    expect(logged('silent', [fine, refused])).toEqual([]);
  });
});
