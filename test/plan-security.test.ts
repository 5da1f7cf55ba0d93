/** Attacks on a proxy that adds authority to requests which it did not originate, each told before its rows. */

import { describe, expect, it } from 'vitest';
import { allValues, firstValue } from '../src/http/header-list.ts';
import type { RequestHead } from '../src/http/request-head.ts';
import { plan } from '../src/plan.ts';
import type { Plan } from '../src/plan-shape.ts';
import { type Fields, ownName, planOf, request, rulesetOf } from './support/ruleset.ts';

const page = 'http://localhost:5173';
const secret = 'Bearer s3cr3t-k3y';

const rules = rulesetOf(
  {
    listen: { allowedHosts: ['.dev.test', 'box.lan'] },
    routes: [
      {
        match: '/secret/**',
        target: 'https://api.test',
        stripPrefix: '/secret',
        cors: { allowOrigin: page },
        request: { headers: { Authorization: 'Bearer ${API_KEY}' } },
      },
      {
        match: '/login/**',
        target: 'https://login.test',
        cors: { allowOrigin: page, allowCredentials: true },
      },
      { match: '/listed/**', target: 'https://api.test', cors: { allowOrigin: page } },
      { match: '/public/**', target: 'https://public.test', cors: { allowOrigin: '*' } },
      { match: '/sockets/**', target: 'https://public.test', cors: { allowOrigin: '*' }, websocket: true },
      { match: '/quiet/**', target: 'https://api.test', cors: { allowOrigin: page }, websocket: false },
      { match: '/raw/**', target: 'https://raw.test', cors: 'passthrough' },
      { match: '/**', target: 'https://all.test' },
    ],
  },
  { API_KEY: 's3cr3t-k3y' },
);

const planned = (line: string, fields: Fields = {}, parts: Partial<RequestHead> = {}): Plan =>
  plan(request(line, fields, parts), rules);

/** The status of a refusal, or the kind of plan. */
function verdict(made: Plan): number | string {
  return made.kind === 'refuse' ? made.refusal.status : made.kind;
}

/**
 * DNS rebinding: a page on http://evil.test:8010 lets its name point at 127.0.0.1. It is same-origin for its browser
 * then: no Origin, no CORS, `Sec-Fetch-Site: same-origin`. Only Host still tells the truth.
 */
describe('a page that rebinds its name to this machine', () => {
  const rebound = { Host: 'evil.test:8010', 'Sec-Fetch-Site': 'same-origin' };
  const asks = { Origin: 'http://evil.test:8010', 'Access-Control-Request-Method': 'PUT' };
  const upgrade = { Connection: 'Upgrade', Upgrade: 'websocket' };

  const attacks: readonly (readonly [name: string, line: string, fields: Fields])[] = [
    ['asks for the secret', 'GET /secret/x', rebound],
    ['asks for any path', 'GET /x', rebound],
    ['posts', 'POST /secret/x', { ...rebound, Origin: 'http://evil.test:8010' }],
    ['asks for our own endpoints', 'GET /__cors-proxy/health', rebound],
    ['sends a preflight', 'OPTIONS /secret/x', { ...rebound, ...asks }],
    ['opens a socket', 'GET /login/ws', { ...rebound, ...upgrade }],
    ['asks for the server as a whole', 'OPTIONS *', rebound],
    ['claims a good name in X-Forwarded-Host', 'GET /x', { ...rebound, 'X-Forwarded-Host': 'localhost' }],
    ['has a name that begins like ours', 'GET /x', { Host: 'localhost.evil.test' }],
    ['has a name that begins like our address', 'GET /x', { Host: '127.0.0.1.nip.io' }],
    ['has a name that ends like a listed one', 'GET /x', { Host: 'evilbox.lan' }],
    ['has a name that ends like a listed subtree', 'GET /x', { Host: 'evildev.test' }],
    ['uses 0.0.0.0', 'GET /x', { Host: '0.0.0.0:8010' }],
    ['puts its name into the target', 'GET http://evil.test/x', {}],
    ['lists its name as the page’s origin, too', 'GET /public/x', { ...rebound, Origin: page }],
  ];

  it.each(attacks)('%s: 403', (_, line, fields) => {
    const made = planOf('refuse', planned(line, fields));
    expect(made.refusal.status).toBe(403);
    // No decision, no CORS header: nothing of the answer is for any page.
    expect(made.decision).toBeNull();
    expect(made.refusal.hint).toContain('listen.allowedHosts');
  });

  it('is told where the list of names stands', () => {
    const { refusal } = planOf('refuse', planned('GET /x', { Host: 'evil.test' }));
    expect(refusal.detail).toContain('"evil.test"');
    expect(refusal.hint).toContain('add "evil.test" to listen.allowedHosts');
    expect(refusal.place).toMatch(/^cors-proxy\.config\.json:\d+:\d+$/);
  });

  it('is refused on a TLS listener, too', () => {
    const listener = { scheme: 'https', via: ownName } as const;
    expect(verdict(planned('GET /x', { Host: 'evil.test' }, { listener }))).toBe(403);
  });

  it.each([
    'localhost',
    'LOCALHOST:8010',
    'app.localhost',
    '127.0.0.1:8010',
    '[::1]:8010',
    'a.dev.test',
    'box.lan',
  ])('is not one that calls us %s', (Host) => {
    expect(verdict(planned('GET /x', { Host }))).toBe('forward');
  });
});

/**
 * Request forgery: CORS protects reading, not sending. A form, an image, a script, a link or a beacon of any website
 * makes the browser send a request to this proxy, which adds the key; what it does at the API is done.
 */
describe('a page of another site that spends the secret without reading the answer', () => {
  const evil = 'http://evil.test';
  const attacks: readonly (readonly [name: string, line: string, fields: Fields])[] = [
    [
      'a form POST',
      'POST /secret/x',
      { Origin: evil, 'Sec-Fetch-Site': 'cross-site', 'Sec-Fetch-Mode': 'navigate' },
    ],
    ['a no-cors fetch', 'POST /secret/x', { Origin: evil, 'Content-Type': 'text/plain' }],
    ['a fetch that wants to read', 'GET /secret/x', { Origin: evil }],
    ['a preflight', 'OPTIONS /secret/x', { Origin: evil, 'Access-Control-Request-Method': 'PUT' }],
    ['an OPTIONS that is none', 'OPTIONS /secret/x', { Origin: evil }],
    ['an image', 'GET /secret/x', { 'Sec-Fetch-Site': 'cross-site', 'Sec-Fetch-Mode': 'no-cors' }],
    ['a link or a popup', 'GET /secret/x', { 'Sec-Fetch-Site': 'cross-site', 'Sec-Fetch-Mode': 'navigate' }],
    ['a page of another localhost port, by fetch', 'GET /secret/x', { Origin: 'http://localhost:9999' }],
    ['a page of another localhost port, by image', 'GET /secret/x', { 'Sec-Fetch-Site': 'same-site' }],
    ['a sandboxed frame', 'POST /secret/x', { Origin: 'null' }],
    [
      'a frame without referrer, by form',
      'POST /secret/x',
      { Origin: 'null', 'Sec-Fetch-Site': 'cross-site' },
    ],
    ['an extension', 'GET /secret/x', { Origin: 'chrome-extension://abcdef' }],
    ['two Origin lines, the first of them listed', 'GET /secret/x', { Origin: [page, evil] }],
    ['a joined Origin', 'GET /secret/x', { Origin: `${page}, ${evil}` }],
    ['an Origin that begins like the listed one', 'GET /secret/x', { Origin: `${page}.evil.test` }],
    ['an empty Origin', 'GET /secret/x', { Origin: '' }],
    ['a page that is served through this very proxy', 'POST /secret/x', { Origin: 'http://localhost:8010' }],
    ['a tunnel that speaks for somebody else', 'GET /secret/x', { 'X-Forwarded-For': '203.0.113.9' }],
    ['a tunnel, with the listed origin', 'GET /secret/x', { Origin: page, Forwarded: 'for=203.0.113.9' }],
    [
      'a socket of another origin',
      'GET /secret/x',
      { Origin: evil, Connection: 'Upgrade', Upgrade: 'websocket' },
    ],
  ];

  it.each(attacks)('%s: 403', (_, line, fields) => {
    const made = planOf('refuse', planned(line, fields));
    expect(made.refusal.status).toBe(403);
    expect(made.refusal.quiet).toBe(true);
  });

  it('is told in the terminal whose rule it is', () => {
    const made = planOf('refuse', planned('GET /secret/x', { 'Sec-Fetch-Site': 'cross-site' }));
    expect(made.refusal.detail).toContain('cross-site');
    expect(made.refusal.place).toBe(rules.routes[0]?.ref.place);
  });

  it('gets the same refusal for every path below the route', () => {
    const refusals = ['/secret/a', '/secret/b/c', '/secret/'].map((path) => {
      return planOf('refuse', planned(`GET ${path}`, { Origin: evil })).refusal;
    });
    expect(new Set(refusals.map((refusal) => JSON.stringify(refusal))).size).toBe(1);
  });

  const uses: readonly (readonly [name: string, line: string, fields: Fields])[] = [
    ['the listed page', 'POST /secret/x', { Origin: page, 'Sec-Fetch-Site': 'same-site' }],
    [
      'the listed page from 127.0.0.1, which is cross-site',
      'GET /secret/x',
      { Origin: page, 'Sec-Fetch-Site': 'cross-site' },
    ],
    ['curl', 'DELETE /secret/x', {}],
    ['a typed address', 'GET /secret/x', { 'Sec-Fetch-Site': 'none', 'Sec-Fetch-Mode': 'navigate' }],
  ];

  it.each(uses)('is told from %s, whose request goes up with the key', (_, line, fields) => {
    const { upstream } = planOf('forward', planned(line, fields));
    expect(allValues(upstream.headers, 'authorization')).toEqual([secret]);
  });

  it('cannot do it by a route that carries none: no key goes up there', () => {
    for (const path of ['/public/x', '/x', '/raw/x', '/listed/x']) {
      const made = plan(request(`GET ${path}`), rules);
      expect(JSON.stringify(made)).not.toContain('s3cr3t');
    }
  });
});

/**
 * Fields that take away what the proxy adds: `Connection: authorization` asks a proxy to drop the field as hop-by-hop,
 * so that the API sees no key, or the client's own in its place (golang/go#50580).
 */
describe('a client that speaks for the proxy', () => {
  it('cannot nominate the injected key away', () => {
    const fields = { Connection: 'authorization, host, x-forwarded-for, via', Authorization: 'Basic mine' };
    const { upstream } = planOf('forward', planned('GET /secret/x', fields));
    expect(allValues(upstream.headers, 'authorization')).toEqual([secret]);
    expect(firstValue(upstream.headers, 'host')).toBe('api.test');
    expect(firstValue(upstream.headers, 'x-forwarded-for')).toBe('127.0.0.1');
    expect(firstValue(upstream.headers, 'via')).toBe(`1.1 ${ownName}`);
  });

  it('cannot nominate its own credentials away, on which the API decides', () => {
    const fields = { Connection: 'cookie, origin', Cookie: 'a=1', Origin: page };
    const { upstream } = planOf('forward', planned('GET /login/x', fields));
    expect(firstValue(upstream.headers, 'cookie')).toBe('a=1');
    expect(firstValue(upstream.headers, 'origin')).toBe(page);
  });

  it('cannot say whence it came', () => {
    const fields = {
      'X-Forwarded-For': '10.0.0.1',
      'X-Forwarded-Host': 'evil.test',
      Forwarded: 'for=10.0.0.1',
    };
    const { upstream } = planOf('forward', planned('GET /listed/x', fields));
    expect(allValues(upstream.headers, 'x-forwarded-for')).toEqual(['127.0.0.1']);
    expect(allValues(upstream.headers, 'x-forwarded-host')).toEqual(['localhost:8010']);
    expect(allValues(upstream.headers, 'forwarded')).toEqual([]);
  });
});

/** The authority comes from the config alone: `new URL(target, upstream)` would let each of these choose the host. */
describe('a target that means another host', () => {
  it.each([
    ['two slashes', 'GET //evil.test/x', '//evil.test/x'],
    ['two slashes behind an absolute form', 'GET http://localhost:8010//evil.test/x', '//evil.test/x'],
    ['user info', 'GET /@evil.test/x', '/@evil.test/x'],
    ['a port look-alike', 'GET /:80@evil.test', '/:80@evil.test'],
    ['a URL as a path', 'GET /http://evil.test/x', '/http://evil.test/x'],
    ['a question mark', 'GET /?@evil.test/x', '/?@evil.test/x'],
  ])('%s: the path goes to the configured target, byte for byte', (_, line, path) => {
    const { upstream } = planOf('forward', planned(line));
    expect([upstream.origin, upstream.path]).toEqual(['https://all.test', path]);
    expect(firstValue(upstream.headers, 'host')).toBe('all.test');
  });

  it.each([
    ['a backslash', 'GET /\\evil.test/x', 400],
    ['user info of an absolute form', 'GET http://localhost@evil.test/x', 400],
    ['an absolute form of another host', 'GET http://evil.test/x', 403],
    ['the authority of a tunnel', 'CONNECT evil.test:443', 405],
    ['the authority alone', 'GET evil.test:443', 400],
  ])('%s: refused', (_, line, status) => {
    expect(verdict(planned(line))).toBe(status);
  });

  it('cannot send a Host by an absolute form that the form does not name', () => {
    const rulesThatKeep = rulesetOf({
      routes: [{ match: '/**', target: 'https://api.test', request: { host: 'keep' } }],
    });
    const made = plan(request('GET http://localhost:8010/x', { Host: 'evil.test' }), rulesThatKeep);
    expect(firstValue(planOf('forward', made).upstream.headers, 'host')).toBe('localhost:8010');
  });
});

/** A path that the rules read as public and the API as secret: `/public/../secret`. */
describe('a path that leads out of its route', () => {
  it.each([
    '/public/../secret/x',
    '/public/%2e%2e/secret/x',
    '/public/.%2E/secret/x',
    '/secret/./x',
    '/secret/..',
  ])('%s: 400, for two servers could read it in two ways', (path) => {
    expect(verdict(planned(`GET ${path}`))).toBe(400);
  });

  it.each([
    '/secret/..%2fadmin',
    '/secret/..%5Cadmin',
    '/secret/%2e%2e%2fadmin',
    '/secret/x%2f..%2f..%2fadmin',
    '/secret/..;/admin',
  ])('%s: 400 where a key would go with it, for an upstream may decode first', (path) => {
    expect(verdict(planned(`GET ${path}`, { Origin: page }))).toBe(400);
  });

  it.each(['/public/..%2fadmin', '/public/..;/admin', '/public/a%2fb'])(
    '%s: forwarded byte for byte where none does',
    (path) => {
      expect(planOf('forward', planned(`GET ${path}`)).upstream.path).toBe(path);
    },
  );
});

/**
 * The cookie jar of localhost: cookies do not isolate by port, so that the browser sends those of every dev app on this
 * machine to the proxy. A request without a right to cookies must not carry them to an API on the internet.
 */
describe('the cookies of localhost', () => {
  const rights: readonly (readonly [
    name: string,
    line: string,
    fields: Fields,
    cookies: 'pass' | 'strip',
  ])[] = [
    [
      'a page, with allowCredentials',
      'GET /login/x',
      { Origin: page, 'Sec-Fetch-Site': 'same-site' },
      'pass',
    ],
    ['a page, without', 'GET /listed/x', { Origin: page, 'Sec-Fetch-Site': 'same-site' }, 'strip'],
    [
      'any page, under "*"',
      'GET /public/x',
      { Origin: 'http://evil.test', 'Sec-Fetch-Site': 'cross-site' },
      'strip',
    ],
    [
      'an image of another localhost port, without allowCredentials',
      'GET /listed/x',
      { 'Sec-Fetch-Site': 'same-site' },
      'strip',
    ],
    [
      'an image of another site, with allowCredentials',
      'GET /login/x',
      { 'Sec-Fetch-Site': 'cross-site', 'Sec-Fetch-Mode': 'no-cors' },
      'strip',
    ],
    [
      'an image of another site, under passthrough',
      'GET /raw/x',
      { 'Sec-Fetch-Site': 'cross-site', 'Sec-Fetch-Mode': 'no-cors' },
      'strip',
    ],
    [
      'a listed page of another site, with allowCredentials',
      'GET /login/x',
      { Origin: page, 'Sec-Fetch-Site': 'cross-site' },
      'pass',
    ],
    [
      'a login that comes back by a navigation',
      'GET /login/x',
      { 'Sec-Fetch-Site': 'cross-site', 'Sec-Fetch-Mode': 'navigate' },
      'pass',
    ],
    [
      'a navigation from another site, without allowCredentials',
      'GET /listed/x',
      { 'Sec-Fetch-Site': 'cross-site', 'Sec-Fetch-Mode': 'navigate' },
      'strip',
    ],
    ['a typed address', 'GET /listed/x', { 'Sec-Fetch-Site': 'none' }, 'pass'],
    ['a page of this proxy', 'GET /listed/x', { 'Sec-Fetch-Site': 'same-origin' }, 'pass'],
    [
      'a page of this proxy, by POST',
      'POST /listed/x',
      { Origin: 'http://localhost:8010', 'Sec-Fetch-Site': 'same-origin' },
      'pass',
    ],
    ['curl', 'GET /listed/x', {}, 'pass'],
    [
      'a socket of a page, without allowCredentials',
      'GET /listed/ws',
      { Origin: page, Connection: 'Upgrade', Upgrade: 'websocket' },
      'strip',
    ],
    [
      'a socket of a page, with allowCredentials',
      'GET /login/ws',
      { Origin: page, Connection: 'Upgrade', Upgrade: 'websocket' },
      'pass',
    ],
  ];

  it.each(rights)('%s: they are handled as they should', (_, line, fields, cookies) => {
    const made = planOf('forward', planned(line, { ...fields, Cookie: 'session=1' }));
    expect(made.cookies).toBe(cookies);
    expect(allValues(made.upstream.headers, 'cookie')).toEqual(cookies === 'pass' ? ['session=1'] : []);
  });
});

/**
 * WebSocket hijacking: sockets know no CORS, Chromium sends no Sec-Fetch-Site with them, and cookies ride along. The
 * decision on Origin is the whole defence (CVE-2018-14732, CVE-2025-24010); "*" opens no socket.
 */
describe('a WebSocket handshake', () => {
  const upgrade = { Connection: 'keep-alive, Upgrade', Upgrade: 'websocket', 'Sec-WebSocket-Key': 'k' };

  const rows: readonly (readonly [
    name: string,
    path: string,
    origin: string | undefined,
    verdict: number | 'websocket',
  ])[] = [
    ['the listed page', '/listed/ws', page, 'websocket'],
    ['a page of this machine, by the default rule', '/ws', 'http://localhost:3000', 'websocket'],
    ['a page of this proxy itself', '/listed/ws', 'http://localhost:8010', 'websocket'],
    ['no browser', '/listed/ws', undefined, 'websocket'],
    ['another origin', '/listed/ws', 'http://evil.test', 403],
    ['another origin, by the default rule', '/ws', 'http://evil.test', 403],
    ['another port', '/listed/ws', 'http://localhost:9999', 403],
    ['an opaque origin', '/listed/ws', 'null', 403],
    ['an address, which is nothing special', '/ws', 'http://192.168.1.20', 403],
    ['a malformed origin', '/listed/ws', 'http://[', 403],
    ['an empty origin', '/listed/ws', '', 403],
    ['any origin under "*"', '/public/ws', 'http://evil.test', 403],
    ['any origin under "*" with websocket: true', '/sockets/ws', 'http://evil.test', 403],
    ['an opaque origin under "*" with websocket: true', '/sockets/ws', 'null', 403],
    [
      'a page of this proxy itself under "*" with websocket: true',
      '/sockets/ws',
      'http://localhost:8010',
      'websocket',
    ],
    ['no browser under "*" with websocket: true', '/sockets/ws', undefined, 'websocket'],
    ['the listed page, where sockets are off', '/quiet/ws', page, 403],
    ['the listed page, with a secret', '/secret/ws', page, 'websocket'],
    ['a page of this proxy itself, with a secret', '/secret/ws', 'http://localhost:8010', 403],
  ];

  it.each(rows)('of %s', (_, path, origin, expected) => {
    const made = planned(`GET ${path}`, { ...upgrade, ...(origin === undefined ? {} : { Origin: origin }) });
    expect(made.kind === 'forward' ? made.as : verdict(made)).toBe(expected);
  });

  it.each([
    ['a POST', 'POST /listed/ws', {}],
    ['a body', 'GET /listed/ws', { 'Content-Length': '5' }],
    ['a body without length', 'GET /listed/ws', { 'Transfer-Encoding': 'chunked' }],
  ])('is none with %s: 400, and the connection ends', (_, line, fields) => {
    const made = planOf('refuse', planned(line, { ...upgrade, ...fields }));
    expect(made.refusal).toMatchObject({ status: 400, close: true });
  });

  it('keeps what the socket needs, and leaves the upgrade itself to the tunnel', () => {
    const fields = {
      ...upgrade,
      'Sec-WebSocket-Protocol': 'a, b',
      'Sec-WebSocket-Extensions': 'x',
      Origin: page,
    };
    const { upstream } = planOf('forward', planned('GET /listed/ws', fields));
    expect(firstValue(upstream.headers, 'sec-websocket-protocol')).toBe('a, b');
    expect(firstValue(upstream.headers, 'sec-websocket-extensions')).toBe('x');
    expect(firstValue(upstream.headers, 'upgrade')).toBeUndefined();
  });

  it('to a target with two slashes goes to the configured upstream', () => {
    const { upstream } = planOf('forward', planned('GET //evil.test/ws', upgrade));
    expect(upstream.origin).toBe('https://all.test');
  });

  it('to another protocol is an ordinary request', () => {
    const made = planned('GET /listed/x', {
      Connection: 'Upgrade, HTTP2-Settings',
      Upgrade: 'h2c',
      'HTTP2-Settings': 'x',
    });
    expect(planOf('forward', made).as).toBe('http');
  });

  it('that is refused says what to do', () => {
    const { refusal } = planOf('refuse', planned('GET /public/ws', { ...upgrade, Origin: page }));
    expect(refusal.hint).toContain('routes[3].cors.allowOrigin');
  });
});

/** A worker that an upstream serves would be installed for the origin of this proxy, and see every request to it. */
describe('the script of a service worker', () => {
  it.each(['/secret/sw.js', '/public/sw.js', '/raw/sw.js', '/sw.js'])('%s: 403', (path) => {
    const made = planned(`GET ${path}`, { 'Service-Worker': 'script', 'Sec-Fetch-Site': 'same-origin' });
    expect(verdict(made)).toBe(403);
  });
});

/** A target that leads back here would be asked for ever: RFC 9110 §7.6. */
describe('a request that has passed here before', () => {
  it.each([
    ['in one line with others', `1.0 other, 1.1 ${ownName}`],
    ['on a line of its own', ['1.0 other', `1.1 ${ownName}`]],
  ])('%s: 502', (_, Via) => {
    const made = planOf('refuse', planned('GET /x', { Via }));
    expect(made.refusal).toMatchObject({ status: 502, code: 'proxy_loop_detected' });
  });

  it('is told from one that passed another proxy of this kind', () => {
    expect(verdict(planned('GET /x', { Via: '1.1 cors-proxy-ffffff' }))).toBe('forward');
  });
});

/** The endpoints of this proxy know its config: no page of another origin may ask them, whatever the routes allow. */
describe('our own endpoints', () => {
  it.each([
    ['a page that the routes let in', { Origin: page }, 403],
    ['an image of another localhost port', { 'Sec-Fetch-Site': 'same-site' }, 403],
    ['a preflight', { Origin: page, 'Access-Control-Request-Method': 'PUT' }, 403],
    ['a name that allowedHosts lets in', { Host: 'a.dev.test' }, 403],
    ['curl', {}, 'own'],
    ['its own page', { 'Sec-Fetch-Site': 'same-origin' }, 'own'],
  ])('%s: %s', (_, fields: Fields, expected) => {
    const line =
      'Access-Control-Request-Method' in fields ? 'OPTIONS /__cors-proxy/health' : 'GET /__cors-proxy/health';
    const made = planned(line, fields);
    expect(verdict(made)).toBe(expected);
    expect(made.decision).toBeNull();
  });

  it('are never forwarded, whatever a catch-all route takes', () => {
    expect(verdict(planned('GET /__cors-proxy/none'))).toBe('own');
    expect(verdict(planned('GET http://localhost:8010/__cors-proxy'))).toBe('own');
  });
});
