/** A URL that a page asked for → the path on this proxy that means the same. */

import { isLoopbackHost, serializeOrigin } from '../../http/origin.ts';
import type { Ruleset } from '../../ruleset.ts';

export type Way =
  /** The page asked this proxy. */
  | { readonly kind: 'here'; readonly path: string }
  /** The page asked the API itself; through the proxy it is this path. */
  | { readonly kind: 'direct'; readonly path: string }
  | { readonly kind: 'no route' }
  | { readonly kind: 'no url' };

export function wayOf(text: string, method: string, ruleset: Ruleset): Way {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const scheme = url?.protocol.replace(/^ws/, 'http').slice(0, -1);
  if (url === undefined || (scheme !== 'http' && scheme !== 'https')) return { kind: 'no url' };
  // The text's own path: a URL object would resolve what the proxy refuses.
  const path = /^[a-z]+:\/\/[^/?#]*([^#]*)/i.exec(text)?.[1] ?? '';
  const target = path.startsWith('/') ? path : `/${path}`;
  if (isHere(url, ruleset)) return { kind: 'here', path: target };
  const origin = serializeOrigin({ scheme, host: url.hostname, port: url.port });
  const mapped = mappedPath({ origin, target, method }, ruleset);
  return mapped === undefined ? { kind: 'no route' } : { kind: 'direct', path: mapped };
}

function isHere({ hostname, port, protocol }: URL, { listen }: Ruleset): boolean {
  const implied = protocol === 'https:' || protocol === 'wss:' ? 443 : 80;
  const isOwnName = isLoopbackHost(hostname) || hostname === listen.host;
  return isOwnName && (port === '' ? implied : Number(port)) === listen.port;
}

interface Asked {
  readonly origin: string;
  /** Path and query. */
  readonly target: string;
  readonly method: string;
}

function mappedPath({ origin, target, method }: Asked, { routes, index }: Ruleset): string | undefined {
  const mark = target.indexOf('?');
  const [path, query] = mark === -1 ? [target, ''] : [target.slice(0, mark), target.slice(mark)];
  for (const route of routes) {
    const mapped = route.target.origin === origin ? route.unmapPath(path) : undefined;
    // Another route may take that path first.
    if (mapped !== undefined && routes[index.find(mapped, method)] === route) return `${mapped}${query}`;
  }
  return undefined;
}
