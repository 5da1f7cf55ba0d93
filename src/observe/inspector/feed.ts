/** What comes is told to those who watch, as server-sent events: in batches, so that a flood of requests is no flood of events. */

import type { Running } from '../../exchange.ts';
import type { EventStream, StreamOut } from '../../own-endpoint.ts';
import type { Journal, Numbered } from '../journal.ts';
import { guarded } from './answer.ts';
import { rowOf } from './row.ts';
import type { Batch, Row, State } from './wire.ts';

export interface Feed {
  /** Whether anybody watches: only then anything is made. */
  readonly isWatched: () => boolean;
  /** An exchange came; call it only while somebody watches. */
  readonly note: (came: Numbered) => void;
  /** Something else changed. */
  readonly touch: () => void;
  readonly open: () => EventStream;
}

export interface FeedSource {
  readonly journal: Journal;
  readonly state: () => State;
  readonly running: (leastMs: number) => Running;
}

/** Faster than this nobody reads. */
const flushMs = 80;
/** More than a screen; what came beside them is counted. */
const mostRows = 200;
/** A watcher that lags behind so far is told less. */
const mostWaiting = 1024 * 1024;
/** How often those are looked for that go on: nothing is done for a request before it is as old as `leastRunningMs`. */
const scanMs = 250;
const leastRunningMs = 150;

export function createFeed({ journal, state, running }: FeedSource): Feed {
  const watchers = new Set<StreamOut>();
  let pending: Numbered[] = [];
  let sockets: ReadonlySet<string> = new Set();
  let isScheduled = false;
  let scanner: NodeJS.Timeout | undefined;
  return {
    isWatched: () => watchers.size > 0,
    note: (came) => {
      pending.push(came);
      wake();
    },
    touch: wake,
    open: () => ({
      kind: 'stream',
      head: { status: 200, reason: '', headers: ['Content-Type', 'text/event-stream', ...guarded] },
      start: (out) => {
        scan();
        const known = [...journal.numbered(), ...journal.running()];
        out.write(`retry: 1000\n\n${eventOf(batchOf(known, 0))}`);
        watchers.add(out);
        scanner ??= setInterval(scan, scanMs).unref();
        return () => leave(out);
      },
    }),
  };

  function leave(out: StreamOut): void {
    watchers.delete(out);
    if (watchers.size > 0) return;
    clearInterval(scanner);
    scanner = undefined;
  }

  function wake(): void {
    if (watchers.size === 0) pending = [];
    else if (!isScheduled) setTimeout(flush, flushMs).unref();
    isScheduled = watchers.size > 0;
  }

  /** Of those that go on, what is new: one more, its head, a longer body, an open WebSocket or one that was open. */
  function scan(): void {
    const now = running(leastRunningMs);
    const before = new Map(journal.running().map(({ exchange }) => [exchange.id, exchange]));
    const changed = now.requests.flatMap((exchange) => {
      const noted = journal.note(exchange);
      const known = before.get(exchange.id);
      return known?.status === exchange.status && known.bytes === exchange.bytes ? [] : [noted];
    });
    const opened = now.sockets;
    const turned = ({ exchange: { id } }: Numbered) => opened.has(id) !== sockets.has(id);
    const handshakes = journal.numbered().filter(turned);
    sockets = opened;
    pending.push(...changed, ...handshakes);
    if (pending.length > 0) wake();
  }

  function flush(): void {
    isScheduled = false;
    const came = pending;
    pending = [];
    const rows = came.slice(-mostRows);
    const text = eventOf(batchOf(rows, came.length - rows.length));
    for (const out of watchers) {
      if (out.waiting() < mostWaiting) out.write(text);
    }
  }

  function batchOf(numbered: readonly Numbered[], missed: number): Batch {
    const open = journal.numbered().filter(isOpen);
    const numbers = [...journal.running(), ...open].map(({ n }) => n);
    return { rows: numbered.map(rowNow), missed, running: numbers, state: state() };
  }

  function rowNow(each: Numbered): Row {
    return isOpen(each) ? { ...rowOf(each), isRunning: true } : rowOf(each);
  }

  function isOpen({ exchange }: Numbered): boolean {
    return sockets.has(exchange.id);
  }
}

function eventOf(batch: Batch): string {
  return `data: ${JSON.stringify(batch)}\n\n`;
}
