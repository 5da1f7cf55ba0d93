/** Whose CORS rules speak for a request, and what they decide. */

import { decide } from '../cors/decide.ts';
import type { CorsDecision } from '../cors/decision.ts';
import type { CorsPolicy } from '../cors/policy.ts';
import type { RouteRef } from '../ruleset.ts';
import { ownOrigin, type Reading } from './reading.ts';

/** Whose CORS rules speak: those of the route, or where none matched those under which the page may read the answer. */
export interface Speaker {
  readonly ref: RouteRef | null;
  readonly policy: CorsPolicy;
  readonly decision: CorsDecision;
}

export function speakerOf(reading: Reading): Speaker {
  const { route, ruleset } = reading;
  if (route !== undefined) return speak(reading, route.policy, route.ref);
  const byDefault = speak(reading, ruleset.defaultPolicy, null);
  if (byDefault.decision.kind !== 'refused') return byDefault;
  // A page that some route lets in may read that no route took its path: the commonest false lead otherwise.
  // Only one that names it: the answer lists the routes, and "*" would tell them to any website.
  const candidates = ruleset.routes
    .filter(({ policy }) => policy.origins.kind === 'listed')
    .map(({ policy, ref }) => speak(reading, policy, ref));
  return candidates.find(({ decision }) => decision.kind === 'allowed' || isOk(decision)) ?? byDefault;
}

function isOk(decision: CorsDecision): boolean {
  return decision.kind === 'preflight-allowed';
}

function speak(reading: Reading, policy: CorsPolicy, ref: RouteRef | null): Speaker {
  const carriesSecret = (reading.route?.secretNames.length ?? 0) > 0;
  const own = carriesSecret ? undefined : ownOrigin(reading);
  const decision = decide({ method: reading.head.method, facts: reading.facts }, policy, { ownOrigin: own });
  return { ref, policy, decision };
}
