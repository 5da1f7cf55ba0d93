import { describe, expect, it } from 'vitest';
import type { CorsRules } from '../../src/config/schema.ts';
import { Verdicts } from '../../src/config/verdict.ts';
import { compileCorsSection, mergePolicy } from '../../src/cors/compile-policy.ts';
import { parseOrigin } from '../../src/http/origin.ts';
import { configOf } from '../support/config.ts';

function policyOf(top: CorsRules, own: CorsRules = {}) {
  const verdicts = new Verdicts(configOf({}));
  const sections = {
    top: compileCorsSection(top, ['cors'], verdicts),
    own: compileCorsSection(own, ['routes', 0, 'cors'], verdicts),
  };
  return mergePolicy({ ...sections, mode: 'enforce' }, verdicts).policy;
}

function originsOf(top: CorsRules, own?: CorsRules) {
  const { origins } = policyOf(top, own);
  if (origins.kind !== 'listed') throw new Error(origins.kind);
  return origins;
}

describe('origins', () => {
  it('are those of this machine on any port where the key is left out', () => {
    const { patterns, exact, allowNull } = originsOf({});
    const takes = (text: string) => patterns.some(({ matches }) => matches(parseOrigin(text) ?? never));
    const never = { scheme: '', host: '', port: '' };
    const local = [
      'http://localhost',
      'https://localhost:1',
      'http://a.b.localhost:5173',
      'http://127.9.9.9',
      'http://[::1]:3',
    ];
    const foreign = [
      'http://localhost.evil.test',
      'http://evil.test',
      'http://127.0.0.1.evil.test',
      'ftp://localhost',
      'http://0.0.0.0',
      'null',
    ];
    expect(local.filter((text) => !takes(text))).toEqual([]);
    expect(foreign.filter(takes)).toEqual([]);
    expect([exact.size, allowNull]).toEqual([0, false]);
  });

  it('hold the exact ones in the form of requests, and the patterns apart', () => {
    const { exact, patterns, written } = originsOf({
      allowOrigin: ['HTTP://A.test:80', 'http://localhost:*'],
    });
    expect([...exact]).toEqual(['http://a.test']);
    expect(patterns.map(({ text }) => text)).toEqual(['http://localhost:*']);
    expect(written).toEqual(['http://a.test', 'http://localhost:*']);
  });

  it('take "null" only with its escape, which may stand at the other level', () => {
    expect(originsOf({ allowOrigin: 'null' }).allowNull).toBe(false);
    expect(originsOf({ allowOrigin: 'null' }, { dangerouslyAllowNullOrigin: true }).allowNull).toBe(true);
    expect(originsOf({ allowOrigin: 'http://a.test', dangerouslyAllowNullOrigin: true }).allowNull).toBe(
      false,
    );
  });
});

describe('names', () => {
  it('are echoed where the key is left out, and none is exposed', () => {
    const { methods, headers, expose, allowCredentials, maxAgeSeconds } = policyOf({});
    expect([methods, headers, expose, allowCredentials, maxAgeSeconds]).toEqual([
      '*',
      '*',
      [],
      false,
      undefined,
    ]);
  });

  it('of methods are upper-cased only where fetch does so', () => {
    expect(policyOf({ allowMethods: ['get', 'GET', 'put', 'patch'] }).methods).toEqual([
      'GET',
      'PUT',
      'patch',
    ]);
  });

  it('of request headers always hold Content-Type, once', () => {
    expect(policyOf({ allowHeaders: [] }).headers).toEqual(['Content-Type']);
    expect(policyOf({ allowHeaders: ['content-type', 'X-A', 'x-a'] }).headers).toEqual([
      'content-type',
      'X-A',
    ]);
  });

  it('of exposed headers keep their case and order, without what is readable or unreadable anyway', () => {
    const written = ['X-B', 'Set-Cookie', 'content-type', 'ETag', 'x-b', 'X-A'];
    expect(policyOf({ exposeHeaders: written }).expose).toEqual(['X-B', 'ETag', 'X-A']);
    expect(policyOf({ exposeHeaders: ['ETag', '*'] }).expose).toBe('*');
  });

  it('of a max-age below zero become zero', () => {
    expect(policyOf({ maxAge: -1 }).maxAgeSeconds).toBe(0);
  });
});

describe('a merge', () => {
  it("takes the route's keys over the top level's one by one, and knows where each rule stands", () => {
    const { places, maxAgeSeconds, methods } = policyOf(
      { maxAge: 5, allowMethods: ['GET', 'POST', 'PUT'] },
      { maxAge: 6, allowCredentials: false },
    );
    expect([maxAgeSeconds, methods]).toEqual([6, ['GET', 'POST', 'PUT']]);
    expect(places.maxAge).toMatchObject({ key: 'routes[0].cors.maxAge', written: true });
    expect(places.allowCredentials).toMatchObject({ key: 'routes[0].cors.allowCredentials', written: true });
    expect(places.allowMethods).toMatchObject({ key: 'cors.allowMethods', written: true });
    expect(places.allowOrigin).toMatchObject({ key: 'routes[0].cors.allowOrigin', written: false });
  });

  it('cannot pair every origin with credentials, even before the pair is refused', () => {
    expect(policyOf({ allowOrigin: '*', allowCredentials: true }).allowCredentials).toBe(false);
  });
});
