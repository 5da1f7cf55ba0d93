/** The running command: banner, lines, live config, signals, and the machine's view of it all. */

import { EventEmitter, once } from 'node:events';
import { renameSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { folder, type RunOptions, start } from '../support/command.ts';

async function startApi(answer: http.RequestListener = (_, response) => response.end('hello')) {
  const server = http.createServer(answer).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** Serves until the test is over; gives the URL that was printed. */
async function serve(argv: readonly string[], options: RunOptions = {}) {
  const running = start([...argv, '--port', '0'], options);
  onTestFinished(async () => {
    running.signal('SIGINT');
    await running.ended;
  });
  const text = await running.said(/http:\/\/localhost:[0-9]+/);
  return { ...running, url: /http:\/\/localhost:[0-9]+/.exec(text)?.[0] ?? '' };
}

const page = { Origin: 'http://localhost:5173' };

describe('serve', () => {
  it('prints a banner with the address to use, then a line a request', async () => {
    const api = await startApi();
    const proxy = await serve([api]);
    const banner = await proxy.said('In your app:');
    expect(banner).toContain(`${proxy.url}  instead of  ${api}`);
    expect(banner.split('\n').every((line) => line.length <= 100)).toBe(true);
    expect((await fetch(`${proxy.url}/x?token=abc`, { headers: page })).status).toBe(200);
    const lines = await proxy.said('cors ✓ allowed');
    expect(lines).toMatch(/GET\s+\/x\?token=\*\*\*\s+200/);
  });

  it('says why a request was refused, once, and counts the rest', async () => {
    const api = await startApi();
    const proxy = await serve([api, '--allow-origin', 'http://localhost:5173']);
    const evil = { headers: { Origin: 'http://evil.test' } };
    expect((await fetch(`${proxy.url}/x`, evil)).status).toBe(403);
    await proxy.said('add "http://evil.test" to cors.allowOrigin');
    await fetch(`${proxy.url}/x`, evil);
    const text = await proxy.said('(×2)');
    expect(text.split('mend').length - 1).toBe(1);
  });

  it('prints no control character that a peer sent', async () => {
    const proxy = await serve([
      await startApi((_, response) => response.writeHead(200, { 'X-A': 'b' }).end()),
    ]);
    await fetch(`${proxy.url}/x`, { headers: { Origin: 'http://a\u009b31m' } });
    const text = await proxy.said('refused');
    expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/);
  });

  it('speaks NDJSON alone with --log-format json, and ends well on SIGTERM', async () => {
    const api = await startApi();
    const running = start([api, '--port', '0', '--log-format', 'json']);
    const ready = JSON.parse((await running.said('"event":"ready"')).split('\n')[0] ?? '');
    expect(ready).toMatchObject({ event: 'ready', level: 'info', url: `http://localhost:${ready.port}` });
    await fetch(`${ready.url}/x`, { headers: page });
    await running.said('"event":"request"');
    running.signal('SIGTERM');
    expect(await running.ended).toBe(0);
    const events = running
      .stdout()
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(events.map(({ event }) => event)).toEqual(['ready', 'request', 'stopping', 'stopped']);
    expect(events[1]).toMatchObject({
      method: 'GET',
      path: '/x',
      status: 200,
      origin: page.Origin,
      outcome: 'ok',
    });
    expect(running.stderr()).toBe('');
  });

  it('exits with 3 where the port is taken, names the holder, and takes no other', async () => {
    const first = await serve([await startApi()]);
    const port = first.url.split(':').at(-1) ?? '';
    const second = start(['http://127.0.0.1:1', '--port', port]);
    expect(await second.ended).toBe(3);
    expect(second.stderr()).toContain(`localhost:${port}`);
    expect(second.stderr()).toContain(`pid ${process.pid}`);
    expect(second.stdout()).toBe('');
  });

  it('forces the end with 130 on a second SIGINT', async () => {
    const asked = new EventEmitter();
    const api = await startApi(() => asked.emit('asked'));
    const running = start([api, '--port', '0']);
    const url = /http:\/\/localhost:[0-9]+/.exec(await running.said('In your app:'))?.[0] ?? '';
    const seen = once(asked, 'asked');
    const pending = fetch(`${url}/slow`).catch(() => 'cut');
    await seen;
    running.signal('SIGINT');
    await running.said('stopping');
    running.signal('SIGINT');
    expect(await running.ended).toBe(130);
    expect(await pending).toBe('cut');
  });
});

describe('a config that is saved while it is served', () => {
  const allowing = (api: string, origin: string) =>
    JSON.stringify({ target: api, cors: { allowOrigin: origin } }, null, 2);

  it('is live at once, and says what it widened', async () => {
    const api = await startApi();
    const cwd = folder({ 'cors-proxy.config.json': allowing(api, 'http://localhost:1111') });
    const proxy = await serve([], { cwd });
    expect((await fetch(proxy.url, { headers: page })).status).toBe(403);
    // As editors save: a new file, moved over the old one.
    writeFileSync(join(cwd, 'new'), allowing(api, page.Origin));
    renameSync(join(cwd, 'new'), join(cwd, 'cors-proxy.config.json'));
    await proxy.said('config reloaded');
    expect(proxy.stdout()).toContain(`+${page.Origin}`);
    expect((await fetch(proxy.url, { headers: page })).status).toBe(200);
  });

  it('changes nothing where it is broken, says so with the place, and recovers', async () => {
    const api = await startApi();
    const cwd = folder({ 'cors-proxy.config.json': allowing(api, page.Origin) });
    const file = join(cwd, 'cors-proxy.config.json');
    const proxy = await serve([], { cwd });
    writeFileSync(file, '{ "target": 5 }');
    await proxy.warned('cors-proxy.config.json:1:13');
    expect((await fetch(proxy.url, { headers: page })).status).toBe(200);
    writeFileSync(file, allowing(api, 'http://localhost:2222'));
    await proxy.said('config reloaded');
    expect((await fetch(proxy.url, { headers: page })).status).toBe(403);
  });
});
