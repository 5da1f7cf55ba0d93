/** Which names this proxy answers to: the protection against DNS rebinding, on every request, before all else. */

export interface HostRules {
  readonly names: ReadonlySet<string>;
  /** `.dev.test`: the subtree. */
  readonly subtrees: readonly string[];
  readonly any: boolean;
}
