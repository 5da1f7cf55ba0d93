/** The log for people: keeps what was said before, and leaves the text to the formatter. */

import type { Exchange, Observer } from '../exchange.ts';
import { formatExchange } from './formatter.ts';
import { isHeard, type Level, levelOf } from './level.ts';
import { outcomeWords } from './outcome-words.ts';
import { createFailureRuns, createRefusalCounter, type FailureRun } from './repeats.ts';
import { type Layout, renderSpans } from './spans.ts';
import { timeOfDay } from './units.ts';

export interface PrettyLogOptions {
  readonly write: (line: () => string) => void;
  /** Asked when a line is written: a terminal can be resized. */
  readonly layout: () => Layout;
  /** Asked for each line, too. */
  readonly threshold: () => Level;
}

export function createPrettyLog({ write, layout, threshold }: PrettyLogOptions): Observer {
  const refusals = createRefusalCounter();
  const runs = createFailureRuns();
  return (exchange) => {
    const level = threshold();
    if (!isHeard('error', level)) return;
    const news = runs.note(exchange);
    if (news?.kind === 'quiet') return;
    if (news?.kind === 'still') return write(() => `${formatExchange(exchange, layout(), news.run.count)}\n`);
    if (news?.kind === 'back') write(() => `${backLine(exchange, news.run, layout())}\n`);
    if (isHeard(levelOf(exchange), level)) write(lineOf(exchange));
  };

  function lineOf(exchange: Exchange): () => string {
    const isCounted = exchange.outcome === 'refused' && outcomeWords(exchange).mark === '✗';
    const count = isCounted ? refusals.count(exchange) : 1;
    return () => `${formatExchange(exchange, layout(), count === 1 ? 'first' : count)}\n`;
  }
}

function backLine(exchange: Exchange, run: FailureRun, layout: Layout): string {
  const text = `upstream ✓ back ${run.upstream} (×${run.count} ${run.code} in ${run.seconds} s)`;
  const time = { text: `${timeOfDay(exchange.timings.startedAt)}  `, style: 'dim' } as const;
  return renderSpans([time, { text, style: 'green' }], layout);
}
