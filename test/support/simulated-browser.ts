/**
 * The page's side of the CORS protocol as the Fetch standard writes it (https://fetch.spec.whatwg.org): what a browser
 * asks, and what it lets the page read. It shares no list and no parser with the proxy, so that it can contradict it.
 * Left out: the preflight cache (each fetch asks anew), redirects (answered as `redirect: "manual"` sees them) and
 * Chromium's leniency about `*` and Authorization.
 */

import type { Buffer } from 'node:buffer';
import { type Address, ask, requestBytes } from './raw-client.ts';
import type { HeaderLine, Response } from './strict-parser.ts';

export interface PageFetch {
  /** The page's origin, serialized; `null` for an opaque one. */
  readonly origin: string;
  readonly address: Address;
  /** `localhost:8010`: what stands in the URL, and so in Host. */
  readonly authority: string;
  readonly path: string;
  /** Default GET; upper-cased as `fetch` does. */
  readonly method?: string;
  readonly headers?: readonly HeaderLine[];
  /** Default `same-origin`, which sends none across origins. */
  readonly credentials?: 'omit' | 'same-origin' | 'include';
  /** What the jar holds for this URL; sent with `include` only. */
  readonly cookie?: string;
  readonly body?: Buffer | string;
}

export type PageAnswer =
  | { readonly blocked: string; readonly at: 'preflight' | 'actual' }
  | {
      readonly blocked?: never;
      readonly status: number;
      /** Lower case: what the page's script can read. */
      readonly readableHeaders: ReadonlyMap<string, string>;
      readonly body: Buffer;
      readonly preflighted: boolean;
    };

/** Fetch, "main fetch" for a cross-origin request with mode "cors". */
export async function browserFetch(page: PageFetch): Promise<PageAnswer> {
  const method = normalizeMethod(page.method ?? 'GET');
  const unsafe = unsafeNames(page.headers ?? []);
  // Fetch, "main fetch", the flag for unsafe requests: a method that is not safelisted, or a CORS-unsafe request-header name.
  const preflighted = !/^(?:GET|HEAD|POST)$/.test(method) || unsafe.length > 0;
  if (preflighted) {
    const blocked = await preflight(page, method, unsafe);
    if (blocked !== undefined) return { blocked, at: 'preflight' };
  }
  const sent: HeaderLine[] = [['Host', page.authority], ...(page.headers ?? []), ['Origin', page.origin]];
  if (includes(page) && page.cookie !== undefined) sent.push(['Cookie', page.cookie]);
  const bytes = requestBytes(`${method} ${page.path}`, sent, page.body);
  const response = await ask(page.address, bytes, { method });
  // Fetch, "HTTP fetch": a CORS check on every response, whatever its status.
  const blocked = corsCheck(page, response);
  if (blocked !== undefined) return { blocked, at: 'actual' };
  const { status, body } = response;
  return { status, body, preflighted, readableHeaders: readable(page, response.headers) };
}

/** Fetch, "CORS check": why the page may not read, or `undefined` where it may. */
export function corsCheck(
  page: Pick<PageFetch, 'origin' | 'credentials'>,
  { headers }: Pick<Response, 'headers'>,
): string | undefined {
  // Steps 1 and 2; several lines are joined (Fetch, "get").
  const origin = get(headers, 'access-control-allow-origin');
  if (origin === undefined) return 'no Access-Control-Allow-Origin';
  // Step 3.
  if (!includes(page) && origin === '*') return undefined;
  // Step 4: bytes, not meaning.
  if (origin !== page.origin) return `Access-Control-Allow-Origin is "${origin}", not "${page.origin}"`;
  // Steps 5 to 8.
  if (!includes(page)) return undefined;
  const credentials = get(headers, 'access-control-allow-credentials');
  return credentials === 'true' ? undefined : `Access-Control-Allow-Credentials is "${credentials}"`;
}

/** Fetch, "CORS-preflight fetch". */
async function preflight(
  page: PageFetch,
  method: string,
  unsafe: readonly string[],
): Promise<string | undefined> {
  // Steps 1 to 5. No credentials, whatever the mode.
  const sent: HeaderLine[] = [
    ['Host', page.authority],
    ['Accept', '*/*'],
    ['Access-Control-Request-Method', method],
    ['Origin', page.origin],
  ];
  if (unsafe.length > 0) sent.push(['Access-Control-Request-Headers', unsafe.join(',')]);
  const response = await ask(page.address, requestBytes(`OPTIONS ${page.path}`, sent), { method: 'OPTIONS' });
  return preflightCheck(page, response, { method, unsafe });
}

/** Fetch, "CORS-preflight fetch" step 7: why a preflight fails with this answer, or `undefined` where it passes. */
export function preflightCheck(
  page: Pick<PageFetch, 'origin' | 'credentials'>,
  response: Pick<Response, 'status' | 'headers'>,
  asked: Asked,
): string | undefined {
  const failed = corsCheck(page, response);
  if (failed !== undefined) return failed;
  if (response.status < 200 || response.status > 299) return `the preflight's status is ${response.status}`;
  return preflightLists(page, response, asked);
}

export interface Asked {
  readonly method: string;
  /** CORS-unsafe request-header names, in lower case. */
  readonly unsafe: readonly string[];
}

/** Fetch, "CORS-preflight fetch" steps 7.1 to 7.7. */
function preflightLists(
  page: Pick<PageFetch, 'credentials'>,
  { headers }: Pick<Response, 'headers'>,
  { method, unsafe }: Asked,
): string | undefined {
  const methods = extractList(headers, 'access-control-allow-methods');
  const names = extractList(headers, 'access-control-allow-headers');
  // Step 7.3.
  if (methods === 'failure') return 'Access-Control-Allow-Methods is not a list of tokens';
  if (names === 'failure') return 'Access-Control-Allow-Headers is not a list of tokens';
  const wildcard = (list: readonly string[]) => !includes(page) && list.includes('*');
  // Step 7.5: case counts.
  const isSafelisted = /^(?:GET|HEAD|POST)$/.test(method);
  if (!methods.includes(method) && !isSafelisted && !wildcard(methods)) {
    return `${method} is not in Access-Control-Allow-Methods`;
  }
  const lower = names.map((name) => name.toLowerCase());
  for (const name of unsafe) {
    // Step 7.6: Authorization is the CORS non-wildcard request-header name. Step 7.7: the others.
    const isCovered = name !== 'authorization' && wildcard(names);
    if (!lower.includes(name) && !isCovered) return `${name} is not in Access-Control-Allow-Headers`;
  }
  return undefined;
}

/** Fetch, "main fetch" for the exposed names, and "CORS filtered response". */
function readable(page: PageFetch, headers: readonly HeaderLine[]): ReadonlyMap<string, string> {
  const listed = extractList(headers, 'access-control-expose-headers');
  const exposed = listed === 'failure' ? [] : listed.map((name) => name.toLowerCase());
  const isAll = !includes(page) && exposed.includes('*');
  const map = new Map<string, string>();
  for (const [field] of headers) {
    const name = field.toLowerCase();
    if (name === 'set-cookie' || name === 'set-cookie2') continue;
    if (!isAll && !safelistedResponse.test(name) && !exposed.includes(name)) continue;
    map.set(name, get(headers, name) ?? '');
  }
  return map;
}

const safelistedResponse =
  /^(?:cache-control|content-language|content-length|content-type|expires|last-modified|pragma)$/;

function includes(page: Pick<PageFetch, 'credentials'>): boolean {
  return page.credentials === 'include';
}

/** Fetch, "normalize a method". */
function normalizeMethod(method: string): string {
  return /^(?:delete|get|head|options|post|put)$/i.test(method) ? method.toUpperCase() : method;
}

/** Fetch, "CORS-unsafe request-header names": lower case, sorted, each once. */
export function unsafeNames(headers: readonly HeaderLine[]): string[] {
  const unsafe = new Set<string>();
  const safe: HeaderLine[] = [];
  for (const [name, value] of headers) {
    if (isSafelisted(name.toLowerCase(), value)) safe.push([name.toLowerCase(), value]);
    else unsafe.add(name.toLowerCase());
  }
  // Steps 3 and 4: more than 1024 bytes of safelisted values are safelisted no more.
  const bytes = safe.reduce((sum, [, value]) => sum + value.length, 0);
  if (bytes > 1024) for (const [name] of safe) unsafe.add(name);
  return [...unsafe].sort();
}

// Fetch, "CORS-unsafe request-header byte".
const unsafeByte = /[\x00-\x08\x0a-\x1f"():<>?@[\\\]{}\x7f]/;

/** Fetch, "CORS-safelisted request-header". */
function isSafelisted(name: string, value: string): boolean {
  if (value.length > 128) return false;
  switch (name) {
    case 'accept':
      return !unsafeByte.test(value);
    case 'accept-language':
    case 'content-language':
      return /^[0-9A-Za-z *,\-.;=]*$/.test(value);
    case 'content-type':
      return (
        !unsafeByte.test(value) &&
        /^(?:application\/x-www-form-urlencoded|multipart\/form-data|text\/plain)$/.test(essence(value))
      );
    case 'range':
      return /^bytes=[0-9]+-[0-9]*$/.test(value);
    default:
      return false;
  }
}

function essence(mimeType: string): string {
  return (mimeType.split(';')[0] ?? '').trim().toLowerCase();
}

/** Fetch, "get": the lines joined by a comma and a space. */
function get(headers: readonly HeaderLine[], name: string): string | undefined {
  const values = headers.filter(([field]) => field.toLowerCase() === name).map(([, value]) => value);
  return values.length === 0 ? undefined : values.join(', ');
}

/** Fetch, "extract header list values", for `#token`: one bad element spoils the list. */
function extractList(headers: readonly HeaderLine[], name: string): readonly string[] | 'failure' {
  const value = get(headers, name);
  if (value === undefined) return [];
  const elements = value
    .split(',')
    .map((element) => element.replace(/^[ \t]+|[ \t]+$/g, ''))
    .filter((element) => element !== '');
  return elements.every((element) => /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/.test(element)) ? elements : 'failure';
}
