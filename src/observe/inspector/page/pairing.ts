/** A preflight belongs to the request that follows it: one line for both. */

import type { Row } from '../wire.ts';

export interface Item {
  readonly row: Row;
  /** What the browser asked first; `null` where it did not, or went by an earlier answer. */
  readonly preflight: Row | null;
}

/** A browser sends the request at once; later it is another one's, and the answer came from the browser's cache. */
const longestGapMs = 30_000;

/** Rows in their order → items in the order of their requests. A preflight without a request stands for itself. */
export function pairRows(rows: readonly Row[]): readonly Item[] {
  const waiting = new Map<string, Row[]>();
  const taken = new Map<Row, Row>();
  const used = new Set<Row>();
  for (const row of rows) {
    if (row.ask !== null)
      waiting.set(keyOf(row, row.ask.method), [...(waiting.get(keyOf(row, row.ask.method)) ?? []), row]);
    else take(row);
  }
  return rows.filter((row) => !used.has(row)).map((row) => ({ row, preflight: taken.get(row) ?? null }));

  function take(row: Row): void {
    // A replay is sent by the proxy, and it asks nobody first.
    const asked = row.replayOf === null ? waiting.get(keyOf(row, row.method)) : undefined;
    const preflight = asked?.findLast((each) => each.mark !== '✗' && isNear(each, row));
    if (preflight === undefined) return;
    asked?.splice(asked.indexOf(preflight), 1);
    taken.set(row, preflight);
    used.add(preflight);
  }
}

function isNear(preflight: Row, row: Row): boolean {
  return row.at >= preflight.at && row.at - preflight.at <= longestGapMs;
}

function keyOf({ origin, path }: Row, method: string): string {
  return `${origin} ${method} ${path}`;
}

/** Methods that never need to be asked for (Fetch, "CORS-safelisted method"). */
const safelisted: ReadonlySet<string> = new Set(['GET', 'HEAD', 'POST']);

/** `method PUT`, `header idempotency-key`: why the browser asked, read from what it asked for. */
export function becauseOf({ ask }: Row): readonly string[] {
  if (ask === null) return [];
  const causes = [
    ...(safelisted.has(ask.method) ? [] : [`method ${ask.method}`]),
    ...ask.headers.map((name) => `header ${name}`),
  ];
  return causes.length > 0 ? causes : ['a listener on its upload, or a body that is a stream'];
}
