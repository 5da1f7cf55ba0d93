/** Exchange → the steps of its decision, in their order, each with the place of the rule that it came from. */

import type { CorsPolicy, PolicyKey } from '../../cors/policy.ts';
import type { Exchange } from '../../exchange.ts';
import { policyOf } from '../../finish.ts';
import { combinedValue, firstValue, hasField } from '../../http/header-list.ts';
import type { ForwardPlan } from '../../plan-shape.ts';
import type { Route } from '../../ruleset.ts';
import { explanationOf } from '../cors-verdict.ts';
import { outcomeWords } from '../outcome-words.ts';
import { durationText } from '../units.ts';
import type { Step } from './wire.ts';

export function whySteps(exchange: Exchange): readonly Step[] {
  const { plan, ruleset } = exchange;
  const route = plan.route === null ? undefined : ruleset.routes[plan.route.index];
  return [
    ...routeSteps(exchange, route),
    ...originSteps(exchange),
    ...secretSteps(exchange, route),
    ...refusalSteps(exchange),
    ...answerSteps(exchange),
    ...cookieSteps(exchange),
    ...upstreamSteps(exchange),
    ...corsSteps(exchange),
  ];
}

export function step(
  mark: Step['mark'],
  text: string,
  { place = '', mend = '', command = '' }: Partial<Step> = {},
): Step {
  return { mark, text, place, mend, command };
}

function routeSteps({ plan, head }: Exchange, route: Route | undefined): readonly Step[] {
  if (route !== undefined) {
    const { ref, target } = route;
    return [step('✓', `matched routes[${ref.index}] "${ref.match}" → ${target.text}`, ref)];
  }
  // Turned away before routes were asked.
  if (plan.decision === null) return [];
  return [step('✗', `no route matches ${head.method} ${head.target.replace(/\?.*$/, '')}`)];
}

function originSteps(exchange: Exchange): readonly Step[] {
  const told = explanationOf(exchange);
  const { decision } = exchange.plan;
  if (told === undefined || decision === null) return [];
  const policy = policyOf(exchange.plan, exchange.ruleset);
  switch (decision.kind) {
    case 'not-needed':
      return [step('–', `nothing to decide: ${told.why}`)];
    case 'allowed':
      return [...originPassed(decision.origin, policy), ...credentialsSteps(policy)];
    case 'refused':
      return [step('✗', told.why, told)];
    case 'preflight-allowed':
      return [...originPassed(decision.origin, policy), ...askSteps(decision.ask, policy)];
    case 'preflight-refused':
      return [...originPassed(decision.origin, policy), step('✗', told.why, told)];
  }
}

/** A rule that nobody wrote has no place to show. */
function byDefault({ places }: CorsPolicy, key: PolicyKey): string {
  return places[key].written ? '' : ' by default';
}

function placed({ places }: CorsPolicy, key: PolicyKey): Partial<Step> {
  return places[key].written ? { place: places[key].place } : {};
}

function originPassed(origin: string, policy: CorsPolicy): readonly Step[] {
  const text = `${origin} is allowed${byDefault(policy, 'allowOrigin')}`;
  return [step('✓', text, placed(policy, 'allowOrigin'))];
}

function credentialsSteps(policy: CorsPolicy): readonly Step[] {
  if (!policy.allowCredentials) return [];
  const text = 'credentials are allowed, so the answer names this one origin and never "*"';
  return [step('✓', text, placed(policy, 'allowCredentials'))];
}

function askSteps(
  { method, headers }: { readonly method: string; readonly headers: readonly string[] },
  policy: CorsPolicy,
): readonly Step[] {
  const methodText = `method ${method} is allowed${byDefault(policy, 'allowMethods')}`;
  const names = headers.length === 1 ? 'header' : 'headers';
  const headerText = `${names} ${headers.join(', ')} ${headers.length === 1 ? 'is' : 'are'} allowed${byDefault(policy, 'allowHeaders')}`;
  return [
    step('✓', methodText, placed(policy, 'allowMethods')),
    ...(headers.length === 0 ? [] : [step('✓', headerText, placed(policy, 'allowHeaders'))]),
  ];
}

function secretSteps({ plan }: Exchange, route: Route | undefined): readonly Step[] {
  if (route === undefined || route.secretNames.length === 0 || plan.kind !== 'forward') return [];
  const names = route.secretNames.map((name) => `\${${name}}`).join(', ');
  return [step('✓', `the route carries a secret (${names}), and whoever asks may spend it`, route.ref)];
}

/** What was refused beside CORS: the guard, the gate of a secret route, limits, a path without a route. */
function refusalSteps({ plan, failure, outcome }: Exchange): readonly Step[] {
  if (plan.decision?.kind === 'refused' || plan.decision?.kind === 'preflight-refused') return [];
  if (plan.kind === 'refuse') {
    const { detail, place, hint } = plan.refusal;
    return [step('✗', detail, { place, mend: hint })];
  }
  if (outcome !== 'refused' || failure === undefined) return [];
  return [step('✗', failure.detail, { mend: failure.hint })];
}

function answerSteps({ plan, ruleset }: Exchange): readonly Step[] {
  if (plan.kind === 'forward' || plan.kind === 'own') return [];
  const target = plan.route === null ? undefined : ruleset.routes[plan.route.index]?.target;
  const who = target === undefined ? 'no API' : target.hostHeader;
  if (plan.kind === 'refuse') return [step('→', `nothing was sent to ${who}`)];
  return [step('→', `answered here: ${who} was not asked`)];
}

function cookieSteps({ plan, head, upstreamHeaders }: Exchange): readonly Step[] {
  if (plan.kind !== 'forward') return [];
  const up = hasField(head.headers, 'cookie');
  const down = upstreamHeaders !== undefined && hasField(upstreamHeaders, 'set-cookie');
  if (!up && !down) return [];
  if (plan.cookies === 'pass')
    return [step('✓', 'cookies pass: the rule gives this request the right to them')];
  const what =
    up && down
      ? 'cookies were kept back, both ways'
      : up
        ? 'Cookie was kept back'
        : 'Set-Cookie was kept back';
  return [step('–', `${what}: allowCredentials is off, or another page speaks`)];
}

function upstreamSteps(exchange: Exchange): readonly Step[] {
  const { plan, failure, outcome, attempts } = exchange;
  if (plan.kind !== 'forward') return [];
  const { method, origin, path } = plan.upstream;
  const asked = `${method} ${origin}${path.replace(/\?.*$/, '?…')}`;
  if (failure !== undefined && outcome !== 'refused') {
    return [step('✗', `${asked}: ${failure.detail}`, { mend: failure.hint })];
  }
  const again = attempts > 1 ? `, at the ${attempts === 2 ? 'second' : `${attempts}th`} attempt` : '';
  return [step('→', `${asked}: ${answeredText(exchange)}${again}`)];
}

function answeredText({ timings, upstreamHeaders, outcome }: Exchange): string {
  if (upstreamHeaders === undefined)
    return `no answer yet${outcome === 'running' ? '' : ' when the client left'}`;
  // Of a WebSocket nobody has taken the time.
  return timings.upstreamHeadMs === undefined
    ? 'answered'
    : `answered after ${durationText(timings.upstreamHeadMs)}`;
}

/** What became of the upstream's own CORS headers. */
function corsSteps(exchange: Exchange): readonly Step[] {
  const { plan, upstreamHeaders, responseHeaders, ruleset } = exchange;
  if (plan.kind !== 'forward' || plan.decision.kind !== 'allowed' || upstreamHeaders === undefined) return [];
  const exposed = combinedValue(responseHeaders, 'access-control-expose-headers');
  const policy = policyOf(plan, ruleset);
  return [
    ...(isDone(exchange, plan) ? [step('→', outcomeWords(exchange).why)] : []),
    ...(exposed === undefined
      ? []
      : [step('→', `scripts may read ${exposed}`, placed(policy, 'exposeHeaders'))]),
  ];
}

function isDone({ outcome, responseHeaders }: Exchange, { as }: ForwardPlan): boolean {
  const isWritten = firstValue(responseHeaders, 'access-control-allow-origin') !== undefined;
  return (outcome === 'ok' || outcome === 'running') && as === 'http' && isWritten;
}
