/**
 * Redirects that are followed on the server. Whoever chooses the next URL is the API, and it must not reach through us
 * what it cannot reach itself, nor be given what was meant for the configured target.
 */

import { describe, expect, it, onTestFinished } from 'vitest';
import type { AppOptions } from '../../src/app.ts';
import type { RouteRules } from '../../src/config/schema.ts';
import { connectRaw, type RawClient, requestBytes } from '../support/raw-client.ts';
import {
  type Answer,
  expectRequest,
  pause,
  type RawUpstream,
  rawUpstream,
  respondWith,
  type SeenRequest,
  send as wire,
} from '../support/raw-upstream.ts';
import { type HeaderLine, type Response, values } from '../support/strict-parser.ts';
import { startTestApp, type TestApp } from '../support/test-app.ts';

const page = 'http://app.localhost';

type Script = (request: SeenRequest) => Answer;

async function serving(answer: Script): Promise<RawUpstream> {
  const upstream = await respondWith(answer);
  onTestFinished(() => upstream.close());
  return upstream;
}

interface Started {
  readonly app: TestApp;
  readonly upstream: RawUpstream;
  readonly client: RawClient;
}

interface FollowingOptions {
  /** Targets of routes as well. */
  readonly others?: readonly RawUpstream[];
  readonly app?: AppOptions;
  readonly allowCredentials?: boolean;
}

/** `/api/**` follows. */
async function following(answer: Script, options: FollowingOptions = {}): Promise<Started> {
  const upstream = await serving(answer);
  return { upstream, ...(await appFollowing(upstream, options)) };
}

const clientFollowing = async (upstream: RawUpstream) => (await appFollowing(upstream)).client;

async function appFollowing(
  upstream: RawUpstream,
  { others = [], app: options = {}, allowCredentials = false }: FollowingOptions = {},
) {
  const routes: RouteRules[] = others.map(({ origin }, i) => ({ match: `/other-${i}/**`, target: origin }));
  const response = { redirects: 'follow' } as const;
  routes.push({
    match: '/api/**',
    target: upstream.origin,
    cors: { allowOrigin: page, allowCredentials },
    response,
  });
  const app = await startTestApp(
    { listen: { host: '127.0.0.1', timeouts: { drain: 100 } }, routes },
    { app: options },
  );
  const client = await connectRaw({ port: app.port });
  onTestFinished(() => {
    client.socket.destroy();
  });
  return { app, client };
}

interface Asked {
  readonly method?: string;
  readonly headers?: readonly HeaderLine[];
  readonly body?: string;
}

async function send(
  client: RawClient,
  { method = 'GET', headers = [], body = '' }: Asked = {},
): Promise<Response> {
  const lines: HeaderLine[] = [['Host', 'localhost'], ['Origin', page], ...headers];
  await client.write(requestBytes(`${method} /api/start`, lines, body));
  return client.response({ method });
}

const to = (status: number, location: string): Answer => ({
  status,
  headers: [['Location', location]],
  body: 'moved',
});
const done: Answer = { status: 200, body: 'done' };

/** `/api/start` redirects, everything else is the end. */
const once =
  (status: number, location: string): Script =>
  ({ target }) =>
    target === '/api/start' ? to(status, location) : done;

function problemCode(response: Response): string {
  return JSON.parse(response.body.toString()).code;
}

describe('a redirect on the same origin', () => {
  it.each([301, 302, 303, 307, 308])('%i is followed, and nothing of it goes down', async (status) => {
    const { app, upstream, client } = await following(once(status, '/api/end?q=1#f'));
    const response = await send(client);
    expect({ status: response.status, body: response.body.toString() }).toEqual({
      status: 200,
      body: 'done',
    });
    expect(values(response.headers, 'access-control-allow-origin')).toEqual([page]);
    expect(values(response.headers, 'location')).toEqual([]);
    expect(upstream.requests.map(({ target }) => target)).toEqual(['/api/start', '/api/end?q=1']);
    expect(await app.exchange(1)).toMatchObject({ outcome: 'ok', attempts: 2, bytes: 4 });
  });

  it.each([300, 304])('%i is no redirect', async (status) => {
    const { upstream, client } = await following(once(status, '/api/end'));
    expect((await send(client)).status).toBe(status);
    expect(upstream.requests.length).toBe(1);
  });

  it('a redirect status without Location is an answer', async () => {
    const { client } = await following(() => ({ status: 302, body: 'nowhere' }));
    const response = await send(client);
    expect({ status: response.status, body: response.body.toString() }).toEqual({
      status: 302,
      body: 'nowhere',
    });
  });

  const methods: readonly (readonly [method: string, status: number, next: string, body: string])[] = [
    ['POST', 301, 'GET', ''],
    ['POST', 302, 'GET', ''],
    ['POST', 303, 'GET', ''],
    ['PUT', 303, 'GET', ''],
    ['POST', 307, 'POST', 'hello'],
    ['POST', 308, 'POST', 'hello'],
    ['PUT', 302, 'PUT', 'hello'],
  ];
  it.each(methods)('%s after a %i becomes %s, with the body %j', async (method, status, next, body) => {
    const { upstream, client } = await following(once(status, '/api/end'));
    const response = await send(client, { method, headers: [['Content-Type', 'text/plain']], body: 'hello' });
    expect(response.status).toBe(200);
    const second = await upstream.request(2);
    expect({ method: second.method, body: second.body.toString() }).toEqual({ method: next, body });
    expect(values(second.headers, 'content-type')).toEqual(body === '' ? [] : ['text/plain']);
  });

  it('is followed although its own body never ends', async () => {
    const head = 'HTTP/1.1 302 Found\r\nLocation: /api/end\r\nTransfer-Encoding: chunked\r\n\r\n';
    const piece = `10000\r\n${'x'.repeat(65_536)}\r\n`;
    const upstream = await rawUpstream((connection) =>
      connection === 1
        ? [expectRequest, wire(head), wire(piece), wire(piece), pause]
        : [expectRequest, wire('HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\ndone')],
    );
    onTestFinished(() => upstream.close());
    const response = await send(await clientFollowing(upstream));
    expect({ status: response.status, body: response.body.toString() }).toEqual({
      status: 200,
      body: 'done',
    });
  });

  it('its cookies go on to the next URL, and come down with the answer', async () => {
    const { upstream, client } = await following(
      ({ target }) =>
        target === '/api/start'
          ? {
              status: 302,
              headers: [
                ['Location', '/api/end'],
                ['Set-Cookie', 'sid=1; Path=/'],
              ],
            }
          : { ...done, headers: [['Set-Cookie', 'seen=2']] },
      { allowCredentials: true },
    );
    const response = await send(client, { headers: [['Cookie', 'sid=0; theme=dark']] });
    expect(values(response.headers, 'set-cookie')).toEqual(['sid=1; Path=/', 'seen=2']);
    expect(values((await upstream.request(2)).headers, 'cookie')).toEqual(['sid=1; theme=dark']);
  });

  it('its cookies stay where the page has no right to any', async () => {
    const headers: HeaderLine[] = [
      ['Location', '/api/end'],
      ['Set-Cookie', 'sid=1'],
    ];
    const { upstream, client } = await following(({ target }) =>
      target === '/api/start' ? { status: 302, headers } : done,
    );
    const response = await send(client);
    expect(values(response.headers, 'set-cookie')).toEqual([]);
    expect(values((await upstream.request(2)).headers, 'cookie')).toEqual([]);
  });

  it('HEAD stays HEAD', async () => {
    const { upstream, client } = await following(({ method, target }) => {
      const isFirst = target === '/api/start';
      expect(method).toBe('HEAD');
      return {
        status: isFirst ? 303 : 200,
        headers: [
          ['Location', '/api/end'],
          ['Content-Length', '0'],
        ],
      };
    });
    expect((await send(client, { method: 'HEAD' })).status).toBe(200);
    expect((await upstream.request(2)).method).toBe('HEAD');
  });
});

describe('a redirect that is not followed to its end', () => {
  it('runs in a circle: 20 are enough', async () => {
    const { app, upstream, client } = await following(() => to(302, '/api/start'));
    const response = await send(client);
    expect({ status: response.status, code: problemCode(response) }).toEqual({
      status: 502,
      code: 'http_protocol_error',
    });
    expect(upstream.requests.length).toBe(21);
    expect((await app.exchange(1)).failure?.detail).toContain('More than 20 redirects');
  });

  it.each([
    'http://[bad/',
    'http://127x0.0.1/',
    'ftp://127.0.0.1/x',
    'javascript:alert(1)',
    'http://user@127.0.0.1/',
  ])('leads to %s, which is no URL to follow', async (location) => {
    const { client } = await following(once(302, location));
    const response = await send(client);
    expect(response.status).toBe(502);
    expect(JSON.parse(response.body.toString())).toMatchObject({
      code: 'http_protocol_error',
      detail: `Location "${location}" is not a URL that can be followed`,
      hint: expect.stringContaining('"redirects": "rewrite"'),
    });
  });

  it('leads to a name that does not resolve: that name is said', async () => {
    const lookup: AppOptions['lookup'] = (_name, _options, callback) => {
      // As Node's own does: no address beside the error, whatever the types say.
      const call: (error: Error) => void = callback as never;
      call(Object.assign(new Error('getaddrinfo ENOTFOUND gone.test'), { code: 'ENOTFOUND' }));
    };
    const upstream = await serving(once(302, 'http://gone.test/end'));
    const { client } = await appFollowing(upstream, { app: { lookup } });
    const response = await send(client);
    expect(response.status).toBe(502);
    expect(JSON.parse(response.body.toString())).toMatchObject({
      code: 'dns_error',
      detail: 'The name gone.test does not resolve',
      hint: `${upstream.origin} redirects there: mend it in the API; with "redirects": "rewrite" the page is given it as it is`,
    });
    expect((await send(client)).status).toBe(502);
  });

  it('would need a body that was not kept', async () => {
    const { upstream, client } = await following(once(307, '/api/end'));
    const response = await send(client, { method: 'POST', body: 'x'.repeat(100_000) });
    expect(response.status).toBe(502);
    expect(JSON.parse(response.body.toString()).hint).toContain('"redirects": "rewrite"');
    expect(upstream.requests.length).toBe(1);
  });
});

/** An API that is not to be trusted points at what only this machine can reach. */
describe('a redirect into this network', () => {
  it('is refused where no route names the origin', async () => {
    const inner = await serving(() => done);
    const { app, client } = await following(once(302, `${inner.origin}/admin`));
    const response = await send(client);
    expect({ status: response.status, code: problemCode(response) }).toEqual({
      status: 502,
      code: 'destination_ip_prohibited',
    });
    expect(inner.connections()).toBe(0);
    expect((await app.exchange(1)).failure?.hint).toContain('add a route');
  });

  const spelt = ['2130706433', '0x7f.1', '127.1', '0177.0.0.1', '0', '[::ffff:7f00:1]', 'localhost.'];
  it.each(['localhost', 'x.localhost', '[::1]', '10.0.0.1', '169.254.169.254', ...spelt])(
    'is refused for %s',
    async (host) => {
      const { client } = await following(once(302, `http://${host}:1/`));
      expect(problemCode(await send(client))).toBe('destination_ip_prohibited');
    },
  );

  it('is refused where the name leads there', async () => {
    const inner = await serving(() => done);
    const lookup: AppOptions['lookup'] = (_name, options, callback) => {
      if (options.all === true) callback(null, [{ address: '127.0.0.1', family: 4 }]);
      else callback(null, '127.0.0.1', 4);
    };
    const { client } = await following(once(302, `http://public.test:${inner.port}/`), { app: { lookup } });
    expect(problemCode(await send(client))).toBe('destination_ip_prohibited');
    expect(inner.connections()).toBe(0);
  });

  it('is followed to the target of another route, without cookies either way', async () => {
    const other = await serving(() => ({
      ...done,
      headers: [
        ['Set-Cookie', 'a=b'],
        ['X-A', '1'],
      ],
    }));
    const { client } = await following(once(302, `${other.origin}/end`), { others: [other] });
    const response = await send(client, {
      headers: [
        ['Cookie', 'a=1'],
        ['Authorization', 'Basic eA=='],
      ],
    });
    expect(response.body.toString()).toBe('done');
    expect(values(response.headers, 'set-cookie')).toEqual([]);
    expect(values(response.headers, 'x-a')).toEqual(['1']);
    const { headers } = await other.request(1);
    for (const name of ['cookie', 'authorization', 'origin', 'referer'])
      expect(values(headers, name)).toEqual([]);
    expect(values(headers, 'host')).toEqual([other.authority]);
  });
});
