/** The fields on which a request is judged, read in one pass over its head. */

import { type HeaderList, joinedValue, lowerCaseName } from './header-list.ts';
import type { RequestHead } from './request-head.ts';

export interface RequestFacts {
  /** Number of header lines. */
  count: number;
  /** Bytes of the header section: names, values, `: ` and CRLF. */
  bytes: number;
  /** The first Host line; how many there are is in `lines`. */
  host: string | undefined;
  /** The Origin lines, joined where there are several. */
  origin: string | undefined;
  /** Access-Control-Request-Method. */
  askedMethod: string | undefined;
  /** Access-Control-Request-Headers, its lines joined. */
  askedHeaders: string | undefined;
  fetchSite: string | undefined;
  fetchMode: string | undefined;
  transferEncoding: string | undefined;
  contentLength: string | undefined;
  expect: string | undefined;
  maxForwards: string | undefined;
  upgrade: string | undefined;
  connection: string | undefined;
  via: string | undefined;
  isServiceWorkerScript: boolean;
  /** `X-Forwarded-For: 203.0.113.9`, or Forwarded: another proxy stands in front. */
  forwarded: string | undefined;
  /** How often the fields stand that may stand once: two readers could take two values (RFC 9110 §5.3). */
  readonly lines: {
    host: number;
    origin: number;
    askedMethod: number;
    authorization: number;
    contentType: number;
    ifNoneMatch: number;
  };
}

/** Fetch, "CORS-preflight request": all three marks. Anything less is an ordinary request and is forwarded. */
export function isPreflight(method: string, facts: RequestFacts): boolean {
  return method === 'OPTIONS' && facts.lines.origin > 0 && facts.lines.askedMethod > 0;
}

/** RFC 6455 §4.1: `Upgrade: websocket` under `Connection: upgrade`. Other protocols are not ours to switch to. */
export function isWebSocketHandshake(
  { version }: Pick<RequestHead, 'version'>,
  facts: RequestFacts,
): boolean {
  // RFC 9110 §7.8: Upgrade is to be ignored in HTTP/1.0; HTTP/2 has none.
  if (version !== '1.1' || facts.upgrade === undefined || facts.upgrade.toLowerCase() !== 'websocket')
    return false;
  return /(?:^|,)\s*upgrade\s*(?:,|$)/i.test(facts.connection ?? '');
}

/**
 * Whether the page is on this proxy's site (Sec-Fetch-Site): across sites a cookie comes back only as `SameSite=None;
 * Secure`, and where the browser blocks third-party cookies only as `Partitioned`. A navigation makes us the first party.
 */
export type RequestSite = 'same' | 'cross' | 'cross-navigation';

export function requestSite({ fetchSite, fetchMode }: RequestFacts): RequestSite {
  if (fetchSite !== 'cross-site') return 'same';
  return fetchMode === 'navigate' ? 'cross-navigation' : 'cross';
}

export function readFacts(headers: HeaderList): RequestFacts {
  const facts = noFacts();
  for (let i = 0; i < headers.length; i += 2) {
    const name = headers[i] ?? '';
    const value = headers[i + 1] ?? '';
    facts.bytes += name.length + value.length + 4;
    // Most fields of a browser are not among ours, and their length alone tells so.
    if (readLengths[name.length] === true) note(facts, name, value);
  }
  facts.count = headers.length / 2;
  return facts;
}

function noFacts(): RequestFacts {
  return {
    count: 0,
    bytes: 0,
    host: undefined,
    origin: undefined,
    askedMethod: undefined,
    askedHeaders: undefined,
    fetchSite: undefined,
    fetchMode: undefined,
    transferEncoding: undefined,
    contentLength: undefined,
    expect: undefined,
    maxForwards: undefined,
    upgrade: undefined,
    connection: undefined,
    via: undefined,
    isServiceWorkerScript: false,
    forwarded: undefined,
    lines: { host: 0, origin: 0, askedMethod: 0, authorization: 0, contentType: 0, ifNoneMatch: 0 },
  };
}

/** The fields that `note` reads; a field of another length is none of them. */
const fieldsRead = [
  'host',
  'origin',
  'access-control-request-method',
  'access-control-request-headers',
  // Sec-Fetch-Mode and Service-Worker have this length too.
  'sec-fetch-site',
  'transfer-encoding',
  'content-length',
  'expect',
  'max-forwards',
  'upgrade',
  'connection',
  'via',
  'x-forwarded-for',
  'forwarded',
  'authorization',
  'content-type',
  'if-none-match',
];

const readLengths: readonly boolean[] = lengthsOf(fieldsRead);

function lengthsOf(names: readonly string[]): boolean[] {
  const lengths: boolean[] = [];
  for (const name of names) lengths[name.length] = true;
  return lengths;
}

function note(facts: RequestFacts, name: string, value: string): void {
  const lower = lowerCaseName(name);
  switch (lower) {
    case 'host':
      facts.host ??= value;
      facts.lines.host += 1;
      return;
    case 'origin':
      facts.origin = joinedValue(facts.origin, value);
      facts.lines.origin += 1;
      return;
    case 'access-control-request-method':
      facts.askedMethod = joinedValue(facts.askedMethod, value);
      facts.lines.askedMethod += 1;
      return;
    case 'access-control-request-headers':
      facts.askedHeaders = joinedValue(facts.askedHeaders, value);
      return;
    case 'authorization':
      facts.lines.authorization += 1;
      return;
    case 'content-type':
      facts.lines.contentType += 1;
      return;
    case 'if-none-match':
      facts.lines.ifNoneMatch += 1;
      return;
    case 'x-forwarded-for':
    case 'forwarded':
      facts.forwarded ??= `${name}: ${value}`;
      return;
    default:
      noteFurther(facts, lower, value);
  }
}

function noteFurther(facts: RequestFacts, lowerCaseName: string, value: string): void {
  switch (lowerCaseName) {
    case 'sec-fetch-site':
      facts.fetchSite = joinedValue(facts.fetchSite, value);
      return;
    case 'sec-fetch-mode':
      facts.fetchMode = joinedValue(facts.fetchMode, value);
      return;
    case 'transfer-encoding':
      facts.transferEncoding = joinedValue(facts.transferEncoding, value);
      return;
    case 'content-length':
      facts.contentLength = joinedValue(facts.contentLength, value);
      return;
    case 'expect':
      facts.expect = joinedValue(facts.expect, value);
      return;
    case 'max-forwards':
      facts.maxForwards = joinedValue(facts.maxForwards, value);
      return;
    case 'upgrade':
      facts.upgrade = joinedValue(facts.upgrade, value);
      return;
    case 'connection':
      facts.connection = joinedValue(facts.connection, value);
      return;
    case 'via':
      facts.via = joinedValue(facts.via, value);
      return;
    case 'service-worker':
      facts.isServiceWorkerScript ||= value.trim().toLowerCase() === 'script';
  }
}
