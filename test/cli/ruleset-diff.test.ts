import { describe, expect, it } from 'vitest';
import { diffRulesets, restartKeys } from '../../src/cli/ruleset-diff.ts';
import type { ConfigFile } from '../../src/config/schema.ts';
import { rulesetOf } from '../support/ruleset.ts';

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

  it('says for how long a browser may go by what it was told before', () => {
    const before = rulesetOf({ cors: { maxAge: 600 }, routes: [gh] });
    expect(diffRulesets(before, rulesetOf({ routes: [gh, pay] })).preflightCacheSeconds).toBe(600);
    expect(diffRulesets(before, before).preflightCacheSeconds).toBe(0);
  });

  it('names what a listener cannot take up', () => {
    const before = rulesetOf({ routes: [gh] });
    expect(
      restartKeys(before, rulesetOf({ listen: { port: 1234, host: '127.0.0.1' }, routes: [gh] })),
    ).toEqual(['listen.host', 'listen.port']);
    expect(restartKeys(before, before)).toEqual([]);
  });
});
