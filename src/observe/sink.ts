/**
 * Lines for a stream that may be slow, full or closed. Whoever reads the log can neither stop this proxy nor let its
 * memory grow: what does not fit is dropped and counted.
 *
 * Refused alternative: pino's own asynchronous destination. It writes on a thread of the pool, and Node waits for that
 * thread at exit: a reader that does not read would hold the process for ever. Node writes to pipes without blocking.
 */

import type { Writable } from 'node:stream';

/** A text, or what makes one: it is called when the line is written, outside of the way of what is told of. */
export type Line = string | (() => string);

export interface Sink {
  readonly write: (line: Line) => void;
  /** Waits until all is written, at most `timeoutMs`. */
  readonly flush: (timeoutMs: number) => Promise<void>;
  /** Lines that were given up. */
  readonly dropped: () => number;
}

/** Some thousand lines: more than a reader lags behind that means to come back. */
const defaultLimitBytes = 1024 * 1024;

/** A file takes what it is given, however much: only what a stream keeps may count as too much. */
const batchBytes = 64 * 1024;
const mostWaiting = 1000;

/** Below what an eye sees. Under load a write of each turn of the event loop costs a sixth of what is told of. */
const leastBetweenWritesMs = 10;

export function boundedSink(stream: Writable, limitBytes: number = defaultLimitBytes): Sink {
  let isGone = false;
  let dropped = 0;
  // What is said in one turn of the event loop is one write, and under load what is said in some more of them.
  let waiting: Line[] = [];
  let writtenAt = Number.NEGATIVE_INFINITY;
  // EPIPE: `cors-proxy | head`. Without a listener it would end the process.
  stream.on('error', () => {
    isGone = true;
  });
  stream.on('close', () => {
    isGone = true;
  });
  return {
    write: (line) => {
      if (waiting.length === mostWaiting) pass();
      if (isFull(0)) {
        dropped += 1;
        return;
      }
      if (waiting.length === 0) schedule();
      waiting.push(line);
    },
    flush: (timeoutMs) => {
      pass();
      return isGone ? Promise.resolve() : drained(stream, timeoutMs);
    },
    dropped: () => dropped,
  };

  function isFull(length: number): boolean {
    return isGone || !stream.writable || stream.writableLength + length > limitBytes;
  }

  function schedule(): void {
    const silentMs = performance.now() - writtenAt;
    if (silentMs >= leastBetweenWritesMs) setImmediate(pass);
    else setTimeout(pass, leastBetweenWritesMs - silentMs);
  }

  function pass(): void {
    const lines = waiting;
    waiting = [];
    writtenAt = performance.now();
    let batch = '';
    for (const line of lines) {
      if (batch.length > batchBytes) {
        stream.write(batch);
        batch = '';
      }
      if (isFull(batch.length)) dropped += 1;
      else batch += textOf(line);
    }
    if (batch !== '') stream.write(batch);
  }
}

/** A line that cannot be made is a bug in this proxy, and no reason for it to end. */
function textOf(line: Line): string {
  if (typeof line === 'string') return line;
  try {
    return line();
  } catch (error) {
    return `a line of the log could not be made: ${String(error)}\n`;
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
