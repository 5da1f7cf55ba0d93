/**
 * Paths below `/__cors-proxy/` belong to this proxy: decided before routing, never forwarded, never with CORS headers.
 * A page of another origin gets nothing from them, and neither does another machine.
 */

import { isLoopbackAddress, isLoopbackHost } from '../http/origin.ts';
import type { RequestFacts } from '../http/request-facts.ts';
import { type Refusal, requestDenied } from './refusal.ts';

const prefix = '/__cors-proxy';

/** The path behind the prefix, or `undefined` where the path is not ours. */
export function ownPath(path: string): string | undefined {
  if (path !== prefix && !path.startsWith(`${prefix}/`)) return undefined;
  return path.slice(prefix.length) || '/';
}

export interface OwnAsker {
  /** The request's, already allowed; here only names of this machine serve, whatever `allowedHosts` says. */
  readonly host: string;
  /** Address of the peer. */
  readonly client: string;
  readonly ownOrigin: string;
}

export function refuseOwn(facts: RequestFacts, { host, client, ownOrigin }: OwnAsker): Refusal | undefined {
  const isForeignSite =
    facts.fetchSite !== undefined && facts.fetchSite !== 'same-origin' && facts.fetchSite !== 'none';
  const isForeignOrigin = facts.origin !== undefined && facts.origin !== ownOrigin;
  // A tunnel to the internet stands on this machine, and may write any Host; it says that it forwards.
  const isHere = isLoopbackHost(host) && isLoopbackAddress(client) && facts.forwarded === undefined;
  if (!isForeignSite && !isForeignOrigin && isHere) return undefined;
  return requestDenied(403, 'The endpoints of this proxy answer only to itself', { quiet: true });
}
