import { writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { connectRaw } from '../support/raw-client.ts';
import { runMain, type Started, startMain } from './run-main.ts';

const page = 'http://localhost:5173';

/** An API without CORS. */
async function api(): Promise<string> {
  const server = createServer((_request, response) => response.end('hello'));
  return `http://127.0.0.1:${await listening(server)}`;
}

async function listening(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  return (server.address() as AddressInfo).port;
}

/** Where a started proxy can be reached. */
async function urlOf(started: Started): Promise<string> {
  const [, url = ''] = await started.printed(/(?:Local +|"url":")(https?:\/\/[^/"\s]+)/);
  return url;
}

function get(url: string, origin: string): Promise<Response> {
  return fetch(url, { headers: { Origin: origin, Connection: 'close' } });
}

describe('serve', () => {
  it('says where it is, then a line for each request, then how many there were', async () => {
    const started = startMain([await api(), '--port', '0', '--allow-origin', page]);
    const url = await urlOf(started);
    const answer = await get(`${url}/a`, page);
    expect(answer.headers.get('access-control-allow-origin')).toBe(page);
    expect(await answer.text()).toBe('hello');
    expect((await get(`${url}/a`, 'http://evil.test')).status).toBe(403);
    await started.printed(/cors ✓ allowed {5}added allow-origin/);
    await started.printed(/cors ✗ refused[\s\S]*╰ mend/);
    started.signal('SIGTERM');
    expect(await started.ended).toBe(0);
    expect(started.stdout()).toMatch(/stopping: nothing is open\n.*stopped: 2 requests, 1 refused\n$/);
    expect(started.stderr()).toBe('');
  });

  it('prints nothing but JSON lines where it is asked to', async () => {
    const started = startMain([await api(), '--port', '0', '--log-format', 'json']);
    const url = await urlOf(started);
    await get(`${url}/a`, page);
    await started.printed(/"event":"request"/);
    started.signal('SIGINT');
    expect(await started.ended).toBe(0);
    const lines = started
      .stdout()
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(lines.map(({ event }) => event)).toEqual(['ready', 'request', 'stopping', 'stopped']);
    expect(lines[0]).toMatchObject({ url, port: Number(new URL(url).port), level: 'info' });
    expect(lines.every(({ time }) => !Number.isNaN(Date.parse(time)))).toBe(true);
    expect(started.stderr()).toBe('');
  });

  it('LC-22 says where it is to a machine, and once, however little is to be said', async () => {
    for (const quiet of [['-q'], ['--log-level', 'error'], ['--log-level', 'silent']]) {
      const started = startMain([await api(), '--port', '0', '--log-format', 'json', ...quiet]);
      const url = await urlOf(started);
      started.signal('SIGTERM');
      expect(await started.ended).toBe(0);
      const lines = started.stdout().trimEnd().split('\n');
      expect(lines.map((line) => JSON.parse(line))).toEqual([
        expect.objectContaining({ event: 'ready', url, port: Number(new URL(url).port) }),
      ]);
    }
  });

  it('says warnings to a machine on standard error, a line each', async () => {
    const target = await api();
    const started = startMain(['--port', '0', '--log-format', 'json'], {
      files: {
        'cors-proxy.config.json': `{ "target": "${target}", "cors": { "allowOrigin": ["${page}", "${page}"] } }`,
      },
    });
    const url = await urlOf(started);
    // A request that Node's parser does not take.
    const { port } = new URL(url);
    const client = await connectRaw({ port: Number(port) });
    await client.write('GET / HTTP/1.1\r\nno field\r\n\r\n');
    await client.end();
    await started.printed(/"event":"notice"/);
    const lines = started
      .stderr()
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(lines).toEqual([
      expect.objectContaining({
        event: 'problem',
        level: 'warn',
        code: 'CP231',
        file: 'cors-proxy.config.json',
        line: 1,
      }),
      expect.objectContaining({ event: 'notice', level: 'warn', message: expect.stringMatching(/^400 /) }),
    ]);
    expect(started.stdout()).not.toMatch(/"event":"(?:notice|problem)"/);
  });

  it('says what it waits for when it is stopped', async () => {
    const server = createServer((_request, response) => {
      response.writeHead(200, { 'Content-Type': 'text/event-stream' });
      response.write('data: 1\n\n');
    });
    const target = `http://127.0.0.1:${await listening(server)}`;
    const started = startMain([target, '--port', '0']);
    const { host, port } = new URL(await urlOf(started));
    const client = await connectRaw({ port: Number(port) });
    await client.write(`GET /events HTTP/1.1\r\nHost: ${host}\r\nOrigin: ${page}\r\n\r\n`);
    await client.until('data: 1');
    started.signal('SIGINT');
    await started.printed(/stopping: 1 open \(1 event stream\), waiting up to 1 s; Ctrl-C again to force/);
    // No last chunk: nobody may take what came for all of it.
    expect((await client.end()).bytes.toString()).toMatch(/data: 1\n\n\r\n$/);
    expect(await started.ended).toBe(0);
    expect(started.stdout()).toMatch(/stopped: 1 request\n$/);
  });

  it('prints refusals and failures alone where it is quiet', async () => {
    // Before the port is given back, or the API may be the one that gets it.
    const target = await api();
    const free = createServer();
    const port = await listening(free);
    await new Promise((resolve) => free.close(resolve));
    const started = startMain([target, '--port', String(port), '-q', '--allow-origin', page]);
    const url = `http://localhost:${port}/a`;
    // Nothing says that it is ready: that is what quiet means.
    const patient = (): Promise<Response> => get(url, page).catch(patient);
    expect((await patient()).status).toBe(200);
    expect((await get(url, 'http://evil.test')).status).toBe(403);
    started.signal('SIGTERM');
    await started.ended;
    expect(started.stdout()).toMatch(/^\d\d:\d\d:\d\d {2}GET .* 403 .*cors ✗ refused/);
    expect(started.stdout()).not.toContain('200');
    expect(started.stdout()).not.toContain('stopped');
  });

  it('ends well when the parent that holds its standard input is gone', async () => {
    const started = startMain([await api(), '--port', '0']);
    await urlOf(started);
    started.stdin.end();
    expect(await started.ended).toBe(0);
    expect(started.stdout()).toContain('stopped: 0 requests');
  });

  it('keeps serving where standard input ended before it was ready', async () => {
    const started = startMain([await api(), '--port', '0']);
    started.stdin.end();
    const url = await urlOf(started);
    expect((await get(`${url}/a`, page)).status).toBe(200);
  });

  it('never takes another port, and says who holds the one that was asked for', async () => {
    const target = await api();
    const first = startMain([target, '--port', '0']);
    const { port } = new URL(await urlOf(first));
    const second = await runMain([target, '--port', port]);
    expect(second.code).toBe(3);
    expect(second.stdout).toBe('');
    expect(second.stderr).toMatch(
      new RegExp(
        `^✗ Cannot listen on localhost:${port}: the port is in use by .*\\(pid ${process.pid}\\): a cors-proxy with this same config\\n` +
          `  Mend: use that one \\(http://localhost:${port}/\\), stop it \\(kill ${process.pid}\\), or take any free port: cors-proxy --port 0\\n$`,
      ),
    );
  });

  it('LC-04 refuses a config with problems before it listens', async () => {
    const ran = await runMain([], {
      files: { 'cors-proxy.config.json': '{ "target": "https://a.test", "lisen": {} }' },
    });
    expect(ran.code).toBe(2);
    expect(ran.stderr).toContain('did you mean "listen"');
    expect(ran.stdout).toBe('');
  });
});

describe('a config that is saved', () => {
  const config = (origin: string, target: string) =>
    JSON.stringify({ target, cors: { allowOrigin: origin } });

  it('LC-05 is live, and a bad one changes nothing', async () => {
    const target = await api();
    const started = startMain(['--port', '0'], { files: { 'cors-proxy.config.json': config(page, target) } });
    const url = await urlOf(started);
    const file = join(started.cwd, 'cors-proxy.config.json');
    expect((await get(`${url}/a`, 'http://localhost:4200')).status).toBe(403);

    writeFileSync(file, config('http://localhost:4200', target));
    await started.printed(
      /config reloaded {4}~ routes\[0\] allowOrigin \+http:\/\/localhost:4200 -http:\/\/localhost:5173/,
    );
    expect((await get(`${url}/a`, 'http://localhost:4200')).status).toBe(200);

    writeFileSync(file, '{ "target": "nonsense"');
    await started.printed(/config not reloaded[\s\S]*cors-proxy\.config\.json:1:1/);
    expect((await get(`${url}/a`, 'http://localhost:4200')).status).toBe(200);
  });

  it('is an event for machines, good or bad', async () => {
    const target = await api();
    const files = { 'cors-proxy.config.json': config(page, target) };
    const started = startMain(['--port', '0', '--log-format', 'json'], { files });
    await urlOf(started);
    const file = join(started.cwd, 'cors-proxy.config.json');
    writeFileSync(file, '{');
    await started.printed(/"event":"reload_failed","problems":\[\{"code":"CP101"/);
    writeFileSync(file, config('http://localhost:4200', target));
    await started.printed(/"event":"reload","changes":\["~ routes\[0\] allowOrigin/);
    expect(started.stderr()).toBe('');
  });

  it('cannot move the listener, and says so', async () => {
    const target = await api();
    const files = { 'cors-proxy.config.json': config(page, target) };
    const started = startMain(['--port', '0'], { files });
    const url = await urlOf(started);
    const moved = JSON.stringify({ target, cors: { allowOrigin: page }, listen: { host: '127.0.0.1' } });
    writeFileSync(join(started.cwd, 'cors-proxy.config.json'), moved);
    await started.printed(/listen\.host changed: it holds after a restart/);
    expect((await get(`${url}/a`, page)).status).toBe(200);
  });
});

describe('demo', () => {
  it('serves the page, the API and the proxy between them', async () => {
    const started = startMain(['demo', '--port', '0']);
    const url = await urlOf(started);
    const [, pageUrl = '', apiUrl = ''] = await started.printed(
      /Open (http:\/\/localhost:\d+)\n[^(]*\((http:\/\/127\.0\.0\.1:\d+)\)/,
    );
    expect(await (await fetch(pageUrl)).text()).toContain('<');
    const direct = await get(`${apiUrl}/article`, pageUrl);
    expect(direct.headers.get('access-control-allow-origin')).toBeNull();
    const proxied = await get(`${url}/article`, pageUrl);
    expect(proxied.headers.get('access-control-allow-origin')).toBe(pageUrl);
    started.signal('SIGTERM');
    expect(await started.ended).toBe(0);
  });
});
