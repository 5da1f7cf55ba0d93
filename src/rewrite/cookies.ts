/**
 * Fits a cookie of the upstream to this listener, so that the browser keeps it and sends it back. An attribute is
 * dropped, changed or left; the pair and what is not named here stay byte for byte.
 */

import type { RequestSite } from '../http/request-facts.ts';
import {
  attribute,
  type CookieAttribute,
  parseSetCookie,
  type SetCookie,
  serializeSetCookie,
} from '../http/set-cookie.ts';

export interface CookieRules {
  readonly scheme: 'http' | 'https';
  /** Where the request came from: what decides which cookies the browser sends back. */
  readonly site: RequestSite;
  /** The listener's path for a path of the upstream, or `undefined` where no route leads there. */
  readonly mapPath: (path: string) => string | undefined;
  /** Where cookies of a path that no route leads to are kept: the route's prefix, or `/`. */
  readonly prefix: string;
}

export function rewriteCookie(line: string, rules: CookieRules): string {
  const cookie = parseSetCookie(line);
  const needsSecure = cookiePrefix(cookie.name) !== undefined;
  const dropsSecure = rules.scheme === 'http' && !needsSecure && !needsNone(rules);
  const isSecure = !dropsSecure && attribute(cookie, 'secure') !== undefined;
  const edits = { rules, cookie, dropsSecure, isSecure };
  const attributes = cookie.attributes.flatMap((part) => fitted(part, edits));
  return serializeSetCookie({ ...cookie, attributes: [...attributes, ...added(edits)] });
}

interface Edits {
  readonly rules: CookieRules;
  readonly cookie: SetCookie;
  /** Safari drops Secure cookies on http://localhost (WebKit bug 281149); others keep them. */
  readonly dropsSecure: boolean;
  /** Whether Secure will stand there. */
  readonly isSecure: boolean;
}

function fitted(part: CookieAttribute, edits: Edits): readonly CookieAttribute[] {
  switch (part.name) {
    case 'domain':
      // A host-only cookie of localhost; `Domain=localhost` is refused by some browsers.
      return [];
    case 'path':
      return fitPath(part, edits);
    case 'secure':
      return edits.dropsSecure ? [] : [part];
    case 'partitioned':
      // Without Secure a browser refuses it; localhost to localhost is same-site and needs no partition.
      return edits.dropsSecure ? [] : [part];
    case 'samesite':
      return fitSameSite(part, edits);
    default:
      return [part];
  }
}

/**
 * What a page of another site needs. Partitioned, because many browsers keep no other third-party cookie: it comes back
 * to pages of that site alone (https://github.com/privacycg/CHIPS). Not after a navigation, where we are the first party.
 */
function added({ rules, cookie }: Edits): readonly CookieAttribute[] {
  if (!needsNone(rules)) return [];
  const isMissing = (name: string) => attribute(cookie, name) === undefined;
  return [
    ...(isMissing('samesite') ? [{ name: 'samesite', value: 'None', text: ' SameSite=None' }] : []),
    ...(isMissing('secure') ? [{ name: 'secure', value: '', text: ' Secure' }] : []),
    ...(rules.site === 'cross' && isMissing('partitioned')
      ? [{ name: 'partitioned', value: '', text: ' Partitioned' }]
      : []),
  ];
}

/** After a navigation on http pages of this site are the ones to come: `Lax` does, and Safari keeps it. */
function needsNone({ site, scheme }: CookieRules): boolean {
  return site === 'cross' || (site === 'cross-navigation' && scheme === 'https');
}

function fitPath(part: CookieAttribute, { rules, cookie }: Edits): readonly CookieAttribute[] {
  // `__Host-` demands Path=/ (RFC 6265bis §4.1.3.2).
  if (isHostPrefixed(cookie.name) || !part.value.startsWith('/')) return [part];
  return [replaced(part, rules.mapPath(part.value) ?? rules.prefix)];
}

/** `None` without Secure is refused; every localhost port is the same site, so `Lax` reaches the page's requests. */
function fitSameSite(part: CookieAttribute, { rules, isSecure }: Edits): readonly CookieAttribute[] {
  if (needsNone(rules)) return [replaced(part, 'None')];
  return part.value.toLowerCase() === 'none' && !isSecure ? [replaced(part, 'Lax')] : [part];
}

/** What stands before the value stays; an attribute that came without one gets its equals sign. */
function replaced(part: CookieAttribute, value: string): CookieAttribute {
  const equals = part.text.indexOf('=');
  const before = equals === -1 ? `${part.text.trimEnd()}=` : part.text.slice(0, equals + 1);
  return { ...part, value, text: `${before}${value}` };
}

/** The name prefixes that demand Secure (RFC 6265bis §4.1.3, and its `__Http-` successors). */
export function cookiePrefix(name: string): string | undefined {
  return /^__(?:host-http|host|secure|http)-/i.exec(name)?.[0];
}

function isHostPrefixed(name: string): boolean {
  return /^__host-/i.test(name);
}
