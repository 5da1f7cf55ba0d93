/** What a browser makes of an answer: Fetch, "CORS check" and "CORS-preflight fetch", with Chromium's sentences. */

import { safelistedMethods } from '../http/fetch-names.ts';
import { combinedValue } from '../http/header-list.ts';
import type { ResponseHead } from '../http/request-head.ts';
import { isToken, listElements } from '../http/token.ts';

export interface Asker {
  readonly origin: string;
  readonly method: string;
  readonly credentials: 'include' | 'omit';
}

/** The sentence with which the browser refuses, or `undefined` where the page may read. */
export function whyUnreadable({ headers }: ResponseHead, { origin, credentials }: Asker): string | undefined {
  const allowed = combinedValue(headers, 'access-control-allow-origin');
  if (allowed === undefined)
    return "No 'Access-Control-Allow-Origin' header is present on the requested resource.";
  if (allowed === '*' && credentials !== 'include') return undefined;
  if (allowed === '*') {
    return "The value of the 'Access-Control-Allow-Origin' header in the response must not be the wildcard '*' when the request's credentials mode is 'include'.";
  }
  if (allowed !== origin) {
    if (/[ ,]/.test(allowed)) {
      return `The 'Access-Control-Allow-Origin' header contains multiple values '${allowed}', but only one is allowed.`;
    }
    if (allowed !== 'null' && !URL.canParse(allowed)) {
      return `The 'Access-Control-Allow-Origin' header contains the invalid value '${allowed}'.`;
    }
    return `The 'Access-Control-Allow-Origin' header has a value '${allowed}' that is not equal to the supplied origin.`;
  }
  const trusted = combinedValue(headers, 'access-control-allow-credentials') ?? '';
  if (credentials !== 'include' || trusted === 'true') return undefined;
  return `The value of the 'Access-Control-Allow-Credentials' header in the response is '${trusted}' which must be 'true' when the request's credentials mode is 'include'.`;
}

/** Likewise for the answer to a preflight; then the request itself is never sent. */
export function whyPreflightFails(
  response: ResponseHead,
  asker: Asker,
  unsafeNames: readonly string[],
): string | undefined {
  const unreadable = whyUnreadable(response, asker);
  const lead = "Response to preflight request doesn't pass access control check:";
  if (unreadable !== undefined) return `${lead} ${unreadable}`;
  if (response.status < 200 || response.status > 299) return `${lead} It does not have HTTP ok status.`;
  return (
    whyNoList(response) ?? whyMethodFails(response, asker) ?? whyHeaderFails(response, asker, unsafeNames)
  );
}

/** Steps 7.1 to 7.3: one element that is no token spoils the whole list. */
function whyNoList({ headers }: ResponseHead): string | undefined {
  const bad = ['Access-Control-Allow-Methods', 'Access-Control-Allow-Headers'].find((name) =>
    listElements(combinedValue(headers, name.toLowerCase()) ?? '').some((element) => !isToken(element)),
  );
  return bad === undefined ? undefined : `Cannot parse ${bad} response header field in preflight response.`;
}

/** "CORS-preflight fetch" step 7.5: a CORS-safelisted method needs no permission. */
function whyMethodFails({ headers }: ResponseHead, { method, credentials }: Asker): string | undefined {
  const methods = listElements(combinedValue(headers, 'access-control-allow-methods') ?? '');
  const isWild = methods.includes('*') && credentials !== 'include';
  if (isWild || safelistedMethods.has(method) || methods.includes(method)) return undefined;
  return `Method ${method} is not allowed by Access-Control-Allow-Methods in preflight response.`;
}

/** Steps 7.6 and 7.7: `*` never stands for Authorization. */
function whyHeaderFails(
  { headers }: ResponseHead,
  { credentials }: Asker,
  unsafeNames: readonly string[],
): string | undefined {
  const value = combinedValue(headers, 'access-control-allow-headers') ?? '';
  const allowed = new Set(listElements(value.toLowerCase()));
  const isWild = allowed.has('*') && credentials !== 'include';
  const missing = unsafeNames.find((name) => !allowed.has(name) && !(isWild && name !== 'authorization'));
  if (missing === undefined) return undefined;
  return `Request header field ${missing} is not allowed by Access-Control-Allow-Headers in preflight response.`;
}
