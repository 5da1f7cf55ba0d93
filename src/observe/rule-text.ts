/** The rule that a request met, in words: `routes[0] "/gh/**" allows http://localhost:5173`. */

import type { CorsPolicy, NameRule } from '../cors/policy.ts';
import type { Exchange } from '../exchange.ts';
import { policyOf } from '../finish.ts';
import type { ForwardProxy } from '../ruleset.ts';

export function ruleText({ plan, ruleset }: Exchange): string {
  const policy = policyOf(plan, ruleset);
  return `${whose(plan.route)} allows ${allowed(plan.decision, policy)}`;
}

function whose(route: Exchange['plan']['route']): string {
  return route === null ? 'no route matches; the top-level cors' : `routes[${route.index}] "${route.match}"`;
}

function allowed(decision: Exchange['plan']['decision'], policy: CorsPolicy): string {
  if (decision?.kind !== 'preflight-refused') return originsText(policy);
  return decision.reason.startsWith('method-')
    ? `methods ${namesText(policy.methods)}`
    : `headers ${namesText(policy.headers)}`;
}

/** The origins of a policy, in a few words. */
export function originsText({ mode, origins, places }: CorsPolicy): string {
  if (mode === 'passthrough') return 'whom the API allows';
  if (origins.kind === 'any') return 'every origin';
  if (!places.allowOrigin.written) return 'loopback origins';
  return origins.written.join(', ');
}

/** The proxy of the user's network on the way to a target, and who named it; never its user or password. */
export function forwardProxyText({ url, from }: ForwardProxy): string {
  return `through ${new URL(url).host} (${from === 'config' ? 'forwardProxy' : from})`;
}

function namesText(rule: NameRule): string {
  if (rule === '*') return '"*"';
  return rule.length === 0 ? 'none' : rule.join(', ');
}
