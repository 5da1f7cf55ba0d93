import { stripVTControlCharacters } from 'node:util';
import { describe, expect, it } from 'vitest';
import { formatExchange } from '../../src/observe/formatter.ts';
import { paintFor, plainPaint } from '../../src/observe/paint.ts';
import { headerList, request, response, rulesetOf } from '../support/ruleset.ts';
import { exchangeOf, refusedConnection } from './exchange-of.ts';

const page = 'http://localhost:5173';
const rules = rulesetOf({
  cors: { allowOrigin: page },
  routes: [
    { match: '/gh/**', target: 'https://api.test' },
    { match: '/pay/**', target: 'https://pay.test', cors: { allowCredentials: true, allowMethods: ['GET'] } },
    { match: '/raw/**', target: 'https://raw.test', cors: 'passthrough' },
  ],
});

const allowed = exchangeOf(request('GET /gh/user', { Origin: page }), rules);
const refused = exchangeOf(request('GET /gh/repos', { Origin: 'http://localhost:4200' }), rules);

/** At a width, without colour. */
function at(width: number) {
  return { width, paint: plainPaint };
}

describe('the line of an exchange', () => {
  it('has every column where there is room', () => {
    expect(formatExchange(allowed, at(140))).toBe(
      '12:04:31  GET      /gh/user                      200    84ms  1.2k  cors ✓ allowed     added allow-origin (upstream sent none)',
    );
  });

  it('cuts the sentence at 100 columns', () => {
    expect(formatExchange(allowed, at(100))).toBe(
      '12:04:31  GET      /gh/user              200    84ms  1.2k  cors ✓ allowed     added allow-origin (…',
    );
  });

  it('has no size at 80 columns', () => {
    expect(formatExchange(allowed, at(80))).toBe(
      '12:04:31  GET      /gh/user              200    84ms  cors ✓ allowed',
    );
  });

  it('has no time of day at 60 columns', () => {
    expect(formatExchange(allowed, at(60))).toBe('GET      /gh/user         200    84ms  cors ✓ allowed');
  });

  it.each([
    ['a query is cut at its end', '/gh/repos?page=2&per_page=100&sort=updated', '/gh/repos?page=2&pe…'],
    ['a path is cut in its middle', '/gh/repos/octocat/hello-world/issues', '/gh/re…-world/issues'],
    ['of both the path alone is left', '/gh/octocat/hello/issues?state=open', '/gh/oc…hello/issues?'],
    ['what fits is whole', '/gh/user?v=1', '/gh/user?v=1'],
  ])('%s', (_sentence, target, shown) => {
    const line = formatExchange(exchangeOf(request(`GET ${target}`, { Origin: page }), rules), at(80));
    expect(line).toContain(`GET      ${shown}  `);
  });

  it('is not cut where nobody counts columns', () => {
    const path = `/gh/${'a'.repeat(300)}`;
    const line = formatExchange(exchangeOf(request(`GET ${path}`, { Origin: page }), rules), at(Infinity));
    expect(line).toContain(`${path}  200`);
    expect(line).toContain('added allow-origin (upstream sent none)');
  });

  it('is never wider than the terminal', () => {
    const long = exchangeOf(
      request(`PROPFIND /gh/${'x'.repeat(500)}?q=${'y'.repeat(500)}`, { Origin: page }),
      rules,
    );
    for (const width of [40, 60, 79, 80, 99, 100, 140]) {
      for (const exchange of [allowed, long, { ...long, ...refusedConnection }] as (typeof long)[]) {
        const [line = ''] = formatExchange(exchange, at(width), 7).split('\n');
        expect(line.length, `${width}: ${line}`).toBeLessThanOrEqual(width);
      }
    }
  });
});

describe('what the line says', () => {
  const rows: readonly (readonly [sentence: string, text: string, exchange: typeof allowed])[] = [
    [
      'the wildcard of the API cannot go with credentials',
      'cors ✓ allowed     replaced allow-origin * (credentials need an exact origin)',
      exchangeOf(request('GET /pay/a', { Origin: page }), rules, {
        upstream: response(200, { 'Access-Control-Allow-Origin': '*' }),
      }),
    ],
    [
      'the API said the same',
      'cors ✓ allowed     left allow-origin alone (upstream sent the same)',
      exchangeOf(request('GET /gh/a', { Origin: page }), rules, {
        upstream: response(200, { 'Access-Control-Allow-Origin': page }),
      }),
    ],
    [
      'curl sends no Origin',
      'cors – not needed  no Origin header (curl, same origin or navigation)',
      exchangeOf(request('GET /gh/a'), rules),
    ],
    [
      'a route that leaves CORS to the API',
      'cors – not needed  cors is "passthrough": the API answers for itself',
      exchangeOf(request('GET /raw/a', { Origin: page }), rules),
    ],
    [
      'a preflight that is answered here',
      'cors ✓ preflight   answered here: POST · authorization, idempotency-key',
      exchangeOf(
        request('OPTIONS /gh/a', {
          Origin: page,
          'Access-Control-Request-Method': 'POST',
          'Access-Control-Request-Headers': 'authorization,idempotency-key',
        }),
        rules,
      ),
    ],
    [
      'a preflight that asks for too much',
      'cors ✗ refused     PUT is not in allowMethods',
      exchangeOf(request('OPTIONS /pay/a', { Origin: page, 'Access-Control-Request-Method': 'PUT' }), rules),
    ],
    ['a refused origin', 'cors ✗ refused     http://localhost:4200 is not in allowOrigin', refused],
    [
      'a path without a route',
      'proxy ✗ destination_not_found  No route matches GET /nothing',
      exchangeOf(request('GET /nothing', { Origin: page }), rules),
    ],
    [
      'an API that is down',
      'upstream ✗ connection_refused  https://api.test',
      exchangeOf(request('GET /gh/zen', { Origin: page }), rules, refusedConnection),
    ],
    [
      'a client that left',
      'cors ✓ allowed     the client left before the end',
      exchangeOf(request('GET /gh/zen', { Origin: page }), rules, { outcome: 'client_abort', status: 499 }),
    ],
    [
      'a WebSocket',
      `ws   ✓ open        ${page}`,
      exchangeOf(
        request('GET /gh/live', { Origin: page, Upgrade: 'websocket', Connection: 'Upgrade' }),
        rules,
        { status: 101 },
      ),
    ],
    [
      'a WebSocket of a refused origin',
      'ws   ✗ refused     http://localhost:4200 is not in allowOrigin',
      exchangeOf(
        request('GET /gh/live', {
          Origin: 'http://localhost:4200',
          Upgrade: 'websocket',
          Connection: 'Upgrade',
        }),
        rules,
      ),
    ],
  ];
  it.each(rows)('%s', (_sentence, text, exchange) => {
    expect(formatExchange(exchange, at(Infinity)).split('\n')[0]).toContain(text);
  });
});

describe('the block below a refusal', () => {
  it('says whose rule it is, what was sent, what the browser will say, and what to do', () => {
    expect(formatExchange(refused, at(Infinity)).split('\n').slice(1)).toEqual([
      '          ╭ why    routes[0] "/gh/**" allows http://localhost:5173  cors-proxy.config.json:3:20',
      '          │ sent   nothing to api.test',
      "          │ browser will say  No 'Access-Control-Allow-Origin' header is present on the requested resource.",
      '          ╰ mend   add "http://localhost:4200" to cors.allowOrigin',
    ]);
  });

  it('has the reason whole where the line could not', () => {
    expect(formatExchange(refused, at(80)).split('\n').slice(1)).toEqual([
      '          ╭ why    http://localhost:4200 is not in allowOrigin; the list has',
      '          │        http://localhost:5173, with another port',
      '          │ rule   routes[0] "/gh/**" allows http://localhost:5173',
      '          │        cors-proxy.config.json:3:20',
      '          │ sent   nothing to api.test',
      "          │ browser will say  No 'Access-Control-Allow-Origin' header is present",
      '          │        on the requested resource.',
      '          ╰ mend   add "http://localhost:4200" to cors.allowOrigin',
    ]);
  });

  it('goes on below itself at 60 columns, its last row without a bar', () => {
    const failed = exchangeOf(request('GET /gh/zen', { Origin: page }), rules, refusedConnection);
    expect(formatExchange(failed, at(60)).split('\n').slice(1)).toEqual([
      '  ╭ why    Cannot reach https://api.test for GET /gh/zen:',
      '  │        connection refused',
      '  │ mend   start the server',
      '  ╰ page   the answer carries CORS headers: your code sees',
      '           this 502 and its JSON, not "Failed to fetch"',
    ]);
  });

  it.each([60, 80, 100, 140])('is no wider than the %i columns of the terminal', (width) => {
    for (const line of formatExchange(refused, at(width)).split('\n'))
      expect(line.length, line).toBeLessThanOrEqual(width);
  });

  it('names the methods that a preflight may ask for', () => {
    const asking = request('OPTIONS /pay/a', { Origin: page, 'Access-Control-Request-Method': 'PUT' });
    expect(formatExchange(exchangeOf(asking, rules), at(Infinity))).toContain(
      'routes[1] "/pay/**" allows methods GET',
    );
  });

  it('is left out where the same was said before, and the count stands in the line', () => {
    const text = formatExchange(refused, at(100), 14);
    expect(text).not.toContain('\n');
    expect(text).toContain('cors ✗ refused  (×14)');
  });

  it('tells the page that a failure is no CORS error', () => {
    const failed = exchangeOf(request('GET /gh/zen', { Origin: page }), rules, refusedConnection);
    expect(formatExchange(failed, at(100)).split('\n').slice(1)).toEqual([
      '          ╭ why    Cannot reach https://api.test for GET /gh/zen: connection refused',
      '          │ mend   start the server',
      '          ╰ page   the answer carries CORS headers: your code sees this 502 and its JSON, not',
      '                   "Failed to fetch"',
    ]);
  });

  it('is not there when all is well', () => {
    expect(formatExchange(allowed, at(100))).not.toContain('\n');
  });
});

describe('colour', () => {
  it('changes nothing but the colour', () => {
    const color = paintFor({ isTerminal: true, env: {}, flag: 'auto' });
    for (const width of [60, 80, 100, 140, Infinity]) {
      for (const exchange of [allowed, refused]) {
        const painted = formatExchange(exchange, { width, paint: color });
        expect(painted).not.toBe(formatExchange(exchange, at(width)));
        expect(stripVTControlCharacters(painted)).toBe(formatExchange(exchange, at(width)));
      }
    }
  });
});

describe('what a peer writes', () => {
  /**
   * A page or an API puts escape sequences into what it sends: the line could be made to look like ours, the title of
   * the window set, the cursor moved over the refusal above.
   */
  it('cannot steer the terminal', () => {
    const head = request('GET /gh/a', { Origin: 'http://x.test' });
    const hostile = {
      ...head,
      method: 'GET\u001b[2K',
      target: '/gh/\u001b]0;owned\u0007\u009b31m\r\n12:04:31 GET /fine 200',
      headers: headerList({ Host: 'localhost:8010', Origin: 'http://x.test\u001b[1A\u202e' }),
    };
    const text = formatExchange(exchangeOf(hostile, rules), at(Infinity));
    expect(text).not.toMatch(/[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]/);
    expect(
      text
        .split('\n')
        .filter((line) => line.includes('/fine'))
        .every((line) => !line.startsWith('12:04:31 GET')),
    ).toBe(true);
  });
});
