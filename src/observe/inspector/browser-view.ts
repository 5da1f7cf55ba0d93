/** What the browser makes of an exchange, and what it would have made of the API's own answer. */

import { type Asker, whyUnreadable } from '../../cors/browser-check.ts';
import type { Exchange } from '../../exchange.ts';
import { combinedValue, type HeaderList } from '../../http/header-list.ts';
import { isPreflight, readFacts } from '../../http/request-facts.ts';
import { explanationOf } from '../cors-verdict.ts';
import { step } from './why.ts';
import type { Step } from './wire.ts';

/** What the browser does with the answer that it got. */
export function browserSteps(exchange: Exchange): readonly Step[] {
  const { head, status, plan, responseHeaders } = exchange;
  const facts = readFacts(head.headers);
  if (status === 499) return [step('–', 'the page had left before there was an answer')];
  if (plan.kind === 'forward' && plan.as === 'websocket') return socketSteps(status);
  if (facts.origin === undefined) return [step('–', withoutOrigin(facts.fetchMode))];
  if (isPreflight(head.method, facts)) return preflightSteps(exchange);
  return [readingStep(exchange, { origin: facts.origin, headers: responseHeaders })];
}

function socketSteps(status: number): readonly Step[] {
  if (status === 101) return [step('✓', 'the WebSocket is open')];
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

interface Readable {
  readonly origin: string;
  readonly headers: HeaderList;
}

/** Credentials mode is not sent; where its answer depends on it, both are told. */
function readingStep({ head, status }: Exchange, { origin, headers }: Readable): Step {
  const check = (credentials: Asker['credentials']) =>
    whyUnreadable({ status, reason: '', headers }, { origin, method: head.method, credentials });
  const [plain, withCookies] = [check('omit'), check('include')];
  if (plain !== undefined) return step('✗', `keeps the answer from the page: ${plain}`);
  if (withCookies === undefined) return step('✓', 'lets the page read the answer, with credentials too');
  const sendsCookies = combinedValue(head.headers, 'cookie') !== undefined;
  const text = `lets the page read the answer, unless it was fetched with credentials: "include": ${withCookies}`;
  return step(sendsCookies ? '–' : '✓', text);
}

/** Without the proxy, the page would have asked the API itself. */
export function withoutSteps(exchange: Exchange): readonly Step[] {
  const { head, upstreamHeaders, plan } = exchange;
  const facts = readFacts(head.headers);
  if (facts.origin === undefined) return [step('–', 'the same: no page of another origin asked')];
  if (isPreflight(head.method, facts) && plan.kind !== 'forward') {
    return [step('–', 'the API would have had to answer this preflight itself; it was not asked here')];
  }
  if (plan.kind !== 'forward' || upstreamHeaders === undefined) {
    return [step('–', 'not known: the API gave no answer')];
  }
  if (plan.as === 'websocket') return [step('–', 'the API would have judged the Origin itself')];
  const { mark, text } = readingStep(exchange, { origin: facts.origin, headers: upstreamHeaders });
  return [step(mark, mark === '✗' ? `blocked: ${text.replace(/^[^:]*: /, '')}` : `the browser ${text}`)];
}
