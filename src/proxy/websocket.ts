/**
 * WebSocket tunnels, carried by `http-proxy`, the only file that knows it. What it lacks is added around it: answers
 * where it would drop the connection in silence, hop-by-hop removal, deadlines, and no socket left behind when either
 * side leaves at any point. It is given a request of our own making, never the client's.
 */

import http, { type ClientRequest, type IncomingMessage, type ServerResponse } from 'node:http';
import https from 'node:https';
import type { LookupFunction, Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { ProxyServer, ServerOptions } from 'http-proxy';
import type { Failure } from '../exchange.ts';
import { finish } from '../finish.ts';
import { lines } from '../http/header-list.ts';
import type { ForwardPlan } from '../plan-shape.ts';
import type { Route } from '../ruleset.ts';
import { closeTogether } from './close-together.ts';
import { failure, upstreamFailure } from './failure.ts';
import { guardedLookup } from './lookup.ts';
import { writeHead } from './respond.ts';
import { answerFailure, report, type Serving, type Task } from './serve.ts';

export interface TunnelTask {
  readonly task: Task;
  readonly plan: ForwardPlan;
  readonly socket: Duplex;
  /** Bytes that came behind the handshake. */
  readonly head: Buffer;
}

export interface TunnelState extends Serving {
  readonly tunnels: Set<Duplex>;
  readonly lookup: LookupFunction;
}

/** What a client may send before the upstream has answered; a paused socket would never report that it left. */
const earlyBytes = 64 * 1024;

export function tunnel(tunnelTask: TunnelTask, state: TunnelState): void {
  void loadProxy().then((proxy) => new Handshake(tunnelTask, state).start(proxy));
}

let loaded: Promise<ProxyServer> | undefined;

/** Loaded at the first handshake: most runs never see one. */
function loadProxy(): Promise<ProxyServer> {
  loaded ??= import('http-proxy').then(({ createProxyServer }) => createProxyServer({}));
  return loaded;
}

class Handshake {
  readonly #task: Task;
  readonly #plan: ForwardPlan;
  readonly #route: Route;
  readonly #client: Socket;
  readonly #state: TunnelState;
  #early: Buffer[];
  #earlySize: number;
  #request: ClientRequest | undefined;
  #timer: NodeJS.Timeout | undefined;
  #isOver = false;

  constructor({ task, plan, socket, head }: TunnelTask, state: TunnelState) {
    const route = task.ruleset.routes[plan.route.index];
    if (route === undefined) throw new Error(`The plan names route ${plan.route.index}, which is not there`);
    this.#task = task;
    this.#plan = plan;
    this.#route = route;
    this.#client = socket as Socket;
    this.#state = state;
    this.#early = head.length === 0 ? [] : [head];
    this.#earlySize = head.length;
  }

  start(proxy: ProxyServer): void {
    const client = this.#client;
    this.#state.tunnels.add(client);
    client.once('close', () => this.#clientClosed());
    client.on('data', this.#keepEarly);
    client.once('end', this.#leave);
    if (client.destroyed) {
      this.#clientClosed();
      return;
    }
    proxy.once('proxyReqWs', (request: ClientRequest) => this.#adopt(request));
    proxy.ws(this.#outgoing(), client, Buffer.alloc(0), this.#options(), () => {});
    this.#replaceListeners();
  }

  /** A request as http-proxy wants one, with the fields of the plan; a repeated field becomes a list. */
  #outgoing(): IncomingMessage {
    const headers: Record<string, string | string[]> = {};
    for (const [name, value] of lines(this.#plan.upstream.headers)) {
      const before = headers[name];
      headers[name] = before === undefined ? value : [before, value].flat();
    }
    Object.assign(headers, { upgrade: 'websocket', Connection: 'Upgrade' });
    return {
      method: 'GET',
      url: '/',
      httpVersion: '1.1',
      httpVersionMajor: 1,
      headers,
    } as unknown as IncomingMessage;
  }

  #options(): ServerOptions {
    const { target, tls, timeouts } = this.#route;
    const { verify, ca, cert, key } = tls;
    const lookup = guardedLookup(this.#state.lookup, target.hostname, timeouts.connectMs);
    const files = { ...(ca && { ca }), ...(cert && { cert }), ...(key && { key }) };
    const isTls = target.scheme === 'https';
    const connection = { keepAlive: false, lookup, autoSelectFamily: true };
    return {
      target: {
        protocol: `${target.scheme}:`,
        host: target.hostHeader,
        hostname: target.hostname,
        port: target.port,
      },
      agent: isTls
        ? new https.Agent({ ...connection, ...files, rejectUnauthorized: verify })
        : new http.Agent(connection),
      secure: verify,
    } as ServerOptions;
  }

  /** Called before the head is sent: the path goes up byte for byte, which http-proxy's joining would not do. */
  #adopt(request: ClientRequest): void {
    request.path = this.#plan.upstream.path;
    this.#request = request;
  }

  /** http-proxy closes the client in silence on errors and breaks the framing of non-101 answers; ours come instead. */
  #replaceListeners(): void {
    const request = this.#request;
    if (request === undefined) return;
    const open = request.listeners('upgrade');
    request.removeAllListeners('upgrade');
    request.removeAllListeners('response');
    request.removeAllListeners('error');
    request.on('error', (error) => this.#fail(upstreamFailure(error, this.#route.target)));
    request.on('response', (response) => this.#relay(response));
    request.on('upgrade', (response, socket, head) => {
      if (this.#accept(response, socket))
        for (const listener of open) listener.call(request, response, socket, head);
    });
    this.#watch(request);
  }

  #watch(request: ClientRequest): void {
    const { connectMs, headersMs } = this.#route.timeouts;
    const { origin } = this.#route.target;
    const arm = (ms: number, why: () => Failure) => {
      clearTimeout(this.#timer);
      if (ms > 0) this.#timer = setTimeout(() => this.#fail(why()), ms);
    };
    arm(connectMs, () => failure('connection_timeout', `Cannot connect to ${origin} within ${connectMs} ms`));
    const isTls = this.#route.target.scheme === 'https';
    request.once('socket', (socket) => {
      socket.once(isTls ? 'secureConnect' : 'connect', () => {
        const detail = `${origin} did not answer the WebSocket handshake within ${headersMs} ms`;
        arm(headersMs, () =>
          failure('http_response_timeout', detail, 'timeouts.headers sets how long to wait'),
        );
      });
    });
  }

  /** A 101 to what was asked for: RFC 9110 §7.8 allows no other protocol. */
  #accept(response: IncomingMessage, upstream: Duplex): boolean {
    upstream.on('error', () => {});
    if (this.#isOver) {
      upstream.destroy();
      return false;
    }
    if (response.headers.upgrade?.toLowerCase() !== 'websocket') {
      upstream.destroy();
      const detail = `${this.#route.target.origin} switched to "${response.headers.upgrade ?? ''}", not to websocket`;
      this.#fail(failure('http_upgrade_failed', detail));
      return false;
    }
    this.#open(response, upstream);
    return true;
  }

  /** http-proxy writes the 101 from `response.headers` and pipes; before that, the head is cleaned and early bytes are given back. */
  #open(response: IncomingMessage, upstream: Duplex): void {
    const client = this.#client;
    this.#isOver = true;
    clearTimeout(this.#timer);
    const head = this.#finished(response);
    response.headers = asObject([...head.headers, 'Connection', 'Upgrade', 'Upgrade', 'websocket']);
    client.off('data', this.#keepEarly);
    client.off('end', this.#leave);
    client.pause();
    if (this.#early.length > 0) client.unshift(Buffer.concat(this.#early));
    this.#state.tunnels.add(upstream);
    closeTogether(client, upstream, () => this.#state.tunnels.delete(upstream));
    this.#report({ status: 101, responseHeaders: head.headers, outcome: 'ok', failure: undefined });
  }

  #finished(response: IncomingMessage) {
    const { statusCode: status = 502, statusMessage: reason = '', rawHeaders: headers } = response;
    return finish(this.#plan, { status, reason, headers }, { ruleset: this.#task.ruleset });
  }

  /** Not a WebSocket endpoint: its answer goes down as ordinary HTTP, framed anew, and the connection ends. */
  #relay(upstream: IncomingMessage): void {
    if (this.#isOver) {
      upstream.destroy();
      return;
    }
    this.#isOver = true;
    clearTimeout(this.#timer);
    const response = this.#plainResponse();
    const head = this.#finished(upstream);
    writeHead(response, { ...head, headers: [...head.headers, 'Connection', 'close'] });
    upstream.on('error', () => this.#client.destroy());
    upstream.on('aborted', () => this.#client.destroy());
    upstream.pipe(response);
    this.#report({ status: head.status, responseHeaders: head.headers, outcome: 'ok', failure: undefined });
  }

  #plainResponse(): ServerResponse {
    const response = this.#task.response as ServerResponse;
    const client = this.#client;
    response.shouldKeepAlive = false;
    response.assignSocket(client);
    response.on('finish', () => client.destroySoon());
    client.resume();
    return response;
  }

  #fail(why: Failure): void {
    if (this.#isOver) return;
    this.#isOver = true;
    clearTimeout(this.#timer);
    this.#request?.destroy();
    this.#plainResponse();
    const head = answerFailure(this.#task, why);
    this.#report({
      status: head.status,
      responseHeaders: head.headers,
      outcome: 'upstream_error',
      failure: why,
    });
  }

  #clientClosed(): void {
    this.#state.tunnels.delete(this.#client);
    if (this.#isOver) return;
    this.#isOver = true;
    clearTimeout(this.#timer);
    this.#request?.destroy();
    this.#report({ status: 499, responseHeaders: [], outcome: 'client_abort', failure: undefined });
  }

  readonly #leave = (): void => {
    if (!this.#isOver) this.#client.destroy();
  };

  readonly #keepEarly = (chunk: Buffer): void => {
    this.#earlySize += chunk.length;
    this.#early.push(chunk);
    if (this.#earlySize > earlyBytes) this.#client.pause();
  };

  #report(
    sent: Pick<Parameters<typeof report>[2], 'status' | 'responseHeaders' | 'outcome' | 'failure'>,
  ): void {
    this.#early = [];
    const rest = { upstreamHeaders: undefined, bytes: 0, attempts: 1, upstreamHeadMs: undefined };
    report(this.#task, this.#state, { ...rest, ...sent });
  }
}

function asObject(
  headers: readonly string[],
): Record<string, string | string[]> & IncomingMessage['headers'] {
  const fields: Record<string, string | string[]> = Object.create(null);
  for (const [name, value] of lines(headers)) {
    const before = fields[name];
    fields[name] = before === undefined ? value : [before, value].flat();
  }
  return fields;
}
