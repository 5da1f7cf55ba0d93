/** Connections to one upstream: a bounded number, kept while they may be used again, and the requests that wait for one. */

import type { Call } from './call.ts';
import { Connection, type Owner } from './connection.ts';
import type { Dial } from './dial.ts';

/** How often idle connections are looked at, in milliseconds. */
const sweepMs = 1000;

export class Pool implements Owner {
  readonly #dial: Dial;
  readonly #limit: number;
  /** Idle ones and those in use. */
  readonly #connections = new Set<Connection>();
  /** The one that was used last comes last, and is used next: the others may grow old. */
  readonly #idle: Connection[] = [];
  readonly #waiting: Call[] = [];
  #isClosing = false;
  #sweep: NodeJS.Timeout | undefined;

  constructor(dial: Dial, limit: number) {
    this.#dial = dial;
    this.#limit = limit;
  }

  send(call: Call): void {
    const connection = this.#takeIdle();
    if (connection !== undefined) this.#use(connection, call);
    else if (this.#connections.size < this.#limit) this.#open(call);
    else this.#waiting.push(call);
  }

  /** Each connection closes after the last request that is here already. */
  close(): void {
    this.#isClosing = true;
    clearTimeout(this.#sweep);
    for (const connection of [...this.#idle]) connection.drop();
  }

  /** Ends all of them now. */
  destroy(): void {
    this.close();
    for (const call of this.#waiting.splice(0)) call.fail(new Error('The proxy is closing'));
    for (const connection of [...this.#connections]) connection.drop();
  }

  onFree(connection: Connection): void {
    this.#use(connection, this.#waiting.shift());
  }

  onClosed(connection: Connection): void {
    this.#connections.delete(connection);
    const at = this.#idle.indexOf(connection);
    if (at !== -1) this.#idle.splice(at, 1);
    const next = this.#waiting.shift();
    if (next !== undefined) this.#open(next);
  }

  #open(call: Call): void {
    this.#connections.add(new Connection(this.#dial, call, this));
  }

  /** Those whose clients have left meanwhile are passed over. */
  #use(connection: Connection, call: Call | undefined): void {
    let next = call;
    while (next !== undefined && !connection.carry(next)) next = this.#waiting.shift();
    if (next !== undefined) return;
    if (this.#isClosing) connection.drop();
    else {
      this.#idle.push(connection);
      this.#sweep ??= setTimeout(() => this.#dropExpired(), sweepMs).unref();
    }
  }

  #takeIdle(): Connection | undefined {
    const connection = this.#idle.pop();
    if (connection === undefined || connection.idleUntil > performance.now()) return connection;
    connection.drop();
    return this.#takeIdle();
  }

  #dropExpired(): void {
    const now = performance.now();
    for (const connection of this.#idle.filter(({ idleUntil }) => idleUntil <= now)) connection.drop();
    this.#sweep =
      this.#idle.length === 0 ? undefined : setTimeout(() => this.#dropExpired(), sweepMs).unref();
  }
}
