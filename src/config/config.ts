/** A config as the four arrows know it: the checked values, where each stands, and which came from `${NAME}`. */

import type { KeyPath, Place } from './problem.ts';
import type { ConfigFile } from './schema.ts';

export interface Config {
  readonly values: ConfigFile;
  /** The place of a value; of the nearest parent that exists where the key itself is absent. */
  readonly placeOf: (path: KeyPath) => Place;
  /** The place of a key itself, for problems with the name rather than with the value. */
  readonly placeOfKey: (path: KeyPath) => Place;
  /** Values that hold `${NAME}`: where, and which names. */
  readonly substitutions: readonly Substitution[];
  /** Directory that relative files in the config (tls.ca, https.cert) are read from. */
  readonly directory: string;
  /** The config file and the .env files that were read or looked for: what a watcher watches. */
  readonly files: readonly string[];
}

export interface Substitution {
  readonly path: KeyPath;
  readonly names: readonly string[];
  /** What was filled in, a text for each `${NAME}`: to be masked, never to be said. */
  readonly values: readonly string[];
}
