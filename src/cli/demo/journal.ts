/** What reached the demo's API: proof that a refused request never did, and that a blocked one did. */

export interface SeenRequest {
  readonly method: string;
  /** Path and query. */
  readonly target: string;
  readonly origin: string | undefined;
  /** Status answered; `undefined` where the connection was ended instead. */
  readonly status: number | undefined;
  /** Names of the headers answered, as written. */
  readonly sent: readonly string[];
}

export interface Journal {
  readonly add: (request: SeenRequest) => void;
  /** Oldest first. */
  readonly all: () => readonly SeenRequest[];
  /** The requests whose query has `call=<id>`: those of one call of the demo page, preflights included. */
  readonly ofCall: (id: string) => readonly SeenRequest[];
}

/** A page that is reloaded all day must not fill the memory; one run of it makes some 30 requests. */
const longest = 500;

export function createJournal(): Journal {
  const seen: SeenRequest[] = [];
  return {
    add: (request) => {
      seen.push(request);
      if (seen.length > longest) seen.shift();
    },
    all: () => [...seen],
    ofCall: (id) => seen.filter(({ target }) => callOf(target) === id),
  };
}

function callOf(target: string): string | null {
  const query = target.indexOf('?');
  return query === -1 ? null : new URLSearchParams(target.slice(query)).get('call');
}
