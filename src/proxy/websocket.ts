/**
 * WebSocket tunnels, carried by `http-proxy`, the only file that knows it. What it lacks is added around it: answers
 * where it would drop the connection in silence, hop-by-hop removal, deadlines, and no socket left behind when either
 * side leaves at any point. It is given a request of our own making, never the client's.
 */

import { type ClientRequest, type IncomingMessage, ServerResponse } from 'node:http';
import type { LookupFunction, Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { ServerOptions } from 'http-proxy';
import type { Failure } from '../exchange.ts';
import { finish } from '../finish.ts';
import type { HeaderList } from '../http/header-list.ts';
import type { ResponseHead } from '../http/request-head.ts';
import type { ForwardPlan } from '../plan-shape.ts';
import type { Route } from '../ruleset.ts';
import { answerFailure } from './answer-failure.ts';
import { closeTogether } from './close-together.ts';
import { failure, upstreamFailure } from './failure.ts';
import { fieldsByName, handshakeRequest, handshakeTarget } from './handshake-request.ts';
import { attachLast } from './last-response.ts';
import { relay } from './relay.ts';

import { finishContext, report, type Serving, type Task } from './task.ts';
import { unfitResponse } from './unfit-response.ts';

export interface TunnelTask {
  readonly task: Task;
  readonly plan: ForwardPlan;
  readonly socket: Duplex;
  /** Bytes that came behind the handshake. */
  readonly head: Buffer;
}

/** By client; `undefined` while the handshake is under way. */
export type Tunnels = Map<Duplex, Tunnel | undefined>;

interface Tunnel {
  readonly upstream: Duplex;
  /** Of the handshake that opened it: all that is held of that. */
  readonly id: string;
}

export interface TunnelState extends Serving {
  readonly tunnels: Tunnels;
  readonly lookup: LookupFunction;
}

/** Opens a tunnel, or answers why not. Nothing is thrown; the exchange is reported when the tunnel opens, or never will. */
export function tunnel(tunnelTask: TunnelTask, state: TunnelState): void {
  const handshake = new Handshake(tunnelTask, state);
  loadProxy()
    .then((library) => handshake.start(library))
    .catch((error: unknown) => handshake.fail(error));
}

type Library = Pick<typeof import('http-proxy'), 'createProxyServer'>;

let loaded: Promise<Library> | undefined;

/** Loaded at the first handshake: most runs never see one. */
function loadProxy(): Promise<Library> {
  loaded ??= import('http-proxy');
  return loaded;
}

/**
 * What a client may send before the upstream has answered. RFC 6455 §4.1 forbids it to send anything, and reading has
 * to go on: a paused socket never reports that its peer has left.
 */
const maxEarlyBytes = 64 * 1024;

/** Made here: http-proxy keeps it, and with it whatever it was made amidst. */
const ignore = () => {};

class Handshake {
  readonly #task: Task;
  readonly #plan: ForwardPlan;
  readonly #route: Route;
  readonly #client: Socket;
  readonly #state: TunnelState;
  #early: Buffer[];
  #earlyBytes: number;
  #request: ClientRequest | undefined;
  #timer: NodeJS.Timeout | undefined;
  /** Whether it is settled what becomes of the handshake. */
  #isOver = false;
  /** What is to be done when the client has gone. */
  #onGone: () => void;

  constructor({ task, plan, socket, head }: TunnelTask, state: TunnelState) {
    const route = task.ruleset.routes[plan.route.index];
    if (route === undefined) throw new Error(`The plan names route ${plan.route.index}, which is not there`);
    this.#task = task;
    this.#plan = plan;
    this.#route = route;
    this.#client = socket as Socket;
    this.#state = state;
    this.#early = [head];
    this.#earlyBytes = head.length;
    this.#onGone = () => this.#abandon();
    state.tunnels.set(socket, undefined);
    socket.once('close', this.#gone);
    socket.on('data', this.#keepEarly);
    socket.once('end', this.#leave);
  }

  start({ createProxyServer }: Library): void {
    if (this.#isOver) return;
    // One a handshake: what it emits can belong to no other.
    const proxy = createProxyServer({});
    // It throws the errors of the client's socket where nobody listens.
    proxy.on('error', ignore);
    proxy.once('proxyReqWs', (request: ClientRequest) => this.#adopt(request));
    const options = handshakeTarget(this.#route, this.#state.lookup) as unknown as ServerOptions;
    proxy.ws(handshakeRequest(this.#plan), this.#client, Buffer.alloc(0), options, ignore);
    this.#replaceListeners();
  }

  /** Called before the head is sent: the path goes up byte for byte, which http-proxy's joining would not do. */
  #adopt(request: ClientRequest): void {
    request.path = this.#plan.upstream.path;
    this.#request = request;
  }

  /** http-proxy closes the client in silence on errors and breaks the framing of non-101 answers; ours come instead. */
  #replaceListeners(): void {
    const request = this.#request;
    if (request === undefined) throw new Error('http-proxy made no request of the handshake');
    const open = request.listeners('upgrade');
    request.removeAllListeners('upgrade');
    request.removeAllListeners('response');
    request.removeAllListeners('error');
    request.on('error', (error) => this.fail(error));
    request.on('response', (response) => this.#relay(response));
    request.on('upgrade', (response, socket, head) => {
      const begin = () => {
        for (const listener of open) listener.call(request, response, socket, head);
      };
      this.#accept(response, socket as Socket, begin);
    });
    this.#watch(request);
  }

  #watch(request: ClientRequest): void {
    const { timeouts, target, forwardProxy } = this.#route;
    const { connectMs, headersMs } = timeouts;
    const { origin, scheme } = target;
    const arm = (ms: number, why: () => Failure) => {
      clearTimeout(this.#timer);
      if (ms > 0 && !this.#isOver) this.#timer = setTimeout(() => this.#refuse(why()), ms);
    };
    const late = `Cannot connect to ${origin} within ${connectMs} ms`;
    arm(connectMs, () => failure('connection_timeout', late, 'timeouts.connect sets how long to wait'));
    request.once('socket', (socket) => {
      const detail = `${origin} did not answer the WebSocket handshake within ${headersMs} ms`;
      const hint = 'timeouts.headers sets how long to wait';
      const armHead = () => arm(headersMs, () => failure('http_response_timeout', detail, hint));
      // What comes through the network's own proxy is connected already.
      if (forwardProxy !== undefined) armHead();
      else socket.once(scheme === 'https' ? 'secureConnect' : 'connect', armHead);
    });
  }

  #accept(response: IncomingMessage, upstream: Socket, begin: () => void): void {
    upstream.on('error', () => {});
    if (this.#isOver) upstream.destroy();
    else if (response.headers.upgrade?.toLowerCase() === 'websocket') this.#open(response, upstream, begin);
    else {
      upstream.destroy();
      this.#refuse(this.#wrongProtocol(response.headers.upgrade));
    }
  }

  /** RFC 9110 §7.8: a server may switch to nothing but what it was asked for. */
  #wrongProtocol(protocol: string | undefined): Failure {
    const to = protocol === undefined ? 'to nothing in particular' : `to "${protocol}"`;
    return failure('http_upgrade_failed', `${this.#route.target.origin} switched ${to}, not to websocket`);
  }

  /** http-proxy writes the 101 from `response.headers` and pipes; before that the head is cleaned and early bytes are given back. */
  #open(response: IncomingMessage, upstream: Socket, begin: () => void): void {
    const client = this.#client;
    const { tunnels } = this.#state;
    const head = this.#finished(response);
    this.#settle();
    response.headers = fieldsByName([...head.headers, 'Connection', 'Upgrade', 'Upgrade', 'websocket']);
    client.off('data', this.#keepEarly);
    client.off('end', this.#leave);
    this.#letGo();
    client.pause();
    const early = Buffer.concat(this.#early);
    if (early.length > 0) client.unshift(early);
    tunnels.set(client, { upstream, id: this.#task.id });
    // Header fields are bytes; http-proxy would write them as UTF-8.
    client.setDefaultEncoding('latin1');
    begin();
    // Its listener cuts off what the client has not taken yet when the upstream resets.
    upstream.removeAllListeners('error');
    closeTogether(client, upstream, () => tunnels.delete(client));
    this.#report({ status: 101, responseHeaders: head.headers, upstreamHeaders: response.rawHeaders });
  }

  /** An open tunnel holds nothing of its handshake: http-proxy keeps the request for as long as it lasts. */
  #letGo(): void {
    this.#client.off('close', this.#gone);
    this.#request?.removeAllListeners().on('error', ignore);
  }

  #finished(response: IncomingMessage): ResponseHead {
    return finish(this.#plan, headOf(response), finishContext(this.#task, this.#state, this.#route));
  }

  /** Not a WebSocket endpoint: its answer goes down as ordinary HTTP, framed anew, and the connection ends. */
  #relay(upstream: IncomingMessage): void {
    upstream.on('error', () => {});
    const unfit = this.#unfit(upstream);
    if (this.#isOver) upstream.destroy();
    else if (unfit !== undefined) this.#refuse(unfit);
    else this.#passDown(upstream);
  }

  #unfit(upstream: IncomingMessage): Failure | undefined {
    // Without an Upgrade field Node takes it for an ordinary answer.
    if (upstream.statusCode === 101) return this.#wrongProtocol(undefined);
    return unfitResponse(headOf(upstream), { origin: this.#route.target.origin, version: '1.1' });
  }

  #passDown(upstream: IncomingMessage): void {
    const { origin } = this.#route.target;
    const head = this.#finished(upstream);
    const { status, headers: responseHeaders } = head;
    const sent = { status, responseHeaders, upstreamHeaders: upstream.rawHeaders };
    const response = this.#plainResponse();
    const { bodyMs } = this.#route.timeouts;
    if (bodyMs > 0) upstream.setTimeout(bodyMs, () => upstream.destroy());
    // Node ends the connection of a client that has half-closed; of one that it has let go of it does not.
    this.#client.once('end', () => this.#client.destroy());
    this.#onGone = relay(upstream, { response, head }, ({ outcome, bytes }) => {
      const isCut = outcome === 'upstream_error';
      const why = isCut ? failure('http_response_incomplete', `${origin} cut its answer short`) : undefined;
      this.#report({ ...sent, outcome, bytes, failure: why });
    });
  }

  /** Another outcome than a tunnel: the connection carries one more response and ends. */
  #plainResponse(): ServerResponse {
    this.#settle();
    const { response } = this.#task;
    if (!(response instanceof ServerResponse)) throw new Error('An upgrade came over HTTP/2');
    attachLast(response, this.#client);
    return response;
  }

  /** Answers what went wrong, unless it is settled already. */
  fail(error: unknown): void {
    this.#refuse(upstreamFailure(error, this.#route.target));
  }

  #refuse(why: Failure): void {
    if (this.#isOver) return;
    this.#plainResponse();
    this.#request?.destroy();
    const head = answerFailure(this.#task, why);
    const { status, headers: responseHeaders } = head;
    this.#report({ status, responseHeaders, outcome: 'upstream_error', failure: why });
  }

  #settle(): void {
    this.#isOver = true;
    this.#onGone = () => {};
    clearTimeout(this.#timer);
  }

  #abandon(): void {
    this.#settle();
    this.#request?.destroy();
    this.#report({ status: 499, outcome: 'client_abort' });
  }

  readonly #gone = (): void => {
    this.#state.tunnels.delete(this.#client);
    this.#onGone();
  };

  /** Half-closed before the answer counts as gone, as it does for a request. */
  readonly #leave = (): void => {
    if (!this.#isOver) this.#client.destroy();
  };

  readonly #keepEarly = (chunk: Buffer): void => {
    if (this.#isOver) return;
    this.#early.push(chunk);
    this.#earlyBytes += chunk.length;
    if (this.#earlyBytes <= maxEarlyBytes) return;
    const detail = `The client sent more than ${maxEarlyBytes} bytes before its WebSocket was open`;
    this.#refuse({ code: 'http_request_error', status: 400, detail, hint: 'wait for the open event' });
  };

  #report(sent: Partial<Omit<Parameters<typeof report>[2], 'status'>> & { readonly status: number }): void {
    this.#early = [];
    report(this.#task, this.#state, { ...plainReport, ...sent });
  }
}

function headOf({ statusCode = 0, statusMessage = '', rawHeaders }: IncomingMessage): ResponseHead {
  return { status: statusCode, reason: statusMessage, headers: rawHeaders };
}

const plainReport = {
  responseHeaders: [] as HeaderList,
  upstreamHeaders: undefined,
  bytes: 0,
  outcome: 'ok',
  failure: undefined,
  attempts: 1,
  upstreamHeadMs: undefined,
} as const;
