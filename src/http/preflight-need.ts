/** Whether a browser asks before it sends, and why: Fetch, "main fetch" and "HTTP fetch", the CORS-preflight flag. */

import { isForbiddenRequestHeader, normalizedMethods, safelistedMethods } from './fetch-names.ts';
import { type HeaderList, lines } from './header-list.ts';

export interface PreflightNeed {
  /** `method PUT`, `header x-api-key`; empty where no preflight is sent. */
  readonly because: readonly string[];
  /** CORS-unsafe request-header names, lower-case, sorted, once each: what `Access-Control-Request-Headers` lists. */
  readonly unsafeNames: readonly string[];
}

export function preflightNeed(method: string, headers: HeaderList): PreflightNeed {
  const unsafeNames = unsafeHeaderNames(headers);
  const because = [
    ...(safelistedMethods.has(method) ? [] : [`method ${method}`]),
    ...unsafeNames.map((name) => `header ${name}`),
  ];
  return { because, unsafeNames };
}

/** Fetch, "normalize a method": `patch` is not upper-cased, the classic trap. */
export function normalizeMethod(method: string): string {
  const upper = method.toUpperCase();
  return normalizedMethods.has(upper) ? upper : method;
}

/** Fetch, "CORS-unsafe request-header names". */
function unsafeHeaderNames(headers: HeaderList): readonly string[] {
  const safe: string[] = [];
  const unsafe: string[] = [];
  let safeBytes = 0;
  for (const [name, value] of lines(headers)) {
    const lower = name.toLowerCase();
    if (isForbiddenRequestHeader(lower)) continue;
    if (!isSafelisted(lower, value)) unsafe.push(lower);
    else {
      safe.push(lower);
      safeBytes += Buffer.byteLength(value, 'latin1');
    }
  }
  // Step 5: many small values together are no longer harmless.
  if (safeBytes > 1024) unsafe.push(...safe);
  return [...new Set(unsafe)].sort();
}

/** Fetch, "CORS-safelisted request-header". */
function isSafelisted(lowerCaseName: string, value: string): boolean {
  if (Buffer.byteLength(value, 'latin1') > 128) return false;
  switch (lowerCaseName) {
    case 'accept':
      return !hasUnsafeByte(value);
    case 'accept-language':
    case 'content-language':
      return /^[0-9A-Za-z *,\-.;=]*$/.test(value);
    case 'content-type':
      return !hasUnsafeByte(value) && simpleTypes.has(essence(value));
    case 'range':
      return isSimpleRange(value);
    default:
      return false;
  }
}

/** Fetch, "CORS-unsafe request-header byte". */
function hasUnsafeByte(value: string): boolean {
  return /[\x00-\x08\x0a-\x1f"():<>?@[\\\]{}\x7f]/.test(value);
}

const simpleTypes: ReadonlySet<string> = new Set([
  'application/x-www-form-urlencoded',
  'multipart/form-data',
  'text/plain',
]);

function essence(type: string): string {
  return (type.split(';')[0] ?? '').trim().toLowerCase();
}

/** One range with a beginning. */
function isSimpleRange(value: string): boolean {
  const match = /^bytes=([0-9]+)-([0-9]*)$/.exec(value);
  if (match === null) return false;
  return match[2] === '' || Number(match[1]) <= Number(match[2]);
}
