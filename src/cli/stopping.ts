/** When a running proxy ends: signals, and the end of the parent that holds standard input. */

import type { App } from '../app.ts';
import { type ExitCode, exitCode } from './exit-code.ts';
import type { Io } from './io.ts';

export interface Stopping {
  readonly app: Pick<App, 'close'>;
  readonly parent: ParentWatch;
  readonly started: () => void;
  readonly ended: (report: { readonly aborted: number }) => void | Promise<void>;
}

/** `npm run` passes Ctrl-C on to a process that the terminal has already told: two signals, one key. No hand is faster. */
const sameKeyMs = 100;

/** Resolves when all is closed, or when a second SIGINT wants no waiting. */
export function untilStopped(
  io: Pick<Io, 'env' | 'onSignal'>,
  { app, parent, started, ended }: Stopping,
): Promise<ExitCode> {
  return new Promise((resolve, reject) => {
    let stoppedAt: number | undefined;
    let interruptedAt: number | undefined;
    const isUnderNpm = io.env.npm_lifecycle_event !== undefined;
    const stop = () => {
      if (stoppedAt !== undefined) return;
      stoppedAt = performance.now();
      started();
      app
        .close()
        .then(ended)
        .then(() => finish(exitCode.ok), reject);
    };
    const interrupt = () => {
      const now = performance.now();
      if (interruptedAt === undefined) interruptedAt = now;
      else if (!isUnderNpm || now - interruptedAt > sameKeyMs) finish(exitCode.forced);
      stop();
    };
    const off = [
      io.onSignal('SIGINT', interrupt),
      io.onSignal('SIGTERM', stop),
      // The terminal was closed; its lines go nowhere, the requests still end well.
      io.onSignal('SIGHUP', stop),
    ];
    parent.onEnd(stop);
    function finish(code: ExitCode): void {
      for (const each of off) each();
      resolve(code);
    }
  });
}

export interface ParentWatch {
  /** Calls once, when a parent that was there at the start has gone. */
  readonly onEnd: (gone: () => void) => void;
  readonly close: () => void;
}

export const noParent: ParentWatch = { onEnd: () => {}, close: () => {} };

/**
 * A process manager that dies without a signal leaves one trace: the pipe on our standard input ends. Only a pipe or a
 * socket counts, and only one that was still open when the proxy was ready: `cors-proxy < /dev/null &`, a closed
 * descriptor and `true | cors-proxy` say nothing of a parent. What comes through the pipe is read and ignored.
 */
export function watchParent({ stdin, stdinKind }: Pick<Io, 'stdin' | 'stdinKind'>): ParentWatch {
  if (stdinKind !== 'pipe') return noParent;
  // Read from the beginning: an end that comes before the proxy is ready has passed when `onEnd` is called.
  stdin.on('error', () => {}).resume();
  return {
    onEnd: (gone) => {
      stdin.once('end', gone);
    },
    close: () => {
      stdin.pause();
      stdin.destroy();
    },
  };
}
