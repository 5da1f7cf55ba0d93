/** How much is printed. */

import type { Exchange } from '../exchange.ts';

/** In rising order; `silent` prints nothing. */
export const levels = ['trace', 'debug', 'info', 'warn', 'error', 'silent'] as const;

export type Level = (typeof levels)[number];

/** A level that something is said at. */
export type SaidLevel = Exclude<Level, 'silent'>;

export function isHeard(said: SaidLevel, threshold: Level): boolean {
  return levels.indexOf(said) >= levels.indexOf(threshold);
}

/** The proxy's own endpoints are no news: whoever asks for its health asks often. */
export function levelOf({ outcome, plan }: Pick<Exchange, 'outcome' | 'plan'>): SaidLevel {
  if (plan.kind === 'own') return 'debug';
  switch (outcome) {
    case 'refused':
      return 'warn';
    case 'upstream_error':
      return 'error';
    case 'ok':
    case 'running':
    case 'client_abort':
      return 'info';
  }
}
