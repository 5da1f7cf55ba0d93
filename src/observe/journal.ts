/** The last exchanges, and how many there were of which kind. Memory stays what it is after the first two hundred. */

import type { Exchange } from '../exchange.ts';

export interface Tally {
  readonly requests: number;
  readonly refused: number;
  readonly upstreamFailures: number;
}

export interface Numbered {
  /** Counted from 1 since the start. */
  readonly n: number;
  readonly exchange: Exchange;
}

export interface Journal {
  /** Gives the number of the exchange. */
  readonly add: (exchange: Exchange) => number;
  /** One that is not over: its number is kept for it. */
  readonly note: (exchange: Exchange) => Numbered;
  /** `undefined` where it was let go, or has not been. */
  readonly find: (n: number) => Exchange | undefined;
  /** Those that were noted and have not been added since, as they were last. */
  readonly running: () => readonly Numbered[];
  /** Those that are over, the newest last. */
  readonly all: () => readonly Exchange[];
  readonly numbered: () => readonly Numbered[];
  /** Of every exchange since the start, those that were let go too. */
  readonly tally: () => Tally;
}

/**
 * As many as a person scrolls through. Five hundred outlive a collection of V8's young generation under load, and all
 * were copied twice and then collected as old: that cost a seventh of each request, and stalls of 25 ms.
 */
const defaultCapacity = 200;

export function createJournal(capacity: number = defaultCapacity): Journal {
  const ring: Exchange[] = [];
  /** Beside the ring, since a pair of both for each would outlive a collection, too. */
  const numbers: number[] = [];
  const running = new Map<Exchange['id'], Numbered>();
  let last = 0;
  let requests = 0;
  let refused = 0;
  let upstreamFailures = 0;
  return {
    add: (exchange) => {
      const n = takeNumber(exchange);
      keep(n, exchange);
      requests += 1;
      if (exchange.outcome === 'refused') refused += 1;
      if (exchange.outcome === 'upstream_error') upstreamFailures += 1;
      return n;
    },
    note: (exchange) => {
      const noted = { n: running.get(exchange.id)?.n ?? nextNumber(), exchange };
      running.set(exchange.id, noted);
      return noted;
    },
    running: () => [...running.values()],
    find: (n) => kept(n) ?? [...running.values()].find((noted) => noted.n === n)?.exchange,
    all: () => numbered().map(({ exchange }) => exchange),
    numbered,
    tally: () => ({ requests, refused, upstreamFailures }),
  };

  function slotOf(n: number): number {
    return (n - 1) % capacity;
  }

  function kept(n: number): Exchange | undefined {
    return numbers[slotOf(n)] === n ? ring[slotOf(n)] : undefined;
  }

  function numbered(): readonly Numbered[] {
    const oldest = Math.max(1, last - capacity + 1);
    return Array.from({ length: last - oldest + 1 }, (_, i) => oldest + i).flatMap((n) => {
      const exchange = kept(n);
      return exchange === undefined ? [] : [{ n, exchange }];
    });
  }

  /** One that took its number long ago has lost its place to a later one. */
  function keep(n: number, exchange: Exchange): void {
    if (n <= last - capacity) return;
    ring[slotOf(n)] = exchange;
    numbers[slotOf(n)] = n;
  }

  function nextNumber(): number {
    last += 1;
    return last;
  }

  /** Nobody was looking, most of the time: then none are noted. */
  function takeNumber({ id }: Exchange): number {
    const noted = running.size === 0 ? undefined : running.get(id);
    if (noted === undefined) return nextNumber();
    running.delete(id);
    return noted.n;
  }
}
