/** What a hostile upstream may send through a proxy that has keys, each told before its rows. */

import { describe, expect, it } from 'vitest';
import { finish, finishEarly, finishTrailers } from '../src/finish.ts';
import { allValues, firstValue } from '../src/http/header-list.ts';
import type { ResponseHead } from '../src/http/request-head.ts';
import { plan } from '../src/plan.ts';
import { type Fields, fieldLines, planOf, request, response, rulesetOf } from './support/ruleset.ts';

const page = 'http://localhost:5173';
const cors = { allowOrigin: page, exposeHeaders: '*' };

const rules = rulesetOf(
  {
    routes: [
      {
        match: '/secret/**',
        target: 'https://api.test',
        cors,
        request: { headers: { Authorization: 'Bearer ${API_KEY}' } },
      },
      { match: '/plain/**', target: 'https://plain.test', cors },
      { match: '/raw/**', target: 'https://raw.test', cors: 'passthrough' },
    ],
  },
  { API_KEY: 's3cr3t-k3y' },
);
const withoutSecret = rulesetOf({ routes: [{ match: '/**', target: 'https://plain.test', cors }] });

function down(sent: ResponseHead, { path = '/secret/x', ruleset = rules } = {}) {
  const made = planOf('forward', plan(request(`GET ${path}`, { Origin: page }), ruleset));
  const notices: string[] = [];
  const head = finish(made, sent, { ruleset, notice: (text) => notices.push(text) });
  return { ...head, notices };
}

/** An API that echoes the request (debug pages do) gives the key to every page that may read the answer. */
describe('an upstream that echoes the key', () => {
  it.each<[string, Fields]>([
    ['in a field of its own', { 'X-Echo-Authorization': 'Bearer s3cr3t-k3y' }],
    ['without its scheme', { 'X-Key': 's3cr3t-k3y' }],
    ['inside of a longer value', { 'X-Debug': '{"authorization":"Bearer s3cr3t-k3y"}' }],
    ['in a cookie', { 'Set-Cookie': 'key=s3cr3t-k3y' }],
    ['in a redirect', { Location: 'https://evil.test/?k=s3cr3t-k3y' }],
    ['in a link', { Link: '</x?k=s3cr3t-k3y>; rel=next' }],
    ['in a challenge', { 'WWW-Authenticate': 'Bearer s3cr3t-k3y' }],
    ['percent-encoded, in a redirect', { Location: 'https://evil.test/?k=s3cr3t%2dk3y' }],
    [
      'percent-encoded twice, in a redirect to a login',
      { Location: '/login?next=%2Fx%3Fk%3Ds3cr3t%252dk3y' },
    ],
    ['in a redirect that is rewritten', { Location: 'https://api.test/x?k=s3cr3t-k3y' }],
    ['in a refresh', { Refresh: '1; url=https://api.test/x?k=s3cr3t-k3y' }],
    ['in JSON', { 'X-Debug': '{"k":"s3cr3t\\u002dk3y"}' }],
    ['as Basic credentials', { 'X-Debug': `Basic ${Buffer.from('me:s3cr3t-k3y').toString('base64')}` }],
    ['in base64', { 'X-Debug': Buffer.from('s3cr3t-k3y').toString('base64url') }],
  ])('%s: the field is dropped, and the user is told its name alone', (_, sent) => {
    const { headers, notices } = down(response(200, { ...sent, 'X-Other': '1' }));
    expect(JSON.stringify(headers)).not.toContain('s3cr3t');
    expect(firstValue(headers, 'x-other')).toBe('1');
    expect(firstValue(headers, 'access-control-expose-headers')?.toLowerCase()).not.toContain(
      Object.keys(sent)[0]?.toLowerCase(),
    );
    expect(notices.join()).toContain(Object.keys(sent)[0]);
    expect(notices.join()).not.toContain('s3cr3t');
  });

  it('in a name, which has no case: the field is dropped, and its name is not said', () => {
    const { headers, notices } = down(response(200, { 'X-S3CR3T-K3Y': '1', 'X-Other': '1' }));
    expect(JSON.stringify([headers, notices]).toLowerCase()).not.toContain('s3cr3t');
    expect(firstValue(headers, 'x-other')).toBe('1');
    expect(notices.join()).toContain('name');
  });

  it('in the head of a handshake: the field is dropped there, too', () => {
    const { headers } = down({ status: 101, reason: '', headers: ['X-Key', 's3cr3t-k3y', 'X-Other', '1'] });
    expect(firstValue(headers, 'x-key')).toBeUndefined();
    expect(firstValue(headers, 'x-other')).toBe('1');
  });

  it('in early hints, or behind the body: the field is dropped there, too', () => {
    const made = planOf('forward', plan(request('GET /secret/x', { Origin: page }), rules));
    const fields = ['Link', '</x?k=s3cr3t-k3y>; rel=preload', 'X-S3cr3t-K3y', '1', 'X-Other', '1'];
    const early = finishEarly(made, { status: 103, reason: '', headers: fields }, { ruleset: rules });
    expect(early.headers).toEqual(['X-Other', '1']);
    expect(finishTrailers(made, fields, { ruleset: rules })).toEqual(['X-Other', '1']);
  });

  it('in the reason phrase, which a page reads as statusText: the standard phrase takes its place', () => {
    const { reason } = down({ status: 200, reason: 'Bearer s3cr3t-k3y', headers: [] });
    expect(reason).toBe('');
  });

  it('on a route that sends none knows nothing, and is left alone', () => {
    const { headers, notices } = down(response(200, { 'X-Key': 's3cr3t-k3y' }), { path: '/plain/x' });
    expect(firstValue(headers, 'x-key')).toBe('s3cr3t-k3y');
    expect(notices).toEqual([]);
  });
});

/** Script inclusion: `<script src>` escapes the same-origin policy where Sec-Fetch-* is missing (CVE-2025-30359). */
describe('the answer of a route that carries a secret', () => {
  it('is kept from other sites and from sniffing, whatever the upstream says', () => {
    const sent = {
      'Cross-Origin-Resource-Policy': 'cross-origin',
      'cross-origin-resource-policy': 'x',
      'X-Content-Type-Options': '',
    };
    const { headers } = down(response(200, sent));
    expect(allValues(headers, 'cross-origin-resource-policy')).toEqual(['same-site']);
    expect(allValues(headers, 'x-content-type-options')).toEqual(['nosniff']);
  });

  it('leaves other routes as they are', () => {
    const sent = { 'Cross-Origin-Resource-Policy': 'cross-origin', 'Content-Type': 'image/png' };
    const { headers } = down(response(200, sent), { path: '/plain/x' });
    expect(allValues(headers, 'cross-origin-resource-policy')).toEqual(['cross-origin']);
    expect(allValues(headers, 'x-content-type-options')).toEqual([]);
  });
});

/** The upstream meant its own origin; behind a proxy every page is of another one, and an image would not be shown. */
describe('an upstream’s Cross-Origin-Resource-Policy: same-origin', () => {
  it('is same-site for the ports of localhost', () => {
    const { headers } = down(response(200, { 'Cross-Origin-Resource-Policy': ' Same-Origin ' }), {
      path: '/plain/x',
    });
    expect(allValues(headers, 'cross-origin-resource-policy')).toEqual(['same-site']);
  });

  it('stays under passthrough', () => {
    const sent = { 'Cross-Origin-Resource-Policy': 'same-origin' };
    const { headers } = down(response(200, sent), { path: '/raw/x' });
    expect(allValues(headers, 'cross-origin-resource-policy')).toEqual(['same-origin']);
  });
});

/**
 * A page that one upstream serves runs as the origin of this proxy, where a GET sends no Origin: its script could use
 * the key of another route. In a sandbox it has an opaque origin, and is refused like any other.
 */
describe('a document beside a route that carries a secret', () => {
  const rows: readonly (readonly [name: string, sent: Fields, isSandboxed: boolean])[] = [
    ['HTML', { 'Content-Type': 'text/html; charset=utf-8' }, true],
    ['SVG', { 'Content-Type': 'image/svg+xml' }, true],
    ['a feed, in which script runs', { 'Content-Type': 'application/atom+xml' }, true],
    ['no type, so that the browser sniffs', {}, true],
    [
      'HTML as the second type, which is the one that counts',
      { 'Content-Type': ['text/plain', 'text/html'] },
      true,
    ],
    ['JSON', { 'Content-Type': 'application/json' }, false],
    ['a script, which runs where it is included', { 'Content-Type': 'text/javascript' }, false],
  ];

  it.each(rows)('%s: sandboxed: %s', (_, sent, isSandboxed) => {
    for (const path of ['/plain/x', '/secret/x', '/raw/x']) {
      const { headers } = down(response(200, sent), { path });
      expect(allValues(headers, 'content-security-policy'), path).toEqual(isSandboxed ? ['sandbox'] : []);
    }
  });

  it('keeps the policy of the upstream beside ours: browsers apply both', () => {
    const sent = {
      'Content-Type': 'text/html',
      'Content-Security-Policy': "default-src 'self'; sandbox allow-scripts",
    };
    const { headers } = down(response(200, sent), { path: '/plain/x' });
    expect(allValues(headers, 'content-security-policy')).toEqual([
      "default-src 'self'; sandbox allow-scripts",
      'sandbox',
    ]);
  });

  it('is one on errors, too, and none where there is no body', () => {
    const html = { 'Content-Type': 'text/html' };
    expect(allValues(down(response(404, html)).headers, 'content-security-policy')).toEqual(['sandbox']);
    expect(allValues(down(response(204)).headers, 'content-security-policy')).toEqual([]);
  });

  it('is free where no route carries one', () => {
    const { headers } = down(response(200, { 'Content-Type': 'text/html' }), {
      path: '/x',
      ruleset: withoutSecret,
    });
    expect(fieldLines(headers)).toEqual([
      'content-type: text/html',
      'vary: Origin',
      `access-control-allow-origin: ${page}`,
    ]);
  });
});
