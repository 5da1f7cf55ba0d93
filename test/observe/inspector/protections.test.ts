/**
 * The inspector shows the traffic of a machine, and can send requests that spend its secrets. Each attack in prose, and
 * what it gets. (mitmweb had to add most of this later: CVE-2025-23217; DNS rebinding and foreign pages in Chromium are
 * in test/browser/inspector-attacks.test.ts.)
 */

import { describe, expect, it, onTestFinished } from 'vitest';
import {
  type InspectedApp,
  navigation,
  request,
  startInspectedApp,
  visit,
} from '../../support/inspected-app.ts';
import { respondWith } from '../../support/raw-upstream.ts';
import { type HeaderLine, type Response, values } from '../../support/strict-parser.ts';
import { startTestApp } from '../../support/test-app.ts';

const config = {
  listen: { allowedHosts: ['app.dev.test'] },
  routes: [{ match: '/**', target: 'http://127.0.0.1:1', cors: { allowOrigin: 'http://localhost:5173' } }],
};

const start = () => startInspectedApp(config);

/** All that an answer of the inspector must never carry. */
function corsFields({ headers }: Response): readonly string[] {
  return headers.filter(([name]) => /^access-control-/i.test(name)).map(([name]) => name);
}

describe('the token', () => {
  it('is exchanged for a cookie that no script reads and no other site sends, and leaves the address', async () => {
    const app = await start();
    const { pathname, search } = new URL(app.entrance);
    expect(search).toMatch(/^\?t=[\w-]{24}$/);
    const welcome = await request(app, `GET ${pathname}${search}`, navigation);
    expect(welcome.status).toBe(303);
    expect(values(welcome.headers, 'location')).toEqual(['/__cors-proxy/']);
    const [cookie = ''] = values(welcome.headers, 'set-cookie');
    expect(cookie).toMatch(
      new RegExp(
        `^cors-proxy-inspector-${app.port}=[\\w-]{24}; Path=/__cors-proxy/; HttpOnly; SameSite=Strict$`,
      ),
    );
    // Who sees the cookie, another server on localhost for one, does not know the token.
    expect(cookie).not.toContain(search.slice(3));
  });

  it('is another one at each start', async () => {
    const [one, other] = [await start(), await start()];
    expect(new URL(one.entrance).search).not.toBe(new URL(other.entrance).search);
  });

  // The attack: whoever can reach the port, another user of this machine for one, tries the path without the token.
  it.each([
    ['none', ''],
    ['an empty one', '?t='],
    ['a guess', `?t=${'A'.repeat(32)}`],
    ['a list', '?t[]=x'],
  ])('%s opens nothing, and a person is told what to do', async (_, query) => {
    const answer = await request(await start(), `GET /__cors-proxy/${query}`, navigation);
    expect(answer.status).toBe(401);
    expect(values(answer.headers, 'set-cookie')).toEqual([]);
    expect(answer.body.toString('utf8')).toContain('open the address that cors-proxy printed');
  });

  it.each(['/events', '/exchanges/1', '/har', '/assets/main.js'])('%s is closed without it', async (path) => {
    expect((await request(await start(), `GET /__cors-proxy${path}`)).status).toBe(401);
  });
});

describe('the key in the page', () => {
  // The attack: the API serves a page through this proxy, and its script, on the inspector's own origin, fetches the
  // inspector's data: the cookie rides along.
  it('is needed beside the cookie, for reading and for changing', async () => {
    const app = await start();
    const { cookie } = await visit(app);
    const sent: readonly HeaderLine[] = [cookie, ['Sec-Fetch-Site', 'same-origin']];
    for (const path of ['/events', '/exchanges/1', '/har']) {
      expect((await request(app, `GET /__cors-proxy${path}`, sent)).status).toBe(401);
    }
    const body = JSON.stringify({ n: 1, edit: null });
    expect((await request(app, 'POST /__cors-proxy/replay', sent, body)).status).toBe(401);
    expect((await request(app, 'POST /__cors-proxy/allow', sent, body)).status).toBe(401);
  });

  // The attack: a key that got out, in a screenshot or by a shared screen, is used from another browser.
  it('opens nothing without the cookie', async () => {
    const app = await start();
    const { rights } = await visit(app);
    const [, key = ['', '']] = rights;
    for (const path of ['/events', '/exchanges/1', '/har']) {
      expect((await request(app, `GET /__cors-proxy${path}`, [key])).status).toBe(401);
      expect((await request(app, `GET /__cors-proxy${path}?key=${key[1]}`)).status).toBe(401);
    }
  });

  // The attack goes on: it fetches the page, or frames it, in order to read the key in it.
  it.each(['empty', 'iframe', 'embed', 'object', 'script'])(
    'is not given to a request for "%s"',
    async (target) => {
      const app = await start();
      const { cookie } = await visit(app);
      const headers: readonly HeaderLine[] = [
        cookie,
        ['Sec-Fetch-Site', 'same-origin'],
        ['Sec-Fetch-Dest', target],
      ];
      const answer = await request(app, 'GET /__cors-proxy/', headers);
      expect(answer.status).toBe(403);
      expect(answer.body.toString('utf8')).not.toContain('content=');
    },
  );

  it('is delivered with a head that cuts off whoever opened the window', async () => {
    const app = await start();
    const { cookie } = await visit(app);
    const page = await request(app, 'GET /__cors-proxy/', [cookie, ...navigation]);
    const one = (name: string) => values(page.headers, name).join();
    expect(one('cross-origin-opener-policy')).toBe('same-origin');
    expect(one('cross-origin-resource-policy')).toBe('same-origin');
    expect(one('x-frame-options')).toBe('DENY');
    expect(one('x-content-type-options')).toBe('nosniff');
    expect(one('referrer-policy')).toBe('no-referrer');
    expect(one('cache-control')).toBe('no-store');
    // By path: what an API serves through this proxy has the same origin.
    const own = `http://localhost:${app.port}/__cors-proxy/`;
    expect(one('content-security-policy').split('; ')).toEqual([
      "default-src 'none'",
      expect.stringMatching(new RegExp(`^script-src ${own}assets/ 'sha256-[\\w+/]{43}='$`)),
      `style-src ${own}assets/`,
      `img-src ${own}assets/`,
      `connect-src ${own}`,
      "base-uri 'none'",
      "form-action 'none'",
      "frame-ancestors 'none'",
      "require-trusted-types-for 'script'",
      "trusted-types 'none'",
    ]);
  });

  // The attack: a window is led to the data itself, where a browser could take what an API wrote for a page.
  it('and the data, opened as a page, have no rights', async () => {
    const visitor = await visit(await start());
    for (const path of ['/har', '/exchanges/9']) {
      const { headers } = await visitor.get(path);
      expect(values(headers, 'content-security-policy')).toEqual([
        "default-src 'none'; frame-ancestors 'none'; sandbox",
      ]);
      expect(values(headers, 'x-content-type-options')).toEqual(['nosniff']);
    }
  });
});

describe('who may ask at all', () => {
  const refused: readonly (readonly [attack: string, headers: readonly HeaderLine[]])[] = [
    ['a page of another site', [['Sec-Fetch-Site', 'cross-site']]],
    ['a page on another localhost port', [['Sec-Fetch-Site', 'same-site']]],
    ['a page that the routes let in', [['Origin', 'http://localhost:5173']]],
    ['a name that was rebound to this machine', [['Host', 'evil.test']]],
    ['a name that allowedHosts lets in', [['Host', 'app.dev.test']]],
    ['a tunnel to the internet that rewrites Host', [['X-Forwarded-For', '203.0.113.9']]],
  ];

  it.each(refused)('not %s, token, cookie and key or not', async (_, headers) => {
    const app = await start();
    const { rights } = await visit(app);
    const { pathname, search } = new URL(app.entrance);
    for (const path of [
      `${pathname}${search}`,
      '/__cors-proxy/',
      '/__cors-proxy/har',
      '/__cors-proxy/assets/main.js',
    ]) {
      const answer = await request(app, `GET ${path}`, [...headers, ...rights]);
      expect(answer.status).toBe(403);
      expect(values(answer.headers, 'set-cookie')).toEqual([]);
      expect(corsFields(answer)).toEqual([]);
    }
  });

  it('never with CORS headers, whoever asks', async () => {
    const app = await start();
    const visitor = await visit(app);
    const answers = [
      await visitor.get('/har'),
      await visitor.get('/nothing'),
      await visitor.post('/replay', { n: 9, edit: null }),
      await request(app, 'GET /__cors-proxy/har'),
      await request(app, 'OPTIONS /__cors-proxy/replay', [
        ['Origin', 'http://localhost:5173'],
        ['Access-Control-Request-Method', 'POST'],
        ['Access-Control-Request-Headers', 'cors-proxy-inspector'],
      ]),
    ];
    expect(answers.map(({ status }) => status)).toEqual([200, 404, 404, 401, 403]);
    expect(answers.flatMap(corsFields)).toEqual([]);
  });

  it('with no other methods than it has', async () => {
    const app = await start();
    const { rights } = await visit(app);
    const answer = await request(app, 'DELETE /__cors-proxy/har', rights);
    expect([answer.status, values(answer.headers, 'allow')]).toEqual([405, ['GET, POST']]);
  });
});

describe('assets', () => {
  // The attack: a path that climbs out of the folder.
  it.each([
    '/assets/../inspector.js',
    '/assets/..%2finspector.js',
    '/assets/..\\inspector.js',
    '/assets//etc/passwd',
    '/assets/style.d.ts',
    '/assets/',
  ])('%s is none', async (path) => {
    const app = await start();
    const { cookie } = await visit(app);
    const { status } = await request(app, `GET /__cors-proxy${path}`, [cookie]);
    expect([400, 404]).toContain(status);
  });
});

describe('switched off', () => {
  // A config could hold a route for everything, and the path must not come to the API.
  it('answers 404 there, and forwards nothing', async () => {
    const upstream = await respondWith(() => ({ status: 200 }));
    onTestFinished(() => upstream.close());
    const app = await startTestApp({ target: upstream.origin });
    for (const path of ['/', '/events', '/har', '/assets/main.js', '/?t=x']) {
      expect((await request(app, `GET /__cors-proxy${path}`, navigation)).status).toBe(404);
    }
    expect((await request(app, 'GET /__cors-proxy/health')).status).toBe(200);
    expect(upstream.requests).toHaveLength(0);
  });
});

describe('towards the API', () => {
  // The attack: the cookie reaches every localhost port, and a proxied path, and so somebody else's server.
  it('goes neither the cookie of an inspector nor a field of its page', async () => {
    const upstream = await respondWith(() => ({ status: 200 }));
    onTestFinished(() => upstream.close());
    const app: InspectedApp = await startInspectedApp({ target: upstream.origin });
    const { rights } = await visit(app);
    const [name, value] = rights[0] ?? ['', ''];
    const cookies = `a=1; ${value}; cors-proxy-inspector-9999=x; b=2`;
    const others = rights.slice(1);
    await request(app, 'GET /x', [[name, cookies], ...others, ['Cors-Proxy-Replay', 'x-1']]);
    await request(app, 'GET /y', [[name, value]]);
    expect(upstream.requests.map(({ headers }) => values(headers, 'cookie'))).toEqual([['a=1; b=2'], []]);
    const names = upstream.requests.flatMap(({ headers }) => headers.map(([each]) => each.toLowerCase()));
    expect(names.filter((each) => each.startsWith('cors-proxy-'))).toEqual([]);
  });
});
