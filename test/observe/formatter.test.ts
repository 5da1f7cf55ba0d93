/** The line of a request, and the block below it, at the widths that terminals have. */

import { describe, expect, it } from 'vitest';
import { formatExchange } from '../../src/observe/formatter.ts';
import { paintFor } from '../../src/observe/paint.ts';
import { exchangeOf } from '../support/exchange.ts';
import { rulesetOf } from '../support/ruleset.ts';

const plain = paintFor({ isTerminal: false, env: {}, flag: 'never' });
const coloured = paintFor({ isTerminal: true, env: { FORCE_COLOR: '1' }, flag: 'auto' });
const page = 'http://localhost:5173';
const ruleset = rulesetOf(
  {
    routes: [
      {
        match: '/pay/**',
        target: 'https://api.stripe.com',
        request: { headers: { Authorization: 'Bearer ${KEY}' } },
        cors: { allowOrigin: page, allowMethods: ['GET', 'POST'] },
      },
      { match: '/**', target: 'https://api.github.com' },
    ],
  },
  { KEY: 'sk_live_secret' },
);

const preflight = { Origin: page, 'Access-Control-Request-Method': 'POST' };

describe('one line when all is well', () => {
  it.each([
    [
      'an allowed request',
      'GET /gh/user',
      { Origin: page },
      /^12:04:31 {2}GET {6}\/gh\/user +200 +84ms +1\.2k {2}cors ✓ allowed/,
    ],
    ['a request without Origin', 'GET /gh/zen', {}, /cors – not needed +no Origin header/],
    ['a preflight', 'OPTIONS /pay/v1', preflight, /204 .*cors ✓ preflight +answered here: POST/],
  ])('%s', (_, line, fields, expected) => {
    const text = formatExchange(exchangeOf(line, fields, { ruleset }), { width: 140, paint: plain });
    expect(text).toMatch(expected);
    expect(text).not.toContain('\n');
  });
});

describe('a refused request', () => {
  const refused = exchangeOf('GET /pay/v1', { Origin: 'http://evil.test' }, { ruleset });

  it('has a block: why, what was sent, what the browser will say, the mend', () => {
    const text = formatExchange(refused, { width: 140, paint: plain });
    expect(text).toContain('cors ✗ refused');
    expect(text).toMatch(
      /╭ why +http:\/\/evil\.test is not in allowOrigin.*cors-proxy\.config\.json:\d+:\d+/,
    );
    expect(text).toMatch(/│ sent +nothing to api\.stripe\.com/);
    expect(text).toContain("No 'Access-Control-Allow-Origin' header is present on the requested resource.");
    expect(text).toMatch(/╰ mend +add "http:\/\/evil\.test" to routes\[0\]\.cors\.allowOrigin/);
  });

  it('has the count alone when it comes again', () => {
    const text = formatExchange(refused, { width: 140, paint: plain }, 14);
    expect(text).toContain('(×14)');
    expect(text).not.toContain('\n');
  });
});

describe('a failed upstream', () => {
  it('says that the page can read the answer', () => {
    const failure = {
      code: 'connection_refused',
      status: 502,
      detail: 'Cannot reach it',
      hint: 'start it',
    } as const;
    const failed = exchangeOf(
      'GET /gh/zen',
      { Origin: page },
      {
        ruleset,
        status: 502,
        outcome: 'upstream_error',
        // It says so only where it is true.
        responseHeaders: ['Access-Control-Allow-Origin', page],
        failure,
      },
    );
    const text = formatExchange(failed, { width: 140, paint: plain });
    expect(text).toContain('upstream ✗ connection_refused');
    expect(text).toContain('your code sees this 502 and its JSON');
  });
});

describe('at every width', () => {
  const exchanges = [
    exchangeOf(
      'GET /gh/a/very/long/path/that/does/not/fit/into/any/narrow/terminal?token=abc',
      { Origin: page },
      { ruleset },
    ),
    exchangeOf('GET /pay/v1', { Origin: 'http://evil.test' }, { ruleset }),
    exchangeOf('OPTIONS /pay/v1', { ...preflight, 'Access-Control-Request-Method': 'PUT' }, { ruleset }),
    exchangeOf('GET /gh/x', { Origin: 'http://a\u001b[31m' }, { ruleset }),
  ];

  it.each([60, 80, 100, 140])(
    '%i columns: the line fits, colour changes nothing, no secret, no escape of a peer',
    (width) => {
      for (const exchange of exchanges) {
        const text = formatExchange(exchange, { width, paint: plain });
        const [line = ''] = text.split('\n');
        expect(line.length).toBeLessThanOrEqual(width);
        expect(line.endsWith(' ')).toBe(false);
        const colour = formatExchange(exchange, { width, paint: coloured });
        expect(colour.replaceAll(/\u001b\[[0-9;]*m/g, '')).toBe(text);
        expect(text).not.toMatch(/sk_live_secret|token=abc|\u001b/);
      }
    },
  );

  it('drops the size below 100 columns, then the time of day', () => {
    const [exchange] = [exchangeOf('GET /gh/user', { Origin: page }, { ruleset })];
    const at = (width: number) => formatExchange(exchange, { width, paint: plain });
    expect(at(100)).toContain('1.2k');
    expect(at(99)).not.toContain('1.2k');
    expect(at(80)).toContain('12:04:31');
    expect(at(79)).not.toContain('12:04:31');
  });
});
