/** Configs without a file: every key stands at 1:1, so that a test tells places apart by their keys. */

import type { Config, Substitution } from '../../src/config/config.ts';
import { type KeyPath, keyText, type Place } from '../../src/config/problem.ts';
import type { ConfigFile } from '../../src/config/schema.ts';

export interface ConfigOfOptions {
  /** What came from `${NAME}`; the values hold the substituted text. */
  readonly substitutions?: readonly Substitution[];
  readonly placeOf?: (path: KeyPath) => Place;
}

export function configOf(values: ConfigFile, options: ConfigOfOptions = {}): Config {
  const placeOf = options.placeOf ?? placeByKey;
  return {
    values,
    placeOf,
    placeOfKey: placeOf,
    substitutions: options.substitutions ?? [],
    directory: '/project',
    files: [],
  };
}

function placeByKey(path: KeyPath): Place {
  return { file: 'cors-proxy.config.json', line: 1, column: 1, length: 1, key: keyText(path) };
}
