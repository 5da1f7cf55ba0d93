/**
 * Cookies that a redirect sets before it is followed here. A browser would store them and send them on to the next URL
 * of the same origin (RFC 6265 §5.3, §5.4); without them a login that answers 302 would end at its own front page.
 */

import { isField } from '../http/header-list.ts';
import { attribute, parseSetCookie, type SetCookie } from '../http/set-cookie.ts';

export interface HopCookies {
  /** `Set-Cookie` lines of the answer. */
  readonly lines: readonly string[];
  /** The path that set them, and the one that is asked next; a query may stand behind them. */
  readonly from: string;
  readonly to: string;
  /** `Date.now()` */
  readonly nowMs: number;
}

/** The head of the next request, its Cookie field as a browser would have it now. */
export function withHopCookies(headers: readonly string[], { lines, from, to, nowMs }: HopCookies): string[] {
  const known = new Map<string, string>();
  const out: string[] = [];
  for (let i = 0; i < headers.length; i += 2) {
    const [name = '', value = ''] = headers.slice(i, i + 2);
    if (!isField(name, 'cookie')) out.push(name, value);
    else for (const pair of value.split(';')) known.set(parseSetCookie(pair).name, pair.trim());
  }
  for (const line of lines) {
    const cookie = parseSetCookie(line);
    if (isExpired(cookie, nowMs)) known.delete(cookie.name);
    else if (isUnder(to, pathOf(cookie, from))) known.set(cookie.name, cookie.pair.trim());
  }
  if (known.size > 0) out.push('Cookie', [...known.values()].join('; '));
  return out;
}

/** Max-Age has the last word (RFC 6265 §5.3 step 3). */
function isExpired(cookie: SetCookie, nowMs: number): boolean {
  const maxAge = attribute(cookie, 'max-age')?.value ?? '';
  if (/^-?[0-9]+$/.test(maxAge)) return Number(maxAge) <= 0;
  return Date.parse(attribute(cookie, 'expires')?.value ?? '') <= nowMs;
}

/** RFC 6265 §5.1.4: without a Path of its own a cookie belongs to the folder that set it. */
function pathOf(cookie: SetCookie, from: string): string {
  const own = attribute(cookie, 'path')?.value ?? '';
  return own.startsWith('/') ? own : from.slice(0, Math.max(1, withoutQuery(from).lastIndexOf('/')));
}

function isUnder(path: string, folder: string): boolean {
  const asked = withoutQuery(path);
  return asked === folder || asked.startsWith(folder.endsWith('/') ? folder : `${folder}/`);
}

function withoutQuery(path: string): string {
  return path.split('?', 1)[0] ?? '';
}
