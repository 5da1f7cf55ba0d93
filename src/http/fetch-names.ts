/** Closed lists of names from the Fetch standard (https://fetch.spec.whatwg.org), in lower case where case does not count. */

/** Fetch, "CORS-safelisted method": they need no Access-Control-Allow-Methods. */
export const safelistedMethods: ReadonlySet<string> = new Set(['GET', 'HEAD', 'POST']);

/** Fetch, "normalize a method": the only six names that `fetch` upper-cases. `patch` stays `patch`. */
export const normalizedMethods: ReadonlySet<string> = new Set([
  'DELETE',
  'GET',
  'HEAD',
  'OPTIONS',
  'POST',
  'PUT',
]);

/** Fetch, "forbidden method". */
export const forbiddenMethods: ReadonlySet<string> = new Set(['CONNECT', 'TRACE', 'TRACK']);

/** Fetch, "CORS-safelisted response-header name": what a script reads without Access-Control-Expose-Headers. */
export const safelistedResponseHeaders: ReadonlySet<string> = new Set([
  'cache-control',
  'content-language',
  'content-length',
  'content-type',
  'expires',
  'last-modified',
  'pragma',
]);

/** Fetch, "forbidden response-header name": what no list can make readable. */
export const forbiddenResponseHeaders: ReadonlySet<string> = new Set(['set-cookie', 'set-cookie2']);

/** Fetch, "forbidden request-header": what a page can never set. */
const forbiddenRequestHeaders: ReadonlySet<string> = new Set([
  'accept-charset',
  'accept-encoding',
  'access-control-request-headers',
  'access-control-request-method',
  'connection',
  'content-length',
  'cookie',
  'cookie2',
  'date',
  'dnt',
  'expect',
  'host',
  'keep-alive',
  'origin',
  'referer',
  'set-cookie',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'via',
]);

/** The two prefixes of Fetch, "forbidden request-header". */
export function isForbiddenRequestHeader(lowerCaseName: string): boolean {
  return (
    forbiddenRequestHeaders.has(lowerCaseName) ||
    lowerCaseName.startsWith('proxy-') ||
    lowerCaseName.startsWith('sec-')
  );
}
