/** Location and cookies of the upstream, fitted to this listener: where the page would else leave the proxy. */

import { describe, expect, it } from 'vitest';
import { finish } from '../src/finish.ts';
import { allValues, firstValue } from '../src/http/header-list.ts';
import type { RequestHead } from '../src/http/request-head.ts';
import { plan } from '../src/plan.ts';
import type { Ruleset } from '../src/ruleset.ts';
import { type Fields, ownName, planOf, request, response, rulesetOf } from './support/ruleset.ts';

const page = 'http://localhost:5173';
const ours = 'http://localhost:8010';
const cors = { allowOrigin: page, allowCredentials: true };

const rules = rulesetOf({
  routes: [
    { match: '/gh/**', target: 'https://api.test/v3', stripPrefix: '/gh', cors },
    { match: '/files/**', target: 'http://files.test:8080', stripPrefix: '/files', cors },
    { match: '/taken/**', target: 'https://other.test', cors },
    { match: '/**', methods: ['POST'], target: 'https://write.test', cors },
    { match: '/root/**', target: 'https://api.test', cors, response: { redirects: 'keep', cookies: 'keep' } },
    { match: '/dry/**', target: 'https://api.test', cors, response: { cookies: 'drop' } },
    { match: '/listed/**', target: 'https://api.test', cors: { allowOrigin: page } },
    { match: '/**', target: 'https://last.test', cors },
  ],
});

interface Asked {
  readonly line?: string;
  readonly fields?: Fields;
  readonly parts?: Partial<RequestHead>;
  readonly ruleset?: Ruleset;
}

function down(
  status: number,
  sent: Fields,
  { line = 'GET /gh/x', fields = {}, parts, ruleset = rules }: Asked = {},
) {
  const made = planOf('forward', plan(request(line, { Origin: page, ...fields }, parts), ruleset));
  const notices: string[] = [];
  const { headers } = finish(made, response(status, sent), { ruleset, notice: (text) => notices.push(text) });
  return { headers, notices };
}

function locationOf(location: string, asked?: Asked, status = 302): string | undefined {
  return firstValue(down(status, { Location: location }, asked).headers, 'location');
}

type Row = readonly [name: string, before: string, after: string];

const locations: readonly Row[] = [
  ['the upstream itself, under its base path', 'https://api.test/v3/users?a#b', `${ours}/gh/users?a#b`],
  ['the base path alone', 'https://api.test/v3', `${ours}/gh`],
  ['a path from the root', '/v3/users', '/gh/users'],
  ['without scheme', '//api.test/v3/users', `${ours}/gh/users`],
  ['outside of the base path, where no route leads', '/v4/users', '/v4/users'],
  ['a base path that begins alike', 'https://api.test/v33/users', 'https://api.test/v33/users'],
  ['another target of the config', 'http://files.test:8080/a', `${ours}/files/a`],
  ['another target without its port', 'http://files.test/a', 'http://files.test/a'],
  ['a catch-all route', 'https://last.test/a', `${ours}/a`],
  [
    'a catch-all route, on a path that another route takes first',
    'https://last.test/taken/a',
    'https://last.test/taken/a',
  ],
  ['a relative path is resolved by the browser', 'next', 'next'],
  ['a third host', 'https://cdn.test/x', 'https://cdn.test/x'],
  ['user info', 'https://me@api.test/v3/users', 'https://me@api.test/v3/users'],
  ['no URL', 'http://[bad/', 'http://[bad/'],
  [
    'two slashes in the path, which would be another host without the rest',
    'http://files.test:8080//evil.test/x',
    `${ours}/files//evil.test/x`,
  ],
  [
    'two slashes for a route without prefix stay away from us',
    'https://last.test//evil.test/x',
    'https://last.test//evil.test/x',
  ],
];

describe('a Location', () => {
  it.each(locations)('%s: %s', (_, before, after) => {
    expect(locationOf(before)).toBe(after);
  });

  it.each([201, 301, 303, 307, 308])('is rewritten on %i as on 302', (status) => {
    expect(locationOf('/v3/a', {}, status)).toBe('/gh/a');
  });

  it('is called as the client calls us', () => {
    const parts = { listener: { scheme: 'https', via: ownName } } as const;
    expect(locationOf('https://api.test/v3/a', { fields: { Host: '[::1]:443' }, parts })).toBe(
      'https://[::1]/gh/a',
    );
  });

  it('stays where the path here would come out at another path there', () => {
    const ruleset = rulesetOf({
      routes: [
        { match: '/a/b/**', target: 'https://api.test', cors },
        { match: '/a/**', target: 'https://api.test', stripPrefix: '/a', cors },
      ],
    });
    const asked = { line: 'GET /a/x', ruleset };
    expect(locationOf('https://api.test/c/d', asked)).toBe(`${ours}/a/c/d`);
    expect(locationOf('https://api.test/b/d', asked)).toBe('https://api.test/b/d');
  });

  // Many frameworks make it of X-Forwarded-Host, and know nothing of the prefix.
  it('that calls the upstream by our name gets its prefix', () => {
    const ruleset = rulesetOf({
      routes: [
        { match: '/gh/**', target: 'https://api.test', stripPrefix: '/gh', cors },
        { match: '/app/**', target: 'https://app.test', cors },
      ],
    });
    expect(locationOf(`${ours}/login?a`, { ruleset })).toBe(`${ours}/gh/login?a`);
    expect(locationOf(`${ours}/gh/login`, { ruleset })).toBe(`${ours}/gh/login`);
    expect(locationOf(`${ours}/app/login`, { ruleset })).toBe(`${ours}/app/login`);
    // The upstream does not know that TLS ended here.
    const parts = { listener: { scheme: 'https', via: ownName } } as const;
    expect(locationOf('http://localhost:8010/login', { ruleset, parts })).toBe(
      'https://localhost:8010/gh/login',
    );
    expect(locationOf('http://localhost:8010/gh/x', { ruleset, parts })).toBe('https://localhost:8010/gh/x');
    const fields = { Host: 'localhost' };
    expect(locationOf('http://localhost/login', { ruleset, parts, fields })).toBe('http://localhost/login');
  });

  it('of a route whose rewrite cannot be undone leads where the same path comes out', () => {
    const rewrite = { '^/old/(\\w+)/(.*)': '/$2/$1' };
    const ruleset = rulesetOf({
      routes: [{ match: ['/old/**', '/new/**'], target: 'https://api.test', rewrite, cors }],
    });
    const asked = { line: 'GET /old/a/new', ruleset };
    expect(locationOf('/new/b', asked)).toBe('/new/b');
    expect(locationOf('https://api.test/new/b', asked)).toBe(`${ours}/new/b`);
    expect(locationOf('https://api.test/other', asked)).toBe('https://api.test/other');
  });

  it('stays where the route says so', () => {
    expect(locationOf('https://api.test/root/a', { line: 'GET /root/x' })).toBe('https://api.test/root/a');
  });

  // Fetch, "HTTP-redirect fetch" step 12: 307 and 308 keep the method, so that a route for POST alone leads there.
  it.each([
    [307, `${ours}/write`],
    [308, `${ours}/write`],
    [302, 'https://write.test/write'],
    [303, 'https://write.test/write'],
    [201, 'https://write.test/write'],
  ])('of a POST on %i leads where the next request will: %s', (status, after) => {
    expect(locationOf('https://write.test/write', { line: 'POST /write' }, status)).toBe(after);
  });

  it.each<[string, string, string, string]>([
    ['Content-Location', 'content-location', '/v3/a', '/gh/a'],
    ['Refresh', 'refresh', '0; url=https://api.test/v3/a', `0; url=${ours}/gh/a`],
    ['Link', 'link', '</v3/a>; rel=next, <https://cdn.test/b>', '</gh/a>; rel=next, <https://cdn.test/b>'],
  ])('has its like in %s', (name, lower, before, after) => {
    expect(firstValue(down(200, { [name]: before }).headers, lower)).toBe(after);
  });
});

describe('a cookie', () => {
  const cookiesOf = (lines: string | readonly string[], asked?: Asked) =>
    allValues(down(200, { 'Set-Cookie': lines }, asked).headers, 'set-cookie');

  it('is fitted to an http listener and to the path of the route', () => {
    const line = 'a=1; Domain=.api.test; Path=/v3/x; Secure; SameSite=None; HttpOnly';
    expect(cookiesOf(line)).toEqual(['a=1; Path=/gh/x; SameSite=Lax; HttpOnly']);
  });

  it('of a path where no route leads stays inside the route', () => {
    expect(cookiesOf('a=1; Path=/')).toEqual(['a=1; Path=/gh']);
    expect(cookiesOf('a=1; Path=/', { line: 'GET /other' })).toEqual(['a=1; Path=/']);
  });

  it('of a path where no rewrite leads stays inside the route, too', () => {
    const rewrite = { '^/gh/(.*)': '/v2/$1' };
    const ruleset = rulesetOf({ routes: [{ match: '/gh/**', target: 'https://api.test', rewrite, cors }] });
    expect(cookiesOf('a=1; Path=/', { ruleset })).toEqual(['a=1; Path=/gh']);
    expect(cookiesOf('a=1; Path=/v2', { ruleset })).toEqual(['a=1; Path=/gh']);
    expect(cookiesOf('a=1; Path=/v2/x', { ruleset })).toEqual(['a=1; Path=/gh/x']);
  });

  it('keeps Secure on an https listener', () => {
    const parts = { listener: { scheme: 'https', via: ownName } } as const;
    expect(cookiesOf('a=1; Secure; SameSite=None', { parts })).toEqual(['a=1; Secure; SameSite=None']);
  });

  it('reaches a page of another site on an https listener', () => {
    const parts = { listener: { scheme: 'https', via: ownName } } as const;
    const fields = { 'Sec-Fetch-Site': 'cross-site' };
    expect(cookiesOf('a=1; SameSite=Lax', { parts, fields })).toEqual([
      'a=1; SameSite=None; Secure; Partitioned',
    ]);
  });

  it('stays on a line of its own, in order', () => {
    expect(cookiesOf(['a=1', 'b=2; Path=/v3', 'a=3'])).toEqual(['a=1', 'b=2; Path=/gh', 'a=3']);
  });

  it('stays as it is, or goes, where the route says so', () => {
    const line = 'a=1; Domain=api.test; Secure';
    expect(cookiesOf(line, { line: 'GET /root/x' })).toEqual([line]);
    expect(cookiesOf(line, { line: 'GET /dry/x' })).toEqual([]);
  });

  it('does not come down where the request had no right to cookies, and the user is told', () => {
    const { headers, notices } = down(200, { 'Set-Cookie': 'a=s3cr3t' }, { line: 'GET /listed/x' });
    expect(allValues(headers, 'set-cookie')).toEqual([]);
    expect(notices.join()).toContain('allowCredentials');
    expect(notices.join()).not.toContain('s3cr3t');
  });
});
