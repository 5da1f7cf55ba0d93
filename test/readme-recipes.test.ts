/**
 * What the README tells to type and to write is typed and written here, against APIs on this machine. Whatever stands
 * there and is not tried below makes the last test fail.
 */

import { readFileSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { connect as connectHttp2 } from 'node:http2';
import https from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import WebSocket from 'ws';
import * as library from '../src/index.ts';
import { runMain, type Started, startMain, type World } from './cli/run-main.ts';
import { certificateFiles, validCertificate } from './support/certificates.ts';

const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
const recipes = readme.slice(readme.indexOf('## Recipes'), readme.indexOf('## Errors made by the proxy'));
const [rules = ''] = [...readme.matchAll(/```jsonc\n(.*?)```/gs)].map(([, text = '']) => text);

const tried = new Set<string>();

/** Text that the README shows and that a test below runs. */
function shown(text: string): string {
  if (!readme.includes(text)) throw new Error(`The README does not say ${text} any more`);
  tried.add(text);
  return text;
}

/** What can be typed as it stands, in blocks and in sentences: no `[target..]`, no `ORIGIN`. */
function commands(): string[] {
  const blocks = [...readme.matchAll(/```sh\n(.*?)```/gs)].flatMap(([, text = '']) => text.split('\n'));
  const inline = [...readme.matchAll(/`((?:cors-proxy|npm|mkcert) [^`]+)`/g)].map(([, text = '']) => text);
  const typed = [...blocks, ...inline]
    .map((line) => line.replace(/\s+#.*/, ''))
    .filter((line) => line !== '');
  return [...new Set(typed)].filter((line) => !/\[| (?!PUT )[A-Z]{3,}/.test(line));
}

/** `"key": value` in a sentence. */
function snippets(): string[] {
  return [...recipes.matchAll(/`("\w+": [^`]+)`/g)].map(([, text = '']) => text);
}

const page = 'http://localhost:5173';

type Listener = (request: IncomingMessage, response: ServerResponse) => void;

/** An API without CORS; it tells what it was asked. */
async function api(answer: Listener = ({ url }, response) => response.end(url)): Promise<string> {
  const server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** Types a line of the README; names of the web lead to APIs of this machine, and the port is a free one. */
function type(line: string, apis: Readonly<Record<string, string>>, world: World = {}): Started {
  let typed = line;
  for (const [name, url] of Object.entries(apis)) typed = typed.replaceAll(name, url);
  const [command, ...words] = typed.split(' ');
  expect(command).toBe('cors-proxy');
  return startMain(words, { ...world, env: { CORS_PROXY_PORT: '0', ...world.env } });
}

/** A proxy with one route that has these keys, as the README writes them. */
function configured(target: string, keys: string, world: World = {}): Started {
  const config = `{ "routes": [{ "match": "/**", "target": "${target}", ${keys} }] }`;
  return startMain(['--port', '0'], {
    ...world,
    files: { ...world.files, 'cors-proxy.config.json': config },
  });
}

async function urlOf(started: Started): Promise<string> {
  const [, url = ''] = await started.printed(/Local +(https?:\/\/[^/\s]+)/);
  return url;
}

interface Asked extends RequestInit {
  readonly origin?: string;
}

function ask(url: string, { origin = page, ...init }: Asked = {}): Promise<Response> {
  return fetch(url, { ...init, headers: { Origin: origin, Connection: 'close', ...init.headers } });
}

const preflight = { 'Access-Control-Request-Method': 'PUT', 'Access-Control-Request-Headers': 'x-a' };

describe('the first minute', () => {
  it('what npm is told to do exists', () => {
    const { scripts, name, version } = JSON.parse(
      readFileSync(new URL('../package.json', import.meta.url), 'utf8'),
    );
    shown('npm ci && npm start');
    expect(scripts.start).toBe('node bin/cors-proxy.js demo');
    const test = shown('npm ci && npm test');
    expect(readFileSync(new URL('../.ci/run', import.meta.url), 'utf8')).toContain(test);
    shown('npm install -g .');
    // The reader's own dev server: nothing of ours.
    shown('npm run dev');
    shown(`npm install -D ./${name}-${version}.tgz`);
  });

  it('a target alone serves, and writes nothing', async () => {
    const started = type(shown('cors-proxy https://api.github.com'), {
      'https://api.github.com': await api(),
    });
    const response = await ask(`${await urlOf(started)}/user`);
    expect(response.headers.get('access-control-allow-origin')).toBe(page);
    expect(await response.text()).toBe('/user');
    expect(await readdir(started.cwd)).toEqual(['.git']);
  });

  it('probe says that the browser would block', async () => {
    const line = shown(`cors-proxy probe https://api.github.com/user --origin ${page}`);
    const probe = type(line, { 'https://api.github.com': await api() });
    expect(await probe.ended).toBe(4);
    expect(probe.stdout()).toContain('Access-Control-Allow-Origin');
  });

  it('explain takes the red line', async () => {
    const [, line = ''] = shown('cors-proxy explain "Access to fetch at …"').split('"');
    const blocked = `'https://api.github.com/user' from origin '${page}' has been blocked by CORS policy: …`;
    const { stderr } = await runMain(['explain', line.replace('…', blocked)]);
    expect(stderr).toContain('Mend: cors-proxy https://api.github.com, and in your app');
  });

  it('init writes the config that does the same', async () => {
    const target = await api();
    const init = type(shown('cors-proxy init https://api.github.com'), { 'https://api.github.com': target });
    expect(await init.ended).toBe(0);
    const config = readFileSync(join(init.cwd, 'cors-proxy.config.json'), 'utf8');
    const started = type('cors-proxy', {}, { files: { 'cors-proxy.config.json': config } });
    const response = await ask(`${await urlOf(started)}/user`);
    expect(response.headers.get('access-control-allow-origin')).toBe(page);
  });

  it('--help lists the flags, the commands and their variables', async () => {
    const { code, stdout } = await runMain(shown('cors-proxy --help').split(' ').slice(1));
    expect(code).toBe(0);
    const named = [...readme.matchAll(/^\| `cors-proxy ([a-z]+)/gm)].map(([, name = '']) => name);
    expect(named.length).toBeGreaterThan(6);
    for (const name of named) expect(stdout).toMatch(new RegExp(`^ +(?:cors-proxy )?${name}\\b`, 'm'));
    expect(stdout).toContain('--port');
  });
});

const commandWorld: World = {
  files: { 'cors-proxy.config.json': rules },
  env: { STRIPE_KEY: 'sk_test_1', CORS_PROXY_PORT: '0' },
};

describe('the commands', () => {
  const ending = [...readme.matchAll(/^\| `cors-proxy ([a-z]+)` /gm)].map(([, name = '']) => name);
  it.each(ending.filter((name) => name !== 'demo'))('%s runs on the config shown', async (name) => {
    const { code, stdout } = await runMain(shown(`cors-proxy ${name}`).split(' ').slice(1), commandWorld);
    expect({ code, isSilent: stdout === '' }).toEqual({ code: 0, isSilent: false });
  });

  it('demo serves its page, and says so as shown', async () => {
    const started = type(shown('cors-proxy demo'), {});
    const [printed, url = ''] = await started.printed(/ {2}Open (http:\S+)\n.*\n.*\n/);
    expect((await fetch(url, { headers: { Connection: 'close' } })).status).toBe(200);
    const portless = (text: string) => text.replaceAll(/(?<=:)\d{4,5}/g, '');
    expect(portless(readme)).toContain(portless(printed));
  });
});

describe('the rules', () => {
  it('refuse as the README shows it', async () => {
    const env = { ...commandWorld.env, NO_COLOR: '1' };
    const started = type('cors-proxy', {}, { ...commandWorld, env, columns: 80 });
    expect((await ask(`${await urlOf(started)}/gh/repos`, { origin: 'http://localhost:4200' })).status).toBe(
      403,
    );
    const [printed] = await started.printed(/\d\d:\d\d:\d\d {2}GET[\s\S]*╰ mend.*\n/);
    const [, told = ''] = /```text\n(\d\d:\d\d:\d\d {2}GET[\s\S]*?)```/.exec(readme) ?? [];
    const timeless = (text: string) => text.replace(/^\S+/, '').replace(/ +\d+ms/, '');
    expect(timeless(printed)).toBe(timeless(told));
  });

  it('are explained', async () => {
    const line = shown(
      "cors-proxy explain PUT /pay/v1/charges --origin http://localhost:4200 -H 'content-type: application/json'",
    );
    const words = [...line.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, word]) => quoted ?? word ?? '');
    const { code, stdout } = await runMain(words.slice(1), commandWorld);
    expect(code).toBe(4);
    expect(stdout).toContain('http://localhost:4200 is not in allowOrigin');
  });

  it('an API that is not there is told to the page', async () => {
    const files = { 'cors-proxy.config.json': rules.replace('https://api.github.com', 'http://127.0.0.1:1') };
    const response = await ask(`${await urlOf(type('cors-proxy', {}, { ...commandWorld, files }))}/gh/user`);
    expect(response.headers.get('access-control-allow-origin')).toBe(page);
    expect(await response.json()).toMatchObject({ code: 'connection_refused', detail: /./, hint: /./ });
  });
});

describe('the recipes', () => {
  it.each([
    ['"exposeHeaders": ["Content-Encoding", "API-Key"]', 'Content-Encoding,API-Key'],
    ['"exposeHeaders": "*"', 'API-Key,X-Total,Date'],
  ])('%s lets scripts read more', async (keys, names) => {
    const target = await api((_request, response) => {
      response.writeHead(200, { 'API-Key': 'k', 'X-Total': '3', 'Content-Length': 0 }).end();
    });
    const started = configured(target, `"cors": { "allowOrigin": "${page}", ${shown(keys)} }`);
    const response = await ask(await urlOf(started));
    expect(response.headers.get('access-control-expose-headers')).toBe(names);
  });

  it('"allowCredentials": true lets a login last', async () => {
    const target = await api(({ headers }, response) => {
      response
        .setHeader('Set-Cookie', 'sid=1; Domain=api.example.com; Secure; SameSite=None')
        .end(headers.cookie);
    });
    const keys = shown('"allowCredentials": true');
    const url = await urlOf(configured(target, `"cors": { "allowOrigin": "${page}", ${keys} }`));
    const response = await ask(url, { headers: { Cookie: 'sid=1' } });
    expect(response.headers.get('access-control-allow-credentials')).toBe('true');
    expect(response.headers.getSetCookie()).toEqual(['sid=1; SameSite=Lax']);
    expect(await response.text()).toBe('sid=1');
  });

  it('several APIs on the command line, redirects and paging links between them mapped back', async () => {
    const pay = await api();
    const github = await api((_request, response) => {
      response
        .writeHead(302, { Location: `${pay}/v1/charges`, Link: '</user/repos?page=2>; rel="next"' })
        .end();
    });
    const line = shown('cors-proxy /gh=https://api.github.com /pay=https://api.stripe.com');
    const url = await urlOf(type(line, { 'https://api.github.com': github, 'https://api.stripe.com': pay }));
    const response = await ask(`${url}/gh/user`, { redirect: 'manual' });
    expect(response.headers.get('location')).toBe(`${url}/pay/v1/charges`);
    expect(response.headers.get('link')).toBe('</gh/user/repos?page=2>; rel="next"');
    expect(await (await ask(`${url}/pay/v1/charges`)).text()).toBe('/v1/charges');
  });

  it('a redirect is followed on the server, and the key stays behind', async () => {
    const cdn = await api(({ headers }, response) => response.end(headers.authorization ?? 'no key'));
    const target = await api((_request, response) =>
      response.writeHead(302, { Location: `${cdn}/file` }).end(),
    );
    const keys = [
      shown('"response": { "redirects": "follow" }'),
      `"cors": { "allowOrigin": "${page}" }`,
      '"request": { "headers": { "Authorization": "Bearer ${KEY}" } }',
    ].join(', ');
    const config = `{ "routes": [{ "match": "/**", "target": "${target}", ${keys} }, { "match": "/cdn", "target": "${cdn}" }] }`;
    const world = { files: { 'cors-proxy.config.json': config }, env: { KEY: 'sk_test_12345678' } };
    const response = await ask(`${await urlOf(type('cors-proxy', {}, world))}/download`);
    expect(response.status).toBe(200);
    expect(await response.text()).toBe('no key');
  });

  it('WebSockets pass where origins are listed, and none under "*"', async () => {
    const target = await api();
    const open = async (allowOrigin: string) => {
      const url = await urlOf(configured(target, `"cors": { "allowOrigin": ${allowOrigin} }`));
      const socket = new WebSocket(url.replace('http:', 'ws:'), { origin: page });
      return new Promise<number | undefined>((resolve) => {
        socket.on('unexpected-response', (_request, { statusCode }) => resolve(statusCode));
        socket.on('error', () => {});
      });
    };
    shown('`allowOrigin: "*"` opens none');
    expect(await open('"*"')).toBe(403);
    // The API is asked, and this one knows no WebSockets.
    expect(await open(`["${page}"]`)).toBe(200);
  });

  it('--https makes a certificate; HTTP/2 and HTTP/1.1 are spoken on the same port', async () => {
    const line = shown('cors-proxy https://api.example.com --https');
    const env = { XDG_DATA_HOME: type('cors-proxy --version', {}).cwd };
    const started = type(line, { 'https://api.example.com': await api() }, { env });
    const url = await urlOf(started);
    expect(url).toMatch(/^https:/);
    await started.printed(/self-signed certificate[\s\S]*mkcert -install/);
    shown('mkcert -install');
    expect(await versionsOf(url)).toEqual(['1.1', '2']);
  });

  it('--cert and --key bring one’s own', async () => {
    const own = await validCertificate();
    const files = { 'cert.pem': own.cert, 'key.pem': own.key };
    const line = `cors-proxy https://api.example.com ${shown('--cert cert.pem --key key.pem')}`;
    const started = type(line, { 'https://api.example.com': await api() }, { files });
    expect(await versionsOf(await urlOf(started), own.cert)).toEqual(['1.1', '2']);
  });

  it('an API behind a self-signed certificate is reached by its authority, or unverified', async () => {
    const own = await validCertificate();
    const { cert, remove } = await certificateFiles(own);
    onTestFinished(remove);
    const server = https.createServer(own, (_request, response) => response.end('secure'));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => {
      server.close();
      server.closeAllConnections();
    });
    const target = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const status = async (keys: string) => (await ask(await urlOf(configured(target, keys)))).status;
    expect(await status(shown('"tls": { "ca": "./dev-ca.pem" }').replace('./dev-ca.pem', cert))).toBe(200);
    expect(await status(shown('"tls": { "verify": false }'))).toBe(200);
    expect(await status('"tls": {}')).toBe(502);
  });

  it('HTTPS_PROXY and its like are obeyed but for this machine, and "forwardProxy": "none" overrides them', async () => {
    const env = { HTTPS_PROXY: 'http://proxy.test:3128' };
    const withoutKey = startMain(['https://api.example.com', '--port', '0'], { env });
    await withoutKey.printed(/api\.example\.com.*through proxy\.test:3128 \(HTTPS_PROXY\)/);
    const withKey = configured('https://api.example.com', shown('"forwardProxy": "none"'), { env });
    await urlOf(withKey);
    expect(withKey.stdout()).not.toContain('proxy.test');
    const target = await api();
    const local = startMain([target, '--port', '0'], { env: { HTTP_PROXY: 'http://proxy.test:3128' } });
    expect((await ask(await urlOf(local))).status).toBe(200);
  });

  it('a page of the internet is told of Local Network Access', async () => {
    const origin = 'https://staging.example.com';
    shown(origin);
    const started = configured(await api(), `"cors": { "allowOrigin": "${origin}" }`);
    await urlOf(started);
    await started.printed(/Local Network Access/);
  });

  it('a test starts the proxy as a library, and hears of each exchange', async () => {
    const [, names = '', code = ''] =
      /```js\nimport \{ (.+) \} from 'cors-dev-proxy';\n(.*?)```/s.exec(readme) ?? [];
    const target = await api();
    const body = code
      .replace('https://api.example.com', target)
      .replace('// … requests to app.url …', 'await ask(app.url);');
    const asked: number[] = [];
    const log: unknown[] = [];
    const params = [...names.split(', '), 'console', 'ask'];
    const run = new Function(...params, `return (async () => {${body}})();`);
    await run(
      ...names.split(', ').map((name) => Object(library)[name]),
      { log: (...words: unknown[]) => log.push(words) },
      async (url: string) => asked.push((await ask(url)).status),
    );
    expect({ asked, log }).toEqual({ asked: [200], log: [[200, 'forward']] });
  });

  it('preflights are forwarded, or all of CORS is left to the API', async () => {
    const seen: string[] = [];
    const target = await api(({ method = '' }, response) => {
      seen.push(method);
      const cors = {
        'Access-Control-Allow-Origin': 'https://own.test',
        'Access-Control-Allow-Methods': 'PUT',
      };
      response.writeHead(204, cors).end();
    });
    const origins = `"cors": { "allowOrigin": "${page}" }`;
    const forwarded = await urlOf(configured(target, `${shown('"preflight": "forward"')}, ${origins}`));
    const first = await ask(forwarded, { method: 'OPTIONS', headers: preflight });
    expect(first.headers.get('access-control-allow-origin')).toBe(page);
    expect(first.headers.get('access-control-allow-methods')).toBe('PUT');
    const left = await urlOf(configured(target, shown('"cors": "passthrough"')));
    const second = await ask(left, { method: 'OPTIONS', headers: preflight });
    expect(second.headers.get('access-control-allow-origin')).toBe('https://own.test');
    expect(seen).toEqual(['OPTIONS', 'OPTIONS']);
  });
});

/** The versions of HTTP in which the server answers. */
async function versionsOf(url: string, ca?: string): Promise<string[]> {
  const trust = ca === undefined ? { rejectUnauthorized: false } : { ca };
  const first = await new Promise<string>((resolve, reject) => {
    const request = https.get(url, { ...trust, agent: false }, (response) => {
      response.resume();
      resolve(response.httpVersion);
    });
    request.on('error', reject);
  });
  const session = connectHttp2(url, trust);
  onTestFinished(() => session.destroy());
  const second = await new Promise<string>((resolve, reject) => {
    session.on('error', reject);
    session
      .request({ ':path': '/' })
      .on('response', () => resolve(session.alpnProtocol === 'h2' ? '2' : '?'));
  });
  return [first, second];
}

it('nothing that the README tells to type or to write is left untried', () => {
  const isTried = (text: string) => [...tried].some((one) => text === one || one.includes(text));
  expect(commands().filter((line) => !isTried(line))).toEqual([]);
  expect(snippets().filter((text) => !isTried(text))).toEqual([]);
});
