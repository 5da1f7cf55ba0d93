/**
 * Request targets (RFC 9112 §3.2), read once and never normalized: the string that a glob matches is the string that
 * is forwarded. What two readers could read in two ways is refused here, not mended.
 *
 * Refused alternative: `new URL(target, base)`. It turns `//evil`, `/\evil` and absolute forms into another host, and
 * resolves dot segments after the routing has looked (CVE-2026-44578, fast-proxy#42).
 */

import { type Authority, parseAuthority } from './host.ts';

export type RequestTarget =
  | {
      readonly form: 'origin';
      readonly path: string;
      readonly query: string;
      readonly hidesDotSegment: boolean;
    }
  | {
      readonly form: 'absolute';
      readonly scheme: string;
      readonly authority: Authority;
      readonly path: string;
      readonly query: string;
      readonly hidesDotSegment: boolean;
    }
  | { readonly form: 'asterisk' }
  | { readonly form: 'invalid'; readonly why: string };

const absolute = /^(https?):\/\/([^/?#]*)(.*)$/i;
const encodedDot = /%2e/i;
const dotSegment = /(?:^|\/)(?:\.|%2e){1,2}(?:\/|$)/i;

/** A dot, a slash and a semicolon for servers that decode: once or more often, overlong UTF-8, `%u002e` of old. */
const hiddenDot = String.raw`(?:\.|%(?:25)*2e|%c0%ae|%u002e)`;
const hiddenSlash = String.raw`[/\\]|%(?:25)*(?:2f|5c)|%c0%af|%c1%9c|%u00(?:2f|5c)`;
const hiddenDotSegment = new RegExp(
  `(?:^|${hiddenSlash})${hiddenDot}{2}(?:${hiddenSlash}|;|%(?:25)*3b|$)`,
  'i',
);

/** The target in one of its forms; `query` begins with `?` or is empty. Never throws. */
export function parseRequestTarget(target: string): RequestTarget {
  if (target.charCodeAt(0) === 0x2f) return originForm(target);
  if (target === '*') return { form: 'asterisk' };
  const match = absolute.exec(target);
  if (match === null) return invalid('it is neither a path nor a URL');
  const [, scheme = '', authorityText = '', rest = ''] = match;
  const authority = parseAuthority(authorityText);
  if (authority === undefined) return invalid('its host is not valid');
  const inner = originForm(rest.startsWith('/') ? rest : `/${rest}`);
  if (inner.form !== 'origin') return inner;
  const { path, query, hidesDotSegment } = inner;
  return { form: 'absolute', scheme: scheme.toLowerCase(), authority, path, query, hidesDotSegment };
}

function originForm(target: string): RequestTarget {
  const mark = target.indexOf('?');
  const path = mark === -1 ? target : target.slice(0, mark);
  const query = mark === -1 ? '' : target.slice(mark);
  const why = whyInvalid(target, path);
  if (why !== undefined) return invalid(why);
  return { form: 'origin', path, query, hidesDotSegment: hasHiddenDotSegment(path) };
}

function whyInvalid(target: string, path: string): string | undefined {
  if (target.includes('#')) return 'it has a fragment ("#"), which never travels in HTTP';
  // RFC 3986 has no such bytes in a URI; Node lets some of them through.
  if (/[^\x21-\x7e]/.test(target)) return 'it has a space, a control character or a byte beyond ASCII';
  if (path.includes('\\')) return 'its path has a backslash, which some servers read as "/"';
  if (path.includes('%00')) return 'its path has an encoded NUL';
  if (hasDotSegment(path))
    return 'its path has a dot segment ("." or ".."), which two servers can read in two ways';
  return undefined;
}

function hasDotSegment(path: string): boolean {
  return (path.includes('/.') || encodedDot.test(path)) && dotSegment.test(path);
}

/** `..%2f`, `%252e%252e` and `..;`: no dot segment for us, but one for an upstream that decodes or cuts parameters off first. */
function hasHiddenDotSegment(path: string): boolean {
  return (path.includes('..') || path.includes('%')) && hiddenDotSegment.test(path);
}

function invalid(why: string): RequestTarget {
  return { form: 'invalid', why };
}
