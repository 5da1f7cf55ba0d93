/** What the inspector's page is told: plain JSON, masked. Both sides import these shapes, and nothing else is here. */

export interface Row {
  /** Counted from 1 since the start. */
  readonly n: number;
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly method: string;
  readonly path: string;
  /** 0 while it is awaited. */
  readonly status: number;
  /** It goes on; what it says of itself is as of now. */
  readonly isRunning: boolean;
  /** `12:04:31`, `84ms`, `1.2k` */
  readonly time: string;
  readonly duration: string;
  readonly size: string;
  /** Index of the route; `null` where none matched. */
  readonly route: number | null;
  /** The route's globs; empty where none matched. */
  readonly match: string;
  readonly origin: string | null;
  readonly verdict: 'allowed' | 'refused' | 'not needed' | 'none';
  readonly who: 'cors' | 'ws' | 'upstream' | 'proxy';
  readonly mark: '✓' | '✗' | '–';
  readonly word: string;
  readonly why: string;
  /** The error's code; empty where there is none. */
  readonly code: string;
  /** What a preflight asks for; `null` for other requests. */
  readonly ask: { readonly method: string; readonly headers: readonly string[] } | null;
  /** The exchange that this one repeats. */
  readonly replayOf: number | null;
}

export type Field = readonly [name: string, value: string];

export interface Step {
  readonly mark: '✓' | '✗' | '–' | '→';
  readonly text: string;
  /** `cors-proxy.config.json:7:27`, or empty. */
  readonly place: string;
  /** What to change; empty where there is nothing to mend. */
  readonly mend: string;
  /** What finds out what is not known here, to paste into a shell; empty where there is nothing to find out. */
  readonly command: string;
}

export interface BodyView {
  /** `unkept`: nobody was looking, so nothing is known but its length. */
  readonly kind: 'text' | 'binary' | 'none' | 'unkept';
  /** The media type as sent. */
  readonly type: string;
  readonly text: string;
  /** Bytes that passed. */
  readonly bytes: number;
  /** What a reader should know: decoded from what, cut where, why not shown. */
  readonly notes: readonly string[];
}

export interface CookieRow {
  readonly name: string;
  readonly fate: 'kept' | 'changed' | 'dropped';
  readonly before: string;
  /** Empty where it was dropped. */
  readonly after: string;
  readonly notes: readonly string[];
}

export interface Detail {
  readonly row: Row;
  readonly requestId: string;
  readonly client: string;
  readonly version: string;
  /** The URL that the client asked for. */
  readonly url: string;
  readonly request: {
    readonly fields: readonly Field[];
    /** What went up; `null` where nothing did. */
    readonly upstream: {
      readonly url: string;
      readonly method: string;
      readonly fields: readonly Field[];
    } | null;
    readonly body: BodyView;
  };
  readonly response: {
    /** As the upstream sent them; `null` where it did not answer. */
    readonly upstreamFields: readonly Field[] | null;
    readonly fields: readonly Field[];
    readonly body: BodyView;
  };
  readonly why: readonly Step[];
  readonly browser: readonly Step[];
  readonly without: readonly Step[];
  readonly cookies: { readonly up: readonly CookieRow[]; readonly down: readonly CookieRow[] };
  readonly timing: { readonly waitMs: number | null; readonly totalMs: number; readonly attempts: number };
  /** Why it cannot be sent again; empty where it can. */
  readonly noReplay: string;
  /** The origin that a click would allow; empty where there is none. */
  readonly allowable: string;
}

export interface RouteRow {
  readonly index: number;
  readonly match: string;
  readonly methods: string;
  readonly target: string;
  readonly origins: string;
  readonly place: string;
  /** Names, never values. */
  readonly secrets: readonly string[];
  readonly hits: number;
  readonly refused: number;
  readonly failed: number;
}

export interface State {
  readonly version: string;
  readonly startedAt: number;
  readonly requests: number;
  readonly refused: number;
  readonly failed: number;
  readonly routes: readonly RouteRow[];
  readonly unrouted: number;
  readonly config: {
    readonly file: string;
    readonly reloads: number;
    readonly reloadedAt: number | null;
    /** What the last reload changed. */
    readonly changes: readonly string[];
    /** The problems of the last save that was not taken up; empty where all is well. */
    readonly problems: readonly string[];
    readonly failedAt: number | null;
  };
}

/** `rows` that came, or that changed; `missed` more came than are told. */
export interface Batch {
  readonly rows: readonly Row[];
  readonly missed: number;
  /** The numbers of all that go on; a row that is not among them is over, even where its end was missed. */
  readonly running: readonly number[];
  readonly state: State;
}

export interface ReplayWish {
  readonly n: number;
  /** `null`: as it was. */
  readonly edit: {
    readonly method: string;
    readonly path: string;
    readonly fields: readonly Field[];
    readonly body: string;
  } | null;
}

/** What became of an action, in a sentence. */
export interface Told {
  readonly ok: boolean;
  readonly text: string;
  readonly mend: string;
}
