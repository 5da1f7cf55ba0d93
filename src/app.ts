/** Ruleset + servers + observers → a running proxy. */

import type { Observer } from './exchange.ts';
import type { Ruleset } from './ruleset.ts';

export interface AppOptions {
  /** Called once for each exchange, after its end. */
  readonly observe?: Observer;
  /** Called for what is worth a line without being an exchange: a parser error, a dropped connection. */
  readonly notice?: (notice: Notice) => void;
}

export interface Notice {
  readonly level: 'info' | 'warn';
  readonly message: string;
}

export interface App {
  /** `http://localhost:8010` */
  readonly url: string;
  readonly port: number;
  /** `127.0.0.1:8010`, `[::1]:8010` */
  readonly addresses: readonly string[];
  readonly ruleset: () => Ruleset;
  /** One assignment: requests that are under way end on the rules that they began with. */
  readonly reload: (next: Ruleset) => void;
  /** Stops accepting, waits for open requests up to `listen.timeouts.drain`, then destroys the rest. */
  readonly close: () => Promise<CloseReport>;
}

export interface CloseReport {
  /** Connections that had to be destroyed. */
  readonly aborted: number;
}

/** Rejects with Node's error (`EADDRINUSE`, `EACCES`, `EADDRNOTAVAIL`) where it cannot listen. */
export function startApp(_ruleset: Ruleset, _options: AppOptions = {}): Promise<App> {
  return Promise.reject(new Error('not yet'));
}
