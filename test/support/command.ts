/** Runs the command line as a function: no process, no terminal. */

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { onTestFinished } from 'vitest';
import type { Io, SignalName } from '../../src/cli/io.ts';
import { main } from '../../src/cli/main.ts';

export interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly stdin?: string;
  readonly columns?: number;
}

export async function run(argv: readonly string[], options: RunOptions = {}): Promise<Ran> {
  const running = start(argv, options);
  const code = await running.ended;
  return { code, stdout: running.stdout(), stderr: running.stderr() };
}

/** A command that goes on until a signal; `said` resolves once the text has been printed on standard output. */
function start(argv: readonly string[], options: RunOptions = {}) {
  const stdout = recorder(options.columns);
  const stderr = recorder(options.columns);
  const handlers = new Map<SignalName, () => void>();
  const io: Io = {
    stdin: Readable.from([Buffer.from(options.stdin ?? '')]),
    stdinKind: 'other',
    stdout: stdout.stream,
    stderr: stderr.stream,
    env: options.env ?? {},
    cwd: options.cwd ?? folder({}),
    onSignal: (name, handler) => {
      handlers.set(name, handler);
      return () => handlers.delete(name);
    },
  };
  const ended = main(argv, io);
  return {
    ended,
    stdout: stdout.text,
    stderr: stderr.text,
    said: stdout.said,
    warned: stderr.said,
    signal: (name: SignalName) => handlers.get(name)?.(),
  };
}

function recorder(columns: number | undefined) {
  const terminal = columns === undefined ? {} : { isTTY: true, columns };
  const stream = Object.assign(new PassThrough(), terminal);
  let text = '';
  const waiting = new Set<() => void>();
  stream.on('data', (chunk: Buffer) => {
    text += chunk.toString('utf8');
    for (const look of waiting) look();
  });
  const said = (wanted: string | RegExp) =>
    new Promise<string>((resolve) => {
      const look = () => {
        if (typeof wanted === 'string' ? !text.includes(wanted) : !wanted.test(text)) return;
        waiting.delete(look);
        resolve(text);
      };
      waiting.add(look);
      look();
    });
  return { stream, text: () => text, said };
}

/** A folder of its own with these files, gone after the test. */
export function folder(files: Readonly<Record<string, string>>): string {
  const path = mkdtempSync(join(tmpdir(), 'cors-proxy-'));
  onTestFinished(() => rmSync(path, { recursive: true, force: true }));
  // Discovery goes upward to the repository's root: here it ends.
  for (const [name, text] of Object.entries({ '.git': '', ...files })) writeFileSync(join(path, name), text);
  return path;
}
