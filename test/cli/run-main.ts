/** `main` without a process: a folder of its own, streams that are kept, signals that the test sends. */

import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { PassThrough, Writable } from 'node:stream';
import { onTestFinished } from 'vitest';
import type { Io, SignalName } from '../../src/cli/io.ts';
import { main } from '../../src/cli/main.ts';
import { newWatch } from '../support/watch.ts';

export interface World {
  /** Path → text, in the folder that the command stands in. */
  readonly files?: Readonly<Record<string, string>>;
  /** The folder below it where the command is run. Default: there itself. */
  readonly below?: string;
  /** A folder that is there already, in the place of one with `files`. */
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly stdin?: string;
  /** A terminal of this width. Default: no terminal. */
  readonly columns?: number;
  /** Default: held by a parent. */
  readonly stdinKind?: Io['stdinKind'];
}

export interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
  readonly cwd: string;
}

export async function runMain(argv: readonly string[], world: World = {}): Promise<Ran> {
  const started = startMain(argv, world);
  started.stdin.end(world.stdin ?? '');
  const code = await started.ended;
  return { code, stdout: started.stdout(), stderr: started.stderr(), cwd: started.cwd };
}

export interface Started {
  readonly ended: Promise<number>;
  readonly cwd: string;
  /** Held open as a parent process would. */
  readonly stdin: PassThrough;
  readonly stdout: () => string;
  readonly stderr: () => string;
  /** The first match in what is printed, on either stream, now or later. */
  readonly printed: (pattern: RegExp) => Promise<RegExpExecArray>;
  readonly signal: (name: SignalName) => void;
}

/** For commands that run until they are stopped; a test that forgets to is stopped here. */
export function startMain(argv: readonly string[], world: World = {}): Started {
  const cwd = join(world.cwd ?? folderWith(world.files ?? {}), world.below ?? '');
  const watch = newWatch();
  const [stdout, stderr] = [
    keptStream(watch.changed, world.columns),
    keptStream(watch.changed, world.columns),
  ];
  const stdin = new PassThrough();
  const handlers = new Map<SignalName, Set<() => void>>();
  const signal = (name: SignalName) => {
    for (const handler of [...(handlers.get(name) ?? [])]) handler();
  };
  const io: Io = {
    stdin,
    stdinKind: world.stdinKind ?? 'pipe',
    stdout: stdout.stream,
    stderr: stderr.stream,
    env: world.env ?? {},
    cwd,
    onSignal: (name, handler) => {
      const known = handlers.get(name) ?? new Set();
      handlers.set(name, known.add(handler));
      return () => known.delete(handler);
    },
  };
  const ended = main(argv, io);
  onTestFinished(async () => {
    signal('SIGTERM');
    await ended.catch(() => {});
  });
  return {
    ended,
    cwd,
    stdin,
    stdout: stdout.text,
    stderr: stderr.text,
    printed: (pattern) =>
      watch.within(
        deadlineMs,
        () => pattern.exec(`${stdout.text()}\n${stderr.text()}`) ?? undefined,
        () => `${pattern} is not in\n${stdout.text()}\n${stderr.text()}`,
      ),
    signal,
  };
}

/** Bounds failures alone. */
const deadlineMs = 10_000;

export function folderWith(files: Readonly<Record<string, string>>): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'cors-proxy-test-')));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  // A config is looked for upward to the root of the repository: here.
  mkdirSync(join(folder, '.git'));
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  return folder;
}

function keptStream(changed: () => void, columns: number | undefined) {
  let kept = '';
  const stream = new Writable({
    write: (chunk, _encoding, done) => {
      kept += String(chunk);
      changed();
      done();
    },
  });
  const terminal = columns === undefined ? {} : { isTTY: true, columns };
  return { stream: Object.assign(stream, terminal), text: () => kept };
}
