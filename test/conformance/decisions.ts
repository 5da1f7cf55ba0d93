/**
 * What this proxy decides where a row leaves a choice, and where its own contract says more than the row. A row of the
 * level `choice` that has no entry here asserts what all its options have in common.
 */

import type { Case, Expectation, VaryWish } from './case-shape.ts';

const page = 'http://localhost:5173';

/** RFC 9110 §12.5.5: everything that the answer of a preflight depends on. */
const preflightVary: VaryWish = {
  includes: ['Origin', 'Access-Control-Request-Method', 'Access-Control-Request-Headers'],
};
const allowed = (origin: string): Expectation => ({
  status: 200,
  headers: { 'access-control-allow-origin': origin },
  vary: { includes: ['Origin'] },
});

export const decisions: Readonly<Record<string, Expectation>> = {
  // "*" echoes what was asked for, so that one code path is right with credentials too.
  'PF-11': {
    headers: { 'access-control-allow-headers': { includes: ['x-any'] } },
    lacks: { 'access-control-allow-headers': ['*'] },
  },
  'PF-15': {
    headers: { 'access-control-allow-methods': { includes: ['PUT'] } },
    lacks: { 'access-control-allow-methods': ['*'] },
  },
  // The origin passed: an ok status and the full lists, so that DevTools names what is missing.
  'PF-19': {
    status: [200, 204],
    headers: { 'access-control-allow-origin': page, 'access-control-allow-methods': { includes: ['GET'] } },
  },
  'PF-20': {
    status: [200, 204],
    headers: { 'access-control-allow-origin': page, 'access-control-allow-headers': { includes: ['x-foo'] } },
  },
  // Above every browser's cap it says something that will not happen.
  'PF-26': { configError: true },
  // RFC 9110 §8.6: no Content-Length on 204.
  'PF-30': { status: 204, absent: ['content-length', 'transfer-encoding'] },
  // So that the 404 that follows can be read.
  'PF-32': { status: 204, headers: { 'access-control-allow-origin': page } },
  'PF-34': { status: 204, upstreamCalls: 1 },
  'PF-36': { status: 204, headers: { 'access-control-allow-headers': { includes: ['content-type'] } } },
  'PF-37': {
    headers: {
      'access-control-allow-methods': { includes: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'] },
      'access-control-allow-headers': { includes: ['content-type', 'authorization', 'x-foo'] },
    },
  },
  'PF-01': { vary: preflightVary },
  'PF-21': { vary: { includes: ['Origin'] } },
  'PF-38': { vary: preflightVary },
  // A list of one may have two after the next reload.
  'AC-10': { absent: ['access-control-allow-origin'], vary: { includes: ['Origin'] } },
  'AC-11': { status: 403, upstreamCalls: 0 },
  'EX-02': {
    headers: { 'access-control-expose-headers': { includes: ['x-any'] } },
    lacks: { 'access-control-expose-headers': ['*'] },
  },
  // The route's list is the whole truth; what the upstream exposes is dropped with the rest.
  'EX-06': { headers: { 'access-control-expose-headers': { tokens: ['etag'] } } },
  'RD-13': {
    headers: { location: { oneOf: ['/api/items/7', 'http://localhost:8080/api/items/7'] } },
  },
  'OR-02': { configError: true },
  'OR-06': allowed('http://app.example'),
  'OR-08': allowed(page),
  // `*.` stands for any number of labels.
  'OR-14': allowed('https://a.b.example.com'),
  'OR-22': allowed('https://xn--bcher-kva.example'),
  'MF-11': { browser: 'blocked' },
  // No secret on this route: the path goes up byte for byte.
  'MF-13': { status: 200, upstreamCalls: 1 },
  'WS-04': { status: 101, upstreamCalls: 1 },
  // WebKit bug 281149: Safari stores no Secure cookie over http, not even for localhost.
  'CK-03': { setCookie: { lacksAttr: ['Secure'], containsAttr: ['SameSite=Lax'] } },
  // The cookie stays inside the route that set it.
  'CK-09': { setCookie: { lines: ['a=1; Path=/api'] } },
  'CK-13': { setCookie: { count: 0 } },
  'LN-02': { absent: ['access-control-allow-private-network'] },
  'LN-07': { status: 403, upstreamCalls: 0 },
  'SE-19': { headers: { 'cross-origin-resource-policy': 'same-site' } },
  'SE-25': { absent: ['x-echo-authorization'] },
};

/** The row's expectation with what is decided here; `absent` and `headers` add up, the rest is replaced. */
export function decided(row: Case): Expectation {
  const own = { ...refusedOrigin(row), ...decisions[row.id] };
  return {
    ...row.expect,
    ...own,
    headers: { ...row.expect.headers, ...own.headers },
    absent: [...(row.expect.absent ?? []), ...(own.absent ?? [])],
  };
}

/** Fetch, "HTTP responses": an origin that may not read is told so with 403, and the upstream is not asked. */
function refusedOrigin({ config, request, expect }: Case): Expectation {
  const isRefused =
    request.headers.origin !== undefined &&
    config.cors === undefined &&
    expect.orStatus === undefined &&
    (expect.absent ?? []).includes('access-control-allow-origin');
  return isRefused ? { status: 403, upstreamCalls: 0 } : {};
}
