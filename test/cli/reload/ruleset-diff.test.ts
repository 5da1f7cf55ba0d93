import { describe, expect, it } from 'vitest';
import { diffRulesets, restartKeys } from '../../../src/cli/reload/ruleset-diff.ts';
import type { ConfigFile, RouteRules } from '../../../src/config/schema.ts';
import { rulesetOf } from '../../support/ruleset.ts';

const gh = { match: '/gh/**', target: 'https://gh.test' };
const pay = { match: '/pay/**', target: 'https://pay.test' };
const page = 'http://localhost:5173';

const rows: readonly (readonly [
  sentence: string,
  before: ConfigFile,
  after: ConfigFile,
  changes: readonly string[],
])[] = [
  ['nothing', { routes: [gh] }, { routes: [gh] }, []],
  ['a route more', { routes: [gh] }, { routes: [gh, pay] }, ['+ routes[1] /pay/**']],
  ['a route less', { routes: [gh, pay] }, { routes: [pay] }, ['- /gh/**']],
  ['the order', { routes: [gh, pay] }, { routes: [pay, gh] }, ['~ the order of the routes']],
  [
    'origins',
    { cors: { allowOrigin: [page, 'http://a.test'] }, routes: [gh] },
    { cors: { allowOrigin: [page, 'http://b.test'] }, routes: [gh] },
    ['~ routes[0] allowOrigin +http://b.test -http://a.test'],
  ],
  [
    'what widens access stands first',
    { cors: { allowOrigin: page }, routes: [gh, pay] },
    {
      cors: { allowOrigin: page },
      routes: [
        { ...gh, target: 'https://gh2.test' },
        { ...pay, cors: { allowCredentials: true } },
      ],
    },
    ['~ routes[1] allowCredentials on', '~ routes[0] target https://gh.test → https://gh2.test'],
  ],
  ['a rewrite', { routes: [gh] }, { routes: [{ ...gh, stripPrefix: '/gh' }] }, ['~ routes[0] rewrite']],
  [
    'several keys',
    { routes: [gh] },
    { routes: [{ ...gh, cors: { maxAge: 5 }, timeouts: { connect: 1 }, response: { cookies: 'keep' } }] },
    ['~ routes[0] maxAge, response, timeouts'],
  ],
  [
    'a route that leaves CORS to the API',
    { routes: [gh] },
    { routes: [{ ...gh, cors: 'passthrough' }] },
    ['~ routes[0] cors passthrough on', '~ routes[0] websocket off'],
  ],
  [
    'names that the proxy answers to',
    { listen: { allowedHosts: ['a.test'] }, routes: [gh] },
    { listen: { allowedHosts: ['.b.test'] }, routes: [gh] },
    ['~ listen.allowedHosts +.b.test -a.test'],
  ],
  [
    'limits and times of the listener',
    { routes: [gh] },
    { listen: { limits: { url: '1kb' }, timeouts: { drain: 1 } }, routes: [gh] },
    ['~ listen.limits', '~ listen.timeouts'],
  ],
  [
    'the way out of the network, whose URL may hold a password',
    { routes: [gh] },
    { routes: [{ ...gh, forwardProxy: 'http://user:word@proxy.test:3128' }] },
    ['~ routes[0] forwardProxy'],
  ],
  [
    'the same glob for other methods is another route',
    { routes: [{ ...gh, methods: ['GET'] }] },
    { routes: [{ ...gh, methods: ['PUT'] }] },
    ['+ routes[0] /gh/**', '- /gh/**'],
  ],
];

describe('what a reload changed', () => {
  it.each(rows)('%s', (_sentence, before, after, changes) => {
    expect(diffRulesets(rulesetOf(before), rulesetOf(after)).changes).toEqual(changes);
  });

  it('says that a secret changed, and not to what', () => {
    const secret = (value: string) =>
      rulesetOf(
        { cors: { allowOrigin: page }, routes: [{ ...gh, request: { headers: { 'X-Api': '${API}' } } }] },
        { API: value },
      );
    const { changes } = diffRulesets(secret('sk-live-1'), secret('sk-live-2'));
    expect(changes).toEqual(['~ routes[0] request']);
  });

  const aged = { ...gh, cors: { maxAge: 600 } };

  it.each<[string, readonly RouteRules[], readonly RouteRules[], number]>([
    ['nothing where nothing changed', [aged], [aged], 0],
    ['nothing where no preflight is answered otherwise', [aged], [{ ...aged, timeouts: { body: 5 } }], 0],
    ['nothing of another route', [aged, pay], [aged, { ...pay, cors: { allowMethods: ['PUT'] } }], 0],
    ['nothing of a minute', [{ ...gh, cors: { maxAge: 60 } }], [gh], 0],
    ['nothing of what holds from now on alone', [gh], [aged], 0],
    ['other methods', [aged], [{ ...gh, cors: { maxAge: 600, allowMethods: ['PUT'] } }], 600],
    ['other origins', [aged], [{ ...gh, cors: { maxAge: 600, allowOrigin: page } }], 600],
    ['credentials', [aged], [{ ...gh, cors: { maxAge: 600, allowCredentials: true } }], 600],
    ['the time itself', [aged], [gh], 600],
    ['a route that is gone', [aged, pay], [pay], 600],
    ['a route in front, which may take its paths', [aged], [pay, aged], 600],
    ['preflights that the API answers', [aged], [{ ...aged, preflight: 'forward' }], 600],
  ])(
    'V40 says for how long a browser may go by what it was told before: %s',
    (_sentence, before, after, seconds) => {
      const [was, is] = [rulesetOf({ routes: [...before] }), rulesetOf({ routes: [...after] })];
      expect(diffRulesets(was, is).preflightCacheSeconds).toBe(seconds);
    },
  );

  it('names what a listener cannot take up', () => {
    const before = rulesetOf({ routes: [gh] });
    const after = rulesetOf({ listen: { port: 1234, host: '127.0.0.1' }, routes: [gh] });
    expect(restartKeys(before.listen, after.listen)).toEqual(['listen.host', 'listen.port']);
    expect(restartKeys(before.listen, before.listen)).toEqual([]);
  });

  it('names what sessions of HTTP/2 were told already', () => {
    const listen = { limits: { headerCount: 5 }, timeouts: { head: 5, drain: 5 } };
    const [was, is] = [rulesetOf({ routes: [gh] }).listen, rulesetOf({ listen, routes: [gh] }).listen];
    expect(restartKeys(was, is)).toEqual([]);
    expect(restartKeys({ ...was, https: true }, { ...is, https: true })).toEqual([
      'listen.limits.headerCount',
      'listen.timeouts.head',
    ]);
  });
});
