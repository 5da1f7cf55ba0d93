/**
 * One request on its way: head and body up, head and body down, with backpressure both ways. One side gone means the
 * other's connection gone; a body that was cut never ends cleanly.
 */

import type { Exchange, Failure } from '../exchange.ts';
import { type FinishContext, finish, finishEarly, finishTrailers } from '../finish.ts';
import { firstValue, type HeaderList } from '../http/header-list.ts';
import type { ResponseHead } from '../http/request-head.ts';
import type { ForwardPlan } from '../plan-shape.ts';
import type { Route } from '../ruleset.ts';
import { answerFailure } from './answer-failure.ts';
import type { Controller, Handler } from './client/call.ts';
import { DownstreamBody } from './downstream-body.ts';
import { fitted, isUntimed } from './downstream-head.ts';
import { failure, upstreamFailure } from './failure.ts';
import { passInformational } from './informational.ts';
import { Redirects } from './redirects.ts';
import { RequestBody } from './request-body.ts';
import { cutResponse, hasUpload, writeHead } from './respond.ts';
import { mayRetry } from './retry.ts';
import { exchangeOf, finishContext, report, type Sent, type Serving, type Task } from './task.ts';
import { writeTrailers } from './trailers.ts';
import type { Underway } from './underway.ts';
import { tooManyInformational, unfitResponse } from './unfit-response.ts';
import type { UpstreamCall } from './upstream.ts';

export interface Forwarded {
  readonly task: Task;
  readonly plan: ForwardPlan;
  readonly route: Route;
}

export function forward(forwarded: Forwarded, serving: Serving): void {
  new Forwarding(forwarded, serving).start();
}

class Forwarding implements Handler, Underway {
  place = -1;
  readonly startedAt: number;
  readonly #task: Task;
  readonly #plan: ForwardPlan;
  readonly #route: Route;
  readonly #serving: Serving;
  readonly #finishing: FinishContext;
  readonly #body: RequestBody | undefined;
  #controller: Controller | undefined;
  #isOver = false;
  #attempts = 0;
  #informational = 0;
  #bytes = 0;
  #sent: ResponseHead | undefined;
  #upstreamHead: HeaderList | undefined;
  #upstreamHeadAt: number | undefined;
  #isBodyForbidden = false;
  #down: DownstreamBody | undefined;
  readonly #redirects: Redirects | undefined;
  #headTimer: NodeJS.Timeout | undefined;
  #silenceTimer: NodeJS.Timeout | undefined;

  constructor({ task, plan, route }: Forwarded, serving: Serving) {
    this.#task = task;
    this.startedAt = task.startedAt;
    this.#plan = plan;
    this.#route = route;
    this.#serving = serving;
    this.#finishing = finishContext(task, serving, route);
    this.#body = hasUpload(task.request)
      ? new RequestBody(task.request, {
          limitBytes: route.limits.requestBodyBytes,
          onTooLarge: () => this.#refuseBody(),
          onProgress: (chunk) => this.#progress(chunk),
        })
      : undefined;
    this.#redirects = route.response.redirects === 'follow' ? this.#followed() : undefined;
    task.response.on('close', () => this.#clientClosed());
  }

  #followed(): Redirects {
    const { routes } = this.#task.ruleset;
    const isConfigured = (origin: string) => routes.some(({ target }) => target.origin === origin);
    return new Redirects({ plan: this.#plan, route: this.#route, isConfigured });
  }

  start(): void {
    this.#serving.underway.add(this);
    if (this.#body === undefined) this.#sendUp(null);
    else this.#body.begin((body) => this.#sendUp(body));
  }

  #sendUp(body: UpstreamCall['body']): void {
    const { upstreams } = this.#serving;
    const route = this.#route;
    if (upstreams.isFull(route)) {
      const { connections, queue } = route.limits;
      const detail = `${connections} connections to ${route.target.origin} are busy and ${queue} requests wait`;
      this.#fail(failure('connection_limit_reached', detail, 'raise limits.connections or limits.queue'));
      return;
    }
    if (this.#body?.isComplete === false) this.#watchSilence();
    this.#attempts = 1;
    upstreams.send(this.#call(body), this);
  }

  #call(body: UpstreamCall['body']): UpstreamCall {
    const { method, path, headers } = this.#plan.upstream;
    return { route: this.#route, method, path, headers, body };
  }

  #pause(controller: Controller): void {
    if (controller.paused) return;
    controller.pause();
    this.#task.response.once('drain', () => {
      this.#silenceTimer?.refresh();
      this.#controller?.resume();
    });
  }

  onRequestStart(controller: Controller): void {
    if (this.#isOver) {
      controller.abort(new Error('The client has left'));
      return;
    }
    this.#controller = controller;
    this.#watchHead();
  }

  onResponseStart(_controller: Controller, raw: ResponseHead): void {
    if (this.#isOver) return;
    const { origin } = this.#redirects?.target ?? this.#route.target;
    const unfit = unfitResponse(raw, { origin, version: this.#task.head.version });
    if (unfit !== undefined) this.#fail(unfit);
    else if (raw.status < 200) this.#passInformational(raw);
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
    if (this.#down?.write(chunk) === false) this.#pause(controller);
  }

  onResponseEnd(_controller: Controller, trailers: HeaderList): void {
    if (this.#isOver || this.#follow()) return;
    this.#passTrailers(trailers);
    // The answer is complete; what the client still sends is nobody's.
    this.#body?.discard();
    if (this.#sent !== undefined) this.#down?.end(this.#task.request, this.#sent);
    this.#end('ok');
  }

  onResponseError(controller: Controller, error: Error): void {
    if (this.#isOver || this.#follow() || this.#retry(controller, error)) return;
    const why = this.#redirects?.failureOf(error) ?? upstreamFailure(error, this.#route.target);
    if (this.#sent === undefined) this.#fail(this.#withRetryNote(why));
    else this.#cut(why, this.#sent);
  }

  #passTrailers(raw: HeaderList): void {
    if (raw.length === 0) return;
    const { head, response } = this.#task;
    const trailers = finishTrailers(this.#plan, raw, this.#finishing);
    writeTrailers(response, { asked: firstValue(head.headers, 'te'), trailers });
  }

  #passHead(raw: ResponseHead): void {
    const { head, response } = this.#task;
    clearTimeout(this.#headTimer);
    this.#upstreamHead = raw.headers;
    this.#upstreamHeadAt = performance.now();
    const finished = finish(this.#plan, raw, this.#finishing);
    const isEarly = this.#body !== undefined && !this.#body.isComplete;
    this.#sent = fitted(finished, { isEarly, isHttp1: head.version !== '2.0' });
    this.#isBodyForbidden = raw.status === 205;
    writeHead(response, this.#sent);
    this.#down = new DownstreamBody(response);
    queueMicrotask(() => this.#begunDown(raw.headers));
  }

  /** Most answers are over by then. */
  #begunDown(headers: HeaderList): void {
    if (this.#isOver) return;
    if (isUntimed(headers)) this.#goOnForEver();
    else if (this.#silenceTimer === undefined) this.#watchSilence();
    if (this.#down?.flush() === false && this.#controller !== undefined) this.#pause(this.#controller);
  }

  #passInformational(raw: ResponseHead): void {
    this.#informational += 1;
    const { response, head } = this.#task;
    if (this.#informational > this.#route.limits.informational) this.#fail(tooManyInformational(this.#route));
    else passInformational(response, finishEarly(this.#plan, raw, this.#finishing), head.version);
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
    this.#controller = undefined;
    clearTimeout(this.#headTimer);
    const { upstreams } = this.#serving;
    const route = this.#route;
    const call = { ...next, route };
    if (next.origin === route.target.origin) upstreams.send(call, this);
    else upstreams.sendAbroad(next.origin, call, this);
    return true;
  }

  /** Once, on a fresh connection, where nothing can have happened twice: RFC 9110 §9.2.2. */
  #retry({ isReused, isAnswered }: Controller, error: Error): boolean {
    const body = this.#body === undefined ? null : this.#body.replay();
    const facts = { error, method: this.#plan.upstream.method, isReused, gotBytes: isAnswered };
    if (this.#attempts > 1 || this.#redirects?.hasFollowed === true || body === undefined || !mayRetry(facts))
      return false;
    this.#attempts = 2;
    this.#controller = undefined;
    clearTimeout(this.#headTimer);
    this.#serving.upstreams.sendFresh(this.#call(body), this);
    return true;
  }

  #withRetryNote(why: Failure): Failure {
    const isStale = why.code === 'connection_terminated' && this.#controller?.isReused === true;
    if (!isStale || this.#attempts > 1) return why;
    return {
      ...why,
      detail: `${why.detail}; not retried: ${this.#plan.upstream.method} is not idempotent, or its body was not kept`,
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
    this.#sent = answerFailure(this.#task, why);
    this.#end('upstream_error', why);
  }

  /** After the head was sent the only honest end is an abort. */
  #cut(why: Failure, sent: ResponseHead): void {
    this.#end('upstream_error', incomplete(why));
    this.#controller?.abort(new Error(why.detail));
    this.#down?.flush();
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
      detail: `The request's body is larger than ${this.#route.limits.requestBodyBytes} bytes`,
      hint: 'raise limits.requestBody of this route',
    });
  }

  #watchHead(): void {
    const { headersMs } = this.#route.timeouts;
    if (headersMs === 0) return;
    this.#headTimer = setTimeout(() => {
      const { origin } = this.#redirects?.target ?? this.#route.target;
      const detail = `${origin} did not send a response head within ${headersMs} ms`;
      this.#fail(failure('http_response_timeout', detail, 'timeouts.headers sets how long to wait'));
    }, headersMs);
  }

  #watchSilence(): void {
    const { bodyMs } = this.#route.timeouts;
    if (bodyMs === 0) return;
    this.#silenceTimer = setTimeout(() => this.#silence(bodyMs), bodyMs);
  }

  #silence(bodyMs: number): void {
    const isUploading = this.#body !== undefined && !this.#body.isComplete;
    if (this.#sent === undefined && !isUploading) {
      // The upload is done and the head is awaited: that is the head timer's affair.
      this.#silenceTimer = undefined;
    } else if (isUploading && this.#sent === undefined && this.#task.request.isPaused()) {
      // It is us who let the client wait, for an upstream that takes nothing or a connection that is not there yet.
      this.#silenceTimer?.refresh();
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
    this.#serving.endless.add(this.#leave);
  }

  readonly #leave = (): void => {
    this.#clientClosed();
    this.#task.response.destroy();
  };

  #stopSilence(): void {
    clearTimeout(this.#silenceTimer);
    this.#silenceTimer = undefined;
  }

  #end(outcome: 'ok' | 'client_abort' | 'upstream_error', why?: Failure): void {
    this.#isOver = true;
    clearTimeout(this.#headTimer);
    this.#stopSilence();
    this.#serving.endless.delete(this.#leave);
    this.#serving.underway.delete(this);
    report(this.#task, this.#serving, this.#sentSoFar(this.#sent?.status ?? 499, outcome, why));
  }

  soFar(): Exchange {
    return exchangeOf(this.#task, this.#sentSoFar(this.#sent?.status ?? 0, 'running', undefined));
  }

  #sentSoFar(status: number, outcome: Sent['outcome'], why: Failure | undefined): Sent {
    const headAt = this.#upstreamHeadAt;
    return {
      status,
      responseHeaders: this.#sent?.headers ?? [],
      upstreamHeaders: this.#upstreamHead,
      bytes: this.#bytes,
      outcome,
      failure: why,
      attempts: this.#attempts,
      upstreamHeadMs: headAt === undefined ? undefined : headAt - this.startedAt,
    };
  }
}

/** A connection that ends in the middle of a body has its own name (RFC 9209 §2.3.9). */
function incomplete(why: Failure): Failure {
  return why.code === 'connection_terminated' ? { ...why, code: 'http_response_incomplete' } : why;
}
