/** An API without CORS that answers what the query string tells it: one server for every row of the tables. */

import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { type WebSocket, WebSocketServer } from 'ws';

/** What the API is told to do. Left out: 200, no headers beside the framing, the body `ok`. */
export interface Told {
  readonly status?: number;
  /** A list is sent as several lines. */
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
  readonly body?: string;
  /** Base64, for pictures and fonts; in the place of `body`. */
  readonly bytes?: string;
  /** `echo`: the request as JSON. `hang-up`: no answer; `silent`: likewise, and the connection stays; `break-off`: half of one. `events`: an event stream.
   *  `revalidate`: 304 where the ETag is known. `endless`: one chunk, and never an end. */
  readonly act?: 'echo' | 'hang-up' | 'silent' | 'break-off' | 'events' | 'revalidate' | 'endless';
  /** Headers of the 304 of `revalidate`, beside those above. */
  readonly revalidated?: Readonly<Record<string, string>>;
}

/** A request that reached the API. */
export interface Seen {
  readonly method: string;
  /** Without the query string. */
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

export interface ToldApi {
  /** `http://127.0.0.1:3000` */
  readonly url: string;
  /** What reached it on this path, oldest first. */
  readonly seenAt: (path: string) => readonly Seen[];
  readonly seen: () => readonly Seen[];
  readonly close: () => Promise<void>;
}

/** A path with its query: what the API is told when it is asked there. */
export function tell(path: string, told: Told): string {
  return `${path}?say=${encodeURIComponent(JSON.stringify(told))}`;
}

export async function startToldApi(): Promise<ToldApi> {
  const seen: Seen[] = [];
  const server = createServer((request, response) => {
    void bodyOf(request).then((body) => {
      seen.push(seenOf(request, body));
      answer(request, response, body);
    });
  });
  const sockets = new WebSocketServer({ server });
  sockets.on('connection', (socket: WebSocket, request: IncomingMessage) => {
    seen.push(seenOf(request, ''));
    socket.on('message', (data) => socket.send(`echo ${String(data)}`));
  });
  const url = await listening(server);
  return {
    url,
    seen: () => seen,
    seenAt: (path) => seen.filter((one) => one.path === path),
    close: async () => {
      for (const socket of sockets.clients) socket.terminate();
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

async function listening(server: Server): Promise<string> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('A TCP server has a port');
  return `http://127.0.0.1:${address.port}`;
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  try {
    for await (const chunk of request) chunks.push(chunk as Buffer);
  } catch {
    // The client left; what came so far is recorded.
  }
  return Buffer.concat(chunks).toString('latin1');
}

function seenOf({ method = '', url = '', headers }: IncomingMessage, body: string): Seen {
  return { method, path: url.split('?', 1)[0] ?? '', headers, body };
}

function toldIn(url: string): Told {
  const said = new URLSearchParams(url.split('?').slice(1).join('?')).get('say');
  return said === null ? {} : (JSON.parse(said) as Told);
}

function answer(request: IncomingMessage, response: ServerResponse, body: string): void {
  const told = toldIn(request.url ?? '');
  switch (told.act) {
    case 'hang-up':
      request.socket.destroy();
      return;
    case 'silent':
      return;
    case 'break-off':
      response.writeHead(200, { 'content-length': 100 }).write('half', () => request.socket.destroy());
      return;
    case 'endless':
      response.writeHead(200, { 'content-type': 'text/plain' }).write('first');
      return;
    case 'events':
      answerEvents(request, response);
      return;
    case 'echo':
      answerTold(response, { ...told, body: JSON.stringify(seenOf(request, body)) });
      return;
    case 'revalidate':
      answerRevalidated(request, response, told);
      return;
    default:
      answerTold(response, told);
  }
}

function answerTold(
  response: ServerResponse,
  { status = 200, headers = {}, body = 'ok', bytes }: Told,
): void {
  const content = bytes === undefined ? Buffer.from(body) : Buffer.from(bytes, 'base64');
  const hasBody = status !== 204 && status !== 304;
  response.writeHead(status, { ...(hasBody && { 'content-length': content.length }), ...mutable(headers) });
  response.end(hasBody ? content : undefined);
}

function mutable(headers: Told['headers'] = {}): Record<string, string | string[]> {
  const entries = Object.entries(headers);
  return Object.fromEntries(
    entries.map(([name, value]) => [name, typeof value === 'string' ? value : [...value]]),
  );
}

function answerRevalidated(request: IncomingMessage, response: ServerResponse, told: Told): void {
  const isKnown = request.headers['if-none-match'] !== undefined;
  const headers = { ...told.headers, ...(isKnown && told.revalidated) };
  answerTold(response, { ...told, headers, status: isKnown ? 304 : 200 });
}

/** Two events and the end; who comes back is told the id that it sent, and keeps the stream. */
function answerEvents(request: IncomingMessage, response: ServerResponse): void {
  const last = request.headers['last-event-id'];
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
  if (last === undefined) response.end('retry: 1\nid: 7\ndata: first\n\nid: 8\ndata: second\n\n');
  else response.write(`data: again after ${String(last)}\n\n`);
}
