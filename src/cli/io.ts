/** What a command may touch of the world: everything is handed in, so that a test runs `main` without a process. */

import { fstatSync, writeSync } from 'node:fs';
import type { Readable, Writable } from 'node:stream';
import { isatty } from 'node:tty';
import { exitCode } from './exit-code.ts';
import { isInForeground } from './foreground.ts';

export interface Output extends Writable {
  readonly isTTY?: boolean;
  readonly columns?: number;
}

export type SignalName = 'SIGINT' | 'SIGTERM' | 'SIGHUP' | 'SIGCONT';

export interface Io {
  readonly stdin: Readable;
  /**
   * `pipe`: held by a parent process, whose end may be the end of this one; a terminal and a file never are.
   * `terminal`: somebody types, and it is this process that they type to.
   */
  readonly stdinKind: 'pipe' | 'terminal' | 'other';
  readonly stdout: Output;
  readonly stderr: Output;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  /** Gives back what takes the handler away. */
  readonly onSignal: (name: SignalName, handler: () => void) => () => void;
  /** What is printed of an error that nobody caught, before the process ends; absent where there is no process. */
  readonly onCrash?: (tell: (error: unknown) => string) => void;
}

/** The world of a process. */
export function processIo(): Io {
  return {
    // A getter: opening standard input is left to those who read it. A job in the background must not touch a terminal.
    get stdin() {
      return process.stdin;
    },
    get stdinKind() {
      return stdinKind();
    },
    stdout: process.stdout,
    stderr: process.stderr,
    env: process.env,
    cwd: process.cwd(),
    onSignal: (name, handler) => {
      process.on(name, handler);
      return () => process.off(name, handler);
    },
    onCrash: (tell) => {
      process.once('uncaughtException', (error) => {
        writeNow(tell(error));
        process.exit(exitCode.failure);
      });
    },
  };
}

/** Past every buffer: the process will not live to empty one. */
function writeNow(text: string): void {
  try {
    writeSync(2, text);
  } catch {
    // Nobody reads any more.
  }
}

function stdinKind(): Io['stdinKind'] {
  if (isatty(0)) return isInForeground() ? 'terminal' : 'other';
  try {
    const stat = fstatSync(0);
    return stat.isFIFO() || stat.isSocket() ? 'pipe' : 'other';
  } catch {
    // Closed by the parent: `cors-proxy <&-`.
    return 'other';
  }
}

/** Columns of a terminal; a bare pseudo-terminal reports none. Infinite where the output is no terminal. */
export function widthOf({ isTTY, columns }: Output): number {
  if (isTTY !== true) return Number.POSITIVE_INFINITY;
  return columns === undefined || columns === 0 ? 80 : columns;
}
