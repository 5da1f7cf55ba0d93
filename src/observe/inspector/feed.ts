/** What comes is told to those who watch, as server-sent events: in batches, so that a flood of requests is no flood of events. */

import type { EventStream, StreamOut } from '../../own-endpoint.ts';
import type { Journal } from '../journal.ts';
import { guarded } from './answer.ts';
import { rowOf } from './row.ts';
import type { Batch, Row, State } from './wire.ts';

export interface Feed {
  /** Whether anybody watches: only then anything is made. */
  readonly isWatched: () => boolean;
  /** An exchange came; call it only while somebody watches. */
  readonly note: (n: number) => void;
  /** Something else changed. */
  readonly touch: () => void;
  readonly open: () => EventStream;
}

/** Faster than this nobody reads. */
const flushMs = 80;
/** More than a screen; what came beside them is counted. */
const mostRows = 200;
/** A watcher that lags behind so far is told less. */
const mostWaiting = 1024 * 1024;

export function createFeed(journal: Journal, state: () => State): Feed {
  const watchers = new Set<StreamOut>();
  let pending: number[] = [];
  let isScheduled = false;
  return {
    isWatched: () => watchers.size > 0,
    note: (n) => {
      pending.push(n);
      wake();
    },
    touch: wake,
    open: () => ({
      kind: 'stream',
      head: { status: 200, reason: '', headers: ['Content-Type', 'text/event-stream', ...guarded] },
      start: (out) => {
        out.write(
          `retry: 1000\n\n${eventOf({ rows: journal.numbered().map(rowOf), missed: 0, state: state() })}`,
        );
        watchers.add(out);
        return () => watchers.delete(out);
      },
    }),
  };

  function wake(): void {
    if (watchers.size === 0) pending = [];
    else if (!isScheduled) setTimeout(flush, flushMs).unref();
    isScheduled = watchers.size > 0;
  }

  function flush(): void {
    isScheduled = false;
    const numbers = pending;
    pending = [];
    const rows = numbers.slice(-mostRows).flatMap(findRow);
    const text = eventOf({ rows, missed: numbers.length - rows.length, state: state() });
    for (const out of watchers) {
      if (out.waiting() < mostWaiting) out.write(text);
    }
  }

  function findRow(n: number): readonly Row[] {
    const exchange = journal.find(n);
    return exchange === undefined ? [] : [rowOf({ n, exchange })];
  }
}

function eventOf(batch: Batch): string {
  return `data: ${JSON.stringify(batch)}\n\n`;
}
