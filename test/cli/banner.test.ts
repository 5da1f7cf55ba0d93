import { describe, expect, it } from 'vitest';
import { type BannerFacts, bannerText } from '../../src/cli/banner.ts';
import { plainPaint } from '../../src/observe/paint.ts';
import { rulesetOf } from '../support/ruleset.ts';

const ruleset = rulesetOf(
  {
    routes: [
      { match: '/gh/**', target: 'https://api.github.com/v3', stripPrefix: '/gh' },
      {
        match: '/pay/**',
        target: 'https://api.stripe.com',
        cors: { allowOrigin: 'http://localhost:5173', allowCredentials: true },
        websocket: false,
        request: { headers: { Authorization: 'Bearer ${STRIPE_KEY}' } },
      },
      { match: '/open/**', methods: ['GET'], target: 'https://open.test', cors: { allowOrigin: '*' } },
    ],
  },
  { STRIPE_KEY: 'sk_live_1' },
);

const facts: BannerFacts = {
  version: '0.1.0',
  readyMs: 124.4,
  url: 'http://localhost:8010',
  movedFrom: undefined,
  networkUrls: [],
  file: 'cors-proxy.config.json',
  variables: ['STRIPE_KEY'],
  ruleset,
};

const layout = { width: Number.POSITIVE_INFINITY, paint: plainPaint };

describe('the banner', () => {
  it('says what is where, and what to write in the app', () => {
    expect(bannerText(facts, layout)).toBe(
      [
        '',
        '  cors-proxy 0.1.0  ready in 124 ms',
        '',
        '  ➜  Local    http://localhost:8010/',
        '  ➜  Config   cors-proxy.config.json · ${STRIPE_KEY}',
        '',
        '  /gh/**          →  https://api.github.com/v3  for loopback origins  websocket',
        '  /pay/**         →  https://api.stripe.com     for http://localhost:5173  credentials  secret: STRIPE_KEY',
        '  /open/** (GET)  →  https://open.test          for every origin',
        '',
        '  In your app: http://localhost:8010/gh  instead of  https://api.github.com/v3',
        '',
      ]
        .map((line) => (line.length > 100 ? `${line.slice(0, 99)}…` : line))
        .join('\n'),
    );
  });

  it('never holds a secret', () => {
    expect(bannerText(facts, layout)).not.toContain('sk_live_1');
  });

  it('fits the terminal, and is never wider than 100 columns', () => {
    for (const width of [60, 80, 100, 140]) {
      const lines = bannerText(facts, { ...layout, width }).split('\n');
      expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(Math.min(width, 100));
    }
  });

  it('shows seven of many routes', () => {
    const many = rulesetOf({
      routes: Array.from({ length: 12 }, (_, i) => ({ match: `/r${i}/**`, target: 'https://api.test' })),
    });
    const lines = bannerText({ ...facts, ruleset: many }, layout).split('\n');
    expect(lines.filter((line) => line.includes('→'))).toHaveLength(7);
    expect(lines).toContain('  … 5 more: cors-proxy routes');
  });

  it('warns where other machines reach it', () => {
    const text = bannerText({ ...facts, networkUrls: ['http://192.0.2.7:8010'] }, layout);
    expect(text).toContain('  ➜  Network  http://192.0.2.7:8010/');
    expect(text).toContain('! Other machines reach this proxy');
  });

  it('says which port it could not have', () => {
    const text = bannerText({ ...facts, url: 'http://localhost:8011', movedFrom: 8010 }, layout);
    expect(text).toContain('Local    http://localhost:8011/  (8010 is in use)\n');
  });

  it('names the command line where there is no file', () => {
    expect(bannerText({ ...facts, file: undefined, variables: [] }, layout)).toContain(
      'Config   the command line\n',
    );
  });
});
