/** Node's HTTP server with every door minded: what has no listener here, Node would answer bare or drop in silence. */

import { createServer, type IncomingMessage, type Server, ServerResponse } from 'node:http';
import type { LookupFunction, Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { TLSSocket } from 'node:tls';
import { lines } from '../http/header-list.ts';
import type { Listener } from '../http/request-head.ts';
import { plan } from '../plan.ts';
import type { Ruleset } from '../ruleset.ts';
import { type ParserError, parserErrorAnswer, sayLast, wireHead } from './client-error.ts';
import { afterEarlierResponses, attachLast } from './last-response.ts';
import { problemResponse } from './problem.ts';
import { readHead } from './read-head.ts';
import type { Request, Response } from './respond.ts';
import { type Serving, serve, type Task } from './serve.ts';
import { tunnel } from './websocket.ts';

export interface ServerState extends Serving {
  readonly ruleset: () => Ruleset;
  readonly listener: Listener;
  readonly nextId: () => string;
  readonly lookup: LookupFunction;
  /** Open connections, for the limit and for the end. */
  readonly sockets: Set<Duplex>;
  /** Connections that became tunnels: Node's server does not close them. */
  readonly tunnels: Set<Duplex>;
}

/** Node's parser must let through what our own limits judge: the sum of both, and room for the answer to be ours. */
function parserLimit({ listen }: Ruleset): number {
  return 2 * (listen.urlBytes + listen.headBytes) + 16 * 1024;
}

export function createHttpServer(state: ServerState): Server {
  const { listen } = state.ruleset();
  const server = createServer({
    maxHeaderSize: parserLimit(state.ruleset()),
    requireHostHeader: false,
    headersTimeout: listen.headTimeoutMs,
    // Silence in a body is the exchange's affair: a long upload is not an error.
    requestTimeout: 0,
    connectionsCheckingInterval: Math.max(10, Math.min(1000, Math.floor(listen.headTimeoutMs / 4))),
    keepAliveTimeout: 65_000,
    insecureHTTPParser: false,
    ...upgradesTaken,
  });
  // Node would cut the list in silence; we count ourselves and say 431.
  server.maxHeadersCount = 0;
  minded(server, state);
  return server;
}

/** Node 24.9 and later ask; before, every Upgrade comes to the `upgrade` listener. */
export const upgradesTaken: object = { shouldUpgradeCallback: isWebSocket };

/** Listeners that plain and TLS servers share. */
export function minded(server: Server, state: ServerState): void {
  server.on('connection', (socket: Socket) => admit(socket, state));
  server.on('request', (request: Request, response: Response) => handle(request, response, state));
  server.on('checkContinue', (request: IncomingMessage, response: ServerResponse) => {
    handle(request, response, state);
  });
  server.on('checkExpectation', (request: IncomingMessage, response: ServerResponse) => {
    handle(request, response, state);
  });
  server.on('connect', (request: IncomingMessage, socket: Duplex) => {
    afterEarlierResponses(socket, () => refuseRaw(request, socket, state));
  });
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    afterEarlierResponses(socket, () => {
      if (isWebSocket(request)) upgrade({ request, socket, head }, state);
      else readmit({ request, socket, head }, server);
    });
  });
  server.on('clientError', (error: ParserError & Error, socket: Duplex) => clientError(error, socket, state));
}

function taskFor(request: Request, response: Response, state: ServerState): Task {
  const head = readHead(request, state.listener);
  const ruleset = state.ruleset();
  return {
    id: state.nextId(),
    head,
    plan: plan(head, ruleset),
    ruleset,
    request,
    response,
    startedAt: performance.now(),
    startedAtEpoch: Date.now(),
  };
}

function handle(request: Request, response: Response, state: ServerState): void {
  // From birth: a reset by the client must never be an uncaught error.
  request.on('error', () => {});
  response.on('error', () => {});
  const task = taskFor(request, response, state);
  const expects = request.headers.expect?.toLowerCase() === '100-continue';
  // RFC 9110 §10.1.1: 100 once the route accepts the request, or a final answer without it.
  if (expects && task.plan.kind === 'forward') response.writeContinue();
  serve(task, state);
}

interface Upgrade {
  readonly request: IncomingMessage;
  readonly socket: Duplex;
  /** Bytes that came behind the request's head. */
  readonly head: Buffer;
}

/** Upgrades to other protocols (h2c from curl and Java) are requests like others: RFC 9110 §7.8 lets a server ignore them. */
function isWebSocket(request: IncomingMessage): boolean {
  return request.headers.upgrade?.toLowerCase() === 'websocket';
}

function upgrade({ request, socket, head }: Upgrade, state: ServerState): void {
  request.on('error', () => {});
  const response = new ServerResponse(request);
  response.on('error', () => {});
  const task = taskFor(request, response, state);
  if (task.plan.kind === 'forward' && task.plan.as === 'websocket') {
    tunnel({ task, plan: task.plan, socket, head }, state);
    return;
  }
  attachLast(response, socket);
  serve(task, state);
}

/**
 * Node has let go of the connection by now, and never reads the body of such a request. So it is given the connection
 * anew, with the same bytes less the Upgrade line.
 */
function readmit({ request, socket, head }: Upgrade, server: Server): void {
  const { method, url, httpVersion, rawHeaders } = request;
  let text = `${method} ${url} HTTP/${httpVersion}\r\n`;
  for (const [name, value] of lines(rawHeaders)) {
    if (name.toLowerCase() !== 'upgrade') text += `${name}: ${value}\r\n`;
  }
  (socket as Socket).setTimeout(0);
  socket.unshift(Buffer.concat([Buffer.from(`${text}\r\n`, 'latin1'), head]));
  server.emit(socket instanceof TLSSocket ? 'secureConnection' : 'connection', socket);
}

/** CONNECT leaves no response object; the plan refuses it (405). */
function refuseRaw(request: IncomingMessage, socket: Duplex, state: ServerState): void {
  const response = new ServerResponse(request);
  attachLast(response, socket);
  serve(taskFor(request, response, state), state);
}

function clientError(error: ParserError & Error, socket: Duplex, state: ServerState): void {
  socket.on('error', () => {});
  // The peer reset, or Node reports the same connection a second time.
  if (!socket.writable || error.code === 'ECONNRESET' || answered.has(socket)) {
    socket.destroy();
    return;
  }
  answered.add(socket);
  const { refusal, bytes } = parserErrorAnswer(error, {
    ruleset: state.ruleset(),
    listener: state.listener,
    id: state.nextId(),
  });
  state.notice('warn', `${refusal.status} ${refusal.detail}`);
  afterCurrentResponse(socket, () => sayLast(socket, bytes));
}

const answered = new WeakSet<Duplex>();

/** An earlier, pipelined request may still be answered; writing into its response would destroy both. */
function afterCurrentResponse(socket: Duplex, then: () => void): void {
  const current = (socket as Duplex & { _httpMessage?: ServerResponse })._httpMessage;
  if (current === undefined || current === null || current.writableFinished) {
    then();
    return;
  }
  if (!current.headersSent && !current.writableEnded && current.req.complete === false) {
    // The broken bytes are that request's own body: the answer is about it.
    then();
    return;
  }
  current.once('finish', then);
}

function admit(socket: Socket, state: ServerState): void {
  if (state.sockets.has(socket)) return;
  socket.on('error', () => {});
  const { connections } = state.ruleset().listen;
  if (state.sockets.size >= connections) {
    refuseConnection(socket, state);
    return;
  }
  state.sockets.add(socket);
  socket.once('close', () => state.sockets.delete(socket));
}

/** A silent drop looks like a network fault; a sentence does not. */
function refuseConnection(socket: Socket, state: ServerState): void {
  const { connections } = state.ruleset().listen;
  const { head, body } = problemResponse({
    status: 503,
    code: 'connection_limit_reached',
    detail: `This proxy has ${connections} open connections already`,
    hint: 'raise listen.limits.connections',
    route: '',
    upstream: '',
    requestId: state.nextId(),
    headers: ['Connection', 'close', 'Retry-After', '1'],
  });
  state.notice('warn', `503 more than ${connections} connections: one was refused`);
  socket.removeAllListeners('data');
  sayLast(socket, Buffer.from(`${wireHead(head)}${body}`, 'latin1'));
}
