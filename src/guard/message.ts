/**
 * What a proxy must refuse whatever the route: messages that two readers could read in two ways, and messages beyond
 * the limits. Node's parser lets these through; the rest of the classic smuggling list is already its 400.
 */

import { forbiddenMethods } from '../http/fetch-names.ts';
import { parseAuthority } from '../http/host.ts';
import type { RequestFacts } from '../http/request-facts.ts';
import type { RequestHead } from '../http/request-head.ts';
import type { RequestTarget } from '../http/request-target.ts';
import { excerpt, type Refusal, requestDenied, requestError } from './refusal.ts';

export interface MessageLimits {
  readonly urlBytes: number;
  readonly headBytes: number;
  readonly headerCount: number;
}

/** The first reason to refuse, or `undefined`. Cheap for what browsers send: no list is built, no pattern is run twice. */
export function refuseMessage(
  head: RequestHead,
  facts: RequestFacts,
  { target, limits }: { readonly target: RequestTarget; readonly limits: MessageLimits },
): Refusal | undefined {
  return (
    refuseVersion(head) ??
    refuseSize(head, facts, limits) ??
    refuseMethod(head) ??
    refuseTarget(head, target) ??
    refuseHost(facts) ??
    refuseFraming(head, facts) ??
    refuseRepeated(facts) ??
    refuseExpect(head, facts)
  );
}

function refuseVersion({ version }: RequestHead): Refusal | undefined {
  if (version === '1.1' || version === '1.0' || version === '2.0') return undefined;
  if (version === '0.9') return requestError(400, 'HTTP/0.9 is not spoken here', { close: true });
  return requestError(505, `HTTP/${version} is not spoken on this connection`, {
    hint: 'use HTTP/1.1',
    close: true,
  });
}

function refuseSize(head: RequestHead, facts: RequestFacts, limits: MessageLimits): Refusal | undefined {
  if (head.target.length > limits.urlBytes) {
    // RFC 9112 §3: a target longer than we read is answered with 414.
    const detail = `The request target has ${head.target.length} bytes, more than ${limits.urlBytes}`;
    return requestError(414, detail, { hint: 'raise listen.limits.url', close: true });
  }
  if (facts.bytes > limits.headBytes) {
    const detail = `The request's head has ${facts.bytes} bytes, more than ${limits.headBytes}: ${largestField(head)}`;
    const hint =
      'clear the cookies of localhost (every localhost port shares them), or raise listen.limits.headers';
    return requestError(431, detail, { hint, close: true });
  }
  if (facts.count > limits.headerCount) {
    const detail = `The request has ${facts.count} header lines, more than ${limits.headerCount}`;
    return requestError(431, detail, { hint: 'raise listen.limits.headerCount' });
  }
  return undefined;
}

function largestField({ headers }: RequestHead): string {
  let name = '';
  let size = -1;
  for (let i = 0; i < headers.length; i += 2) {
    const length = (headers[i + 1] ?? '').length;
    if (length > size) [name, size] = [headers[i] ?? '', length];
  }
  return `the largest field is ${name} with ${size} bytes`;
}

/**
 * RFC 9110 §9.3.8: TRACE would send the credentials that a route adds back to the page; §9.3.6: no tunnels. All names
 * that Fetch forbids, in any case as it does: the parser of HTTP/1.1 knows not all of them, HTTP/2 carries any.
 */
function refuseMethod({ method }: RequestHead): Refusal | undefined {
  if (!forbiddenMethods.has(method) && !forbiddenMethods.has(method.toUpperCase())) return undefined;
  const headers = ['Allow', 'GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS'];
  const close = method === 'CONNECT';
  return requestDenied(405, `${excerpt(method)} is not allowed through this proxy`, { headers, close });
}

function refuseTarget(head: RequestHead, target: RequestTarget): Refusal | undefined {
  if (target.form === 'invalid') {
    return requestError(400, `Cannot read the request target "${excerpt(head.target)}": ${target.why}`);
  }
  if (target.form === 'absolute' && target.scheme === 'https' && head.listener.scheme === 'http') {
    // RFC 9110 §7.4: nobody vouched for this name by a certificate.
    const detail = `The request target "${excerpt(head.target)}" is for a TLS connection, and this one is plain`;
    return requestError(400, detail, { hint: 'ask for the path alone, or set listen.https' });
  }
  if (target.form === 'asterisk' && head.method !== 'OPTIONS') {
    return requestError(400, `The request target "*" is for OPTIONS alone, not for ${head.method}`);
  }
  return undefined;
}

/** RFC 9112 §3.2: a missing, repeated or invalid Host is answered with 400. */
function refuseHost(facts: RequestFacts): Refusal | undefined {
  const { host, lines } = facts;
  if (lines.host === 1 && host !== undefined && parseAuthority(host) !== undefined) return undefined;
  if (lines.host > 1) return requestError(400, 'The request has more than one Host', { close: true });
  const detail = host ? `Host "${excerpt(host)}" is not a host and port` : 'The request has no Host';
  return requestError(400, detail, { close: true });
}

/** RFC 9112 §6.1: one coding, `chunked`, in HTTP/1.1; anything else can be framed in two ways. */
function refuseFraming({ version }: RequestHead, facts: RequestFacts): Refusal | undefined {
  const coding = facts.transferEncoding;
  if (coding === undefined || (version === '1.1' && coding.toLowerCase() === 'chunked')) return undefined;
  const detail = `Transfer-Encoding "${excerpt(coding)}" is not accepted in HTTP/${version}`;
  const hint = 'send "chunked" alone, or a Content-Length';
  // RFC 9112 §6.3: without "chunked" at its end the length is unknown, a 400; else the other coding is, a 501 (§6.1).
  const isUnknownCoding = version === '1.1' && /^(?:(?!chunked\b)[a-z0-9-]+\s*,\s*)+chunked$/i.test(coding);
  return requestError(isUnknownCoding ? 501 : 400, detail, { hint, close: true });
}

/** RFC 9110 §5.3: a sender must not repeat these; the upstream could take the other one. */
function refuseRepeated({ lines }: RequestFacts): Refusal | undefined {
  const name =
    lines.authorization > 1
      ? 'Authorization'
      : lines.contentType > 1
        ? 'Content-Type'
        : lines.ifNoneMatch > 1
          ? 'If-None-Match'
          : undefined;
  return name === undefined ? undefined : requestError(400, `The request has more than one ${name}`);
}

/** RFC 9110 §10.1.1: an unknown expectation is answered with 417; HTTP/1.0 has none. */
function refuseExpect({ version }: RequestHead, { expect }: RequestFacts): Refusal | undefined {
  if (expect === undefined || version === '1.0' || expect.toLowerCase() === '100-continue') return undefined;
  return requestError(417, `Cannot meet the expectation "${excerpt(expect)}"`, {
    hint: 'expect "100-continue", or nothing',
  });
}
