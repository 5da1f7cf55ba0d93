/**
 * URLs in response fields, mapped back through this proxy: for every configured target, prefix restored. Worked on as
 * text; what is not ours, or cannot be read, stays byte for byte.
 */

import { parseAuthority } from '../http/host.ts';
import { defaultPort } from '../http/origin.ts';

export interface LocationRules {
  /** `http://localhost:8010`: this proxy as the client calls it. */
  readonly downstream: string;
  /** The upstream that answered: what relative references are relative to. */
  readonly upstreamOrigin: string;
  /** The listener's path for a path of that origin, or `undefined` where no route leads there. */
  readonly pathFor: (origin: string, path: string) => string | undefined;
}

const absolute = /^(?:(https?):)?\/\/([^/?#]*)([^?#]*)(.*)$/is;

/** The field's value as the page should see it. */
export function rewriteLocation(value: string, rules: LocationRules): string {
  const match = absolute.exec(value);
  if (match === null) return rewritePath(value, rules);
  const [, scheme, authorityText = '', path = '', rest = ''] = match;
  const origin = serialized(scheme?.toLowerCase() ?? schemeOf(rules.upstreamOrigin), authorityText);
  if (origin === undefined) return value;
  const mapped = rules.pathFor(origin, path === '' ? '/' : path);
  return mapped === undefined ? value : `${rules.downstream}${mapped}${rest}`;
}

/**
 * `/new` → `/api/new`; `new`, `?q` and `#f` are relative to the page's own path and stay. So does a path to which no
 * route leads: an upstream without a prefix may mean its neighbour here, and a 404 of ours says more than a CORS error.
 */
function rewritePath(value: string, rules: LocationRules): string {
  // For browsers a backslash is a slash, and `/\\host` another host.
  if (!value.startsWith('/') || value[1] === '\\') return value;
  const [, path = '', rest = ''] = /^([^?#]*)(.*)$/s.exec(value) ?? [];
  const mapped = rules.pathFor(rules.upstreamOrigin, path);
  return mapped === undefined ? value : `${mapped}${rest}`;
}

function schemeOf(origin: string): string {
  return origin.slice(0, origin.indexOf(':'));
}

/** User info makes it another thing (Fetch refuses it in a redirect), so it is not parsed and not touched. */
function serialized(scheme: string, authorityText: string): string | undefined {
  const authority = parseAuthority(authorityText);
  if (authority === undefined) return undefined;
  const { host, port } = authority;
  return `${scheme}://${host}${port === '' || port === defaultPort(scheme) ? '' : `:${port}`}`;
}

/**
 * `5; url=/next` of a Refresh field: the URL alone is rewritten, and `url=` may be missing (HTML, "shared declarative
 * refresh steps"). One class of characters in front of it, not one for each part: a run of blanks that several could
 * take costs quadratic time.
 */
export function rewriteRefresh(value: string, rules: LocationRules): string {
  const match = /^([\s0-9.;,]*(?:url\s*=\s*)?)(["']?)(.*)$/is.exec(value);
  if (match === null) return value;
  const [, before = '', quote = '', rest = ''] = match;
  const closing = quote === '' ? rest.trimEnd().length : rest.indexOf(quote);
  const end = closing === -1 ? rest.length : closing;
  return `${before}${quote}${rewriteLocation(rest.slice(0, end), rules)}${rest.slice(end)}`;
}

/** `<https://api/items?page=2>; rel="next"` of a Link field: what a paging script fetches next (RFC 8288). */
export function rewriteLink(value: string, rules: LocationRules): string {
  return value.replace(/<([^<>]*)>/g, (_, url: string) => `<${rewriteLocation(url, rules)}>`);
}
