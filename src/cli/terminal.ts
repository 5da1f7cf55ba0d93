/** Where a command prints: results on standard output, warnings and errors on standard error, each with its own colours. */

import { concealed } from '../config/concealed.ts';
import { hanging } from '../config/wrapped.ts';
import { escapeControls } from '../observe/mask.ts';
import { paintFor } from '../observe/paint.ts';
import { boundedSink, type Sink } from '../observe/sink.ts';
import type { Layout } from '../observe/spans.ts';
import { type Io, type Output, widthOf } from './io.ts';

export interface Channel {
  readonly sink: Sink;
  /** Writes a text and a line break. */
  readonly line: (text: string) => void;
  /** As it is now: a terminal can be resized. */
  readonly layout: () => Layout;
}

export interface Terminal {
  readonly out: Channel;
  readonly err: Channel;
  readonly flush: () => Promise<void>;
}

/** A reader that has not read by then does not want to. */
const flushTimeoutMs = 1000;

export function createTerminal({ stdout, stderr, env }: Io, color: 'auto' | 'never'): Terminal {
  const channel = (output: Output): Channel => {
    const sink = boundedSink(output);
    const paint = paintFor({ isTerminal: output.isTTY === true, env, flag: color });
    return {
      sink,
      line: (text) => sink.write(`${text}\n`),
      layout: () => ({ width: widthOf(output), paint }),
    };
  };
  const out = channel(stdout);
  const err = channel(stderr);
  return {
    out,
    err,
    flush: async () => {
      await Promise.all([out.sink.flush(flushTimeoutMs), err.sink.flush(flushTimeoutMs)]);
    },
  };
}

/** What cannot be done and why, and the way out: the form of every error that is not a config's. */
export function complain({ err }: Terminal, said: string, mend: string): void {
  const { paint, width } = err.layout();
  // A flag or an operand that is quoted may be a URL with a password.
  const shown = (text: string, indent: number) => hanging(escapeControls(concealed(text)), { indent, width });
  err.line(`${paint.red('✗')} ${shown(said, 2)}`);
  if (mend !== '') err.line(`  ${paint.bold('Mend:')} ${shown(mend, 8)}`);
}
