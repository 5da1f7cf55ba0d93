/** Valid messages of every shape that the proxy treats in its own way: where mutations start from. */

import type { Random } from '../support/random.ts';

/** The origin that the routes of the stand list. */
export const page = 'http://app.localhost:5173';

export interface RequestShape {
  readonly method: string;
  readonly text: string;
}

/** A request of the page, for a route of the stand, with `name` in its path. */
export function request(name: string, random: Random): RequestShape {
  const method = random.pick([
    'GET',
    'GET',
    'GET',
    'HEAD',
    'POST',
    'POST',
    'PUT',
    'PATCH',
    'DELETE',
    'OPTIONS',
  ]);
  const route = random.pick(['/api', '/api', '/api', '/api', '/open', '/follow', '/key', '/none']);
  const path = `${route}/${name}${random.pick(['', '', '?q=1', '/%20/a;b', '?a=/../b'])}`;
  const preflight = ['Access-Control-Request-Method: PUT', 'Access-Control-Request-Headers: x-a'];
  const body = /^(?:POST|PUT|PATCH|DELETE)$/.test(method) ? requestBody(name, random) : noBody;
  const lines = [
    'Host: localhost',
    ...some([`Origin: ${page}`], 0.85, random),
    ...(method === 'OPTIONS' ? preflight : []),
    ...some(requestLines, 0.12, random),
    ...body.lines,
  ];
  return { method, text: messageText(`${method} ${path} HTTP/1.1`, lines, body.text) };
}

export function handshake(name: string, random: Random): string {
  const lines = [
    'Host: localhost',
    `Origin: ${page}`,
    'Connection: Upgrade',
    'Upgrade: websocket',
    'Sec-WebSocket-Version: 13',
    'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
    ...some(['Sec-WebSocket-Protocol: a, b', 'Sec-WebSocket-Extensions: permessage-deflate'], 0.2, random),
  ];
  const early = random.chance(0.15) ? '\x81\x85\x00\x00\x00\x00hello' : '';
  return messageText(`GET /api/${name} HTTP/1.1`, lines, early);
}

export function switching(random: Random): string {
  const lines = [
    'Upgrade: websocket',
    'Connection: Upgrade',
    'Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=',
    ...some(['Sec-WebSocket-Protocol: a', 'X-A: 1', 'Access-Control-Allow-Origin: *'], 0.2, random),
  ];
  return messageText('HTTP/1.1 101 Switching Protocols', lines, random.chance(0.3) ? '\x81\x05hello' : '');
}

export interface ResponseShape {
  readonly text: string;
  /** Whether its body ends with the connection. */
  readonly isClosing: boolean;
}

/** A response whose body, where it has one, holds `name`. */
export function response(name: string, method: string, random: Random): ResponseShape {
  const [status, phrase, ...own] = random.pick(statuses);
  const isBodiless = method === 'HEAD' || /^(?:204|205|304)$/.test(status);
  const body = isBodiless ? noBody : responseBody(name, random);
  const lines = [...own, ...some(responseLines, 0.1, random), ...body.lines];
  const interim = random.chance(0.12) ? random.pick(interims) : '';
  const version = body.isClosing && random.chance(0.5) ? 'HTTP/1.0' : 'HTTP/1.1';
  const final = messageText(`${version} ${status} ${phrase}`, lines, body.text);
  return { text: `${interim}${final}`, isClosing: body.isClosing };
}

/** What an upstream in order answers. */
export function plainAnswer(name: string, method: string): string {
  const body = method === 'HEAD' ? '' : bodyOf(name);
  return messageText('HTTP/1.1 200 OK', [`Content-Length: ${bodyOf(name).length}`], body);
}

export function bodyOf(name: string): string {
  return `answer(${name})`;
}

interface Body {
  readonly lines: readonly string[];
  readonly text: string;
  readonly isClosing: boolean;
}

const noBody: Body = { lines: [], text: '', isClosing: false };

function requestBody(name: string, random: Random): Body {
  const text = `body of ${name} `.repeat(random.pick([1, 1, 3, 40]));
  return random.chance(0.5) ? counted(text) : chunked(text, random);
}

function responseBody(name: string, random: Random): Body {
  const text = bodyOf(name) + 'x'.repeat(random.pick([0, 0, 10, 5000]));
  return random.pick([counted(text), chunked(text, random), { lines: [], text, isClosing: true }]);
}

function counted(text: string): Body {
  return { lines: [`Content-Length: ${text.length}`], text, isClosing: false };
}

function chunked(text: string, random: Random): Body {
  const at = random.below(text.length);
  const chunks = [text.slice(0, at), text.slice(at)].filter((part) => part !== '');
  const coded = chunks.map((part) => `${part.length.toString(16)}\r\n${part}\r\n`).join('');
  const trailers = random.chance(0.25) ? 'X-T: 1\r\n' : '';
  return { lines: ['Transfer-Encoding: chunked'], text: `${coded}0\r\n${trailers}\r\n`, isClosing: false };
}

const requestLines = [
  'Cookie: a=1; b=2',
  'Authorization: Bearer token',
  'Content-Type: application/json',
  'Accept: */*',
  'TE: trailers',
  'Connection: X-Hop, keep-alive',
  'X-Hop: 1',
  'Expect: 100-continue',
  'Sec-Fetch-Site: same-site',
  'Range: bytes=0-3',
];

const statuses: readonly [
  readonly [string, string, ...string[]],
  ...(readonly [string, string, ...string[]])[],
] = [
  ['200', 'OK'],
  ['200', 'OK'],
  ['200', 'OK', 'Content-Type: text/html'],
  ['200', 'OK', 'Content-Type: text/event-stream'],
  ['201', 'Created', 'Location: /api/new'],
  ['204', 'No Content'],
  ['205', 'Reset Content'],
  ['206', 'Partial Content', 'Content-Range: bytes 0-1/20'],
  ['301', 'Moved Permanently', 'Location: /follow/elsewhere'],
  ['302', 'Found', 'Location: http://127.0.0.1:1/x'],
  ['304', 'Not Modified', 'ETag: "1"'],
  ['307', 'Temporary Redirect', 'Location: ?again'],
  ['401', 'Unauthorized', 'WWW-Authenticate: Basic realm="x", Bearer'],
  ['404', 'Not Found', 'Content-Type: application/json'],
  ['500', 'Internal Server Error'],
  ['503', 'Service Unavailable', 'Retry-After: 1'],
];

const responseLines = [
  'Access-Control-Allow-Origin: http://evil.test',
  'Access-Control-Allow-Credentials: true',
  'Set-Cookie: a=1; Domain=api.test; Path=/; Secure',
  'Connection: keep-alive, X-Hop',
  'X-Hop: 1',
  'Keep-Alive: timeout=5',
  'ETag: "1"',
  'Vary: Accept',
  'Trailer: X-T',
  'Content-Encoding: gzip',
  'Date: Thu, 01 Jan 2026 00:00:00 GMT',
];

const interims: readonly [string, ...string[]] = [
  'HTTP/1.1 100 Continue\r\n\r\n',
  'HTTP/1.1 102 Processing\r\n\r\n',
  'HTTP/1.1 103 Early Hints\r\nLink: </a.css>; rel=preload; as=style\r\n\r\n',
];

function some<T>(list: readonly T[], share: number, random: Random): T[] {
  return list.filter(() => random.chance(share));
}

function messageText(startLine: string, lines: readonly string[], body: string): string {
  return `${[startLine, ...lines].join('\r\n')}\r\n\r\n${body}`;
}
