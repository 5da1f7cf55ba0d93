import { stripVTControlCharacters } from 'node:util';
import { describe, expect, it } from 'vitest';
import { type BannerFacts, bannerText } from '../../src/cli/banner.ts';
import { paintFor, plainPaint } from '../../src/observe/paint.ts';
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
  inspectorUrl: 'http://localhost:8010/__cors-proxy/?t=4f9c',
  note: 'h + Enter: help',
  movedFrom: undefined,
  networkUrls: [],
  file: 'cors-proxy.config.json',
  variables: ['STRIPE_KEY'],
  ruleset,
};

const layout = { width: Number.POSITIVE_INFINITY, paint: plainPaint };

const wide = { width: 100, paint: plainPaint };

describe('the banner', () => {
  it('says what is where, and what to write in the app', () => {
    expect(bannerText(facts, wide).split('\n')).toEqual([
      '  cors-proxy 0.1.0  ready in 124 ms  ·  h + Enter: help',
      '',
      '  ➜  Local      http://localhost:8010/',
      '  ➜  Inspector  http://localhost:8010/__cors-proxy/?t=4f9c  (this machine only)',
      '  ➜  Config     cors-proxy.config.json · ${STRIPE_KEY}',
      '',
      '  /gh/**          →  https://api.github.com/v3  for loopback origins',
      '  /pay/**         →  https://api.stripe.com     for http://localhost:5173  secret: STRIPE_KEY  cred…',
      '  /open/** (GET)  →  https://open.test          for every origin  no websocket',
      '',
      '  In your app: http://localhost:8010/gh  instead of  https://api.github.com/v3',
      '',
    ]);
  });

  it('names one page of a route, and how many more', () => {
    const origins = ['http://localhost:5173', 'http://localhost:6006', 'https://*.example.test'];
    const listed = rulesetOf({ target: 'https://api.test', cors: { allowOrigin: origins } });
    expect(bannerText({ ...facts, ruleset: listed }, wide)).toContain(
      '  /**  →  https://api.test  for http://localhost:5173 and 2 more\n',
    );
  });

  it('has no blank line where it is no terminal: each line stands behind a prefix', () => {
    const lines = bannerText({ ...facts, note: '' }, layout).split('\n');
    expect(lines).toHaveLength(8);
    expect(lines.filter((line) => line.trim() === '')).toEqual([]);
  });

  it('is the same text in colour', () => {
    const paint = paintFor({ isTerminal: true, env: {}, flag: 'auto' });
    for (const width of [60, 80, 100, 140]) {
      const colored = bannerText(facts, { width, paint });
      expect(stripVTControlCharacters(colored)).toBe(bannerText(facts, { width, paint: plainPaint }));
      expect(colored).toContain('\u001b[36m');
    }
  });

  it('never cuts an address: what stands behind it goes, or the terminal wraps the line', () => {
    const url = `http://localhost:8010/__cors-proxy/?t=${'x'.repeat(40)}`;
    for (const width of [60, 80, 90]) {
      const lines = bannerText({ ...facts, inspectorUrl: url }, { ...wide, width }).split('\n');
      expect(lines.find((line) => line.includes('Inspector'))).toMatch(/t=x{40}(?:$| {2}|…)/);
    }
  });

  it('gives the addresses a line each where one is too narrow, whole', () => {
    const lines = bannerText(facts, { ...wide, width: 60 }).split('\n');
    expect(lines).toContain('  In your app: http://localhost:8010/gh');
    expect(lines).toContain('  instead of  https://api.github.com/v3');
  });

  it.each([1, 3, 4, 6, 7, 8, 9, 50])('has twelve lines at most, with %i routes too', (count) => {
    const routes = Array.from({ length: count }, (_, i) => ({
      match: `/r${i}/**`,
      target: 'https://api.test',
    }));
    const lines = bannerText({ ...facts, ruleset: rulesetOf({ routes }) }, wide).split('\n');
    expect(lines.length).toBeLessThanOrEqual(12);
    expect(lines.filter((line) => line.includes('→'))).toHaveLength(count > 8 ? 7 : count);
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
    expect(text).toContain('  ➜  Network    http://192.0.2.7:8010/');
    expect(text).toContain('! Other machines reach this proxy');
  });

  it('says which proxy of the network stands on the way, and never its password', () => {
    const forwardProxy = 'http://me:word@proxy.test:3128';
    const proxied = rulesetOf({ routes: [{ match: '/**', target: 'https://api.test', forwardProxy }] });
    const text = bannerText({ ...facts, ruleset: proxied }, layout);
    expect(text).toContain(
      '/**  →  https://api.test  for loopback origins  through proxy.test:3128 (forwardProxy)',
    );
    expect(text).not.toContain('word');
  });

  it('says which port it could not have', () => {
    const text = bannerText({ ...facts, url: 'http://localhost:8011', movedFrom: 8010 }, layout);
    expect(text).toContain('Local      http://localhost:8011/  (8010 is in use)\n');
  });

  it('names the command line where there is no file', () => {
    expect(bannerText({ ...facts, file: undefined, variables: [] }, layout)).toContain(
      'Config     the command line\n',
    );
  });
});
