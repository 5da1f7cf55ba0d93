/** The log for machines: one JSON object a line, with `event`, `time` and `level`. The only file that knows pino. */

import { type Logger, pino, stdTimeFunctions } from 'pino';
import type { Exchange } from '../exchange.ts';
import { type Level, levelOf, type SaidLevel } from './level.ts';
import { requestEvent } from './request-event.ts';

/** On standard output; `notice` and `problem` on standard error. */
export type EventName =
  | 'ready'
  | 'request'
  | 'reload'
  | 'reload_failed'
  | 'stopping'
  | 'stopped'
  | 'notice'
  | 'problem';

export interface EventLog {
  readonly event: (level: SaidLevel, name: EventName, fields: object) => void;
  readonly request: (exchange: Exchange) => void;
}

export function createEventLog(
  destination: { readonly write: (line: string) => void },
  threshold: Level,
): EventLog {
  const logger = pino(
    {
      level: threshold,
      base: null,
      // A word: whoever reads this has no table of pino's numbers.
      formatters: { level: (label) => ({ level: label }) },
      timestamp: stdTimeFunctions.isoTime,
    },
    destination,
  );
  return {
    event: (level, name, fields) => logger[level]({ event: name, ...fields }),
    request: (exchange) => logRequest(logger, exchange),
  };
}

/** A level that nobody reads costs one comparison: the line is not even built. */
function logRequest(logger: Logger, exchange: Exchange): void {
  const level = levelOf(exchange);
  if (logger.isLevelEnabled(level)) logger[level]({ event: 'request', ...requestEvent(exchange) });
}
