/**
 * One request on its way: head and body up, head and body down, with backpressure both ways. One side gone means the
 * other's connection gone; a body that was cut never ends cleanly.
 */

import type { Socket } from 'node:net';
import type { Failure } from '../exchange.ts';
import { firstValue, type HeaderList } from '../http/header-list.ts';
import type { RequestHead, ResponseHead } from '../http/request-head.ts';
import type { ForwardPlan } from '../plan-shape.ts';
import type { Route } from '../ruleset.ts';
import { fitted, isUntimed } from './downstream-head.ts';
import { failure, upstreamFailure } from './failure.ts';
import { passInformational } from './informational.ts';
import type { KeptBodies } from './kept-bodies.ts';
import { Redirects } from './redirects.ts';
import { RequestBody } from './request-body.ts';
import {
  cutResponse,
  endResponse,
  hasUpload,
  type Request,
  type Response,
  writeBody,
  writeHead,
} from './respond.ts';
import { mayRetry } from './retry.ts';
import { writeTrailers } from './trailers.ts';
import { tooManyInformational, unfitResponse } from './unfit-response.ts';
import type { Controller, Handler, UpstreamCall, Upstreams } from './upstream.ts';

export interface ForwardTask {
  readonly head: RequestHead;
  readonly plan: ForwardPlan;
  readonly route: Route;
  readonly request: Request;
  readonly response: Response;
  readonly upstreams: Upstreams;
  /** Where the bodies are kept, while somebody looks. */
  readonly kept: KeptBodies | undefined;
  /** Whether an origin is a target of the config: only there a followed redirect may lead into this network. */
  readonly isConfigured: (origin: string) => boolean;
  /** Upstream's head → the head that goes down. */
  readonly finish: (head: ResponseHead) => ResponseHead;
  /** The same for a 103. */
  readonly finishEarly: (head: ResponseHead) => ResponseHead;
  readonly finishTrailers: (trailers: HeaderList) => HeaderList;
  /** Answers with a problem and gives the head that was sent; called at most once, and only while no head is out. */
  readonly fail: (failure: Failure) => ResponseHead;
  /** Where an answer that never ends by itself leaves word how to end it. */
  readonly endless: Set<() => void>;
  /** Called once, at the end of all. */
  readonly done: (result: ForwardResult) => void;
}

export interface ForwardResult {
  /** Status that was sent; 499 where the client left before. */
  readonly status: number;
  readonly responseHeaders: HeaderList;
  readonly upstreamHeaders: HeaderList | undefined;
  readonly bytes: number;
  readonly outcome: 'ok' | 'client_abort' | 'upstream_error';
  readonly failure: Failure | undefined;
  readonly attempts: number;
  /** `performance.now()` of the upstream's head. */
  readonly upstreamHeadAt: number | undefined;
}

export function forward(task: ForwardTask): void {
  new Forwarding(task).start();
}

class Forwarding implements Handler {
  readonly #task: ForwardTask;
  readonly #body: RequestBody | undefined;
  #controller: Controller | undefined;
  #connection:
    | { readonly socket: Socket; readonly isReused: boolean; readonly bytesBefore: number }
    | undefined;
  #isOver = false;
  #attempts = 0;
  #informational = 0;
  #bytes = 0;
  #sent: ResponseHead | undefined;
  #upstreamHead: HeaderList | undefined;
  #upstreamHeadAt: number | undefined;
  #isBodyForbidden = false;
  readonly #redirects: Redirects | undefined;
  #headTimer: NodeJS.Timeout | undefined;
  #silenceTimer: NodeJS.Timeout | undefined;

  constructor(task: ForwardTask) {
    this.#task = task;
    this.#body = hasUpload(task.request)
      ? new RequestBody(task.request, {
          limitBytes: task.route.limits.requestBodyBytes,
          onTooLarge: () => this.#refuseBody(),
          onProgress: (chunk) => this.#progress(chunk),
        })
      : undefined;
    this.#redirects = task.route.response.redirects === 'follow' ? new Redirects(task) : undefined;
    task.response.on('close', () => this.#clientClosed());
    task.response.on('drain', () => this.#resume());
    task.response.on('error', () => {});
  }

  start(): void {
    const { upstreams, route } = this.#task;
    if (upstreams.isFull(route)) {
      const { connections, queue } = route.limits;
      const detail = `${connections} connections to ${route.target.origin} are busy and ${queue} requests wait`;
      this.#fail(failure('connection_limit_reached', detail, 'raise limits.connections or limits.queue'));
      return;
    }
    this.#watchSilence();
    this.#attempts = 1;
    upstreams.send(this.#call(this.#body?.stream ?? null), this);
  }

  #call(body: UpstreamCall['body']): UpstreamCall {
    const { route, plan } = this.#task;
    const { method, path, headers } = plan.upstream;
    return { route, method, path, headers, body };
  }

  #resume(): void {
    this.#silenceTimer?.refresh();
    this.#controller?.resume();
  }

  onRequestStart(controller: Controller): void {
    if (this.#isOver) {
      controller.abort(new Error('The client has left'));
      return;
    }
    this.#controller = controller;
    this.#watchHead();
  }

  onConnection(socket: Socket, isReused: boolean): void {
    this.#connection = { socket, isReused, bytesBefore: socket.bytesRead };
  }

  onResponseStart(controller: Controller, status: number, _headers: unknown, reason?: string): void {
    if (this.#isOver) return;
    const raw = { status, reason: reason ?? '', headers: headerList(controller.rawHeaders) };
    const { origin } = this.#task.route.target;
    const unfit = unfitResponse(raw, { origin, version: this.#task.head.version });
    if (unfit !== undefined) this.#fail(unfit);
    else if (status < 200) this.#passInformational(raw);
    // Its body has as long as the head had: nothing of it goes down.
    else if (this.#redirects?.begins(raw) === true) this.#headTimer?.refresh();
    else this.#passHead(this.#redirects?.cleaned(raw) ?? raw);
  }

  onResponseData(controller: Controller, chunk: Buffer): void {
    if (this.#isOver || this.#isBodyForbidden) return;
    if (this.#redirects?.isPending === true) {
      // The error comes at once, and with it the next request.
      if (this.#redirects.hasSkippedEnough(chunk)) controller.abort(new Error('A redirect with a long body'));
      return;
    }
    this.#bytes += chunk.length;
    this.#task.kept?.response.take(chunk);
    this.#silenceTimer?.refresh();
    if (!writeBody(this.#task.response, chunk)) controller.pause();
  }

  onResponseEnd(controller: Controller): void {
    if (this.#isOver || this.#follow()) return;
    const { head, request, response, finishTrailers } = this.#task;
    const trailers = finishTrailers(headerList(controller.rawTrailers));
    writeTrailers(response, { asked: firstValue(head.headers, 'te'), trailers });
    // The answer is complete; what the client still sends is nobody's.
    this.#body?.discard();
    if (this.#sent !== undefined) endResponse(request, response, this.#sent);
    this.#end('ok');
  }

  onResponseError(controller: Controller, error: Error): void {
    if (this.#isOver || this.#follow() || this.#retry(error)) return;
    if (this.#isWhole(error)) {
      this.onResponseEnd(controller);
      return;
    }
    const why = upstreamFailure(error, this.#task.route.target);
    if (this.#sent === undefined) this.#fail(this.#withRetryNote(why));
    else this.#cut(why, this.#sent);
  }

  /** RFC 9110 §8.6: a 304 may name the length of a body that it does not have; undici waits for that body in vain. */
  #isWhole(error: Error): boolean {
    const isMismatch = 'code' in error && error.code === 'UND_ERR_RES_CONTENT_LENGTH_MISMATCH';
    return isMismatch && this.#sent?.status === 304;
  }

  #passHead(raw: ResponseHead): void {
    const { head, response, finish } = this.#task;
    clearTimeout(this.#headTimer);
    this.#upstreamHead = raw.headers;
    this.#upstreamHeadAt = performance.now();
    const finished = finish(raw);
    const isEarly = this.#body !== undefined && !this.#body.isComplete;
    this.#sent = fitted(finished, { isEarly, isHttp1: head.version !== '2.0' });
    this.#isBodyForbidden = raw.status === 205;
    if (isUntimed(raw.headers)) this.#goOnForEver();
    writeHead(response, this.#sent);
    // The head leaves with the first bytes of the body, or at once where none came along.
    if (head.version !== '2.0') queueMicrotask(() => this.#flushHead());
  }

  #flushHead(): void {
    const { response } = this.#task;
    // Node's flushHeaders() encodes the head as UTF-8 and so breaks its 8-bit bytes; an empty buffer does not.
    if (this.#bytes === 0 && !response.writableEnded && !response.destroyed)
      writeBody(response, Buffer.alloc(0));
  }

  #passInformational(raw: ResponseHead): void {
    this.#informational += 1;
    const { route, response, head, finishEarly } = this.#task;
    if (this.#informational > route.limits.informational) this.#fail(tooManyInformational(route));
    else passInformational(response, finishEarly(raw), head.version);
  }

  /** Sends the next request of a redirect that is followed here, once the redirecting answer is over. */
  #follow(): boolean {
    if (this.#redirects?.isPending !== true) return false;
    const next = this.#redirects.next(this.#body);
    if ('code' in next) {
      this.#fail(next);
      return true;
    }
    this.#attempts += 1;
    this.#connection = undefined;
    clearTimeout(this.#headTimer);
    const { upstreams, route } = this.#task;
    const call = { ...next, route };
    if (next.origin === route.target.origin) upstreams.send(call, this);
    else upstreams.sendAbroad(next.origin, call, this);
    return true;
  }

  /** Once, on a fresh connection, where nothing can have happened twice: RFC 9110 §9.2.2. */
  #retry(error: Error): boolean {
    const { upstreams, plan } = this.#task;
    const connection = this.#connection;
    const body = this.#body === undefined ? null : this.#body.replay();
    const gotBytes = connection !== undefined && connection.socket.bytesRead > connection.bytesBefore;
    const facts = { error, method: plan.upstream.method, isReused: connection?.isReused === true, gotBytes };
    if (this.#attempts > 1 || this.#redirects?.hasFollowed === true || body === undefined || !mayRetry(facts))
      return false;
    this.#attempts = 2;
    this.#connection = undefined;
    clearTimeout(this.#headTimer);
    upstreams.sendFresh(this.#call(body), this);
    return true;
  }

  #withRetryNote(why: Failure): Failure {
    const { method } = this.#task.plan.upstream;
    const isStale = why.code === 'connection_terminated' && this.#connection?.isReused === true;
    if (!isStale || this.#attempts > 1) return why;
    return {
      ...why,
      detail: `${why.detail}; not retried: ${method} is not idempotent, or its body was not kept`,
    };
  }

  #fail(why: Failure): void {
    if (this.#isOver) return;
    if (this.#sent !== undefined) {
      this.#cut(why, this.#sent);
      return;
    }
    this.#isOver = true;
    this.#controller?.abort(new Error(why.detail));
    this.#body?.discard();
    this.#sent = this.#task.fail(why);
    this.#end('upstream_error', why);
  }

  /** After the head was sent the only honest end is an abort. */
  #cut(why: Failure, sent: ResponseHead): void {
    this.#end('upstream_error', incomplete(why));
    this.#controller?.abort(new Error(why.detail));
    cutResponse(this.#task.response, sent);
  }

  #clientClosed(): void {
    if (this.#isOver) return;
    this.#end('client_abort');
    this.#controller?.abort(new Error('The client has left'));
    this.#body?.discard();
  }

  #refuseBody(): void {
    this.#fail({
      code: 'http_request_error',
      status: 413,
      detail: `The request's body is larger than ${this.#task.route.limits.requestBodyBytes} bytes`,
      hint: 'raise limits.requestBody of this route',
    });
  }

  #watchHead(): void {
    const { headersMs } = this.#task.route.timeouts;
    if (headersMs === 0) return;
    this.#headTimer = setTimeout(() => {
      const { origin } = this.#task.route.target;
      const detail = `${origin} did not send a response head within ${headersMs} ms`;
      this.#fail(failure('http_response_timeout', detail, 'timeouts.headers sets how long to wait'));
    }, headersMs);
  }

  #watchSilence(): void {
    const { bodyMs } = this.#task.route.timeouts;
    if (bodyMs === 0) return;
    this.#silenceTimer = setTimeout(() => this.#silence(bodyMs), bodyMs);
  }

  #silence(bodyMs: number): void {
    const isUploading = this.#body !== undefined && !this.#body.isComplete;
    if (this.#sent === undefined && !isUploading) {
      // The upload is done and the head is awaited: that is the head timer's affair.
      this.#watchSilence();
    } else if (isUploading && this.#sent === undefined) {
      const detail = `The request's body fell silent for ${bodyMs} ms`;
      this.#fail({
        code: 'http_request_error',
        status: 408,
        detail,
        hint: 'timeouts.body sets how long to wait',
      });
    } else if (this.#controller?.paused === true) {
      this.#leaveStalled(bodyMs);
    } else {
      const detail = `The response's body fell silent for ${bodyMs} ms`;
      this.#fail(failure('connection_read_timeout', detail, 'timeouts.body sets how long to wait'));
    }
  }

  /** The upstream has more, and waits for a client that takes nothing: both are let go. */
  #leaveStalled(bodyMs: number): void {
    const detail = `The client took nothing of the response's body for ${bodyMs} ms`;
    this.#end(
      'client_abort',
      failure('connection_read_timeout', detail, 'timeouts.body sets how long to wait'),
    );
    this.#controller?.abort(new Error(detail));
    this.#task.response.destroy();
  }

  #progress(chunk: Buffer): void {
    this.#task.kept?.request.take(chunk);
    this.#headTimer?.refresh();
    this.#silenceTimer?.refresh();
  }

  #goOnForEver(): void {
    this.#stopSilence();
    this.#task.endless.add(this.#leave);
  }

  readonly #leave = (): void => {
    this.#clientClosed();
    this.#task.response.destroy();
  };

  #stopSilence(): void {
    clearTimeout(this.#silenceTimer);
    this.#silenceTimer = undefined;
  }

  #end(outcome: ForwardResult['outcome'], why?: Failure): void {
    this.#isOver = true;
    clearTimeout(this.#headTimer);
    this.#stopSilence();
    this.#task.endless.delete(this.#leave);
    this.#task.done({
      status: this.#sent?.status ?? 499,
      responseHeaders: this.#sent?.headers ?? [],
      upstreamHeaders: this.#upstreamHead,
      bytes: this.#bytes,
      outcome,
      failure: why,
      attempts: this.#attempts,
      upstreamHeadAt: this.#upstreamHeadAt,
    });
  }
}

/** A connection that ends in the middle of a body has its own name (RFC 9209 §2.3.9). */
function incomplete(why: Failure): Failure {
  return why.code === 'connection_terminated' ? { ...why, code: 'http_response_incomplete' } : why;
}

/** undici hands the raw fields over as buffers; header bytes are latin1. */
function headerList(raw: unknown): HeaderList {
  if (!Array.isArray(raw)) return [];
  return raw.map((text) => (typeof text === 'string' ? text : text.toString('latin1')));
}
