/** What would have happened without the proxy: the page would have asked the API itself. */

import { whyPreflightFails } from '../../cors/browser-check.ts';
import type { Exchange } from '../../exchange.ts';
import { combinedValue, type HeaderList, hasField, lines } from '../../http/header-list.ts';
import { preflightNeed } from '../../http/preflight-need.ts';
import { isPreflight, type RequestFacts, readFacts } from '../../http/request-facts.ts';
import { listElements } from '../../http/token.ts';
import type { ForwardPlan } from '../../plan-shape.ts';
import { type Mask, maskOf } from '../mask.ts';
import { isBrowsersOwn } from './page/browsers-own.ts';
import { shellWord } from './page/shell-word.ts';
import { readingStep } from './reading-step.ts';
import { step } from './why.ts';
import type { Step } from './wire.ts';

export function withoutSteps(exchange: Exchange): readonly Step[] {
  const { head, upstreamHeaders, plan, outcome } = exchange;
  const facts = readFacts(head.headers);
  const { origin } = facts;
  if (origin === undefined) return [step('–', 'the same: no page of another origin asked')];
  const isAsking = isPreflight(head.method, facts);
  if (isAsking && plan.kind !== 'forward') {
    return [step('–', 'the API would have had to answer this preflight itself; it was not asked here')];
  }
  if (plan.kind !== 'forward') return [step('–', 'not known: the API was not asked')];
  if (upstreamHeaders === undefined) {
    return [
      step('–', `not known: the API ${outcome === 'running' ? 'has given no answer yet' : 'gave no answer'}`),
    ];
  }
  if (plan.as === 'websocket') return [step('–', 'the API would have judged the Origin itself')];
  const answered = { plan, origin, headers: upstreamHeaders };
  return [isAsking ? preflightStep(exchange, facts, answered) : requestStep(exchange, answered)];
}

interface Answered {
  readonly plan: ForwardPlan;
  readonly origin: string;
  /** As the API sent them. */
  readonly headers: HeaderList;
}

/** The route passes preflights on, so the API's own answer is known. */
function preflightStep({ status }: Exchange, facts: RequestFacts, { origin, headers }: Answered): Step {
  const asker = { origin, method: facts.askedMethod ?? '', credentials: 'omit' } as const;
  const names = listElements((facts.askedHeaders ?? '').toLowerCase());
  const why = whyPreflightFails({ status, reason: '', headers }, asker, names);
  return why === undefined
    ? step('✓', 'the browser sends the request itself next')
    : step('✗', `blocked: ${why}`);
}

/**
 * Where the browser asks first, the API's answer to the request itself proves nothing: a `*` on a PUT is worth nothing
 * while the preflight before it gets a 404. Only a refusal is certain, for both answers have to allow the origin.
 */
function requestStep(exchange: Exchange, answered: Answered): Step {
  const { head, ruleset } = exchange;
  const { mark, text } = readingStep(exchange, answered);
  const { because } = preflightNeed(head.method, pageFields(head.headers));
  if (mark === '✗') {
    const said = text.replace(/^[^:]*: /, '');
    return step(
      mark,
      `blocked${because.length === 0 ? '' : ', whatever it answers to a preflight'}: ${said}`,
    );
  }
  if (because.length === 0) return step(mark, `the browser ${text}`);
  const first = `the browser would have asked the API first, because of ${because.join(', ')}`;
  if (ruleset.routes[answered.plan.route.index]?.preflight === 'forward') {
    return step('–', `${first}, and gone by its answer: this route passes preflights on`);
  }
  const command = probeCommand(exchange, answered);
  return step('–', `not known: ${first}, and here this proxy answered${warning(head.method, command)}`, {
    command,
  });
}

/** What a browser writes unasked is in the head, too, and is no cause to ask first. */
function pageFields(headers: HeaderList): HeaderList {
  return [...lines(headers)].filter(([name]) => !isBrowsersOwn(name.toLowerCase())).flat();
}

/** `cors-proxy probe` with the fields that made the browser ask; what is masked stays masked. */
function probeCommand({ head, ruleset }: Exchange, { plan, origin }: Answered): string {
  const mask = maskOf(ruleset);
  const { unsafeNames } = preflightNeed(head.method, pageFields(head.headers));
  const url = `${plan.upstream.origin}${mask.target(plan.upstream.path)}`;
  return [
    `cors-proxy probe ${shellWord(url)} --origin ${shellWord(mask.text(origin))}`,
    ...(head.method === 'GET' ? [] : [`--method ${shellWord(mask.text(head.method))}`]),
    ...unsafeNames.map((name) => `-H ${shellWord(fieldLine(head.headers, name, mask))}`),
    ...(hasField(head.headers, 'cookie') ? ['--credentials'] : []),
  ].join(' ');
}

function fieldLine(headers: HeaderList, name: string, mask: Mask): string {
  return mask.headers([name, combinedValue(headers, name) ?? '']).join(': ');
}

/** A probe is a request like another: who copies the command must know what it does. */
function warning(method: string, command: string): string {
  const sent = /^(?:GET|HEAD|OPTIONS)$/.test(method)
    ? ''
    : `. The command sends the ${method} itself too, without its body, once the preflight allows it`;
  const hidden = command.includes('***') ? '. Put the value in for ***' : '';
  return `${sent}${hidden}`;
}
