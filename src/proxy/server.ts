/** Node's HTTP server with every door minded: what has no listener here, Node would answer bare or drop in silence. */

import { createServer, IncomingMessage, type Server, ServerResponse } from 'node:http';
import type { LookupFunction, Server as NetServer, Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { TLSSocket } from 'node:tls';
import { lines } from '../http/header-list.ts';
import type { Listener } from '../http/request-head.ts';
import { plan } from '../plan.ts';
import type { Plan } from '../plan-shape.ts';
import type { Ruleset } from '../ruleset.ts';
import type { ParserError } from './client-error.ts';
import { clientError, refuseConnection } from './dismissal.ts';
import { KeptBodies } from './kept-bodies.ts';
import { afterEarlierResponses, attachLast } from './last-response.ts';
import { readHead } from './read-head.ts';
import type { Request, Response } from './respond.ts';
import { serve } from './serve.ts';
import type { Serving, Task } from './task.ts';
import { isBehindTheEnd, isEnding, onTurn } from './turn.ts';
import { type Tunnels, tunnel } from './websocket.ts';

export interface ServerState extends Serving {
  readonly ruleset: () => Ruleset;
  readonly listener: Listener;
  readonly nextId: () => string;
  readonly lookup: LookupFunction;
  /** Open connections, for the limit and for the end. */
  readonly sockets: Set<Duplex>;
  /** Clients of WebSockets and the upstreams that they are joined to, once they are: Node's server does not close them. */
  readonly tunnels: Tunnels;
  /** Called for each request that begins; its end is what `observe` is told. */
  readonly began: (plan: Plan) => void;
}

/** Node's parser must let through what our own limits judge: the sum of both, and room for the answer to be ours. */
function parserLimit({ listen }: Ruleset): number {
  return 2 * (listen.urlBytes + listen.headBytes) + 16 * 1024;
}

/** Of HTTP/1.1, plain and inside TLS. */
export function parserSettings(ruleset: Ruleset) {
  const { headTimeoutMs } = ruleset.listen;
  return {
    maxHeaderSize: parserLimit(ruleset),
    requireHostHeader: false,
    headersTimeout: headTimeoutMs,
    // Silence in a body is the exchange's affair: a long upload is not an error.
    requestTimeout: 0,
    connectionsCheckingInterval: Math.max(10, Math.min(1000, Math.floor(headTimeoutMs / 4))),
    keepAliveTimeout: 65_000,
    insecureHTTPParser: false,
    ...upgradesTaken,
  };
}

/** Of a server that listens already: connections that come are read by these. */
export function adjustParser(server: NetServer, ruleset: Ruleset): void {
  const { maxHeaderSize, headersTimeout } = parserSettings(ruleset);
  Object.assign(server, { maxHeaderSize, headersTimeout });
}

/** Node 24.9 and later ask; before, every Upgrade comes to the `upgrade` listener. */
const upgradesTaken: object = { shouldUpgradeCallback: isWebSocket };

export function createHttpServer(state: ServerState): Server {
  const server = createServer(parserSettings(state.ruleset()));
  // Node would cut the list in silence; we count ourselves and say 431.
  server.maxHeadersCount = 0;
  minded(server, state);
  return server;
}

/** Listeners that plain and TLS servers share. */
export function minded(server: NetServer, state: ServerState): void {
  server.on('connection', (socket: Socket) => admit(socket, state));
  server.on('request', (request: Request, response: Response) => handle(request, response, state));
  server.on('checkContinue', (request: Request, response: Response) => handle(request, response, state));
  server.on('checkExpectation', (request: Request, response: Response) => handle(request, response, state));
  server.on('connect', (request: Request, other: Duplex | Response) => connect(request, other, state));
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    if (isEnding(socket)) return;
    mindErrors(socket);
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
  const planned = plan(head, ruleset);
  state.began(planned);
  return {
    id: state.nextId(),
    head,
    plan: planned,
    ruleset,
    request,
    response,
    startedAt: performance.now(),
    startedAtEpoch: Date.now(),
    kept: state.keepsBodies() ? new KeptBodies() : undefined,
  };
}

function handle(request: Request, response: Response, state: ServerState): void {
  if (isBehindTheEnd(request, response)) return;
  // From birth: a reset by the client must never be an uncaught error.
  request.on('error', () => {});
  response.on('error', () => {});
  const task = taskFor(request, response, state);
  // RFC 9110 §10.1.1: 100 once the route accepts the request, or a final answer without it; HTTP/1.0 knows no 1xx.
  const isAsking = request.headers.expect?.toLowerCase() === '100-continue';
  const expects = isAsking && request.httpVersion !== '1.0';
  if (expects && task.plan.kind === 'forward') onTurn(response, () => askForBody(response));
  serve(task, state);
}

function askForBody(response: Response): void {
  if (!response.headersSent) response.writeContinue();
}

/** Node takes its own listener away with the connection; a reset must never be an uncaught error. */
function mindErrors(socket: Duplex): void {
  if (socket.listenerCount('error') === 0) socket.on('error', () => {});
}

interface Upgrade {
  readonly request: IncomingMessage;
  readonly socket: Duplex;
  /** Bytes that came behind the request's head. */
  readonly head: Buffer;
}

/** Upgrades to other protocols (h2c from curl and Java) are requests like others: RFC 9110 §7.8 lets a server ignore them. */
function isWebSocket(request: IncomingMessage): boolean {
  return request.httpVersion === '1.1' && request.headers.upgrade?.toLowerCase() === 'websocket';
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
function readmit({ request, socket, head }: Upgrade, server: NetServer): void {
  const { method, url, httpVersion, rawHeaders } = request;
  let text = `${method} ${url} HTTP/${httpVersion}\r\n`;
  for (const [name, value] of lines(rawHeaders)) {
    if (name.toLowerCase() !== 'upgrade') text += `${name}: ${value}\r\n`;
  }
  (socket as Socket).setTimeout(0);
  socket.unshift(Buffer.concat([Buffer.from(`${text}\r\n`, 'latin1'), head]));
  server.emit(socket instanceof TLSSocket ? 'secureConnection' : 'connection', socket);
}

/** The plan refuses it (405). HTTP/2 has a response object for it. */
function connect(request: Request, other: Duplex | Response, state: ServerState): void {
  if (!(request instanceof IncomingMessage)) {
    handle(request, other as Response, state);
    return;
  }
  const socket = other as Duplex;
  if (isEnding(socket)) return;
  mindErrors(socket);
  afterEarlierResponses(socket, () => refuseRaw(request, socket, state));
}

/** CONNECT of HTTP/1.1 leaves no response object. */
function refuseRaw(request: IncomingMessage, socket: Duplex, state: ServerState): void {
  const response = new ServerResponse(request);
  attachLast(response, socket);
  serve(taskFor(request, response, state), state);
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
