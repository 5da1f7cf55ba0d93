/**
 * Paths below `/__cors-proxy/` belong to this proxy: decided before routing, never forwarded, never with CORS headers.
 * A page of another origin gets nothing from them.
 */

import { isLoopbackHost } from '../http/origin.ts';
import type { RequestFacts } from '../http/request-facts.ts';
import { type Refusal, requestDenied } from './refusal.ts';

const prefix = '/__cors-proxy';

/** The path behind the prefix, or `undefined` where the path is not ours. */
export function ownPath(path: string): string | undefined {
  if (path !== prefix && !path.startsWith(`${prefix}/`)) return undefined;
  return path.slice(prefix.length) || '/';
}

/** `host` is the request's, already allowed; here only names of this machine serve, whatever `allowedHosts` says. */
export function refuseOwn(facts: RequestFacts, host: string, ownOrigin: string): Refusal | undefined {
  const isForeignSite =
    facts.fetchSite !== undefined && facts.fetchSite !== 'same-origin' && facts.fetchSite !== 'none';
  const isForeignOrigin = facts.origin !== undefined && facts.origin !== ownOrigin;
  if (!isForeignSite && !isForeignOrigin && isLoopbackHost(host)) return undefined;
  return requestDenied(403, 'The endpoints of this proxy answer only to itself', { quiet: true });
}
