/** One fuzzed conversation as plain data: a failing one is printed as JSON and becomes a test. */

export const kinds = ['requests', 'responses', 'handshakes'] as const;

/** What is broken in it; in `handshakes` one of the two sides. */
export type Kind = (typeof kinds)[number];

export interface FuzzCase {
  readonly kind: Kind;
  /** Stands in every path and in every body, so that a message that went astray is known by it. */
  readonly name: string;
  readonly client: ClientSide;
  /** For the first, second, … request that reaches the upstream; those that follow are answered in order. */
  readonly answers: readonly Answer[];
}

export interface ClientSide {
  /** Each is written in its own turn of the event loop. Texts are latin1: one unit, one byte. */
  readonly packets: readonly string[];
  /** A request that is written when the answer to the first has come. */
  readonly second: string;
  /** When the probe goes out, a request that ends the connection: right behind the rest, or once that had an effect. */
  readonly probe: 'at once' | 'later';
  /** How a tunnel is left. */
  readonly leave: 'fin' | 'rst';
}

export interface Answer {
  /** What the upstream waits for. */
  readonly when: 'head' | 'request';
  readonly packets: readonly string[];
  readonly end: 'stay' | 'fin' | 'rst';
}
