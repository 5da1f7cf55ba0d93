/** The head that goes up: a new list, made from the client's; the inbound one is never changed (golang/go#53002). */

import { type HeaderList, isField, lowerCaseName, type MutableHeaderList } from '../http/header-list.ts';
import { isHopByHop, nominated } from '../http/hop-by-hop.ts';
import { withoutOwnCookies } from '../http/own-cookie.ts';
import { ownFields } from '../http/own-fields.ts';
import type { RequestHead } from '../http/request-head.ts';
import { parseRequestTarget } from '../http/request-target.ts';

export interface UpstreamHeadRules {
  /** The upstream's own Host and serialized origin. */
  readonly target: { readonly hostHeader: string; readonly origin: string };
  /** `upstream`, `keep`, or a value. */
  readonly host: string;
  /** `upstream`, `keep`, `remove`, or a value. */
  readonly origin: string;
  /** Lower-case names that the route removes or sets itself. */
  readonly drop: ReadonlySet<string>;
  /** Flat list of what the route sets. */
  readonly set: HeaderList;
  readonly cookies: 'pass' | 'strip';
}

/** Fields that are made anew, so that a client cannot speak for us. */
const ours: ReadonlySet<string> = new Set([
  'host',
  'expect',
  'forwarded',
  'x-forwarded-for',
  'x-forwarded-host',
  'x-forwarded-port',
  'x-forwarded-proto',
  ownFields.key,
  ownFields.replay,
]);

/**
 * Strip first, inject after: so no `Connection` line can nominate away what we add. Framing is left to the connection:
 * Content-Length stays as the client's promise, Transfer-Encoding is hop-by-hop.
 */
export function upstreamHead(head: RequestHead, rules: UpstreamHeadRules): HeaderList {
  const { headers } = head;
  let client = '';
  const out: MutableHeaderList = ['Host', ''];
  const gone = nominated(headers);
  for (let i = 0; i < headers.length; i += 2) {
    const name = headers[i] ?? '';
    const value = headers[i + 1] ?? '';
    if (isField(name, 'host')) client = value;
    else keep(out, { name, value }, { gone, rules });
  }
  const clientHost = hostOfTarget(head.target) ?? client;
  out[1] = hostFor(rules, clientHost);
  inject(out, head, { rules, clientHost });
  return out;
}

/** RFC 9112 §3.2.2: the host of an absolute-form target replaces the Host field, which is ignored. */
function hostOfTarget(text: string): string | undefined {
  if (text.startsWith('/')) return undefined;
  const target = parseRequestTarget(text);
  if (target.form !== 'absolute') return undefined;
  const { host, port } = target.authority;
  return port === '' ? host : `${host}:${port}`;
}

function keep(
  out: MutableHeaderList,
  field: { readonly name: string; readonly value: string },
  { gone, rules }: { readonly gone: ReadonlySet<string>; readonly rules: UpstreamHeadRules },
): void {
  const lower = lowerCaseName(field.name);
  if (isHopByHop(lower) || ours.has(lower) || gone.has(lower) || rules.drop.has(lower)) return;
  if (lower === 'cookie') {
    const cookies = rules.cookies === 'strip' ? undefined : withoutOwnCookies(field.value);
    if (cookies !== undefined) out.push(field.name, cookies);
    return;
  }
  if (lower === 'origin') {
    const origin = originFor(rules, field.value);
    if (origin !== undefined) out.push(field.name, origin);
    return;
  }
  out.push(field.name, field.value);
}

function hostFor({ host, target }: UpstreamHeadRules, clientHost: string): string {
  if (host === 'upstream') return target.hostHeader;
  return host === 'keep' ? clientHost : host;
}

function originFor({ origin, target }: UpstreamHeadRules, clientOrigin: string): string | undefined {
  switch (origin) {
    case 'keep':
      return clientOrigin;
    case 'upstream':
      return target.origin;
    case 'remove':
      return undefined;
    default:
      return origin;
  }
}

function inject(
  out: MutableHeaderList,
  { client, listener }: RequestHead,
  { rules, clientHost }: { readonly rules: UpstreamHeadRules; readonly clientHost: string },
): void {
  // A route may remove them or set its own: some APIs refuse an X-Forwarded-Host that they do not know.
  if (!rules.drop.has('x-forwarded-for')) out.push('X-Forwarded-For', client);
  if (!rules.drop.has('x-forwarded-host')) out.push('X-Forwarded-Host', clientHost);
  if (!rules.drop.has('x-forwarded-proto')) out.push('X-Forwarded-Proto', listener.scheme);
  // RFC 9110 §7.6.3: a proxy must name itself on requests; it is also how a loop is seen.
  out.push('Via', `1.1 ${listener.via}`);
  out.push(...rules.set);
}
