/** Finds the listed origin that was probably meant: the commonest slips differ in one part only. */

import { defaultPort, isLoopbackHost, type Origin, parseOrigin } from '../http/origin.ts';
import type { NearMiss } from './decision.ts';

/** The first listed origin that differs from `origin` in one part, or `undefined`. */
export function nearMiss(origin: string, listed: readonly string[]): NearMiss | undefined {
  const mended = mend(origin);
  for (const candidate of listed) {
    if (mended !== undefined && mended.text === candidate)
      return { listed: candidate, differsIn: mended.slip };
    const difference = differingPart(parseOrigin(origin), parseOrigin(candidate));
    if (difference !== undefined) return { listed: candidate, differsIn: difference };
  }
  return undefined;
}

/** An origin that no browser writes so: its likely meaning, and the slip. */
function mend(origin: string): { text: string; slip: NearMiss['differsIn'] } | undefined {
  if (origin.endsWith('/')) return { text: origin.slice(0, -1), slip: 'trailing-slash' };
  const lower = origin.toLowerCase();
  if (lower !== origin) return { text: lower, slip: 'case' };
  const match = /^([a-z]+):\/\/(.*):([0-9]+)$/.exec(origin);
  if (match !== null && match[3] === defaultPort(match[1] ?? '')) {
    return { text: `${match[1]}://${match[2]}`, slip: 'default-port' };
  }
  return undefined;
}

function differingPart(a: Origin | undefined, b: Origin | undefined): NearMiss['differsIn'] | undefined {
  if (a === undefined || b === undefined) return undefined;
  const sameHost = a.host === b.host;
  if (sameHost && a.port === b.port) return 'scheme';
  if (sameHost && a.scheme === b.scheme) return 'port';
  // Two names of this machine, not two machines: localhost and 127.0.0.1 are different origins.
  const isLoopbackPair = isLoopbackHost(a.host) && isLoopbackHost(b.host);
  return isLoopbackPair && a.scheme === b.scheme && a.port === b.port ? 'host' : undefined;
}
