/** The rows of `faults.json`: what can go wrong between a page and an API, and what must come of it. */

import { readFileSync } from 'node:fs';

export interface Fault {
  readonly id: string;
  readonly group: string;
  readonly priority: 'must' | 'should' | 'could';
  readonly setup: string;
  readonly stimulus: string;
  readonly expected: Expected;
}

export interface Expected {
  /** A number, or prose where the row has several. */
  readonly status: number | string;
  readonly code?: string;
}

const file = new URL('./faults.json', import.meta.url);

export const faults: readonly Fault[] = JSON.parse(readFileSync(file, 'utf8')).faults;

const byId = new Map(faults.map((row) => [row.id, row]));

export function fault(id: string): Fault {
  const row = byId.get(id);
  if (row === undefined) throw new Error(`faults.json has no row ${id}`);
  return row;
}

const usualSetup = /^proxy with one route/;

/** `CF-01 POST with …`, and which of the row's cases this is. */
export function titleOf(id: string, which = ''): string {
  const { setup, stimulus } = fault(id);
  const where = usualSetup.test(setup) ? '' : `${setup}: `;
  return `${id} ${where}${stimulus}${which === '' ? '' : ` — ${which}`}`;
}
