/** Exchange → a row of the list. */

import { isPreflight, readFacts } from '../../http/request-facts.ts';
import { listElements } from '../../http/token.ts';
import type { Numbered } from '../journal.ts';
import { maskOf } from '../mask.ts';
import { outcomeWords } from '../outcome-words.ts';
import { requestEvent } from '../request-event.ts';
import { durationText, sizeText, timeOfDay } from '../units.ts';
import { repeated } from './replay-mark.ts';
import type { Row } from './wire.ts';

export function rowOf({ n, exchange }: Numbered): Row {
  const { method, path, status, durationMs, bytes, route, origin, cors, code } = requestEvent(exchange);
  const { who, mark, verdict: word, why } = outcomeWords(exchange);
  const mask = maskOf(exchange.ruleset);
  return {
    n,
    at: exchange.timings.startedAt,
    method,
    path,
    status,
    isRunning: exchange.outcome === 'running',
    time: timeOfDay(exchange.timings.startedAt),
    duration: durationText(durationMs),
    size: sizeText(bytes),
    route: exchange.plan.route?.index ?? null,
    match: route ?? '',
    origin,
    verdict: cors.verdict,
    who,
    mark,
    word,
    why: mask.text(why),
    code: code ?? '',
    ask: askOf(exchange),
    replayOf: repeated(exchange.head.headers),
  };
}

function askOf({ head, ruleset }: Numbered['exchange']): Row['ask'] {
  const facts = readFacts(head.headers);
  if (!isPreflight(head.method, facts)) return null;
  const { text } = maskOf(ruleset);
  const headers = listElements((facts.askedHeaders ?? '').toLowerCase());
  return { method: text(facts.askedMethod ?? ''), headers: headers.map(text) };
}
