/**
 * Why a CORS decision fell as it did, in words: the one place where a reason becomes a sentence. The terminal, the
 * inspector, `explain` and the problem body all print these.
 */

import type { CorsDecision } from './decision.ts';
import type { CorsPolicy } from './policy.ts';

export interface Explanation {
  readonly verdict: 'allowed' | 'refused' | 'not needed';
  /** `http://localhost:4200 is not in allowOrigin` */
  readonly why: string;
  /** What Chromium prints in its console, without the URL in front; empty where it says nothing. */
  readonly browserSays: string;
  /** `add "http://localhost:4200" to routes[0].cors.allowOrigin`; empty where there is nothing to mend. */
  readonly mend: string;
  /** Where the rule stands: `cors-proxy.config.json:7:27`, or empty. */
  readonly place: string;
}

export function explainDecision(_decision: CorsDecision, _policy: CorsPolicy): Explanation {
  throw new Error('not yet');
}
