/**
 * What the demo's API answers: request → reply, pure. It has no word of CORS, as if it had been written for its own
 * pages alone: no `Access-Control-*`, and OPTIONS is a method that it does not know.
 */

import { articleGzip, articleHtml } from './article.ts';

export interface DemoRequest {
  readonly method: string;
  readonly path: string;
  /** The query with its `?`, or the empty string. */
  readonly search: string;
  /** The API's own origin, as the client called it. */
  readonly ownOrigin: string;
  readonly acceptEncoding: string;
  readonly cookie: string;
  readonly editReason: string;
  readonly body: string;
}

export type DemoReply =
  | {
      readonly kind: 'complete';
      readonly status: number;
      readonly headers: Readonly<Record<string, string>>;
      readonly body: string | Buffer;
    }
  /** Server-sent events, one after the other, until the client leaves. */
  | { readonly kind: 'ticker' }
  /** The connection ends without an answer, like that of an API that crashed. */
  | { readonly kind: 'hang-up' };

type Answer = (request: DemoRequest) => DemoReply;

/** The key that javascript.info's example shows. It opens nothing. */
export const apiKey = '2c9de507f2c54aa1';

const endpoints: Readonly<Record<string, Readonly<Record<string, Answer>>>> = {
  '/': { GET: () => json(200, { endpoints: Object.keys(endpoints) }) },
  '/article': { GET: article },
  '/keyed/article': { GET: article },
  '/weather': { GET: weather },
  '/notes/1': { GET: () => json(200, { id: 1, text: 'Buy stamps' }), PUT: saveNote, DELETE: removeNote },
  '/session/login': { POST: logIn },
  '/session/me': { GET: whoAmI },
  '/open/notice': { GET: () => json(200, { notice: 'The library opens at nine.' }) },
  '/ticks': { GET: () => ({ kind: 'ticker' }) },
  '/moved': { GET: moved },
  '/errors/500': { GET: fail },
  '/errors/hang-up': { GET: () => ({ kind: 'hang-up' }) },
  '/members/list': { GET: () => json(200, { members: ['Ada', 'Grace', 'Hedy'] }) },
};

export function replyTo(request: DemoRequest): DemoReply {
  const methods = Object.hasOwn(endpoints, request.path) ? endpoints[request.path] : undefined;
  if (methods === undefined) return json(404, { error: 'not_found', path: request.path });
  const method = request.method === 'HEAD' ? 'GET' : request.method;
  const answer = Object.hasOwn(methods, method) ? methods[method] : undefined;
  if (answer !== undefined) return answer(request);
  const allow = Object.keys(methods).join(', ');
  return json(405, { error: 'method_not_allowed', method: request.method }, { Allow: allow });
}

function json(status: number, value: unknown, headers: Readonly<Record<string, string>> = {}): DemoReply {
  return complete(status, `${JSON.stringify(value, null, 2)}\n`, {
    'Content-Type': 'application/json',
    ...headers,
  });
}

function complete(
  status: number,
  body: string | Buffer,
  headers: Readonly<Record<string, string>>,
): DemoReply {
  // RFC 9110 §8.6: a 204 has no Content-Length.
  const length = status === 204 ? {} : { 'Content-Length': String(Buffer.byteLength(body)) };
  return { kind: 'complete', status, headers: { ...headers, ...length }, body };
}

/** javascript.info's example response. Who does not take gzip (curl, unless asked) gets the text as it is. */
function article(request: DemoRequest): DemoReply {
  const headers = {
    'Content-Type': 'text/html; charset=UTF-8',
    'API-Key': apiKey,
    Vary: 'Accept-Encoding',
  };
  const takesGzip = /(?:^|,)\s*gzip\s*(?:,|$)/i.test(request.acceptEncoding);
  if (!takesGzip) return complete(200, articleHtml, headers);
  return complete(200, articleGzip, { ...headers, 'Content-Encoding': 'gzip' });
}

/** All seven CORS-safelisted response headers (Fetch), and three that are not. */
function weather(): DemoReply {
  return json(
    200,
    { place: 'Reykjavík', celsius: 4, sky: 'clearing' },
    {
      'Cache-Control': 'no-cache',
      'Content-Language': 'en',
      Expires: 'Thu, 01 Jan 1970 00:00:00 GMT',
      'Last-Modified': 'Wed, 21 Oct 2015 07:28:00 GMT',
      Pragma: 'no-cache',
      ETag: '"4-clearing"',
      Link: '</weather?page=2>; rel="next"',
      'X-RateLimit-Remaining': '41',
    },
  );
}

function saveNote(request: DemoRequest): DemoReply {
  const text = textOf(request.body);
  if (text === undefined) return json(400, { error: 'not_a_note', wanted: '{ "text": "…" }' });
  return json(200, { id: 1, text, editReason: request.editReason });
}

function textOf(body: string): string | undefined {
  try {
    const note: unknown = JSON.parse(body);
    const isNote = typeof note === 'object' && note !== null && 'text' in note;
    return isNote && typeof note.text === 'string' ? note.text : undefined;
  } catch {
    return undefined;
  }
}

function removeNote(): DemoReply {
  return complete(204, '', {});
}

function logIn(): DemoReply {
  return json(
    200,
    { loggedIn: 'Ada' },
    { 'Set-Cookie': 'demo_session=ada; Path=/; Max-Age=600; HttpOnly; SameSite=Lax' },
  );
}

function whoAmI(request: DemoRequest): DemoReply {
  const isKnown = request.cookie.split(';').some((pair) => pair.trim() === 'demo_session=ada');
  return isKnown ? json(200, { you: 'Ada' }) : json(401, { error: 'no_session_cookie' });
}

/** An absolute Location, which names the API itself: a proxy that left it alone would send the page past itself. */
function moved(request: DemoRequest): DemoReply {
  return complete(302, '', { Location: `${request.ownOrigin}/weather${request.search}` });
}

function fail(): DemoReply {
  return json(
    500,
    { error: 'database_asleep', message: 'The database does not answer. Try again in a while.' },
    { 'Retry-After': '30', 'X-Trace-Id': '7f3a-19c2' },
  );
}
