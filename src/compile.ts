/** Config → Ruleset: joins what the parts below return, and adds the verdicts that need two of them. */

import type { Config } from './config/config.ts';
import type { Checked } from './config/problem.ts';
import type { Ruleset } from './ruleset.ts';

/** Files named in the config (tls.ca, https.cert) are read by `readFile`, so that this stays free of I/O in tests. */
export interface CompileOptions {
  readonly readFile?: (path: string) => string;
}

export function compile(_config: Config, _options: CompileOptions = {}): Checked<Ruleset> {
  throw new Error('not yet');
}
