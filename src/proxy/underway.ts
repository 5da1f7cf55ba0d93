/**
 * What is forwarded at present. A Set would make a new table every few dozen requests; an old one that V8 has promoted
 * keeps all that it held, and promotes it, too: that cost a fifth of each request after a pause.
 */

import type { Exchange } from '../exchange.ts';

export interface Underway {
  /** `performance.now()` at its beginning. */
  readonly startedAt: number;
  readonly soFar: () => Exchange;
  /** Where it stands in the list; the list's own. */
  place: number;
}

export class UnderwayList {
  readonly #items: Underway[] = [];

  add(one: Underway): void {
    one.place = this.#items.length;
    this.#items.push(one);
  }

  /** The last one takes its place. */
  delete(one: Underway): void {
    if (this.#items[one.place] !== one) return;
    const last = this.#items.pop();
    if (last === undefined || last === one) return;
    last.place = one.place;
    this.#items[one.place] = last;
  }

  /** Those that began before `latest`, the oldest first. */
  begunBefore(latest: number): readonly Underway[] {
    return this.#items
      .filter(({ startedAt }) => startedAt <= latest)
      .sort((a, b) => a.startedAt - b.startedAt);
  }
}
