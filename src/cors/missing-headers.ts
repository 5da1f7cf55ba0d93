/** What an answer lacks for a page to read it: all of it at once, where a browser names the first alone. */

import { safelistedMethods } from '../http/fetch-names.ts';
import { combinedValue } from '../http/header-list.ts';
import type { ResponseHead } from '../http/request-head.ts';
import { listElements } from '../http/token.ts';
import type { Asker } from './browser-check.ts';

/** Header lines as the API would have to send them; empty where none is missing. */
export function missingHeaders({ headers }: ResponseHead, { origin, credentials }: Asker): readonly string[] {
  const allowed = combinedValue(headers, 'access-control-allow-origin');
  const isCredentialed = credentials === 'include';
  const isAllowed = allowed === origin || (allowed === '*' && !isCredentialed);
  const isTrusted = !isCredentialed || combinedValue(headers, 'access-control-allow-credentials') === 'true';
  return [
    ...(isAllowed ? [] : [`Access-Control-Allow-Origin: ${origin}`]),
    ...(isTrusted ? [] : ['Access-Control-Allow-Credentials: true']),
  ];
}

/** Likewise for the answer to a preflight. */
export function missingPreflightHeaders(
  response: ResponseHead,
  asker: Asker,
  unsafeNames: readonly string[],
): readonly string[] {
  const { method, credentials } = asker;
  const listOf = (name: string) => listElements(combinedValue(response.headers, name) ?? '');
  const methods = listOf('access-control-allow-methods');
  const names = listOf('access-control-allow-headers').map((name) => name.toLowerCase());
  const isWild = (list: readonly string[]) => list.includes('*') && credentials !== 'include';
  const takesMethod = safelistedMethods.has(method) || methods.includes(method) || isWild(methods);
  // Fetch, "CORS non-wildcard request-header name": Authorization.
  const lacking = unsafeNames.filter(
    (name) => !names.includes(name) && !(isWild(names) && name !== 'authorization'),
  );
  return [
    ...missingHeaders(response, asker),
    ...(takesMethod ? [] : [`Access-Control-Allow-Methods: ${method}`]),
    ...(lacking.length === 0 ? [] : [`Access-Control-Allow-Headers: ${lacking.join(', ')}`]),
  ];
}
