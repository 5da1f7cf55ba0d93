/** Exchange → what the line says of it: who spoke, the verdict, and one short reason. */

import type { Exchange } from '../exchange.ts';
import { firstValue } from '../http/header-list.ts';
import { blockedAt, explanationOf, isRefusal } from './cors-verdict.ts';
import { codeOf } from './request-event.ts';

export interface OutcomeWords {
  readonly who: 'cors' | 'ws' | 'upstream' | 'proxy';
  readonly mark: '✓' | '✗' | '–';
  readonly verdict: string;
  readonly why: string;
}

export function outcomeWords(exchange: Exchange): OutcomeWords {
  const { plan, outcome, failure } = exchange;
  if (outcome === 'upstream_error' && failure !== undefined) {
    const upstream = plan.kind === 'forward' ? plan.upstream.origin : '';
    return { who: 'upstream', mark: '✗', verdict: failure.code, why: upstream };
  }
  if (isRefusal(plan.decision))
    return { ...corsWords(exchange), who: blockedAt(exchange.head) === 'handshake' ? 'ws' : 'cors' };
  if (plan.kind === 'refuse') return refusedWords(exchange, plan.refusal.detail);
  if (outcome === 'refused' && failure !== undefined) return refusedWords(exchange, failure.detail);
  const words =
    plan.kind === 'forward' && plan.as === 'websocket' ? tunnelWords(exchange) : corsWords(exchange);
  return outcome === 'client_abort' ? { ...words, why: 'the client left before the end' } : words;
}

function refusedWords(exchange: Exchange, why: string): OutcomeWords {
  return { who: 'proxy', mark: '✗', verdict: codeOf(exchange) ?? 'refused', why };
}

function tunnelWords({ head, status }: Exchange): OutcomeWords {
  const origin = firstValue(head.headers, 'origin') ?? 'no Origin header';
  if (status === 101) return { who: 'ws', mark: '✓', verdict: 'open', why: origin };
  return { who: 'ws', mark: '✗', verdict: `answered ${status}`, why: origin };
}

function corsWords(exchange: Exchange): OutcomeWords {
  switch (exchange.plan.decision?.kind) {
    case undefined:
      return { who: 'cors', mark: '–', verdict: 'not needed', why: 'answered here' };
    case 'not-needed':
      return { who: 'cors', mark: '–', verdict: 'not needed', why: reasonText(exchange) };
    case 'allowed':
      return { who: 'cors', mark: '✓', verdict: 'allowed', why: actionText(exchange) };
    case 'preflight-allowed':
      return { who: 'cors', mark: '✓', verdict: 'preflight', why: reasonText(exchange) };
    case 'refused':
    case 'preflight-refused':
      return { who: 'cors', mark: '✗', verdict: 'refused', why: reasonText(exchange) };
  }
}

function reasonText(exchange: Exchange): string {
  return explanationOf(exchange)?.why ?? '';
}

/** What was done to the upstream's own answer: the line in which a page's author sees the proxy at work. */
function actionText(exchange: Exchange): string {
  const { upstreamHeaders, responseHeaders, plan } = exchange;
  if (plan.kind !== 'forward' || upstreamHeaders === undefined) return reasonText(exchange);
  const sent = firstValue(upstreamHeaders, 'access-control-allow-origin');
  const ours = firstValue(responseHeaders, 'access-control-allow-origin');
  if (sent === undefined) return 'added allow-origin (upstream sent none)';
  if (sent === ours) return 'left allow-origin alone (upstream sent the same)';
  const needsExact =
    sent === '*' && firstValue(responseHeaders, 'access-control-allow-credentials') === 'true';
  return `replaced allow-origin ${sent}${needsExact ? ' (credentials need an exact origin)' : ''}`;
}
