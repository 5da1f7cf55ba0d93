/** What only a process of its own can show: signals, exit codes, streams that are closed or never read. */

import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { runInNewContext } from 'node:vm';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { builtExecutable } from '../support/built.ts';
import { newWatch } from '../support/watch.ts';
import { folderWith } from './run-main.ts';

let executable = '';
beforeAll(() => {
  executable = builtExecutable();
}, 120_000);

interface Child {
  readonly process: ChildProcessWithoutNullStreams;
  readonly stdout: () => string;
  readonly stderr: () => string;
  readonly printed: (pattern: RegExp) => Promise<RegExpExecArray>;
  /** The code, or the name of the signal that ended it. */
  readonly ended: Promise<number | string | null>;
}

/** `unread`: nobody ever reads what it prints. */
function start(argv: readonly string[], reading: 'read' | 'unread' = 'read'): Child {
  const env = { PATH: process.env.PATH ?? '', HOME: process.env.HOME ?? '' };
  const child = spawn(process.execPath, [executable, ...argv], { cwd: folderWith({}), env });
  const watch = newWatch();
  let [stdout, stderr] = ['', ''];
  if (reading === 'read') {
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
      watch.changed();
    });
  }
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
    watch.changed();
  });
  const ended = once(child, 'exit').then(([code, signal]) => (signal ?? code) as number | string | null);
  onTestFinished(() => {
    child.kill('SIGKILL');
  });
  return {
    process: child,
    stdout: () => stdout,
    stderr: () => stderr,
    printed: (pattern) =>
      watch.within(
        10_000,
        () => pattern.exec(`${stdout}\n${stderr}`) ?? undefined,
        () => `${pattern} is not in\n${stdout}\n${stderr}`,
      ),
    ended,
  };
}

interface Api {
  readonly url: string;
  /** The next request that comes, unanswered. */
  readonly next: () => Promise<{ readonly answer: (text: string) => void }>;
}

async function api(): Promise<Api> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    next: async () => {
      const [, response] = await once(server, 'request');
      return { answer: (text) => response.end(text) };
    },
  };
}

function get(url: string): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    request(url, { agent: false }, resolve).on('error', reject).end();
  });
}

const json = ['--port', '0', '--log-format', 'json'];

async function urlOf(child: Child): Promise<string> {
  return (await child.printed(/"url":"([^"]+)"/))[1] ?? '';
}

/** SIGHUP and SIGINT cannot be sent to a process on Windows. */
describe.skipIf(process.platform === 'win32')('the process', () => {
  it('LC-13 finishes what is under way after SIGTERM, takes nothing new, and exits 0', async () => {
    const upstream = await api();
    const child = start([upstream.url, ...json]);
    const url = await urlOf(child);
    const seen = upstream.next();
    const response = get(`${url}/a`);
    const { answer } = await seen;
    child.process.kill('SIGTERM');
    await child.printed(/"event":"stopping"/);
    await expect(get(`${url}/b`)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    answer('done');
    expect((await response).statusCode).toBe(200);
    (await response).resume();
    expect(await child.ended).toBe(0);
    expect(child.stdout()).toMatch(/"event":"stopped","requests":1,/);
  });

  it('LC-15 is forced by a second SIGINT while a request hangs, and exits 130', async () => {
    const upstream = await api();
    const child = start([upstream.url, ...json]);
    const url = await urlOf(child);
    const seen = upstream.next();
    const response = get(`${url}/a`);
    const broken = expect(response).rejects.toThrow();
    await seen;
    child.process.kill('SIGINT');
    await child.printed(/"event":"stopping"/);
    child.process.kill('SIGINT');
    expect(await child.ended).toBe(130);
    await broken;
  });

  it('LC-23 ends with its parent: standard input that was open, and ends', async () => {
    const upstream = await api();
    const child = start([upstream.url, ...json]);
    await urlOf(child);
    child.process.stdin.end();
    expect(await child.ended).toBe(0);
  });

  it('exits 2 for what it does not understand, 3 for a port in use', async () => {
    const upstream = await api();
    expect(await start(['--prot', '1']).ended).toBe(2);
    const child = start([upstream.url, ...json]);
    const { port } = new URL(await urlOf(child));
    const second = start([upstream.url, '--port', port, '--log-format', 'json']);
    expect(await second.ended).toBe(3);
    expect(second.stdout()).toBe('');
    expect(second.stderr()).toContain(`(pid ${child.process.pid}): a cors-proxy`);
  });

  it('serves on when the reader of its log goes away', async () => {
    const upstream = await api();
    const child = start([upstream.url, ...json]);
    const url = await urlOf(child);
    child.process.stdout.destroy();
    for (let i = 0; i < 5; i += 1) {
      const seen = upstream.next();
      const response = get(`${url}/a`);
      (await seen).answer('fine');
      expect((await response).statusCode).toBe(200);
      (await response).resume();
    }
    child.process.kill('SIGTERM');
    expect(await child.ended).toBe(0);
  });

  /** A pipe holds 64 KiB; a log that is written without a bound, or by blocking, stops the proxy or eats its memory. */
  it('serves on when nobody reads its log, and still exits', async () => {
    const child = start(['http://127.0.0.1:9', ...json], 'unread');
    // The first line is read to learn the port; from then on nothing is.
    const [chunk] = await once(child.process.stdout, 'data');
    child.process.stdout.pause();
    const url = /"url":"([^"]+)"/.exec(String(chunk))?.[1] ?? '';
    const path = `/__cors-proxy/${'x'.repeat(4000)}`;
    // Refused by the guard: a warning line of more than 4 kB each.
    for (let i = 0; i < 400; i += 20) {
      const some = await Promise.all(
        Array.from({ length: 20 }, () => get(`${url}${path.replace('/__cors-proxy', '/no')}`)),
      );
      for (const response of some) response.resume();
    }
    expect((await get(`${url}/__cors-proxy/health`)).statusCode).toBe(200);
    child.process.kill('SIGTERM');
    expect(await child.ended).toBe(0);
  });
});

describe('the executable', () => {
  /** Runs the file as a Node of another version would; gives what it says, its exit code and whether it loaded more. */
  function runOn(version: string) {
    const said: string[] = [];
    const fake = { versions: { node: version }, exitCode: undefined as number | undefined };
    const text = readFileSync(executable, 'utf8')
      .replace(/^#!.*/, '')
      .replace("import('../dist/cli/start.js')", 'load()');
    let isLoaded = false;
    const load = () => {
      isLoaded = true;
      return Promise.resolve({ start: () => {} });
    };
    runInNewContext(text, { process: fake, console: { error: (line: string) => said.push(line) }, load });
    return { said: said.join('\n'), exitCode: fake.exitCode, isLoaded };
  }

  it.each(['12.22.0', '18.20.0', '20.18.3', '21.7.0', '22.11.0'])(
    'turns Node %s away, in words',
    (version) => {
      const { said, exitCode, isLoaded } = runOn(version);
      expect({ exitCode, isLoaded }).toEqual({ exitCode: 2, isLoaded: false });
      expect(said).toContain(`Cannot run on Node ${version}`);
    },
  );

  it.each(['20.19.0', '20.20.2', '22.12.0', '23.0.0', '24.1.0'])('runs on Node %s', (version) => {
    expect(runOn(version)).toEqual({ said: '', exitCode: undefined, isLoaded: true });
  });

  it('has no syntax that an old Node cannot read', () => {
    expect(readFileSync(executable, 'utf8')).not.toMatch(/\?\.|\?\?|\bawait\b|^import |#[a-z]+\(/m);
  });
});
