/** From what the user gave (file, standard input, flags, variables) to one Config. */

import type { Config } from './config.ts';
import type { Checked } from './problem.ts';

/** A value and where it came from: `--port`, `CORS_PROXY_PORT`, `argument 1`. */
export interface Given<T> {
  readonly value: T;
  readonly from: string;
}

/** Values that stand above the file, key by key. */
export interface GivenValues {
  /** A URL sets `target`; `PREFIX=URL` makes a route with `stripPrefix`, put before the file's routes. */
  readonly targets: readonly Given<string>[];
  readonly port?: Given<number>;
  readonly host?: Given<string>;
  /** The default for every route's `cors.allowOrigin`; a route's own rule stays. */
  readonly allowOrigin?: Given<readonly string[]>;
  readonly exposeHeaders?: Given<readonly string[]>;
  readonly allowCredentials?: Given<boolean>;
  readonly https?: Given<boolean>;
  readonly cert?: Given<string>;
  readonly key?: Given<string>;
}

export interface LoadRequest {
  /** `-c`: a path, or `-` for standard input; `undefined`: look upward from `cwd`. */
  readonly file: string | undefined;
  /** `--env-file`: read instead of .env.local and .env. */
  readonly envFile: string | undefined;
  readonly given: GivenValues;
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly readStdin: () => Promise<string>;
}

export interface Loaded {
  readonly config: Config;
  /** The file that was read, as the user would name it; `undefined` where there is none. */
  readonly file: string | undefined;
  /** The text of the file, for the lines around a problem. */
  readonly text: string;
}

export function loadConfig(_request: LoadRequest): Promise<Checked<Loaded> & { readonly text?: string }> {
  throw new Error('not yet');
}
