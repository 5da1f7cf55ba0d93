/** What comes down: strict, reported as it was, readable by the page, and never what another request was answered. */

import type { Exchange } from '../../src/exchange.ts';
import {
  type Read,
  type Response,
  readResponse,
  StrictParseError,
  values,
} from '../support/strict-parser.ts';
import type { Answer } from './fuzz-case.ts';
import type { Observed } from './fuzz-stand.ts';
import { bodyOf, page } from './messages.ts';
import type { Answered, Asked } from './reading.ts';

export function answerViolations(seen: Observed, asked: Asked, answered: Answered): string[] {
  const { responses, broken } = answered;
  return [
    ...broken,
    ...misreported(responses, seen.exchanges),
    ...responses.flatMap((response, i) => ownError(response, seen.exchanges[i])),
    ...responses.flatMap((response) => foreignCors(response, seen)),
    ...unreadable(asked, seen, responses),
    ...strayed(seen),
    ...forwarded(seen).flatMap((pair) => changed(pair, seen, responses)),
  ];
}

/** What the log says and what the client got are the same. */
function misreported(responses: readonly Response[], exchanges: readonly Exchange[]): string[] {
  return responses.flatMap((response, i) => {
    const { status } = response;
    const reported = exchanges[i]?.status;
    if (reported === undefined || reported === status || isUnreadable(response, exchanges)) return [];
    return [`report: answer ${i + 1} was ${status} and is reported as ${reported}`];
  });
}

function isOwn({ headers }: Response): boolean {
  return values(headers, 'proxy-status').some((value) => value.startsWith('cors-proxy; error='));
}

/** Bytes that are no HTTP get an answer of their own, also in place of that of the request whose body they were to be. */
function isUnreadable(response: Response, exchanges: readonly Exchange[]): boolean {
  const ids = exchanges.map(({ id }) => id);
  return isOwn(response) && values(response.headers, 'x-request-id').every((id) => !ids.includes(id));
}

function ownError(response: Response, exchange: Exchange | undefined): string[] {
  if (!isOwn(response) || exchange?.head.method === 'HEAD') return [];
  try {
    const { code, status, requestId } = JSON.parse(response.body.toString('utf8'));
    const isGood = typeof code === 'string' && status === response.status && typeof requestId === 'string';
    return isGood ? [] : [`error body: ${response.body}`];
  } catch {
    return [`error body: not JSON: ${response.body}`];
  }
}

/** The upstream's own CORS lines never come through. */
function foreignCors({ headers }: Response, { written }: Observed): string[] {
  const origins = values(headers, 'access-control-allow-origin');
  // Where no route matches, every origin of this machine may read the 404.
  const isOurs = (origin: string) => origin === '*' || (!origin.includes('evil') && written.includes(origin));
  return origins.every(isOurs) ? [] : [`cors: Access-Control-Allow-Origin: ${origins.join(' | ')}`];
}

/** Whatever came of it, the page that a route lists may read it. What Node's parser refuses has no exchange, and often no Origin. */
function unreadable({ requests }: Asked, { exchanges }: Observed, responses: readonly Response[]): string[] {
  return responses.flatMap(({ status, headers }, i) => {
    const request = requests[i];
    const isKnown = request !== undefined && exchanges[i]?.head.target === request.target;
    if (!isKnown || exchanges[i]?.status !== status || request.method === 'OPTIONS') return [];
    const [origin, ...more] = values(request.headers, 'origin');
    const isOurs = origin === page && more.length === 0 && /^\/api\/k[0-9]+e(?:\?q=1)?$/.test(request.target);
    if (!isOurs || values(request.headers, 'host').join() !== 'localhost') return [];
    const allowed = values(headers, 'access-control-allow-origin');
    return allowed.join() === page ? [] : [`cors: a ${status} that the page cannot read`];
  });
}

/** Nobody gets a body that belongs to another case. */
function strayed({ received, episode: { fuzzCase } }: Observed): string[] {
  const raw = fuzzCase.answers.flatMap(({ packets }) => packets).join('');
  // A changed digit makes another name of ours, and a chunk may end within it.
  const own = raw + raw.replaceAll(/\r\n[0-9a-f]+\r\n/gi, '');
  const names = received.toString('latin1').matchAll(/answer\((k[0-9]+e)\)/g);
  return [...names].flatMap(([text, name]) =>
    name === fuzzCase.name || own.includes(text) ? [] : [`strayed: the answer of ${name} came to us`],
  );
}

interface Pair {
  readonly exchange: Exchange;
  /** Of the response. */
  readonly index: number;
  /** What the upstream said; `undefined` where it answered in order. */
  readonly answer: Answer | undefined;
}

/** Exchanges with the answer that each got, where that is beyond doubt. */
function forwarded({ exchanges, episode }: Observed): Pair[] {
  const { requests, fuzzCase } = episode;
  return exchanges.flatMap((exchange, index) => {
    const { plan, attempts } = exchange;
    if (plan.kind !== 'forward' || plan.route.match.startsWith('/follow')) return [];
    const { method, path } = plan.upstream;
    // Requests side by side reach the upstream in any order.
    const mine = requests.filter((request) => request.method === method && request.target === path);
    const isClear = fuzzCase.answers.length === 0 || (mine.length === 1 && attempts === 1);
    return isClear ? [{ exchange, index, answer: mine[0]?.answer }] : [];
  });
}

/** An answer that can be read in one way comes down as it is, and one that was cut comes down cut. */
function changed(
  { exchange, index, answer }: Pair,
  { episode }: Observed,
  responses: readonly Response[],
): string[] {
  const got = responses[index];
  const isRead = got !== undefined && !isOwn(got);
  if (got === undefined || got.status === 101 || got.status === 504) return [];
  // A 205 has no content, whatever stands behind it: the answer is whole with its head.
  if (got.status === 205) return [];
  const { method } = exchange.head;
  if (answer === undefined) {
    const wanted = method === 'HEAD' ? '' : bodyOf(episode.fuzzCase.name);
    const isPlain = got.status === 200 && got.body.toString('latin1') === wanted;
    return isPlain || !isRead ? [] : [`poisoned: ${got.status} ${got.body.toString('latin1', 0, 100)}`];
  }
  const sent = strictly(answer, method);
  if (sent === 'doubtful') return [];
  if (sent === 'incomplete') return isRead ? [`clean end: of an answer that was cut (${got.status})`] : [];
  return unlike(sent.message, got, answer);
}

function strictly({ packets, end }: Answer, method: string): Read<Response> | 'doubtful' {
  const bytes = Buffer.from(packets.join(''), 'latin1');
  try {
    return readResponse(bytes, { method, ended: end === 'stay' ? 'open' : end, single: /^$/ });
  } catch (error) {
    if (error instanceof StrictParseError) return 'doubtful';
    throw error;
  }
}

function unlike(sent: Response, got: Response, { end, when }: Answer): string[] {
  const isOurs = sent.status === 101 || sent.status === 407 || sent.interim.length > 32;
  // A reset may overtake what was sent before it, and an early answer may lose the race with the upload.
  if (isOurs || ((end !== 'stay' || when === 'head') && isOwn(got))) return [];
  const body = sent.body.toString('latin1');
  if (got.status === sent.status && got.body.toString('latin1') === body) return [];
  return [`changed: ${sent.status} with ${body.length} bytes became ${got.status} with ${got.body.length}`];
}
