/**
 * RequestHead → Plan: pure, total, synchronous. The order is fixed: message → Host → own endpoints → route → CORS
 * decision → secret gate → preflight | refuse | forward. Nothing here reaches an upstream.
 */

import { isAllowedHost } from './guard/host-rules.ts';
import { refuseMessage } from './guard/message.ts';
import { ownPath, refuseOwn } from './guard/own-endpoints.ts';
import { readFacts } from './http/request-facts.ts';
import type { RequestHead } from './http/request-head.ts';
import { parseRequestTarget } from './http/request-target.ts';
import type { Plan } from './plan-shape.ts';
import { answerAsterisk, answerHere, answerPreflight } from './planning/answers.ts';
import { forward, forwardsLeft } from './planning/forwarding.ts';
import { ownOrigin, type Reading, read } from './planning/reading.ts';
import {
  noRoute,
  noServiceWorker,
  refuse,
  refuseBeforeForward,
  refusedOrigin,
  refuseForeignHost,
} from './planning/refusals.ts';
import { speakerOf } from './planning/speaker.ts';
import type { Route, Ruleset } from './ruleset.ts';

export function plan(head: RequestHead, ruleset: Ruleset): Plan {
  const facts = readFacts(head.headers);
  const target = parseRequestTarget(head.target);
  const reading = read({ head, facts, target, ruleset });
  const malformed = refuseMessage(head, facts, { target, limits: ruleset.listen });
  if (malformed !== undefined) return refuse(reading, malformed);
  if (!isAllowedHost(ruleset.hosts, reading.authority.host)) return refuseForeignHost(reading);
  if (target.form === 'asterisk') return answerAsterisk(reading);
  const own = ownPath(reading.path);
  if (own !== undefined) return planOwn(reading, own);
  if (facts.isServiceWorkerScript) return refuse(reading, noServiceWorker);
  if (reading.route === undefined) return planUnrouted(reading);
  return planRouted(reading, reading.route);
}

function planOwn(reading: Reading, path: string): Plan {
  const downstream = ownOrigin(reading);
  const { host } = reading.authority;
  const why = refuseOwn(reading.facts, { host, client: reading.head.client, ownOrigin: downstream });
  const { query } = reading;
  if (why === undefined) return { kind: 'own', route: null, decision: null, path, query, downstream };
  return { kind: 'refuse', route: null, decision: null, speaker: null, refusal: why };
}

/** A preflight of a path without a route passes, so that the page can read the 404 that follows. */
function planUnrouted(reading: Reading): Plan {
  const speaker = speakerOf(reading);
  if (reading.isPreflight && speaker.decision.kind !== 'refused') return answerPreflight(reading, speaker);
  return refuse(reading, noRoute(reading));
}

function planRouted(reading: Reading, route: Route): Plan {
  const speaker = speakerOf(reading);
  const { decision } = speaker;
  if (decision.kind === 'refused') return refuse(reading, refusedOrigin(speaker, route));
  const isAnsweredHere = route.preflight === 'answer' && route.policy.mode === 'enforce';
  if (reading.isPreflight && isAnsweredHere) return answerPreflight(reading, speaker);
  const why = refuseBeforeForward(reading, route);
  if (why !== undefined) return refuse(reading, why);
  const hops = forwardsLeft(reading);
  return hops === 0 ? answerHere(reading, 200) : forward(reading, route, decision);
}
