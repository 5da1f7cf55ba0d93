/** What the browser makes of an exchange. */

import type { Exchange } from '../../exchange.ts';
import { combinedValue } from '../../http/header-list.ts';
import { isPreflight, readFacts } from '../../http/request-facts.ts';
import { explanationOf } from '../cors-verdict.ts';
import { readingStep } from './reading-step.ts';
import { step } from './why.ts';
import type { Step } from './wire.ts';

/** What the browser does with the answer that it got. */
export function browserSteps(exchange: Exchange): readonly Step[] {
  const { head, status, plan, responseHeaders, outcome } = exchange;
  const facts = readFacts(head.headers);
  if (outcome === 'running' && status === 0) return [step('–', 'waits for the answer')];
  if (status === 499) return [step('–', 'the page had left before there was an answer')];
  if (plan.kind === 'forward' && plan.as === 'websocket') return socketSteps(status);
  if (facts.origin === undefined) return [step('–', withoutOrigin(facts.fetchMode))];
  if (isPreflight(head.method, facts)) return preflightSteps(exchange);
  return [readingStep(exchange, { origin: facts.origin, headers: responseHeaders })];
}

function socketSteps(status: number): readonly Step[] {
  if (status === 101) return [step('✓', 'opens the WebSocket')];
  return [step('✗', `Error during WebSocket handshake: Unexpected response code: ${status}`)];
}

function withoutOrigin(mode: string | undefined): string {
  if (mode === 'navigate') return 'a navigation: the browser shows the answer as a document';
  if (mode === 'no-cors') return 'a load without CORS: used, but no script reads it';
  return 'no Origin header: there is nothing for a browser to check';
}

function preflightSteps(exchange: Exchange): readonly Step[] {
  const told = explanationOf(exchange);
  if (told !== undefined && told.browserSays !== '') {
    return [step('✗', told.browserSays), step('✗', 'the request itself is never sent')];
  }
  if (exchange.plan.kind === 'forward') return [step('→', "goes by the API's own answer to the preflight")];
  const age = combinedValue(exchange.responseHeaders, 'access-control-max-age');
  const kept = age === undefined ? '' : `, and goes by this answer for ${age} s without asking again`;
  return [step('✓', `sends the request itself next${kept}`)];
}
