/** The demo's API: a server that knows nothing of CORS. What it answers is decided in `api-replies.ts`. */

import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { type DemoReply, type DemoRequest, replyTo } from './api-replies.ts';
import { type Chat, openChat } from './chat.ts';
import { createJournal, type Journal } from './journal.ts';
import { type Listening, listenOnFreePort } from './listening.ts';

export interface DemoApi extends Listening {
  /** `http://127.0.0.1:41234` */
  readonly url: string;
  readonly journal: Journal;
  /** `undefined` where socket.io is not installed. */
  readonly chat: Chat | undefined;
}

export async function startApi(): Promise<DemoApi> {
  const journal = createJournal();
  const server = createServer((request, response) => {
    void answer(request, response, journal).catch(() => response.destroy());
  });
  const chat = await openChat(server, journal);
  const { port, close: closeServer } = await listenOnFreePort(server);
  const close = (): Promise<void> => {
    chat?.close();
    return closeServer();
  };
  return { port, close, url: `http://127.0.0.1:${port}`, journal, chat };
}

async function answer(request: IncomingMessage, response: ServerResponse, journal: Journal): Promise<void> {
  const reply = replyTo(await readRequest(request));
  journal.add({
    method: request.method ?? '',
    target: request.url ?? '',
    origin: request.headers.origin,
    status: statusOf(reply),
    sent: reply.kind === 'complete' ? Object.keys(reply.headers) : [],
  });
  send(reply, response);
}

async function readRequest(request: IncomingMessage): Promise<DemoRequest> {
  const target = request.url ?? '/';
  const query = target.indexOf('?');
  return {
    method: request.method ?? '',
    path: query === -1 ? target : target.slice(0, query),
    search: query === -1 ? '' : target.slice(query),
    ownOrigin: `http://${request.headers.host ?? ''}`,
    acceptEncoding: String(request.headers['accept-encoding'] ?? ''),
    cookie: request.headers.cookie ?? '',
    editReason: String(request.headers['x-edit-reason'] ?? ''),
    body: await readBody(request),
  };
}

/** Notes are short; more is not the demo page. */
const longestBody = 65_536;

async function readBody(request: IncomingMessage): Promise<string> {
  let body = '';
  request.setEncoding('utf8');
  for await (const chunk of request) {
    body += String(chunk);
    if (body.length > longestBody) throw new Error('Too long for a note');
  }
  return body;
}

function statusOf(reply: DemoReply): number | undefined {
  switch (reply.kind) {
    case 'complete':
      return reply.status;
    case 'ticker':
      return 200;
    case 'hang-up':
      return undefined;
  }
}

function send(reply: DemoReply, response: ServerResponse): void {
  switch (reply.kind) {
    case 'complete':
      response.writeHead(reply.status, reply.headers).end(reply.body);
      return;
    case 'ticker':
      sendTicks(response);
      return;
    case 'hang-up':
      response.destroy();
  }
}

/** Milliseconds between ticks: slow enough to watch, quick enough to wait for. */
const tickMs = 600;

/** Each tick is written by itself: where they arrive in one lump, somebody on the way buffers. */
function sendTicks(response: ServerResponse): void {
  response.writeHead(200, { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-store' });
  if (response.req.method === 'HEAD') {
    response.end();
    return;
  }
  let tick = 0;
  const write = (): void => {
    tick += 1;
    response.write(`id: ${tick}\ndata: tick ${tick}\n\n`);
  };
  write();
  const timer = setInterval(write, tickMs);
  response.once('close', () => clearInterval(timer));
}
