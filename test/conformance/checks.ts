/** Holds what came against what a row expects: a list of sentences, empty where all is well. */

import type { SeenRequest } from '../support/raw-upstream.ts';
import { corsCheck, preflightCheck, unsafeNames } from '../support/simulated-browser.ts';
import { type HeaderLine, type Response, values } from '../support/strict-parser.ts';
import {
  type Case,
  type Expectation,
  type HeaderWish,
  headerLines,
  type StatusWish,
  type UpstreamRequestWish,
} from './case-shape.ts';
import { cookieFailures } from './cookie-checks.ts';

/** What became of a row's request. */
export interface Outcome {
  /** `undefined` where the connection was closed without a response. */
  readonly response: Response | undefined;
  readonly durationMs: number;
  /** Requests that reached an upstream, or were tried where none could be reached. */
  readonly upstreamCalls: number;
  readonly upstreamRequests: readonly SeenRequest[];
  /** Puts the real authority in the place of a host name of the cases. */
  readonly authority: (host: string) => string;
  /** Warnings of the config, as texts. */
  readonly warnings: readonly string[];
  /** The same request on another path, where the row asks for it. */
  readonly elsewhere: Response | undefined;
  /** The status of an ordinary request afterwards, where the row asks for it. */
  readonly afterwards: number | undefined;
}

type Check<K extends keyof Expectation> = (
  wish: NonNullable<Expectation[K]>,
  outcome: Outcome,
  row: Case,
) => readonly string[];

/** One check for each key; what no check can see here is said beside it. */
const checks: { readonly [K in keyof Required<Expectation>]: Check<K> } = {
  status: (wish, { response }) =>
    meetsStatus(wish, response)
      ? []
      : [`status ${response?.status ?? 'closed'}, wanted ${JSON.stringify(wish)}`],
  // Judged before all others, in `failures`.
  orStatus: () => [],
  headers: (wish, { response, authority }) =>
    Object.entries(wish).flatMap(([name, value]) => headerFailures(name, value, { response, authority })),
  absent: (wish, { response }) =>
    wish
      .filter((name) => all(response, name).length > 0)
      .map((name) => `${name}: ${all(response, name)}, wanted none`),
  lacks: (wish, { response }) =>
    Object.entries(wish).flatMap(([name, tokens]) => {
      const has = tokensOf(all(response, name), name);
      return tokens
        .filter((token) => has.includes(folded(token, name)))
        .map((token) => `${name} has ${token}`);
    }),
  count: (wish, { response }) =>
    Object.entries(wish)
      .filter(([name, count]) => all(response, name).length !== count)
      .map(([name, count]) => `${all(response, name).length} lines of ${name}, wanted ${count}`),
  vary: (wish, { response }, row) => varyFailures(wish, response, row),
  body: (wish, outcome) => bodyFailures(wish, outcome),
  upstreamCalls: (wish, { upstreamCalls }) =>
    meetsCount(wish, upstreamCalls) ? [] : [`${upstreamCalls} upstream calls, wanted ${wish}`],
  upstreamRequest: (wish, outcome) => requestFailures(wish, outcome, outcome.upstreamRequests[0]),
  secondUpstreamRequest: (wish, outcome) => requestFailures(wish, outcome, outcome.upstreamRequests[1]),
  secondUpstream: () => [],
  setCookie: (wish, { response }) => cookieFailures(wish, all(response, 'set-cookie')),
  neverTogether: (wish, { response }) => {
    const lines = response?.headers.map(([name, value]) => `${name.toLowerCase()}: ${value}`) ?? [];
    return wish.every((line) => lines.includes(line)) ? [`${wish.join(' and ')} stand together`] : [];
  },
  // The one text that is about bytes. The others say what `status` and `headers` of the decision assert.
  never: (wish, { response }) =>
    wish.startsWith('SECRET') && shows(response, 'SECRET') ? ['the secret is shown'] : [],
  browser: (wish, { response }, row) => {
    if (wish !== 'blocked') return [];
    return response === undefined || browserVerdict(row, response) !== undefined
      ? []
      : ['the browser lets it pass'];
  },
  configWarning: (_wish, { warnings }) => (warnings.length > 0 ? [] : ['the config has no warning']),
  processAlive: (_wish, { afterwards }) => (afterwards === 200 ? [] : [`afterwards: ${afterwards}`]),
  // The rows' own bounds are for an idle machine; quadratic work would pass any bound.
  timeMs: (_wish, { durationMs }) => (durationMs < 500 ? [] : [`it took ${durationMs} ms`]),
  // Asserted by the runner, which has no outcome then.
  configError: () => [],
  alsoNever: () => [],
  // Said in the log, for which another test is the place.
  diagnostic: () => [],
  choice: () => [],
  options: () => [],
};

export function failures(row: Case, expectation: Expectation, outcome: Outcome): readonly string[] {
  if (expectation.orStatus !== undefined && outcome.response?.status === expectation.orStatus) return [];
  return Object.entries(expectation).flatMap(([key, wish]) => {
    // A key that is not known here must not pass unseen.
    if (!(key in checks)) return [`no check for "${key}"`];
    const check = checks[key as keyof Expectation] as Check<keyof Expectation>;
    return check(wish as never, outcome, row);
  });
}

function all(response: Response | undefined, name: string): string[] {
  return response === undefined ? [] : values(response.headers, name);
}

function meetsStatus(wish: StatusWish | readonly StatusWish[], response: Response | undefined): boolean {
  const wishes: readonly StatusWish[] = typeof wish === 'object' ? wish : [wish];
  return wishes.some((one) => {
    if (one === 'closed') return response === undefined;
    return one === 'any' ? response !== undefined : response?.status === one;
  });
}

function meetsCount(wish: number | string, count: number): boolean {
  if (typeof wish === 'number') return count === wish;
  const most = /([0-9]+)$/.exec(wish)?.[1];
  return most !== undefined && count <= Number(most);
}

/** Methods are compared with their case, header names without. */
function folded(token: string, name: string): string {
  return name === 'access-control-allow-methods' ? token : token.toLowerCase();
}

function tokensOf(lines: readonly string[], name: string): string[] {
  return lines
    .flatMap((line) => line.split(','))
    .map((token) => folded(token.trim(), name))
    .filter((token) => token !== '');
}

interface HeaderView {
  readonly response: Response | undefined;
  readonly authority: Outcome['authority'];
}

function headerFailures(name: string, wish: HeaderWish, view: HeaderView): readonly string[] {
  const lines = all(view.response, name);
  return meetsHeader(name, wish, lines)
    ? []
    : [`${name}: ${lines.length === 0 ? '(none)' : lines.join(' | ')}, wanted ${JSON.stringify(wish)}`];
}

function meetsHeader(name: string, wish: HeaderWish | null, lines: readonly string[]): boolean {
  if (wish === null) return lines.length === 0;
  if (typeof wish === 'string') return lines.length === 1 && lines[0] === wish;
  if ('oneOf' in wish) return wish.oneOf.some((one) => meetsHeader(name, one, lines));
  const has = tokensOf(lines, name);
  const wanted = 'tokens' in wish ? wish.tokens : wish.includes;
  const hasAll = wanted.every((token) => has.includes(folded(token, name)));
  return hasAll && ('includes' in wish || has.length === wanted.length);
}

function varyFailures(
  wish: NonNullable<Expectation['vary']>,
  response: Response | undefined,
  { upstream }: Case,
): readonly string[] {
  if (wish === 'any') return [];
  if (wish === 'choice') return ['nothing is decided about Vary'];
  const lines = all(response, 'vary');
  const has = tokensOf(lines, 'vary');
  const { includes = [], excludes = [], noDuplicates = false, unchanged = false } = wish;
  const sent = headerLines(upstream?.headers ?? {})
    .filter(([name]) => name === 'vary')
    .map(([, value]) => value);
  return [
    ...includes
      .filter((name) => !has.includes(name.toLowerCase()))
      .map((name) => `Vary lacks ${name}: ${lines}`),
    ...excludes
      .filter((name) => has.includes(name.toLowerCase()))
      .map((name) => `Vary has ${name}: ${lines}`),
    ...(noDuplicates && new Set(has).size !== has.length ? [`Vary repeats itself: ${lines}`] : []),
    ...(unchanged && sent.join() !== lines.join() ? [`Vary was changed: ${lines}`] : []),
  ];
}

function bodyFailures(wish: string, { response, elsewhere }: Outcome): readonly string[] {
  const body = textOf(response);
  if (wish === 'empty') return body === '' ? [] : [`body ${JSON.stringify(body)}, wanted none`];
  if (wish === 'same text for every path') {
    return body === textOf(elsewhere) ? [] : [`body ${body} here and ${textOf(elsewhere)} elsewhere`];
  }
  return body === wish ? [] : [`body ${JSON.stringify(body)}, wanted ${JSON.stringify(wish)}`];
}

/** The body without what differs between any two responses. */
function textOf(response: Response | undefined): string {
  const [id = ''] = all(response, 'x-request-id');
  const text = response?.body.toString() ?? '';
  return id === '' ? text : text.replaceAll(id, 'ID');
}

function requestFailures(
  wish: UpstreamRequestWish,
  { authority, upstreamCalls }: Outcome,
  request: SeenRequest | undefined,
): readonly string[] {
  // Where the row lets the proxy refuse, there is nothing to look at.
  if (request === undefined) return upstreamCalls === 0 ? [] : ['no such upstream request'];
  const { host, target, headers = {}, absentHeaders = [] } = wish;
  const has = (name: string) => values(request.headers, name).join(' | ');
  return [
    ...(host !== undefined && has('host') !== authority(host)
      ? [`upstream Host: ${has('host')}, wanted ${host}`]
      : []),
    ...(target !== undefined && request.target !== target ? [`upstream target ${request.target}`] : []),
    ...Object.entries(headers)
      .filter(([name, value]) => has(name) !== value)
      .map(([name, value]) => `upstream ${name}: ${has(name)}, wanted ${value}`),
    ...absentHeaders
      .filter((name) => has(name) !== '')
      .map((name) => `upstream ${name}: ${has(name)}, wanted none`),
  ];
}

function shows(response: Response | undefined, text: string): boolean {
  const bytes = [...(response?.headers.flat() ?? []), textOf(response)];
  return bytes.some((part) => part.includes(text));
}

/** Why a page would be refused this answer, or `undefined` where it would read it. */
function browserVerdict({ request, config }: Case, response: Response): string | undefined {
  const lines: readonly HeaderLine[] = headerLines(request.headers);
  const page = {
    origin: values(lines, 'origin').join(', '),
    credentials: config.credentials ? ('include' as const) : ('same-origin' as const),
  };
  const [method] = values(lines, 'access-control-request-method');
  if (request.method !== 'OPTIONS' || method === undefined) return corsCheck(page, response);
  const asked = values(lines, 'access-control-request-headers').flatMap((line) => line.split(','));
  return preflightCheck(page, response, { method, unsafe: unsafeNames(asked.map((name) => [name, ''])) });
}
