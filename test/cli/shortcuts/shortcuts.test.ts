/** A letter and Enter while the proxy runs, where a person sits at both ends. */

import { readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { describe, expect, it, onTestFinished } from 'vitest';
import { demoConfig } from '../../../src/cli/demo/config-file.ts';
import { ownsTerminal } from '../../../src/cli/foreground.ts';
import { readLines, shortcutOf } from '../../../src/cli/shortcuts/keys.ts';
import { type Started, startMain, type World } from '../run-main.ts';

async function api(): Promise<string> {
  const server = createServer((_request, response) => response.end('hello'));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const name = 'cors-proxy.config.json';

interface Seat extends Started {
  readonly url: string;
  readonly type: (line: string) => void;
  readonly get: (origin: string) => Promise<number>;
  readonly config: () => string;
}

async function sit(argv: readonly string[] = [], world: World = {}): Promise<Seat> {
  const config = `{\n  "target": "${await api()}", // mine\n  "cors": { "allowOrigin": "http://localhost:5173" }\n}\n`;
  const files = { [name]: config, ...world.files };
  const started = startMain([...argv, '--port', '0'], {
    columns: 100,
    stdinKind: 'terminal',
    ...world,
    files,
  });
  const [, url = ''] = await started.printed(/Local +.*?(http:\/\/localhost:[0-9]+)/);
  return {
    ...started,
    url,
    type: (line) => started.stdin.write(`${line}\n`),
    get: async (origin) =>
      (await fetch(`${url}/a`, { headers: { Origin: origin, Connection: 'close' } })).status,
    config: () => readFileSync(join(started.cwd, name), 'utf8'),
  };
}

const quiet = { env: { NO_COLOR: '1' } };

describe('shortcuts', () => {
  it('list themselves, and the banner says so', async () => {
    const seat = await sit([], quiet);
    expect(seat.stdout()).toContain('·  h + Enter: help');
    seat.type('h');
    await seat.printed(/ {2}h \+ Enter {2}this list\n[\s\S]* {2}q \+ Enter {2}stop\n/);
    seat.type('x');
    await seat.printed(/There is no shortcut "x"\n {2}Mend: h \+ Enter lists them/);
    seat.type('urls');
    await seat.printed(new RegExp(`Local {6}${seat.url}/\n`));
  });

  it('stop the proxy as a signal would', async () => {
    const seat = await sit([], quiet);
    expect(await seat.get('http://localhost:5173')).toBe(200);
    seat.type('q');
    expect(await seat.ended).toBe(0);
    expect(seat.stdout()).toMatch(/stopped: 1 request\n$/);
  });

  it('allow the last blocked origin in the file, and it holds at once', async () => {
    const seat = await sit([], quiet);
    seat.type('a');
    await seat.printed(/No origin was blocked yet/);
    expect(await seat.get('http://localhost:4200')).toBe(403);
    seat.type('a');
    await seat.printed(/Added "http:\/\/localhost:4200" to cors\.allowOrigin {2}cors-proxy\.config\.json:3:/);
    await seat.printed(/config reloaded {4}~ routes\[0\] allowOrigin \+http:\/\/localhost:4200/);
    expect(await seat.get('http://localhost:4200')).toBe(200);
    expect(seat.config()).toContain('// mine');
  });

  it('reload without a follower, too', async () => {
    const seat = await sit(['--no-watch'], quiet);
    expect(await seat.get('http://localhost:4200')).toBe(403);
    seat.type('a');
    await seat.printed(/config reloaded/);
    expect(await seat.get('http://localhost:4200')).toBe(200);
    writeFileSync(join(seat.cwd, name), seat.config().replace(', "http://localhost:4200"', ''));
    seat.type('r');
    await seat.printed(/allowOrigin -http:\/\/localhost:4200/);
    expect(await seat.get('http://localhost:4200')).toBe(403);
  });

  /**
   * A website that the developer happens to have open fires a request at the proxy just before they press the letter:
   * what they meant for their own page must not let that website in.
   */
  it('ask twice for an origin that is not of this machine', async () => {
    const seat = await sit([], quiet);
    expect(await seat.get('https://evil.test')).toBe(403);
    seat.type('a');
    await seat.printed(
      /Allow https:\/\/evil\.test for \/\*\*\? It is no page of this machine: a \+ Enter again/,
    );
    expect(seat.config()).not.toContain('evil');
    expect(await seat.get('http://localhost:4200')).toBe(403);
    seat.type('a');
    await seat.printed(/Added "http:\/\/localhost:4200"/);
    expect(seat.config()).not.toContain('evil');
  });

  it('say what to do where there is no file to write into', async () => {
    const seat = await sit([await api(), '--allow-origin', 'http://localhost:5173'], quiet);
    expect(await seat.get('http://localhost:4200')).toBe(403);
    seat.type('a');
    await seat.printed(
      /--allow-origin stands above it\n {2}Mend: give the origin at the start: --allow-origin http:\/\/localhost:4200/,
    );
  });

  it('never write into the config of the demo, nor into that of the folder it is started in', async () => {
    const seat = startMain(['demo', '--port', '0'], {
      columns: 100,
      stdinKind: 'terminal',
      files: { [name]: '{ "target": "https://mine.test", "cors": { "allowOrigin": "http://a.test" } }' },
      ...quiet,
    });
    const shipped = readFileSync(demoConfig, 'utf8');
    const [, url = ''] = await seat.printed(/Local +(http:\/\/localhost:[0-9]+)/);
    const headers = { Origin: 'http://localhost:1', Connection: 'close' };
    expect((await fetch(`${url}/article`, { headers })).status).toBe(403);
    seat.stdin.write('a\n');
    await seat.printed(/Cannot write into the config: the demo's own is a part of this package/);
    expect(readFileSync(demoConfig, 'utf8')).toBe(shipped);
    expect(readFileSync(join(seat.cwd, name), 'utf8')).not.toContain('localhost:1');
  });

  it('show what is blocked alone', async () => {
    const seat = await sit([], quiet);
    seat.type('b');
    await seat.printed(/Refusals and failures alone/);
    expect(await seat.get('http://localhost:5173')).toBe(200);
    expect(await seat.get('http://localhost:4200')).toBe(403);
    await seat.printed(/✗ refused/);
    expect(seat.stdout()).not.toContain('✓ allowed');
    seat.type('b');
    await seat.printed(/All requests/);
    expect(await seat.get('http://localhost:5173')).toBe(200);
    await seat.printed(/✓ allowed/);
  });

  it('clear the screen, but not that of a terminal that cannot', async () => {
    const cleared = '\u001b[2J\u001b[3J\u001b[H';
    const seat = await sit([], quiet);
    seat.type('c');
    await seat.printed(/\u001b\[2J/);
    expect(seat.stdout()).toContain(cleared);
    const dumb = await sit([], { env: { TERM: 'dumb' } });
    dumb.type('c');
    dumb.type('h');
    await dumb.printed(/this list/);
    expect(dumb.stdout()).not.toContain('\u001b');
  });

  it.each<[string, readonly string[], World]>([
    ['standard input is a pipe', [], { stdinKind: 'pipe' }],
    ['standard input is neither', [], { stdinKind: 'other' }],
    ['the log is JSON', ['--log-format', 'json'], {}],
  ])('are not there where %s', async (_sentence, argv, world) => {
    const files = { [name]: `{ "target": "${await api()}" }` };
    const started = startMain([...argv, '--port', '0'], {
      columns: 100,
      stdinKind: 'terminal',
      files,
      ...world,
    });
    await started.printed(/(?:Local|"event":"ready")/);
    expect(started.stdout()).not.toContain('h + Enter');
    started.stdin.write('q\n');
    started.signal('SIGTERM');
    expect(await started.ended).toBe(0);
  });
});

describe('a typed line', () => {
  it.each([
    ['a', 'allow'],
    [' Q \r', 'quit'],
    ['reload', 'reload'],
    ['re', undefined],
    ['', undefined],
  ])('%j is %s', (line, meant) => {
    expect(shortcutOf(line)).toBe(meant);
  });

  it('comes whole, however it is cut, and is not kept when it never ends', () => {
    const stdin = new PassThrough();
    const lines: string[] = [];
    const stop = readLines(stdin, (line) => lines.push(line));
    for (const chunk of ['re', 'load\nq\r\n', '\n', 'x'.repeat(5000), '\n'])
      stdin.emit('data', Buffer.from(chunk));
    expect(lines).toEqual(['reload', 'q', 'x'.repeat(200)]);
    stop();
    stdin.emit('data', Buffer.from('a\n'));
    expect(lines).toHaveLength(3);
  });
});

describe('the foreground', () => {
  it.each([
    ['12 (node) S 1 12 12 34816 12 4194304', true],
    ['12 (a) b (node) S 1 12 12 34816 99 4194304', false],
    ['12 (node) S 1 12 12 0 -1 4194304', false],
  ])('%s', (stat, owns) => {
    expect(ownsTerminal(stat)).toBe(owns);
  });
});
