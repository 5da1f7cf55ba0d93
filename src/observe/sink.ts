/**
 * Lines for a stream that may be slow, full or closed. Whoever reads the log can neither stop this proxy nor let its
 * memory grow: what does not fit is dropped and counted.
 *
 * Refused alternative: pino's own asynchronous destination. It writes on a thread of the pool, and Node waits for that
 * thread at exit: a reader that does not read would hold the process for ever. Node writes to pipes without blocking.
 */

import type { Writable } from 'node:stream';

export interface Sink {
  readonly write: (text: string) => void;
  /** Waits until all is written, at most `timeoutMs`. */
  readonly flush: (timeoutMs: number) => Promise<void>;
  /** Texts that were given up. */
  readonly dropped: () => number;
}

/** Some thousand lines: more than a reader lags behind that means to come back. */
const defaultLimitBytes = 1024 * 1024;

/** A file takes what it is given, however much: only what a stream keeps may count as too much. */
const batchBytes = 64 * 1024;

/** Below what an eye sees. Under load a write of each turn of the event loop costs a sixth of what is told of. */
const leastBetweenWritesMs = 20;

export function boundedSink(stream: Writable, limitBytes: number = defaultLimitBytes): Sink {
  let isGone = false;
  let dropped = 0;
  // What is said in one turn of the event loop is one write, and under load what is said in some more of them.
  let waiting = '';
  let writtenAt = Number.NEGATIVE_INFINITY;
  // EPIPE: `cors-proxy | head`. Without a listener it would end the process.
  stream.on('error', () => {
    isGone = true;
  });
  stream.on('close', () => {
    isGone = true;
  });
  return {
    write: (text) => {
      if (waiting.length > batchBytes) pass();
      if (isGone || !stream.writable || stream.writableLength + waiting.length > limitBytes) {
        dropped += 1;
        return;
      }
      if (waiting === '') schedule();
      waiting += text;
    },
    flush: (timeoutMs) => {
      pass();
      return isGone ? Promise.resolve() : drained(stream, timeoutMs);
    },
    dropped: () => dropped,
  };

  function schedule(): void {
    const silentMs = performance.now() - writtenAt;
    if (silentMs >= leastBetweenWritesMs) setImmediate(pass);
    else setTimeout(pass, leastBetweenWritesMs - silentMs);
  }

  function pass(): void {
    const text = waiting;
    waiting = '';
    writtenAt = performance.now();
    if (text !== '' && !isGone && stream.writable) stream.write(text);
  }
}

function drained(stream: Writable, timeoutMs: number): Promise<void> {
  if (stream.writableLength === 0 || !stream.writable) return Promise.resolve();
  return new Promise((resolve) => {
    const timer = setTimeout(done, timeoutMs);
    function done(): void {
      clearTimeout(timer);
      stream.off('close', done);
      resolve();
    }
    stream.once('close', done);
    stream.write('', done);
  });
}
