/**
 * Exchanges → HAR 1.2 (http://www.softwareishard.com/blog/har-12-spec/), as the page saw them: DevTools opens it.
 * Secrets, credentials and cookies are masked: a HAR is made to be sent to somebody.
 */

import type { Exchange, KeptBody } from '../exchange.ts';
import { allValues, combinedValue, firstValue, type HeaderList, lines } from '../http/header-list.ts';
import { attribute, parseSetCookie } from '../http/set-cookie.ts';
import { readBody } from './body-text.ts';
import { corsVerdict, explanationOf } from './cors-verdict.ts';
import type { Numbered } from './journal.ts';
import { type Mask, maskOf } from './mask.ts';

export function harOf(exchanges: readonly Numbered[], version: string): object {
  return { log: { ...harHead(version), entries: exchanges.map(harEntry) } };
}

export function harHead(version: string): object {
  return { version: '1.2', creator: { name: 'cors-proxy', version }, pages: [] };
}

export function harEntry({ n, exchange }: Numbered): object {
  const { timings, attempts, outcome, plan, ruleset } = exchange;
  const mask = maskOf(ruleset);
  const wait = timings.upstreamHeadMs ?? timings.totalMs;
  const told = explanationOf(exchange);
  return {
    startedDateTime: new Date(timings.startedAt).toISOString(),
    time: timings.totalMs,
    request: harRequest(exchange, mask),
    response: harResponse(exchange, mask),
    cache: {},
    timings: { send: 0, wait, receive: Math.max(0, timings.totalMs - wait) },
    connection: exchange.id,
    comment: told === undefined ? outcome : `cors ${told.verdict}: ${mask.text(told.why)}`,
    _corsProxy: {
      n,
      outcome,
      attempts,
      cors: corsVerdict(exchange),
      route: plan.route,
      upstream: upstreamOf(exchange, mask),
    },
  };
}

function upstreamOf({ plan, upstreamHeaders }: Exchange, mask: Mask): object | null {
  if (plan.kind !== 'forward') return null;
  const { method, origin, path, headers } = plan.upstream;
  return {
    method,
    url: mask.target(`${origin}${path}`),
    requestHeaders: pairs(headers, mask),
    responseHeaders: upstreamHeaders === undefined ? null : pairs(upstreamHeaders, mask),
  };
}

function harRequest({ head, bodies }: Exchange, mask: Mask): object {
  const host = firstValue(head.headers, 'host') ?? '';
  const target = mask.target(head.target);
  const { passedBytes = -1 } = bodies?.request ?? {};
  const postData = postDataOf(bodies?.request, head.headers, mask);
  return {
    method: mask.text(head.method),
    url: head.target.startsWith('/') ? `${head.listener.scheme}://${mask.text(host)}${target}` : target,
    httpVersion: `HTTP/${head.version}`,
    cookies: cookiePairs(mask.headers(head.headers)),
    headers: pairs(head.headers, mask),
    queryString: queryOf(target),
    ...(postData === undefined ? {} : { postData }),
    headersSize: -1,
    bodySize: passedBytes,
  };
}

function pairs(headers: HeaderList, mask: Mask): readonly { name: string; value: string }[] {
  return [...lines(mask.headers(headers))].map(([name, value]) => ({ name, value }));
}

function cookiePairs(headers: HeaderList): readonly { name: string; value: string }[] {
  const texts = allValues(headers, 'cookie').flatMap((line) => line.split(';'));
  return texts.filter((text) => text.trim() !== '').map(pairOf);
}

function pairOf(text: string): { name: string; value: string } {
  const equals = text.indexOf('=');
  return equals === -1
    ? { name: text.trim(), value: '' }
    : { name: text.slice(0, equals).trim(), value: text.slice(equals + 1).trim() };
}

function queryOf(target: string): readonly { name: string; value: string }[] {
  const mark = target.indexOf('?');
  if (mark === -1) return [];
  const texts = target.slice(mark + 1).split('&');
  return texts.filter((text) => text !== '').map(pairOf);
}

function postDataOf(body: KeptBody | undefined, headers: HeaderList, mask: Mask): object | undefined {
  if (body === undefined || body.passedBytes === 0) return undefined;
  const mimeType = combinedValue(headers, 'content-type') ?? '';
  const { text, notes } = readBody(body, headers);
  const comment = notes.join('; ');
  const isText = text !== undefined;
  return {
    mimeType: mask.text(mimeType),
    text: isText ? mask.body(text, mimeType) : '',
    ...(isText && notes.length === 0 ? {} : { comment: isText ? comment : 'not text: left out' }),
  };
}

function harResponse({ status, responseHeaders, bytes, bodies, head }: Exchange, mask: Mask): object {
  const location = firstValue(mask.headers(responseHeaders), 'location') ?? '';
  // What never came has no status in a HAR; 499 is a word of logs.
  const isAnswered = status !== 499;
  return {
    status: isAnswered ? status : 0,
    statusText: '',
    httpVersion: `HTTP/${head.version}`,
    cookies: allValues(mask.headers(responseHeaders), 'set-cookie').map(setCookie),
    headers: pairs(responseHeaders, mask),
    content: contentOf(bodies?.response, responseHeaders, { mask, bytes }),
    redirectURL: location,
    headersSize: -1,
    bodySize: bytes,
    ...(isAnswered ? {} : { comment: 'the client left before there was an answer' }),
  };
}

function setCookie(line: string): object {
  const cookie = parseSetCookie(line);
  const has = (name: string) => attribute(cookie, name) !== undefined;
  const [domain, path] = [attribute(cookie, 'domain'), attribute(cookie, 'path')];
  return {
    ...pairOf(cookie.pair),
    ...(path === undefined ? {} : { path: path.value }),
    ...(domain === undefined ? {} : { domain: domain.value }),
    httpOnly: has('httponly'),
    secure: has('secure'),
  };
}

/** Text as text; bytes are left out where they are none: they could hold what must be masked. */
function contentOf(
  body: KeptBody | undefined,
  headers: HeaderList,
  { mask, bytes }: { readonly mask: Mask; readonly bytes: number },
): object {
  const mimeType = mask.text(combinedValue(headers, 'content-type') ?? '');
  if (body === undefined || body.passedBytes === 0) return { size: bytes, mimeType };
  const { text, notes } = readBody(body, headers);
  if (text === undefined) return { size: body.passedBytes, mimeType, comment: 'not text: left out' };
  const size = Buffer.byteLength(text);
  const comment = notes.length === 0 ? {} : { comment: notes.join('; ') };
  return { size, mimeType, text: mask.body(text, mimeType), ...comment };
}
