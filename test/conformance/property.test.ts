/**
 * The policy allows ⇔ the simulated browser accepts. Random policies stand side by side as routes of one proxy, random
 * fetches are made through the browser's side of the protocol, and a model of ten lines says what each rule means.
 */

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RouteRules } from '../../src/config/schema.ts';
import { randomSource } from '../support/random.ts';
import { type RawUpstream, respondWith } from '../support/raw-upstream.ts';
import { browserFetch, type PageAnswer, unsafeNames } from '../support/simulated-browser.ts';
import type { HeaderLine } from '../support/strict-parser.ts';
import { openTestApp, type TestApp } from '../support/test-app.ts';

/** Change it to look elsewhere; a failing row names the policy and the fetch, so that it can become a test of its own. */
const seed = 20260;
const policyCount = 60;
const fetchesPerPolicy = 12;

interface Policy {
  /** Origins and patterns; `'*'` alone is any. */
  readonly origins: readonly string[];
  readonly methods: '*' | readonly string[];
  readonly headers: '*' | readonly string[];
  readonly expose: '*' | readonly string[];
  readonly credentials: boolean;
}

interface Fetch {
  readonly origin: string;
  readonly method: string;
  readonly headers: readonly HeaderLine[];
  readonly credentials: 'omit' | 'include';
}

const listable = [
  'http://localhost:5173',
  'http://localhost:*',
  'https://app.example',
  'https://*.app.example',
  'http://[::1]:3000',
];
const origins = [
  'http://localhost:5173',
  'http://localhost:3000',
  'http://localhost',
  'https://localhost:5173',
  'https://app.example',
  'https://a.app.example',
  'https://evilapp.example',
  'http://[::1]:3000',
  'http://localhost:5173.evil.example',
  'null',
];
const methods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'PURGE', 'patch'];
const requestHeaders: readonly HeaderLine[] = [
  ['X-A', '1'],
  ['Authorization', 'Bearer token'],
  ['Content-Type', 'application/json'],
  ['Content-Type', 'text/plain'],
  ['Accept', 'application/json'],
  ['Range', 'bytes=0-3'],
  ['X-Not-Listed', '1'],
];
const responseHeaders: readonly HeaderLine[] = [
  ['Content-Type', 'application/json'],
  ['ETag', '"1"'],
  ['X-Request-Cost', '7'],
  ['Set-Cookie', 'a=1'],
];

function randomly(random: () => number) {
  const some = <T>(from: readonly T[], share: number) => from.filter(() => random() < share);
  const one = <T>(from: readonly [T, ...T[]] | readonly T[]): T => {
    const found = from[Math.floor(random() * from.length)];
    if (found === undefined) throw new Error('nothing to choose from');
    return found;
  };
  const policy = (): Policy => {
    const listed = some(listable, 0.35);
    return {
      origins: listed.length === 0 ? ['*'] : listed,
      methods: random() < 0.4 ? '*' : ['GET', ...some(['PUT', 'DELETE', 'PATCH', 'PURGE'], 0.5)],
      headers: random() < 0.4 ? '*' : some(['X-A', 'authorization', 'range'], 0.5),
      expose: random() < 0.4 ? '*' : some(['ETag', 'x-request-cost'], 0.5),
      credentials: listed.length > 0 && random() < 0.5,
    };
  };
  const fetch = (): Fetch => {
    const names = new Map(some(requestHeaders, 0.25));
    return {
      origin: one(origins),
      method: one(methods),
      headers: [...names],
      credentials: random() < 0.5 ? 'include' : 'omit',
    };
  };
  return { policy, fetch };
}

/** What the rules mean, said without the protocol. */
function allows(policy: Policy, fetch: Fetch): boolean {
  const isOrigin = policy.origins.some((rule) => covers(rule, fetch.origin));
  const isSimple = ['GET', 'HEAD', 'POST'].includes(fetch.method);
  // No rule can let in what Node's parser refuses: "patch" has no upper-case form in fetch.
  const isMethod =
    isSimple ||
    (fetch.method !== 'patch' && (policy.methods === '*' || policy.methods.includes(fetch.method)));
  const rules = policy.headers === '*' ? '*' : policy.headers.map((name) => name.toLowerCase());
  const isHeaders = unsafeNames(fetch.headers).every(
    // An API proxy without JSON would be no use: Content-Type always belongs to the list.
    (name) => rules === '*' || rules.includes(name) || name === 'content-type',
  );
  return isOrigin && isMethod && isHeaders && (fetch.credentials === 'omit' || policy.credentials);
}

function covers(rule: string, origin: string): boolean {
  if (rule === '*') return true;
  if (rule === 'http://localhost:*') return /^http:\/\/localhost(?::[0-9]+)?$/.test(origin);
  if (rule === 'https://*.app.example') return /^https:\/\/[a-z.]+\.app\.example$/.test(origin);
  return rule === origin;
}

/** The names that the page reads, beside those that are always readable. */
function exposes(policy: Policy): readonly string[] {
  const all = ['etag', 'x-request-cost'];
  if (policy.expose === '*') return all;
  const listed = policy.expose.map((name) => name.toLowerCase());
  return all.filter((name) => listed.includes(name));
}

describe(`the policy allows ⇔ the browser accepts (seed ${seed})`, () => {
  const random = randomly(randomSource(seed).fraction);
  const policies = Array.from({ length: policyCount }, random.policy);
  let upstream: RawUpstream;
  let proxy: TestApp;

  beforeAll(async () => {
    upstream = await respondWith(({ method }) => ({
      status: 200,
      headers: responseHeaders,
      body: method === 'HEAD' ? '' : '{}',
    }));
    const routes = policies.map(
      (policy, index): RouteRules => ({
        match: `/p${index}/**`,
        target: upstream.origin,
        cors: {
          allowOrigin: policy.origins[0] === '*' ? '*' : [...policy.origins],
          allowMethods: policy.methods === '*' ? '*' : [...policy.methods],
          allowHeaders: policy.headers === '*' ? '*' : [...policy.headers],
          exposeHeaders: policy.expose === '*' ? '*' : [...policy.expose],
          allowCredentials: policy.credentials,
        },
      }),
    );
    proxy = await openTestApp({ routes });
  });
  afterAll(async () => {
    // Neither is there where the config was refused.
    await proxy?.close();
    await upstream?.close();
  });

  const send = (path: string, fetch: Fetch): Promise<PageAnswer> =>
    browserFetch({
      ...fetch,
      path,
      address: { port: proxy.port },
      authority: `localhost:${proxy.port}`,
      cookie: 'session=1',
    });

  const rows = policies.map((policy, index) => ({
    policy,
    path: `/p${index}/x`,
    name: JSON.stringify(policy),
    fetches: Array.from({ length: fetchesPerPolicy }, random.fetch),
  }));

  it.each(rows)('$name', async ({ policy, path, fetches }) => {
    for (const fetch of fetches) {
      upstream.forget();
      const answer = await send(path, fetch);
      const wanted = allows(policy, fetch);
      const said = `${JSON.stringify(fetch)} ${answer.blocked ?? 'was accepted'}`;
      expect(answer.blocked === undefined, said).toBe(wanted);
      if (answer.blocked !== undefined) continue;
      expect(answer.status, said).toBe(200);
      const readable = [...answer.readableHeaders.keys()].filter((name) => /^(?:etag|x-|set-)/.test(name));
      expect(readable.sort(), said).toEqual(exposes(policy));
      const [seen] = upstream.requests;
      const cookies = seen?.headers.filter(([name]) => name.toLowerCase() === 'cookie').length;
      expect(cookies, said).toBe(fetch.credentials === 'include' ? 1 : 0);
    }
  });

  it('has rows on both sides', () => {
    const verdicts = rows.flatMap(({ policy, fetches }) => fetches.map((fetch) => allows(policy, fetch)));
    const accepted = verdicts.filter((verdict) => verdict).length;
    expect(accepted).toBeGreaterThan(verdicts.length / 10);
    expect(accepted).toBeLessThan((verdicts.length * 9) / 10);
  });
});
