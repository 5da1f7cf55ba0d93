/** The next request of a redirect that is followed on the server: Fetch, "HTTP-redirect fetch". Pure. */

import { parseAuthority } from '../http/host.ts';
import { defaultPort } from '../http/origin.ts';

export interface Hop {
  /** `https://api.github.com` */
  readonly origin: string;
  readonly method: string;
  readonly path: string;
}

export type NextHop =
  | { readonly kind: 'hop'; readonly hop: Hop; readonly keepsBody: boolean; readonly changesOrigin: boolean }
  | { readonly kind: 'invalid'; readonly why: string };

const redirectStatuses: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

/** Fetch, "redirect status"; 300 and 304 are none. */
export function isRedirect(status: number): boolean {
  return redirectStatuses.has(status);
}

export function nextHop(status: number, location: string, current: Hop): NextHop {
  const target = resolve(location, current);
  if (target === undefined)
    return { kind: 'invalid', why: `Location "${location.slice(0, 200)}" is not a URL that can be followed` };
  // Step 12: the only method changes that the standard makes.
  const becomesGet =
    (current.method === 'POST' && (status === 301 || status === 302)) ||
    (status === 303 && current.method !== 'GET' && current.method !== 'HEAD');
  return {
    kind: 'hop',
    hop: { ...target, path: withoutDotSegments(target.path), method: becomesGet ? 'GET' : current.method },
    keepsBody: !becomesGet,
    changesOrigin: target.origin !== current.origin,
  };
}

/** The fragment never travels; user info in a redirect is an error (Fetch, step 7). */
function resolve(location: string, { origin, path }: Hop): { origin: string; path: string } | undefined {
  if (/[\x00-\x1f\x7f]/.test(location)) return undefined;
  const reference = percentEncoded(location.split('#', 1)[0] ?? '');
  const absolute = /^(?:(https?):)?\/\/([^/?]*)(.*)$/i.exec(reference);
  if (absolute !== null) {
    const scheme = (absolute[1] ?? origin.slice(0, origin.indexOf(':'))).toLowerCase();
    const authority = parseAuthority(absolute[2] ?? '');
    if (authority === undefined) return undefined;
    const { host, port } = authority;
    const suffix = port === '' || port === defaultPort(scheme) ? '' : `:${port}`;
    const next = asBrowsersRead(`${scheme}://${host}${suffix}`);
    return next === undefined ? undefined : { origin: next, path: rooted(absolute[3] ?? '') };
  }
  if (/^[a-z][a-z0-9+.-]*:/i.test(reference)) return undefined;
  if (reference.startsWith('/')) return { origin, path: reference };
  return { origin, path: relativeTo(path, reference) };
}

/** `http://0x7f.1` is `http://127.0.0.1` (URL Standard, "IPv4 parser"): whoever judges the host must read it as whoever connects. */
function asBrowsersRead(origin: string): string | undefined {
  return URL.canParse(origin) ? new URL(origin).origin : undefined;
}

/** Spaces and bytes beyond ASCII, as browsers do: servers write their paths in UTF-8. */
function percentEncoded(text: string): string {
  return text.replace(/[^\x21-\x7e]/g, (byte) => `%${byte.charCodeAt(0).toString(16).toUpperCase()}`);
}

function rooted(path: string): string {
  return path.startsWith('/') ? path : `/${path}`;
}

/** RFC 3986 §5.2.3. */
function relativeTo(path: string, reference: string): string {
  const base = path.split('?', 1)[0] ?? '/';
  if (reference === '') return path;
  if (reference.startsWith('?')) return `${base}${reference}`;
  return `${base.slice(0, base.lastIndexOf('/') + 1)}${reference}`;
}

/** RFC 3986 §5.2.4; `%2e` is a dot (URL Standard, "double-dot URL path segment"). The query stays. */
function withoutDotSegments(pathAndQuery: string): string {
  const [path = '', ...query] = pathAndQuery.split('?');
  const segments = path.split('/').slice(1);
  const out: string[] = [];
  for (const [i, segment] of segments.entries()) {
    const isDouble = /^(?:\.|%2e){2}$/i.test(segment);
    const isDots = isDouble || /^(?:\.|%2e)$/i.test(segment);
    if (isDouble) out.pop();
    if (!isDots) out.push(segment);
    else if (i === segments.length - 1) out.push('');
  }
  return `/${[out.join('/'), ...query].join('?')}`;
}

/** Fields that go to the configured target alone: the client's credentials, and what the body no longer backs. */
const credentials: ReadonlySet<string> = new Set([
  'authorization',
  'cookie',
  'proxy-authorization',
  'origin',
  'referer',
]);
const bodyFields: ReadonlySet<string> = new Set([
  'content-encoding',
  'content-language',
  'content-length',
  'content-location',
  'content-type',
]);

export interface HopHeadRules {
  readonly next: Extract<NextHop, { kind: 'hop' }>;
  /** Lower-case names that the route sets: they are for its own target. */
  readonly routeFields: ReadonlySet<string>;
}

/** The head of the next request, made from that of the last one. */
export function hopHead(headers: readonly string[], { next, routeFields }: HopHeadRules): string[] {
  const out: string[] = [];
  for (let i = 0; i < headers.length; i += 2) {
    const name = headers[i] ?? '';
    const lower = name.toLowerCase();
    const isForeign = next.changesOrigin && (credentials.has(lower) || routeFields.has(lower));
    if (isForeign || (!next.keepsBody && bodyFields.has(lower))) continue;
    const isHost = lower === 'host' && next.changesOrigin;
    out.push(
      name,
      isHost ? next.hop.origin.slice(next.hop.origin.indexOf('//') + 2) : (headers[i + 1] ?? ''),
    );
  }
  return out;
}
