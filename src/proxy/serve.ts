/** One request from its head to its end: plan it, do what the plan says, report the exchange. */

import type { Failure } from '../exchange.ts';
import { type FinishContext, finish, finishEarly, finishOwn, finishTrailers } from '../finish.ts';
import type { Refusal } from '../guard/refusal.ts';
import { secretsIn } from '../guard/secret-text.ts';
import type { RequestHead, ResponseHead } from '../http/request-head.ts';
import { wantsPage } from '../http/wants-page.ts';
import type { ForwardPlan } from '../plan-shape.ts';
import type { Route, Ruleset } from '../ruleset.ts';
import { forward } from './forward.ts';
import { answerOwn } from './own.ts';
import { type ProblemResponse, problemResponse } from './problem.ts';
import { respond } from './respond.ts';
import { nothingSent, report, type Serving, type Task } from './task.ts';

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
      void answerOwn(task, serving, plan);
      return;
    case 'forward':
      forwardTask(task, serving, plan);
      return;
  }
}

/** A refused request in words: on a secret route the same for every path, so that a page cannot tell routes apart. */
function problemOf(refusal: Refusal, { plan, id, head }: Task): ProblemResponse {
  const reader = readerOf(head);
  const closing = refusal.close ? ['Connection', 'close'] : [];
  const facts = { upstream: '', requestId: id, headers: [...refusal.headers, ...closing] };
  const { status, code } = refusal;
  if (refusal.quiet) return problemResponse({ ...facts, status, code, route: '', ...quietText }, reader);
  const place = refusal.place === '' ? '' : ` (${refusal.place})`;
  const detail = `${refusal.detail}${place}`;
  const route = plan.route?.match ?? '';
  return problemResponse({ ...facts, status, code, detail, hint: refusal.hint, route }, reader);
}

function readerOf({ headers }: RequestHead): 'person' | 'program' {
  return wantsPage(headers) ? 'person' : 'program';
}

const quietText = {
  detail: 'This request is refused; the reason is in the terminal of the proxy',
  hint: '',
} as const;

function answerProblem(task: Task, serving: Serving, problem: ProblemResponse): void {
  const { plan, ruleset, request, response } = task;
  const head = finishOwn(plan, withoutConnection(problem.head, task), ruleset);
  respond(request, response, { head, body: problem.body });
  task.kept?.response.take(Buffer.from(problem.body));
  report(task, serving, {
    ...nothingSent,
    status: head.status,
    responseHeaders: head.headers,
    bytes: Buffer.byteLength(problem.body),
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
  task.kept?.response.take(Buffer.from(problem?.body ?? ''));
  report(task, serving, {
    ...nothingSent,
    status: head.status,
    responseHeaders: head.headers,
    bytes: problem?.body.length ?? 0,
    outcome: plan.refusal === null ? 'ok' : 'refused',
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
    kept: task.kept,
    endless: serving.endless,
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
  const facts = {
    ...masked(why, ruleset),
    route: plan.route?.match ?? '',
    upstream: plan.kind === 'forward' ? plan.upstream.origin : '',
    requestId: id,
    headers: [...retryAfter, ...closing],
  };
  const problem = problemResponse(facts, readerOf(task.head));
  const head = finishOwn(plan, withoutConnection(problem.head, task), ruleset);
  respond(request, response, { head, body: problem.body });
  task.kept?.response.take(Buffer.from(problem.body));
  return head;
}

/** A sentence may quote what an upstream or the system said, and that may hold a secret. */
function masked(why: Failure, { secrets }: Ruleset): Failure {
  const { mask } = secretsIn(secrets);
  return { ...why, detail: mask(why.detail), hint: mask(why.hint) };
}
