/** The last exchanges, and how many there were of which kind. Memory stays what it is after the first five hundred. */

import type { Exchange, Observer } from '../exchange.ts';

export interface Tally {
  readonly requests: number;
  readonly refused: number;
  readonly upstreamFailures: number;
}

export interface Journal {
  readonly add: Observer;
  /** The newest last. */
  readonly all: () => readonly Exchange[];
  /** Of every exchange since the start, those that were let go too. */
  readonly tally: () => Tally;
}

/** As many as a person scrolls through. */
const defaultCapacity = 500;

export function createJournal(capacity: number = defaultCapacity): Journal {
  const ring: Exchange[] = [];
  let requests = 0;
  let refused = 0;
  let upstreamFailures = 0;
  return {
    add: (exchange) => {
      ring[requests % capacity] = exchange;
      requests += 1;
      if (exchange.outcome === 'refused') refused += 1;
      if (exchange.outcome === 'upstream_error') upstreamFailures += 1;
    },
    all: () => {
      const oldest = ring.length < capacity ? 0 : requests % capacity;
      return [...ring.slice(oldest), ...ring.slice(0, oldest)];
    },
    tally: () => ({ requests, refused, upstreamFailures }),
  };
}
