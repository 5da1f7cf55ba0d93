/** What the page is told of an exchange, from a running proxy: everything masked, nothing guessed. */

import { gzipSync } from 'node:zlib';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { ConfigFile } from '../../../src/config/schema.ts';
import type { Batch, Detail, Step, Told } from '../../../src/observe/inspector/wire.ts';
import {
  type InspectedApp,
  type InspectedOptions,
  request,
  startInspectedApp,
  visit,
} from '../../support/inspected-app.ts';
import type { RawClient } from '../../support/raw-client.ts';
import { type Answer, type RawUpstream, respondWith } from '../../support/raw-upstream.ts';
import { type HeaderLine, values } from '../../support/strict-parser.ts';

const page = 'http://localhost:5173';
const secret = 'sk_live_51H8xyz';

const charge: Answer = {
  status: 402,
  headers: [
    ['Content-Type', 'application/json'],
    ['Access-Control-Allow-Origin', '*'],
    ['Content-Encoding', 'gzip'],
    ['Set-Cookie', 'sid=abc; Domain=api.test; Path=/; Secure; SameSite=None'],
  ],
  body: gzipSync(JSON.stringify({ message: 'declined', echo: secret, access_token: 'tok_1', id: 12 })),
};

interface Stand {
  readonly app: InspectedApp;
  readonly upstream: RawUpstream;
}

async function stand(options: InspectedOptions & { readonly answer?: Answer } = {}): Promise<Stand> {
  const upstream = await respondWith(() => options.answer ?? charge);
  onTestFinished(() => upstream.close());
  const config: ConfigFile = {
    routes: [
      {
        match: '/pay/**',
        target: upstream.origin,
        stripPrefix: '/pay',
        request: { headers: { Authorization: 'Bearer ${KEY}' } },
        cors: { allowOrigin: page, allowCredentials: true },
      },
      { match: '/gh/**', target: upstream.origin, cors: { allowOrigin: page } },
      { match: '/dead/**', target: 'http://127.0.0.1:1', cors: { allowOrigin: page } },
    ],
  };
  const app = await startInspectedApp(config, { env: { KEY: secret }, ...options });
  return { app, upstream };
}

const fromPage: readonly HeaderLine[] = [
  ['Origin', page],
  ['Sec-Fetch-Site', 'same-site'],
];

function pay(app: InspectedApp, headers: readonly HeaderLine[] = []): Promise<unknown> {
  const all: readonly HeaderLine[] = [
    ...fromPage,
    ['Content-Type', 'application/json'],
    ['Cookie', 'theme=dark'],
    ...headers,
  ];
  return request(app, 'POST /pay/v1/charges?token=abc', all, '{"amount":1999,"password":"x"}');
}

function texts(steps: readonly Step[]): readonly string[] {
  return steps.map(({ mark, text }) => `${mark} ${text}`);
}

/** The rows that the feed has told so far. */
function told(client: RawClient): readonly Batch[] {
  return client
    .received()
    .toString('utf8')
    .split('\n')
    .filter((line) => line.startsWith('data: '))
    .map((line) => JSON.parse(line.slice(6)));
}

describe('why', () => {
  it('tells the steps of a decision, each with its place', async () => {
    const { app, upstream } = await stand();
    await pay(app);
    const { why, browser, without } = await (await visit(app)).detail(1);
    expect(texts(why)).toEqual([
      `✓ matched routes[0] "/pay/**" → ${upstream.origin}`,
      `✓ ${page} is allowed`,
      '✓ credentials are allowed, so the answer names this one origin and never "*"',
      '✓ the route carries a secret (${KEY}), and whoever asks may spend it',
      '✓ cookies pass: the rule gives this request the right to them',
      expect.stringMatching(/^→ POST http:\/\/127.0.0.1:\d+\/v1\/charges\?…: answered after \d+ms$/),
      '→ replaced allow-origin * (credentials need an exact origin)',
    ]);
    expect(why.slice(0, 3).map(({ place }) => /^config:\d+:\d+$|:\d+:\d+$/.test(place))).toEqual([
      true,
      true,
      true,
    ]);
    expect(texts(browser)).toEqual(['✓ lets the page read the answer, with credentials too']);
    expect(texts(without).join()).toMatch(
      /^– not known: the browser would have asked the API first, because of header content-type/,
    );
  });

  it('tells a refusal, its mend, and what the browser says', async () => {
    const { app } = await stand();
    await request(app, 'GET /gh/user', [['Origin', 'http://localhost:4200']]);
    const { why, browser, without, allowable } = await (await visit(app)).detail(1);
    const [, refused] = why;
    expect(refused?.text).toMatch(/^http:\/\/localhost:4200 is not in allowOrigin/);
    expect(refused?.mend).toContain('add "http://localhost:4200" to routes[1].cors.allowOrigin');
    expect(texts(why).at(-1)).toMatch(/^→ nothing was sent to 127\.0\.0\.1:/);
    expect(texts(browser)).toEqual([
      "✗ keeps the answer from the page: No 'Access-Control-Allow-Origin' header is present on the requested resource.",
    ]);
    expect(texts(without)).toEqual(['– not known: the API was not asked']);
    expect(allowable).toBe('http://localhost:4200');
  });

  it('tells a preflight, and that the API was not asked', async () => {
    const { app } = await stand();
    await request(app, 'OPTIONS /gh/user', [
      ...fromPage,
      ['Access-Control-Request-Method', 'PUT'],
      ['Access-Control-Request-Headers', 'x-a,x-b'],
    ]);
    const { why, browser, row } = await (await visit(app)).detail(1);
    expect(row.ask).toEqual({ method: 'PUT', headers: ['x-a', 'x-b'] });
    expect(texts(why).slice(1)).toEqual([
      `✓ ${page} is allowed`,
      '✓ method PUT is allowed by default',
      '✓ headers x-a, x-b are allowed by default',
      expect.stringMatching(/^→ answered here: 127\.0\.0\.1:\d+ was not asked$/),
    ]);
    expect(texts(browser)).toEqual(['✓ sends the request itself next']);
  });

  it('shows no place of a rule that nobody wrote', async () => {
    const upstream = await respondWith(() => charge);
    onTestFinished(() => upstream.close());
    const app = await startInspectedApp({ target: upstream.origin });
    await request(app, 'GET /x', fromPage);
    await request(app, 'GET /x', [['Origin', 'http://evil.test']]);
    const visitor = await visit(app);
    const [, allowed] = (await visitor.detail(1)).why;
    const [, refused] = (await visitor.detail(2)).why;
    expect([allowed?.text, allowed?.place]).toEqual([`${page} is allowed by default`, '']);
    expect([refused?.mark, refused?.place]).toEqual(['✗', 'default']);
  });

  it('tells a failure of the API', async () => {
    const { app } = await stand();
    await request(app, 'GET /dead/x', fromPage);
    const { why, browser } = await (await visit(app)).detail(1);
    expect(texts(why).at(-1)).toMatch(/^✗ GET http:\/\/127\.0\.0\.1:1\/dead\/x: .*ECONNREFUSED/);
    expect(texts(browser)).toEqual([expect.stringMatching(/^✓ lets the page read the answer/)]);
  });

  it('tells a path without a route, and a request without Origin', async () => {
    const { app } = await stand();
    await request(app, 'GET /nothing?secret=1');
    const { why, browser } = await (await visit(app)).detail(1);
    expect(texts(why).slice(0, 2)).toEqual(['✗ no route matches GET /nothing', expect.stringMatching(/^–/)]);
    expect(texts(browser)).toEqual(['– no Origin header: there is nothing for a browser to check']);
  });
});

describe('what is masked', () => {
  it('is every secret by its value, credentials by their names, in whatever was kept', async () => {
    const { app } = await stand();
    const visitor = await visit(app);
    await visitor.watch();
    await pay(app, [['X-Echo', secret]]);
    const answers = [await visitor.get('/exchanges/1'), await visitor.get('/har')];
    for (const { body } of answers) {
      const text = body.toString('utf8');
      for (const hidden of [
        secret,
        'tok_1',
        'sid=abc',
        'theme=dark',
        'token=abc',
        '\\"password\\":\\"x\\"',
      ]) {
        expect(text).not.toContain(hidden);
      }
      expect(text).toContain('***');
    }
  });
});

describe('bodies', () => {
  it('are kept while somebody watches, and decoded when they are looked at', async () => {
    const { app } = await stand();
    const visitor = await visit(app);
    await visitor.watch();
    await pay(app);
    const detail = await visitor.detail(1);
    expect(detail.response.body).toMatchObject({
      kind: 'text',
      type: 'application/json',
      notes: ['decoded from gzip'],
    });
    expect(JSON.parse(detail.response.body.text)).toEqual({
      message: 'declined',
      echo: '***',
      access_token: '***',
      id: 12,
    });
    expect(detail.request.body.text).toBe('{"amount":1999,"password":"***"}');
  });

  it('are not kept where nobody does', async () => {
    const { app } = await stand();
    await pay(app);
    const { request: asked, response } = await (await visit(app)).detail(1);
    expect([asked.body.kind, response.body.kind]).toEqual(['unkept', 'unkept']);
  });

  it('are not kept any more when the last one has left', async () => {
    const { app } = await stand();
    const visitor = await visit(app);
    const client = await visitor.watch();
    expect(app.inspector.isWatched()).toBe(true);
    client.socket.destroy();
    await expect.poll(() => app.inspector.isWatched()).toBe(false);
  });

  it('of our own errors are kept too', async () => {
    const { app } = await stand();
    const visitor = await visit(app);
    await visitor.watch();
    await request(app, 'GET /dead/x', fromPage);
    expect((await visitor.detail(1)).response.body.text).toContain('connection_refused');
  });

  it('that are longer than 64 KB are cut, and say so', async () => {
    const { app } = await stand({
      answer: { status: 200, headers: [['Content-Type', 'text/plain']], body: 'x'.repeat(100_000) },
    });
    const visitor = await visit(app);
    await visitor.watch();
    await request(app, 'GET /gh/long', fromPage);
    const { body } = (await visitor.detail(1)).response;
    expect([body.text.length, body.bytes, body.notes]).toEqual([65_536, 100_000, ['cut after 64 KB']]);
  });

  it('that are no text are not shown', async () => {
    const { app } = await stand({
      answer: {
        status: 200,
        headers: [['Content-Type', 'image/png']],
        body: Buffer.from([0x89, 0x50, 0, 1]),
      },
    });
    const visitor = await visit(app);
    await visitor.watch();
    await request(app, 'GET /gh/icon', fromPage);
    expect((await visitor.detail(1)).response.body).toMatchObject({ kind: 'binary', text: '', bytes: 4 });
  });
});

describe('headers and cookies', () => {
  it('are told as they came and as they went', async () => {
    const { app, upstream } = await stand();
    await pay(app);
    const { request: asked, response, cookies } = await (await visit(app)).detail(1);
    const one = (fields: Detail['request']['fields'] | undefined | null, name: string) =>
      fields?.filter(([each]) => each.toLowerCase() === name).map(([, value]) => value);
    expect(asked.upstream?.url).toBe(`${upstream.origin}/v1/charges?token=***`);
    expect(one(asked.fields, 'authorization')).toEqual([]);
    expect(one(asked.upstream?.fields, 'authorization')).toEqual(['***']);
    expect(one(response.upstreamFields, 'access-control-allow-origin')).toEqual(['*']);
    expect(one(response.fields, 'access-control-allow-origin')).toEqual([page]);
    expect(cookies.up).toEqual([
      { name: 'theme', fate: 'kept', before: 'theme=***', after: 'theme=***', notes: [] },
    ]);
    expect(cookies.down).toEqual([
      {
        name: 'sid',
        fate: 'changed',
        before: 'sid=***; Domain=api.test; Path=/; Secure; SameSite=None',
        after: 'sid=***; Path=/pay; SameSite=Lax',
        notes: [
          'Domain: api.test → none, so that it belongs to the proxy that the page calls',
          "Path: / → /pay, the API's path as the page calls it",
          'Secure: set → none, which some browsers do not keep on http',
          'SameSite: None → Lax, so that the browser keeps it, and sends it from this page',
        ],
      },
    ]);
  });
});

describe('the feed', () => {
  it('tells what was and what comes, in batches, with the counts of the routes', async () => {
    const { app } = await stand();
    await request(app, 'GET /gh/before', fromPage);
    const client = await (await visit(app)).watch();
    expect(told(client)[0]?.rows.map(({ n, path }) => `${n} ${path}`)).toEqual(['1 /gh/before']);
    await request(app, 'GET /gh/after', [['Origin', 'http://localhost:4200']]);
    await client.until('/gh/after');
    const last = told(client).at(-1);
    expect(last?.rows).toMatchObject([{ n: 2, status: 403, verdict: 'refused', mark: '✗', route: 1 }]);
    expect(last?.state.routes[1]).toMatchObject({ match: '/gh/**', hits: 2, refused: 1, failed: 0 });
    expect(last?.state.routes[0]).toMatchObject({ secrets: ['KEY'], hits: 0 });
  });

  it('does not tell of the inspector itself', async () => {
    const { app } = await stand();
    const visitor = await visit(app);
    await visitor.get('/har');
    const client = await visitor.watch();
    expect(told(client)[0]?.rows).toEqual([]);
    expect(told(client)[0]?.state.requests).toBe(0);
  });

  it('tells of a reload, and keeps a failed one until it is mended', async () => {
    const { app } = await stand();
    const client = await (await visit(app)).watch();
    app.inspector.reloadFailed(['cors-proxy.config.json:3:1  routes: Unknown key']);
    await client.until('Unknown key');
    await request(app, 'GET /gh/x', fromPage);
    await client.until('/gh/x');
    expect(told(client).at(-1)?.state.config.problems).toHaveLength(1);
    app.inspector.reloaded(['~ routes[1] allowOrigin +http://localhost:4200']);
    await client.until('+http://localhost:4200');
    expect(told(client).at(-1)?.state.config).toMatchObject({ problems: [], reloads: 1, failedAt: null });
  });

  it('ends with the proxy, at once', async () => {
    const { app } = await stand();
    const client = await (await visit(app)).watch();
    await app.close();
    expect((await client.end()).ended).toBe('fin');
  });
});

describe('replay', () => {
  const sent = async (answer: Promise<{ readonly body: Buffer }>): Promise<Told> =>
    JSON.parse((await answer).body.toString('utf8'));

  it('sends the same again, secrets and cookies included, and says whose repetition it is', async () => {
    const { app, upstream } = await stand();
    const visitor = await visit(app);
    await visitor.watch();
    await pay(app);
    expect(await sent(visitor.post('/replay', { n: 1, edit: null }))).toMatchObject({ ok: true });
    const [first, second] = [await upstream.request(1), await upstream.request(2)];
    expect(second.target).toBe(first.target);
    expect(second.body.toString()).toBe(first.body.toString());
    for (const name of ['cookie', 'authorization', 'origin', 'content-type']) {
      expect(values(second.headers, name)).toEqual(values(first.headers, name));
    }
    expect(values(second.headers, 'cors-proxy-replay')).toEqual([]);
    await app.exchange(app.exchanges.length);
    const { row, request: asked } = await visitor.detail(2);
    expect(row.replayOf).toBe(1);
    expect(asked.fields.some(([name]) => /^cors-proxy/i.test(name))).toBe(false);
  });

  it('sends what was edited; *** that was left as it was shown means the value', async () => {
    const { app, upstream } = await stand();
    const visitor = await visit(app);
    await visitor.watch();
    await pay(app);
    const { request: asked, row } = await visitor.detail(1);
    const fields = asked.fields.map(([name, value]) => (name === 'Origin' ? [name, value] : [name, value]));
    const edit = {
      method: 'PUT',
      path: row.path,
      fields: [...fields, ['X-New', '1']],
      body: asked.body.text,
    };
    expect(await sent(visitor.post('/replay', { n: 1, edit }))).toMatchObject({ ok: true });
    const second = await upstream.request(2);
    expect([second.method, second.target]).toEqual(['PUT', '/v1/charges?token=abc']);
    expect(values(second.headers, 'cookie')).toEqual(['theme=dark']);
    expect(values(second.headers, 'x-new')).toEqual(['1']);
    expect(second.body.toString()).toBe('{"amount":1999,"password":"x"}');
  });

  // The attack: a page marks its own request as somebody's repetition.
  it('is not claimed by whoever writes its field', async () => {
    const { app } = await stand();
    await request(app, 'GET /gh/x', [...fromPage, ['Cors-Proxy-Replay', '0123456789abcdef-7']]);
    expect((await (await visit(app)).detail(1)).row.replayOf).toBeNull();
  });

  it('meets the same rules as the first time', async () => {
    const { app, upstream } = await stand();
    const visitor = await visit(app);
    await pay(app);
    const edit = {
      method: 'GET',
      path: '/gh/x',
      fields: [
        ['Host', `localhost:${app.port}`],
        ['Origin', 'http://evil.test'],
      ],
      body: '',
    };
    expect(await sent(visitor.post('/replay', { n: 1, edit }))).toMatchObject({
      text: expect.stringContaining('403'),
    });
    expect(upstream.requests).toHaveLength(1);
  });

  const wishes: readonly (readonly [it: string, edit: object, says: string])[] = [
    ['to another host', { path: 'http://evil.test/x' }, 'it must be a path of this proxy'],
    ['to two slashes and a name', { path: '/x y' }, 'it must be a path of this proxy'],
    ['to the inspector itself', { path: '/__cors-proxy/allow' }, 'it must be a path of this proxy'],
    [
      'with a mask that stands for nothing',
      { path: '/x?token=***z' },
      'which stands for a value that is not shown',
    ],
    ['with a header that splits the head', { fields: [['X-A', 'a\r\nX-B: b']] }, 'Cannot send the header'],
    ['with a method that is none', { method: 'GE T' }, 'Cannot send the method'],
  ];

  it.each(wishes)('does not go %s', async (_, parts, says) => {
    const { app, upstream } = await stand();
    await request(app, 'GET /gh/x', fromPage);
    const edit = { method: 'GET', path: '/gh/x', fields: [], body: '', ...parts };
    const answer = await sent((await visit(app)).post('/replay', { n: 1, edit }));
    expect(answer).toMatchObject({ ok: false, text: expect.stringContaining(says) });
    expect(upstream.requests).toHaveLength(1);
  });

  it('does not send a body that was not kept', async () => {
    const { app } = await stand();
    await pay(app);
    const visitor = await visit(app);
    expect((await visitor.detail(1)).noReplay).toBe('its body was not kept: nobody was looking');
    expect(await sent(visitor.post('/replay', { n: 1, edit: null }))).toMatchObject({ ok: false });
  });

  it.each([[{}], [{ n: '1', edit: null }], [{ n: 1 }], [{ n: 1, edit: { method: 'GET' } }], ['no JSON']])(
    'does not take %j for a wish',
    async (value) => {
      const { app } = await stand();
      expect((await (await visit(app)).post('/replay', value)).status).toBe(400);
    },
  );
});

describe('allow', () => {
  it('wants the refused origin in the rule of its route', async () => {
    const { app } = await stand();
    await request(app, 'GET /gh/x', [['Origin', 'http://localhost:4200']]);
    const answer = await (await visit(app)).post('/allow', { n: 1 });
    expect(JSON.parse(answer.body.toString('utf8'))).toMatchObject({ ok: true });
    expect(app.wishes).toEqual([
      { origin: 'http://localhost:4200', route: expect.stringMatching(/:\d+:\d+$/) },
    ]);
  });

  it('wants nothing where no origin was refused that a list could hold', async () => {
    const { app } = await stand();
    await request(app, 'GET /gh/x', [['Origin', 'null']]);
    const answer = await (await visit(app)).post('/allow', { n: 1 });
    expect(JSON.parse(answer.body.toString('utf8'))).toMatchObject({ ok: false });
    expect(app.wishes).toEqual([]);
  });
});
