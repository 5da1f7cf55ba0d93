/** Question → what the proxy and then the browser would do. Pure: the plan without a socket. */

import { type Asker, whyPreflightFails, whyUnreadable } from '../../cors/browser-check.ts';
import { finish, finishOwn } from '../../finish.ts';
import { preflightNeed } from '../../http/preflight-need.ts';
import type { ResponseHead } from '../../http/request-head.ts';
import { plan } from '../../plan.ts';
import type { Plan } from '../../plan-shape.ts';
import type { Ruleset } from '../../ruleset.ts';
import { actualHead, ownOrigin, preflightHead, type Question, unsendable } from './question.ts';

export interface Step {
  readonly plan: Plan;
  /** As the page receives it; for what is forwarded, were the API to answer 200 with JSON. */
  readonly response: ResponseHead;
  /** The sentence with which the browser refuses; `null` where it does not. */
  readonly browserSays: string | null;
}

export interface Answer {
  /** Why the browser asks first; empty where it does not. */
  readonly because: readonly string[];
  readonly preflight: Step | null;
  /** Not sent at all where the preflight fails. */
  readonly request: Step;
  readonly verdict: 'allowed' | 'refused' | 'not needed';
  /** The API decides, not this proxy: CORS is passed through, or the preflight is. */
  readonly isLeftToApi: boolean;
  /** Headers that no page can set. */
  readonly unsendable: readonly string[];
}

export function answer(question: Question, ruleset: Ruleset): Answer {
  const { origin, method, credentials, headers } = question;
  const isCors = origin !== undefined && origin !== ownOrigin(ruleset);
  const asker = isCors ? { origin, method, credentials } : undefined;
  const { because, unsafeNames } = isCors ? preflightNeed(method, headers) : { because: [], unsafeNames: [] };
  const preflight =
    asker === undefined || because.length === 0 ? null : askFirst(question, { ruleset, asker, unsafeNames });
  const request = send(question, ruleset, asker);
  return {
    because,
    preflight,
    request,
    verdict: verdictOf({ preflight, request, isCors }),
    isLeftToApi: isPassthrough(request.plan) || preflight?.plan.kind === 'forward',
    unsendable: origin === undefined ? [] : unsendable(question),
  };
}

interface Asking {
  readonly ruleset: Ruleset;
  readonly asker: Asker;
  readonly unsafeNames: readonly string[];
}

function askFirst(question: Question, { ruleset, asker, unsafeNames }: Asking): Step {
  const planned = plan(preflightHead(question, unsafeNames, ruleset), ruleset);
  const response = responseOf(planned, ruleset);
  // What the API will say to a forwarded preflight is not known here.
  const says = planned.kind === 'forward' ? undefined : whyPreflightFails(response, asker, unsafeNames);
  return { plan: planned, response, browserSays: says ?? null };
}

function send(question: Question, ruleset: Ruleset, asker: Asker | undefined): Step {
  const planned = plan(actualHead(question, ruleset), ruleset);
  const response = responseOf(planned, ruleset);
  const isUnknown = asker === undefined || isPassthrough(planned);
  return {
    plan: planned,
    response,
    browserSays: (isUnknown ? undefined : whyUnreadable(response, asker)) ?? null,
  };
}

function isPassthrough({ decision }: Plan): boolean {
  return decision?.kind === 'not-needed' && decision.reason === 'passthrough';
}

function responseOf(planned: Plan, ruleset: Ruleset): ResponseHead {
  switch (planned.kind) {
    case 'forward': {
      const assumed = { status: 200, reason: '', headers: ['Content-Type', 'application/json'] };
      return finish(planned, assumed, { ruleset });
    }
    case 'refuse': {
      const { status, headers } = planned.refusal;
      return finishOwn(planned, { status, reason: '', headers }, ruleset);
    }
    case 'answer':
      return planned.response;
    case 'own':
      return { status: 200, reason: '', headers: [] };
  }
}

interface Steps {
  readonly preflight: Step | null;
  readonly request: Step;
  readonly isCors: boolean;
}

function verdictOf({ preflight, request, isCors }: Steps): Answer['verdict'] {
  const isUnsent = preflight !== null && preflight.browserSays !== null;
  if (isUnsent || request.plan.kind === 'refuse' || request.browserSays !== null) return 'refused';
  return isCors ? 'allowed' : 'not needed';
}
