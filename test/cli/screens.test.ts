/** What a person sees: the executable in a real terminal. */

import { readFileSync, writeFileSync } from 'node:fs';
import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { builtExecutable } from '../support/built.ts';
import { hasTmux, openScreen, type Screen } from '../support/tmux.ts';
import { folderWith } from './run-main.ts';

const canSee = process.platform !== 'win32' && hasTmux();
const page = 'http://localhost:5173';
let command = '';
beforeAll(() => {
  command = `${process.execPath} ${builtExecutable()}`;
}, 120_000);

async function api(): Promise<string> {
  const server = createServer((_request, response) => response.end('hello'));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function project(): Promise<string> {
  const target = await api();
  return folderWith({
    'cors-proxy.config.json': `{
  "routes": [
    { "match": "/gh/**", "target": "${target}", "stripPrefix": "/gh",
      "cors": { "allowOrigin": "${page}" } },
    { "match": "/down/**", "target": "http://127.0.0.1:9" }
  ]
}
`,
  });
}

interface Served {
  readonly cwd: string;
  readonly screen: Screen;
  readonly url: string;
}

async function serve(columns: number, line: (command: string) => string): Promise<Served> {
  const cwd = await project();
  const screen = openScreen({ columns, cwd });
  screen.type(`clear; ${line(`${command} --port 0`)}`);
  await screen.shows(/In your app/);
  const [, url = ''] = /Local +(http:\/\/[^/\s]+)/.exec(screen.text()) ?? [];
  return { cwd, screen, url };
}

/** Status of a request that a page on `origin` would make. */
function get(url: string, origin: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const headers = { Origin: origin, Connection: 'close' };
    request(url, { headers }, (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    })
      .on('error', reject)
      .end();
  });
}

describe.runIf(canSee)('a terminal', () => {
  it.each([80, 120])('of %i columns shows every line whole', async (columns) => {
    const { screen, url } = await serve(columns, (run) => `${run}; echo "code $?"`);
    expect(await get(`${url}/gh/user?token=abc`, page)).toBe(200);
    expect(await get(`${url}/gh/user`, 'http://127.0.0.1:5173')).toBe(403);
    expect(await get(`${url}/gh/again`, 'http://127.0.0.1:5173')).toBe(403);
    expect(await get(`${url}/down/a`, page)).toBe(502);
    await screen.shows(/╰ page/);
    screen.type('h');
    await screen.shows(/q \+ Enter {2}stop/);
    screen.press('C-c');
    await screen.shows(/stopped: 4 requests, 2 refused, 1 upstream failure\ncode 0/);
    const text = screen.text();
    // The command itself, which the shell shows, is longer.
    expect(text.slice(text.indexOf('  cors-proxy '))).toMatch(
      columns === 80
        ? /\d\d:\d\d:\d\d {2}GET {6}\/gh\/user\?token=\*\*\* +200 .*cors ✓ allowed\n/
        : /\d\d:\d\d:\d\d {2}GET {6}\/gh\/user\?token=\*\*\* +200 .*cors ✓ allowed {5}added allow-origin/,
    );
    expect(text).toMatch(
      /cors ✗ refused[\s\S]*╭ why[\s\S]*│ sent {3}nothing to[\s\S]*browser will say[\s\S]*╰ mend/,
    );
    expect(text).toMatch(/cors ✗ refused {2}\(×2\)/);
    // An address that is cut leads nowhere.
    expect(text).toMatch(/Inspector +http:\S+\?t=[\w-]{24}(?: |$)/m);
    expect(screen.isWrapped()).toBe(false);
    expect(screen.colored()).toMatch(/\u001b\[31m.*refused/);
  });

  it('breaks complaints between words', async () => {
    const cwd = folderWith({ run: `exec ${command} "$@"\n` });
    const screen = openScreen({ columns: 80, cwd });
    await screen.shows(/^\$$/m);
    screen.type('sh run --port abc; echo "code $?"');
    await screen.shows(/^code 2/m);
    expect(screen.text()).toMatch(/^ {2}Mend: write --port 8010, .* for the\n {8}next free one$/m);
    expect(screen.isWrapped()).toBe(false);
  });

  it.each([
    [
      'routes',
      /^0 {2}\/gh\/\*\* {2}→ {2}http:\S+\n {3}for http:\S+ {2}websocket {2}cors-proxy\.config\.json:3:5$/m,
    ],
    [`explain GET /gh/user --origin ${page}`, /^browser +lets the page read the answer$/m],
    ['doctor', /^Nothing is in the way$/m],
    ['allow http://localhost:4200 --route "/gh/**"', /^A running proxy takes it up by itself\.$/m],
  ])('of 80 columns shows what %s says in whole words', async (words, shown) => {
    const cwd = await project();
    writeFileSync(join(cwd, 'run'), `exec ${command} "$@"\n`);
    const screen = openScreen({ columns: 80, cwd, env: { CORS_PROXY_PORT: '0' } });
    // What is typed before the prompt is there is echoed twice, the second time behind it.
    await screen.shows(/^\$$/m);
    screen.type(`sh run ${words}; echo "code $?"`);
    await screen.shows(/^code 0$/m);
    expect(screen.text()).toMatch(shown);
    expect(screen.isWrapped()).toBe(false);
  });

  it('takes a letter and Enter, and is the shell’s again afterwards', async () => {
    const { screen, url, cwd } = await serve(100, (run) => `${run}; echo "code $?"`);
    expect(await get(`${url}/gh/user`, 'http://localhost:4200')).toBe(403);
    screen.type('a');
    await screen.shows(/Added "http:\/\/localhost:4200" to routes\[0\]\.cors\.allowOrigin/);
    await screen.shows(/config reloaded/);
    expect(readFileSync(join(cwd, 'cors-proxy.config.json'), 'utf8')).toContain(
      `["${page}", "http://localhost:4200"]`,
    );
    expect(await get(`${url}/gh/user`, 'http://localhost:4200')).toBe(200);
    screen.type('q');
    await screen.shows(/code 0/);
    screen.type('echo "still $((1 + 1))"');
    await screen.shows(/^still 2$/m);
  });

  /** A job in the background that reads its terminal is stopped by the system until somebody notices. */
  it('is left alone by a job in the background', async () => {
    const { screen, url } = await serve(100, (run) => `${run} &`);
    screen.type('q');
    await screen.shows(/q: command not found/);
    expect(await get(`${url}/gh/user`, page)).toBe(200);
    screen.type('jobs');
    await screen.shows(/^\[1\]\+ {2}Running/m);
    screen.type('kill %1');
    await screen.shows(/stopped: 1 request/);
  });

  it('has neither colour nor blank lines where the output is a pipe', async () => {
    const { screen, url } = await serve(100, (run) => `${run} | sed 's/^/[api] /'`);
    expect(await get(`${url}/gh/user`, 'http://localhost:4200')).toBe(403);
    await screen.shows(/╰ mend/);
    const lines = screen
      .text()
      .split('\n')
      .filter((line) => line.startsWith('[api]'));
    expect(lines.filter((line) => line.trim() === '[api]')).toEqual([]);
    expect(lines.join('\n')).toContain('[api]           ╰ mend');
    expect(screen.colored()).not.toContain('\u001b[31m');
    expect(screen.text()).not.toContain('h + Enter');
    screen.press('C-c');
  });

  it.each([
    ['NO_COLOR=1', false],
    ['TERM=dumb', false],
    ['CI=true', true],
    ['FORCE_COLOR=0', false],
  ])('%s: colours %s', async (variable, isColored) => {
    const { screen } = await serve(100, (run) => `${variable} ${run}`);
    // The arrow in front of the address.
    expect(/\u001b\[32m\s*➜/.test(screen.colored())).toBe(isColored);
  });
});
