/** What a command works with, and what it gives back. */

import type { CommandLine } from './command-line.ts';
import type { ExitCode } from './exit-code.ts';
import type { Io } from './io.ts';
import type { Settings } from './settings.ts';
import type { Terminal } from './terminal.ts';

export interface Context {
  readonly io: Io;
  readonly line: CommandLine;
  readonly settings: Settings;
  readonly terminal: Terminal;
}

export type Run = (context: Context) => Promise<ExitCode>;
