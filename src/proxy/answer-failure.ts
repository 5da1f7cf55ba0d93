/** An upstream that failed, or a request that failed on its way there, as an answer that the page can read. */

import type { Failure } from '../exchange.ts';
import { finishOwn } from '../finish.ts';
import { secretsIn } from '../guard/secret-text.ts';
import type { RequestHead, ResponseHead } from '../http/request-head.ts';
import { wantsPage } from '../http/wants-page.ts';
import type { Ruleset } from '../ruleset.ts';
import { problemResponse } from './problem.ts';
import { respond } from './respond.ts';
import type { Task } from './task.ts';

/** Gives the head that was sent; called at most once, and only while no head is out. */
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

/** For whom an error of ours is written. */
export function readerOf({ headers }: RequestHead): 'person' | 'program' {
  return wantsPage(headers) ? 'person' : 'program';
}

/** HTTP/2 has no Connection field (RFC 9113 §8.2.2). */
export function withoutConnection(head: ResponseHead, { head: { version } }: Task): ResponseHead {
  if (version !== '2.0') return head;
  const headers = head.headers.filter((_, i) => head.headers[i - (i % 2)] !== 'Connection');
  return { ...head, headers };
}
