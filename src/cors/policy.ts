/** A CORS policy in its compiled form; an impossible one cannot exist here. */

import type { Way } from '../config/as-given.ts';
import type { Origin } from '../http/origin.ts';

export type OriginRule =
  | { readonly kind: 'any' }
  | {
      readonly kind: 'listed';
      readonly exact: ReadonlySet<string>;
      readonly patterns: readonly OriginPattern[];
      readonly allowNull: boolean;
      /** As written, for messages. */
      readonly written: readonly string[];
    };

export interface OriginPattern {
  readonly text: string;
  readonly matches: (origin: Origin) => boolean;
}

/** `'*'`, or names in the case of the config. */
export type NameRule = '*' | readonly string[];

/** Invariant: `allowCredentials` implies that `origins.kind` is `listed` (Fetch, "CORS protocol and credentials"). */
export interface CorsPolicy {
  readonly mode: 'enforce' | 'passthrough';
  readonly origins: OriginRule;
  readonly methods: NameRule;
  readonly headers: NameRule;
  readonly expose: NameRule;
  readonly allowCredentials: boolean;
  readonly maxAgeSeconds: number | undefined;
  /** Where each rule stands: `allowOrigin` → `cors-proxy.config.json:7:27 routes[0].cors.allowOrigin`. */
  readonly places: Readonly<Record<PolicyKey, RulePlace>>;
}

export type PolicyKey =
  | 'allowOrigin'
  | 'allowMethods'
  | 'allowHeaders'
  | 'exposeHeaders'
  | 'allowCredentials'
  | 'maxAge';

export interface RulePlace {
  /** `cors-proxy.config.json:7:27`, or a flag; `default` where nobody wrote it. */
  readonly place: string;
  /** `routes[0].cors.allowOrigin`. */
  readonly key: string;
  /** Whether the rule is written down, rather than the default. */
  readonly written: boolean;
  /** How it was given, or would be where it is the default. */
  readonly way: Way;
}
