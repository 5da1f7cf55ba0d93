/** What a browser would do with an API as it is: the preflight, the request, each redirect, judged as Fetch does. */

import { type Asker, whyPreflightFails, whyUnreadable } from '../../cors/browser-check.ts';
import { missingHeaders, missingPreflightHeaders } from '../../cors/missing-headers.ts';
import type { Failure } from '../../exchange.ts';
import { firstValue, type HeaderList } from '../../http/header-list.ts';
import { preflightNeed } from '../../http/preflight-need.ts';
import type { ResponseHead } from '../../http/request-head.ts';
import type { Ask, ProbeRequest } from './ask.ts';

export interface ProbeQuestion {
  readonly url: URL;
  readonly origin: string;
  readonly method: string;
  readonly headers: HeaderList;
  readonly credentials: 'include' | 'omit';
}

export interface ProbeStep {
  readonly kind: 'preflight' | 'request';
  readonly request: ProbeRequest;
  readonly response: ResponseHead;
  readonly durationMs: number;
  /** Why a preflight was sent: `method PUT`. */
  readonly because: readonly string[];
  /** The sentence with which the browser refuses; `null` where it does not. */
  readonly browserSays: string | null;
  /** Header lines that the API would have to send. */
  readonly missing: readonly string[];
}

export interface Probed {
  readonly steps: readonly ProbeStep[];
  readonly verdict: 'readable' | 'blocked' | 'same origin' | 'not asked';
  /** Why the API could not be asked. */
  readonly failure: Failure | undefined;
}

/** Fetch allows twenty; nobody's API needs as many. */
const mostHops = 10;

export async function probe(question: ProbeQuestion, ask: Ask): Promise<Probed> {
  const steps: ProbeStep[] = [];
  let next: ProbeQuestion | undefined = question;
  for (let hop = 0; next !== undefined && hop < mostHops; hop += 1) {
    const failure = await askHop(next, ask, steps);
    if (failure !== undefined) return { steps, verdict: 'not asked', failure };
    const last = steps.at(-1);
    if (last !== undefined && last.browserSays !== null)
      return { steps, verdict: 'blocked', failure: undefined };
    next = last && followed(next, last.response);
  }
  return { steps, verdict: isCors(question) ? 'readable' : 'same origin', failure: undefined };
}

function isCors({ url, origin }: ProbeQuestion): boolean {
  return url.origin !== origin;
}

/** Fetch, "HTTP fetch": the preflight where one is needed, then the request, unless the preflight failed. */
async function askHop(question: ProbeQuestion, ask: Ask, steps: ProbeStep[]): Promise<Failure | undefined> {
  const { method, headers, origin, credentials } = question;
  const asker: Asker = { origin, method, credentials };
  const need = isCors(question) ? preflightNeed(method, headers) : { because: [], unsafeNames: [] };
  if (need.because.length > 0) {
    const request = preflightRequest(question, need.unsafeNames);
    const asked = await ask(request);
    if (asked.kind === 'failed') return asked.failure;
    const { response } = asked;
    const says = whyRedirected(response) ?? whyPreflightFails(response, asker, need.unsafeNames) ?? null;
    const missing = missingPreflightHeaders(response, asker, need.unsafeNames);
    const told = { kind: 'preflight', because: need.because, browserSays: says } as const;
    steps.push({ ...asked, ...told, request, missing });
    if (says !== null) return undefined;
  }
  const request = actualRequest(question);
  const asked = await ask(request);
  if (asked.kind === 'failed') return asked.failure;
  const says = isCors(question) ? (whyUnreadable(asked.response, asker) ?? null) : null;
  const missing = isCors(question) ? missingHeaders(asked.response, asker) : [];
  steps.push({ ...asked, kind: 'request', because: [], browserSays: says, request, missing });
  return undefined;
}

/** Fetch, "CORS-preflight fetch": a redirect is a network error, whatever else it says. */
function whyRedirected({ status }: ResponseHead): string | undefined {
  return redirectStatuses.has(status)
    ? "Response to preflight request doesn't pass access control check: Redirect is not allowed for a preflight request."
    : undefined;
}

const userAgent = ['User-Agent', 'cors-proxy probe'];

function preflightRequest(
  { url, origin, method }: ProbeQuestion,
  unsafeNames: readonly string[],
): ProbeRequest {
  const names = unsafeNames.length === 0 ? [] : ['Access-Control-Request-Headers', unsafeNames.join(',')];
  const asked = ['Access-Control-Request-Method', method, ...names];
  return {
    url,
    method: 'OPTIONS',
    headers: [
      'Host',
      url.host,
      ...userAgent,
      'Accept',
      '*/*',
      ...asked,
      'Origin',
      origin,
      ...metadata(url, origin),
    ],
  };
}

function actualRequest(question: ProbeQuestion): ProbeRequest {
  const { url, origin, method, headers } = question;
  const accept = firstValue(headers, 'accept') === undefined ? ['Accept', '*/*'] : [];
  // Fetch, "append a request `Origin` header": a page's own server hears of it only where something may change.
  const sendsOrigin = isCors(question) || (method !== 'GET' && method !== 'HEAD');
  return {
    url,
    method,
    headers: [
      ...['Host', url.host, ...userAgent, ...accept],
      ...headers,
      ...(sendsOrigin ? ['Origin', origin] : []),
      ...metadata(url, origin),
    ],
  };
}

function metadata({ origin: target }: URL, origin: string): HeaderList {
  const site = target === origin ? 'same-origin' : 'cross-site';
  return ['Sec-Fetch-Site', site, 'Sec-Fetch-Mode', 'cors', 'Sec-Fetch-Dest', 'empty'];
}

const redirectStatuses: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

/** Fetch, "HTTP-redirect fetch"; `undefined` where it is none. */
function followed(question: ProbeQuestion, { status, headers }: ResponseHead): ProbeQuestion | undefined {
  const location = firstValue(headers, 'location');
  if (!redirectStatuses.has(status) || location === undefined || !URL.canParse(location, question.url.href))
    return undefined;
  const url = new URL(location, question.url);
  if (url.protocol !== 'http:' && url.protocol !== 'https:') return undefined;
  const leaves = url.origin !== question.url.origin;
  const becomesGet =
    status === 303
      ? question.method !== 'GET' && question.method !== 'HEAD'
      : status < 303 && question.method === 'POST';
  const dropped = [...(leaves ? ['authorization'] : []), ...(becomesGet ? bodyHeaders : [])];
  return {
    ...question,
    url,
    method: becomesGet ? 'GET' : question.method,
    headers: without(question.headers, dropped),
    // Step 10: who is sent from one foreign origin to another has none of their own any more.
    origin: leaves && isCors(question) ? 'null' : question.origin,
  };
}

/** Fetch, "request-body-header name". */
const bodyHeaders = ['content-encoding', 'content-language', 'content-location', 'content-type'];

function without(headers: HeaderList, lowerCaseNames: readonly string[]): HeaderList {
  return headers.filter((_, i) => !lowerCaseNames.includes((headers[i - (i % 2)] ?? '').toLowerCase()));
}
