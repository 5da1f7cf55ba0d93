/** A route before it is compiled, and what it is compiled beside. */

import type { KeyPath } from '../config/problem.ts';
import type { ConfigFile, RouteRules } from '../config/schema.ts';
import type { Verdicts } from '../config/verdict.ts';
import type { CorsSection } from '../cors/compile-policy.ts';
import type { Environment } from './forward-proxy.ts';
import type { Listener } from './listen.ts';
import type { PemFiles } from './pem.ts';

/** A route as written; the `target` shorthand is a last one. */
export interface WrittenRoute {
  readonly rules: RouteRules;
  readonly index: number;
  /** `routes[0]`, or `target`. */
  readonly at: KeyPath;
  readonly targetAt: KeyPath;
  readonly matchAt: KeyPath;
  /** Where its `cors` would stand. */
  readonly corsAt: KeyPath;
}

export interface RouteContext {
  readonly values: ConfigFile;
  readonly topCors: CorsSection;
  readonly listener: Listener;
  readonly verdicts: Verdicts;
  readonly files: PemFiles;
  readonly env: Environment;
}
