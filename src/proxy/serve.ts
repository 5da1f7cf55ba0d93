/** One request from its head to its end: plan it, do what the plan says, report the exchange. */

import type { Exchange, Failure, Observer } from '../exchange.ts';
import { type FinishContext, finish, finishEarly, finishOwn, finishTrailers } from '../finish.ts';
import type { Refusal } from '../guard/refusal.ts';
import { secretsIn } from '../guard/secret-text.ts';
import type { HeaderList } from '../http/header-list.ts';
import type { RequestHead, ResponseHead } from '../http/request-head.ts';
import type { ForwardPlan, OwnPlan, Plan } from '../plan-shape.ts';
import type { Route, Ruleset } from '../ruleset.ts';
import { forward } from './forward.ts';
import { type ProblemResponse, problemResponse } from './problem.ts';
import { type Request, type Response, respond } from './respond.ts';
import type { Upstreams } from './upstream.ts';

export interface Serving {
  readonly upstreams: Upstreams;
  readonly observe: Observer;
  readonly notice: (level: 'info' | 'warn', message: string) => void;
  /** A warning that would be the same for every request of its kind. */
  readonly noticeOnce: (message: string) => void;
  /** Answers a path below `/__cors-proxy`, or gives `undefined` for a 404. */
  readonly answerOwn: (plan: OwnPlan, head: RequestHead) => { head: ResponseHead; body: string } | undefined;
}

export interface Task {
  readonly id: string;
  readonly head: RequestHead;
  readonly plan: Plan;
  readonly ruleset: Ruleset;
  readonly request: Request;
  readonly response: Response;
  /** `performance.now()` and milliseconds since the epoch, at the head. */
  readonly startedAt: number;
  readonly startedAtEpoch: number;
}

export function serve(task: Task, serving: Serving): void {
  const { plan } = task;
  switch (plan.kind) {
    case 'refuse':
      answerProblem(task, serving, problemOf(plan.refusal, task));
      return;
    case 'answer':
      answer(task, serving);
      return;
    case 'own':
      answerOwn(task, serving, plan);
      return;
    case 'forward':
      forwardTask(task, serving, plan);
      return;
  }
}

/** A refused request in words: on a secret route the same for every path, so that a page cannot tell routes apart. */
function problemOf(refusal: Refusal, { plan, id }: Task): ProblemResponse {
  const closing = refusal.close ? ['Connection', 'close'] : [];
  const facts = { upstream: '', requestId: id, headers: [...refusal.headers, ...closing] };
  const { status, code } = refusal;
  if (refusal.quiet) return problemResponse({ ...facts, status, code, route: '', ...quietText });
  const place = refusal.place === '' ? '' : ` (${refusal.place})`;
  return problemResponse({
    ...facts,
    status,
    code,
    detail: `${refusal.detail}${place}`,
    hint: refusal.hint,
    route: plan.route?.match ?? '',
  });
}

const quietText = {
  detail: 'This request is refused; the reason is in the terminal of the proxy',
  hint: '',
} as const;

function answerProblem(task: Task, serving: Serving, problem: ProblemResponse): void {
  const { plan, ruleset, request, response } = task;
  const head = finishOwn(plan, withoutConnection(problem.head, task), ruleset);
  respond(request, response, { head, body: problem.body });
  report(task, serving, {
    ...nothingSent,
    status: head.status,
    responseHeaders: head.headers,
    bytes: problem.body.length,
  });
}

/** HTTP/2 has no Connection field (RFC 9113 §8.2.2). */
function withoutConnection(head: ResponseHead, { head: { version } }: Task): ResponseHead {
  if (version !== '2.0') return head;
  const headers = head.headers.filter((_, i) => head.headers[i - (i % 2)] !== 'Connection');
  return { ...head, headers };
}

function answer(task: Task, serving: Serving): void {
  const { plan, request, response } = task;
  if (plan.kind !== 'answer') return;
  const problem = plan.refusal === null ? undefined : problemOf(plan.refusal, task);
  const head =
    problem === undefined
      ? plan.response
      : { ...plan.response, headers: [...plan.response.headers, ...problem.head.headers] };
  respond(request, response, { head, body: problem?.body ?? '' });
  report(task, serving, {
    ...nothingSent,
    status: head.status,
    responseHeaders: head.headers,
    bytes: problem?.body.length ?? 0,
    outcome: plan.refusal === null ? 'ok' : 'refused',
  });
}

function answerOwn(task: Task, serving: Serving, plan: OwnPlan): void {
  const known = serving.answerOwn(plan, task.head);
  const { head, body } =
    known ??
    problemResponse({
      status: 404,
      code: 'destination_not_found',
      detail: `Nothing is at /__cors-proxy${plan.path}`,
      hint: '',
      route: '',
      upstream: '',
      requestId: task.id,
      headers: [],
    });
  respond(task.request, task.response, { head, body });
  report(task, serving, {
    ...nothingSent,
    status: head.status,
    responseHeaders: head.headers,
    outcome: 'ok',
  });
}

function forwardTask(task: Task, serving: Serving, plan: ForwardPlan): void {
  const { head, ruleset, request, response, startedAt } = task;
  const route = ruleset.routes[plan.route.index];
  if (route === undefined) throw new Error(`The plan names route ${plan.route.index}, which is not there`);
  const { upstreams } = serving;
  const finishing = finishContext(task, serving, route);
  forward({
    head,
    plan,
    route,
    request,
    response,
    upstreams,
    isConfigured: (origin) => ruleset.routes.some(({ target }) => target.origin === origin),
    finish: (raw) => finish(plan, raw, finishing),
    finishEarly: (raw) => finishEarly(plan, raw, finishing),
    finishTrailers: (raw) => finishTrailers(plan, raw, finishing),
    fail: (why) => answerFailure(task, why),
    done: ({ upstreamHeadAt, ...result }) => {
      const upstreamHeadMs = upstreamHeadAt === undefined ? undefined : upstreamHeadAt - startedAt;
      report(task, serving, { ...result, upstreamHeadMs });
    },
  });
}

/** What is said of a route's answers is said once, and quotes what the API wrote. */
export function finishContext({ ruleset }: Task, serving: Serving, { ref }: Route): FinishContext {
  const { mask } = secretsIn(ruleset.secrets);
  const notice = (text: string) => serving.noticeOnce(`routes[${ref.index}] "${ref.match}": ${mask(text)}`);
  return { ruleset, notice };
}

/** An upstream's failure as an answer that the page can read. */
export function answerFailure(task: Task, why: Failure): ResponseHead {
  const { plan, ruleset, request, response, id } = task;
  const retryAfter = why.status === 503 ? ['Retry-After', '1'] : [];
  const closing = why.status === 413 || why.status === 408 ? ['Connection', 'close'] : [];
  const problem = problemResponse({
    ...masked(why, ruleset),
    route: plan.route?.match ?? '',
    upstream: plan.kind === 'forward' ? plan.upstream.origin : '',
    requestId: id,
    headers: [...retryAfter, ...closing],
  });
  const head = finishOwn(plan, withoutConnection(problem.head, task), ruleset);
  respond(request, response, { head, body: problem.body });
  return head;
}

/** A sentence may quote what an upstream or the system said, and that may hold a secret. */
function masked(why: Failure, { secrets }: Ruleset): Failure {
  const { mask } = secretsIn(secrets);
  return { ...why, detail: mask(why.detail), hint: mask(why.hint) };
}

interface Sent {
  readonly status: number;
  readonly responseHeaders: HeaderList;
  readonly upstreamHeaders: HeaderList | undefined;
  readonly bytes: number;
  readonly outcome: Exchange['outcome'];
  readonly failure: Failure | undefined;
  readonly attempts: number;
  readonly upstreamHeadMs: number | undefined;
}

const nothingSent = {
  upstreamHeaders: undefined,
  bytes: 0,
  outcome: 'refused',
  failure: undefined,
  attempts: 0,
  upstreamHeadMs: undefined,
} as const satisfies Partial<Sent>;

export function report(task: Task, { observe }: Serving, { upstreamHeadMs, ...sent }: Sent): void {
  const { id, head, plan, ruleset, startedAt, startedAtEpoch } = task;
  const totalMs = performance.now() - startedAt;
  observe({
    id,
    head,
    plan,
    ruleset,
    ...sent,
    timings: { startedAt: startedAtEpoch, upstreamHeadMs, totalMs },
  });
}
