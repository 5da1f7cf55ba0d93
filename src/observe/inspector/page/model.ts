/** What the page shows, as one value, and how news change it. Pure: the views draw it, `main` owns it. */

import type { Batch, Detail, Row, State, Told } from '../wire.ts';
import { type Filter, filterOf } from './filter.ts';
import { type Item, pairRows } from './pairing.ts';

export type Tab = 'why' | 'headers' | 'body' | 'cookies' | 'timing';

export interface Edit {
  readonly method: string;
  readonly path: string;
  readonly fields: string;
  readonly body: string;
}

export interface Model {
  /** The oldest first. */
  readonly rows: readonly Row[];
  readonly items: readonly Item[];
  /** What passes the filter, the newest first. */
  readonly shown: readonly Item[];
  /** Requests that came too fast to be told. */
  readonly missed: number;
  readonly connection: 'connecting' | 'live' | 'lost' | 'ended';
  readonly isPaused: boolean;
  /** What came while paused, as one. */
  readonly held: Batch | null;
  readonly state: State | null;
  readonly filter: string;
  readonly selected: number | null;
  readonly detail: Detail | null;
  /** Why there is no detail; empty while it is on its way. */
  readonly lost: string;
  readonly tab: Tab;
  readonly marked: ReadonlySet<number>;
  readonly told: Told | null;
  readonly edit: Edit | null;
  readonly isHelping: boolean;
  /** Whether routes and config are shown where there is no room beside the list. */
  readonly isSideOpen: boolean;
  readonly isRaw: boolean;
}

export const empty: Model = {
  rows: [],
  items: [],
  shown: [],
  missed: 0,
  connection: 'connecting',
  isPaused: false,
  held: null,
  state: null,
  filter: '',
  selected: null,
  detail: null,
  lost: '',
  tab: 'why',
  marked: new Set(),
  told: null,
  edit: null,
  isHelping: false,
  isSideOpen: false,
  isRaw: false,
};

/** As many rows as stay in the page; the proxy keeps the details of the last 200. */
const mostRows = 2000;

export function withBatch(model: Model, batch: Batch): Model {
  if (model.isPaused) return { ...model, held: both(model.held, batch), state: batch.state };
  const rows = merged(model.rows, batch).slice(-mostRows);
  return listed({ ...model, rows, missed: model.missed + batch.missed, state: batch.state });
}

function both(held: Batch | null, batch: Batch): Batch {
  const rows = merged(held?.rows ?? [], batch).slice(-mostRows);
  return { ...batch, rows, missed: (held?.missed ?? 0) + batch.missed };
}

/** Each number once, as it was told last, in their order: one that goes on took its number before it is over. */
function merged(known: readonly Row[], { rows, running }: Batch): readonly Row[] {
  const isRunning = new Set(running);
  const byNumber = new Map(known.map((row) => [row.n, row]));
  for (const row of rows) byNumber.set(row.n, row);
  return [...byNumber.values()]
    .map((row) => (row.isRunning && !isRunning.has(row.n) ? { ...row, isRunning: false } : row))
    .sort((a, b) => a.n - b.n);
}

/** What went on when the proxy was heard last: whether it still does, nobody knows. */
export function withConnection(model: Model, connection: Model['connection']): Model {
  if (connection === 'live') return { ...model, connection };
  const rows = model.rows.map((row) => (row.isRunning ? { ...row, isRunning: false } : row));
  return listed({ ...model, connection, rows });
}

/** How many came while it is paused; what goes on is told again and again, and came once. */
export function heldCount({ rows, held }: Model): number {
  if (held === null) return 0;
  const known = new Set(rows.map(({ n }) => n));
  return held.rows.filter(({ n }) => !known.has(n)).length + held.missed;
}

export function withPause(model: Model): Model {
  if (!model.isPaused) return { ...model, isPaused: true };
  const goingOn: Model = { ...model, isPaused: false, held: null };
  return model.held === null ? goingOn : withBatch(goingOn, model.held);
}

export function withFilter(model: Model, filter: string): Model {
  return listed({ ...model, filter });
}

export function cleared(model: Model): Model {
  return listed({
    ...model,
    rows: [],
    held: null,
    missed: 0,
    selected: null,
    detail: null,
    edit: null,
    marked: new Set(),
  });
}

export function withMark(model: Model, n: number): Model {
  const marked = new Set(model.marked);
  if (!marked.delete(n)) marked.add(n);
  return { ...model, marked };
}

export function selection(model: Model, n: number | null): Model {
  if (n === model.selected) return model;
  return { ...model, selected: n, detail: null, lost: '', edit: null, told: null };
}

function listed(model: Model): Model {
  const passes: Filter = filterOf(model.filter);
  const items = pairRows(model.rows);
  return { ...model, items, shown: items.filter(passes).toReversed() };
}

/** The row that lies so many further down; the newest where none is selected. */
export function neighbour({ shown, selected }: Model, by: number): number | null {
  const at = shown.findIndex(({ row }) => row.n === selected);
  const begin = by === Number.POSITIVE_INFINITY ? shown.length - 1 : 0;
  const next = at === -1 ? begin : Math.max(0, Math.min(shown.length - 1, at + by));
  return shown[next]?.row.n ?? null;
}

export function selectedItem({ items, selected }: Model): Item | undefined {
  return items.find(({ row, preflight }) => row.n === selected || preflight?.n === selected);
}

export function editOf({ row, request }: Detail): Edit {
  const kept = request.fields.filter(([name]) => !isMadeAnew.test(name));
  const fields = kept.map(([name, value]) => `${name}: ${value}`).join('\n');
  return { method: row.method, path: row.path, fields, body: request.body.text };
}

/** The framing is the proxy's, when it sends again. */
const isMadeAnew = /^(?:connection|content-length|expect|keep-alive|transfer-encoding)$/i;

/** `Name: value`, a line each; a line without a colon is a name without a value. */
export function fieldsOf(text: string): readonly (readonly [string, string])[] {
  return text
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => {
      const colon = line.indexOf(':');
      return colon === -1 ? [line.trim(), ''] : [line.slice(0, colon).trim(), line.slice(colon + 1).trim()];
    });
}
