/** One request from its head to its end: plan it, do what the plan says, report the exchange. */

import { finishOwn } from '../finish.ts';
import type { Refusal } from '../guard/refusal.ts';
import type { ForwardPlan } from '../plan-shape.ts';
import { readerOf, withoutConnection } from './answer-failure.ts';
import { forward } from './forward.ts';
import { answerOwn } from './own.ts';
import { type ProblemResponse, problemResponse } from './problem.ts';
import { respond } from './respond.ts';
import { answeredHere, report, type Serving, type Task } from './task.ts';

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
  const place = refusal.place === '' ? '' : ` (${withoutFolder(refusal.place)})`;
  const detail = `${refusal.detail}${place}`;
  const route = plan.route?.match ?? '';
  return problemResponse({ ...facts, status, code, detail, hint: refusal.hint, route }, reader);
}

/** A page that rebinds its name reads this as well (threat T2): where the config lies, with its user's name, is not for it. */
function withoutFolder(place: string): string {
  return place.replace(/^.*[/\\]/, '');
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
  const bytes = Buffer.byteLength(problem.body);
  report(
    task,
    serving,
    answeredHere({ status: head.status, responseHeaders: head.headers, bytes, outcome: 'refused' }),
  );
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
  const bytes = problem === undefined ? 0 : Buffer.byteLength(problem.body);
  const outcome = plan.refusal === null ? 'ok' : 'refused';
  report(task, serving, answeredHere({ status: head.status, responseHeaders: head.headers, bytes, outcome }));
}

function forwardTask(task: Task, serving: Serving, plan: ForwardPlan): void {
  const route = task.ruleset.routes[plan.route.index];
  if (route === undefined) throw new Error(`The plan names route ${plan.route.index}, which is not there`);
  forward({ task, plan, route }, serving);
}
