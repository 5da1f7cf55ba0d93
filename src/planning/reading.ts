/** A request as the steps of the plan look at it: read once, routed once. */

import { type Authority, parseAuthority } from '../http/host.ts';
import { defaultPort } from '../http/origin.ts';
import { isPreflight, type RequestFacts } from '../http/request-facts.ts';
import type { RequestHead } from '../http/request-head.ts';
import type { RequestTarget } from '../http/request-target.ts';
import type { Route, Ruleset } from '../ruleset.ts';

/** All that the steps look at. */
export interface Reading {
  readonly head: RequestHead;
  readonly facts: RequestFacts;
  readonly ruleset: Ruleset;
  /** Of an absolute-form target, else of Host (RFC 9112 §3.2.2). */
  readonly authority: Authority;
  /** Path and query as received; the path is what the globs see. */
  readonly path: string;
  readonly query: string;
  readonly hidesDotSegment: boolean;
  readonly isPreflight: boolean;
  readonly route: Route | undefined;
}

export function read(request: {
  readonly head: RequestHead;
  readonly facts: RequestFacts;
  readonly target: RequestTarget;
  readonly ruleset: Ruleset;
}): Reading {
  const { head, facts, target, ruleset } = request;
  const hasPath = target.form === 'origin' || target.form === 'absolute';
  // A target that will be refused is still routed, so that the page whose rule it is can read the refusal.
  const path = hasPath ? target.path : head.target;
  const preflight = isPreflight(head.method, facts);
  const index = ruleset.index.find(path, preflight ? (facts.askedMethod ?? '') : head.method);
  return {
    head,
    facts,
    ruleset,
    authority: target.form === 'absolute' ? target.authority : hostOf(facts),
    path,
    query: hasPath ? target.query : '',
    hidesDotSegment: hasPath && target.hidesDotSegment,
    isPreflight: preflight,
    route: index === -1 ? undefined : ruleset.routes[index],
  };
}

function hostOf(facts: RequestFacts): Authority {
  return parseAuthority(facts.host ?? '') ?? { host: '', port: '' };
}

/** `http://localhost:8010`: this proxy as the client names it; as an origin, the default port left out. */
export function ownOrigin({ head, authority }: Reading): string {
  const { scheme } = head.listener;
  const isDefault = authority.port === '' || authority.port === defaultPort(scheme);
  return `${scheme}://${authority.host}${isDefault ? '' : `:${authority.port}`}`;
}
