/** The command itself in a process of its own, with a config file that is saved again and again. */

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { page } from './conversations.ts';

/** What the process holds, after a garbage collection. */
export interface Held {
  readonly heapBytes: number;
  readonly sockets: number;
  /** All that keeps the process alive, sockets among it. */
  readonly handles: number;
}

export interface SoakProxy {
  readonly port: number;
  readonly held: () => Promise<Held>;
  readonly reload: () => Promise<void>;
  /** Events of the log by name. */
  readonly events: ReadonlyMap<string, number>;
  /** What would have ended the process. */
  readonly heard: readonly string[];
  /** Stops it as Ctrl-C does and gives the exit code. */
  readonly stop: () => Promise<number | string | null>;
}

export interface SoakProxyOptions {
  readonly executable: string;
  readonly target: string;
}

export async function soakProxy({ executable, target }: SoakProxyOptions): Promise<SoakProxy> {
  const folder = await mkdtemp(join(tmpdir(), 'cors-proxy-soak-'));
  const file = join(folder, 'cors-proxy.config.json');
  let saves = 0;
  const save = async () => {
    saves += 1;
    // As editors do it: written beside and moved over.
    await writeFile(`${file}.new`, configText(target, saves));
    await rename(`${file}.new`, file);
  };
  await save();
  const probe = join(dirname(executable), '../test/soak/probe.js');
  const child = spawn(
    process.execPath,
    ['--expose-gc', '--import', probe, executable, '-c', file, '--port', '0', '--log-format', 'json'],
    { stdio: ['ignore', 'pipe', 'inherit', 'ipc'] },
  );
  const exited = once(child, 'exit');
  const heard: string[] = [];
  child.on('message', (message: { readonly heard?: string }) => {
    if (message.heard !== undefined) heard.push(message.heard);
  });
  const events = new Map<string, number>();
  const port = await readyPort(child, events);
  return {
    port,
    held: () => ask(child),
    reload: save,
    events,
    heard,
    stop: async () => {
      child.kill('SIGINT');
      const [code, signal] = (await exited) as [number | null, string | null];
      await rm(folder, { recursive: true, force: true });
      return signal ?? code;
    },
  };
}

function configText(target: string, save: number): string {
  return JSON.stringify({
    listen: { host: '127.0.0.1', timeouts: { head: 5000 } },
    timeouts: { connect: 5000, headers: 5000, body: 5000 },
    // Each save is another set of rules, or nothing would be reloaded.
    routes: [{ match: '/api/**', target, cors: { allowOrigin: page, maxAge: save } }],
  });
}

async function readyPort({ stdout }: ChildProcess, events: Map<string, number>): Promise<number> {
  if (stdout === null) throw new Error('The proxy has no standard output');
  const lines = createInterface({ input: stdout });
  return new Promise((resolve) => {
    lines.on('line', (line) => {
      const { event, port } = JSON.parse(line) as { readonly event: string; readonly port?: number };
      events.set(event, (events.get(event) ?? 0) + 1);
      if (event === 'ready' && port !== undefined) resolve(port);
    });
  });
}

function ask(child: ChildProcess): Promise<Held> {
  return new Promise((resolve) => {
    const take = (message: Partial<Held>) => {
      if (message.heapBytes === undefined) return;
      child.off('message', take);
      resolve(message as Held);
    };
    child.on('message', take);
    child.send({});
  });
}
