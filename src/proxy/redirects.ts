/** The redirects of one request that are followed on the server: what comes next, and what may not. */

import { targetOf } from '../compile/target.ts';
import type { Failure } from '../exchange.ts';
import { allValues, firstValue, type HeaderList, isField } from '../http/header-list.ts';
import type { ResponseHead } from '../http/request-head.ts';
import type { ForwardPlan } from '../plan-shape.ts';
import { withHopCookies } from '../rewrite/hop-cookies.ts';
import { type Hop, hopHead, isRedirect, nextHop } from '../rewrite/redirect.ts';
import type { Route, Target } from '../ruleset.ts';
import { failure, upstreamFailure } from './failure.ts';
import { isPrivateAddress } from './lookup.ts';
import type { RequestBody } from './request-body.ts';
import type { UpstreamCall } from './upstream.ts';

/** Fetch, "HTTP-redirect fetch" step 8. */
const maxHops = 20;

/** Most that is read of a redirect's body for the sake of its connection: a new one costs about as much. */
const longestSkipped = 64 * 1024;

export interface RedirectTask {
  readonly plan: ForwardPlan;
  readonly route: Route;
  readonly isConfigured: (origin: string) => boolean;
}

interface Pending {
  readonly status: number;
  readonly location: string;
  readonly cookies: readonly string[];
  /** Of its body, so far. */
  bytes: number;
}

export class Redirects {
  readonly #task: RedirectTask;
  #current: Hop;
  #headers: HeaderList;
  #pending: Pending | undefined;
  /** `Set-Cookie` lines of the redirects on the route's own origin: they come down with the answer. */
  readonly #cookies: string[] = [];
  #count = 0;
  #hasLeft = false;

  constructor(task: RedirectTask) {
    const { origin, method, path, headers } = task.plan.upstream;
    this.#task = task;
    this.#current = { origin, method, path };
    this.#headers = headers;
  }

  /** A redirecting answer is being read; nothing of it goes down. */
  get isPending(): boolean {
    return this.#pending !== undefined;
  }

  /** Whether so much of a redirecting answer has come that its connection is not worth the rest. */
  hasSkippedEnough(chunk: Buffer): boolean {
    if (this.#pending === undefined) return false;
    this.#pending.bytes += chunk.length;
    return this.#pending.bytes > longestSkipped;
  }

  get hasFollowed(): boolean {
    return this.#count > 0;
  }

  /** Who is asked now: a failure is theirs. */
  get target(): Target {
    const { target } = this.#task.route;
    const { origin } = this.#current;
    return origin === target.origin ? target : targetOf(new URL(origin));
  }

  /** What fails behind a redirect is not mended in "target". */
  failureOf(error: Error): Failure {
    const why = upstreamFailure(error, this.target);
    const { origin } = this.#task.route.target;
    return this.#hasLeft ? { ...why, hint: `${origin} redirects there: ${invalidHint}` } : why;
  }

  /** Whether this answer is a redirect to be followed. */
  begins({ status, headers }: ResponseHead): boolean {
    const location = firstValue(headers, 'location');
    if (!isRedirect(status) || location === undefined) return false;
    const cookies = this.#hasLeft ? [] : allValues(headers, 'set-cookie');
    this.#pending = { status, location, cookies, bytes: 0 };
    this.#cookies.push(...cookies);
    return true;
  }

  /** The next request, or why there is none. */
  next(body: RequestBody | undefined): (Omit<UpstreamCall, 'route'> & { readonly origin: string }) | Failure {
    const { status = 0, location = '', cookies = [] } = this.#pending ?? {};
    this.#pending = undefined;
    this.#count += 1;
    if (this.#count > maxHops)
      return failure('http_protocol_error', `More than ${maxHops} redirects`, loopHint);
    const next = nextHop(status, location, this.#current);
    if (next.kind === 'invalid') return failure('http_protocol_error', next.why, invalidHint);
    const { origin } = next.hop;
    if (this.#isProhibited(origin)) return prohibited(origin);
    const sent = next.keepsBody && body !== undefined ? body.replay() : null;
    if (sent === undefined)
      return failure('http_protocol_error', `Cannot follow the ${status}: ${tooLarge}`, bodyHint);
    this.#headers = hopHead(this.#headers, { next, routeFields: this.#task.route.request.drop });
    if (!next.changesOrigin && this.#task.plan.cookies === 'pass' && cookies.length > 0) {
      const paths = { from: this.#current.path, to: next.hop.path };
      this.#headers = withHopCookies(this.#headers, { lines: cookies, ...paths, nowMs: Date.now() });
    }
    this.#current = next.hop;
    this.#hasLeft ||= next.changesOrigin;
    return { origin, method: next.hop.method, path: next.hop.path, headers: this.#headers, body: sent };
  }

  /** Cookies of another origin than the configured one are not this route's; those of the redirects before are. */
  cleaned(head: ResponseHead): ResponseHead {
    const own = this.#cookies.flatMap((line) => ['Set-Cookie', line]);
    const headers = this.#hasLeft ? withoutCookies(head.headers) : head.headers;
    return { ...head, headers: [...own, ...headers] };
  }

  #isProhibited(origin: string): boolean {
    const host = origin.slice(origin.indexOf('//') + 2).replace(/:[0-9]+$/, '');
    const isLocal = host === 'localhost' || host.endsWith('.localhost') || isPrivateAddress(host);
    return isLocal && !this.#task.isConfigured(origin);
  }
}

function withoutCookies(headers: HeaderList): string[] {
  return headers.filter((_, i) => !isField(headers[i - (i % 2)] ?? '', 'set-cookie'));
}

const loopHint = 'the API redirects in a circle; call it with curl -L to see where';
const invalidHint = 'mend it in the API; with "redirects": "rewrite" the page is given it as it is';
const tooLarge = 'the body was not kept to be sent again (it is incomplete, or larger than 64 KiB)';
const bodyHint = 'set "redirects": "rewrite", so that the page sends it again';

function prohibited(origin: string): Failure {
  const detail = `The API redirects to ${origin}, an address on this machine or its network that no route names`;
  return failure('destination_ip_prohibited', detail, 'if it is meant, add a route whose "target" it is');
}
