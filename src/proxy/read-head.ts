/** Node's request → RequestHead. HTTP/2's pseudo-fields are mapped here, once. */

import { IncomingMessage } from 'node:http';
import type { Http2ServerRequest } from 'node:http2';
import type { HeaderList } from '../http/header-list.ts';
import type { Listener, RequestHead } from '../http/request-head.ts';
import type { Request } from './respond.ts';

export function readHead(request: Request, listener: Listener): RequestHead {
  const isHttp1 = request instanceof IncomingMessage;
  return {
    method: request.method ?? '',
    target: isHttp1 ? (request.url ?? '') : http2Target(request),
    version: isHttp1 ? http1Version(request.httpVersion) : request.httpVersion,
    headers: isHttp1 ? request.rawHeaders : withoutPseudoFields(request.rawHeaders),
    client: request.socket?.remoteAddress ?? '',
    listener,
  };
}

/** A request line may claim `HTTP/2.0`; a frame of HTTP/2 it is not, and `2` is no version that anybody speaks. */
function http1Version(claimed: string): string {
  return claimed === '2.0' ? '2' : claimed;
}

/** `:path`; where `:scheme` is none of ours, the whole URL, which no reader takes for a path. */
function http2Target({ scheme, authority, url }: Http2ServerRequest): string {
  return /^https?$/i.test(scheme) ? url : `${scheme}://${authority}${url}`;
}

/** HTTP/2's fields as HTTP/1.1 has them; the pseudo-fields other than `:authority` are read already. */
function withoutPseudoFields(raw: HeaderList): HeaderList {
  const out: string[] = [];
  const hosts: string[] = [];
  const crumbs: string[] = [];
  for (let i = 0; i < raw.length; i += 2) {
    const name = raw[i] ?? '';
    const value = raw[i + 1] ?? '';
    if (name === ':authority') hosts.unshift(value);
    else if (name === 'host') hosts.push(value);
    else if (name === 'cookie') crumbs.push(value);
    else if (!name.startsWith(':')) out.push(name, value);
  }
  // RFC 9113 §8.2.3: browsers split the field for the compression; upstreams know it whole.
  if (crumbs.length > 0) out.push('cookie', crumbs.join('; '));
  return [...hostLines(hosts), ...out];
}

/**
 * `:authority` stands for Host, and a Host beside it must name the same (RFC 9113 §8.3.1). One that differs stays, so
 * that there are two: the guard refuses them, whichever of the two a reader would have believed.
 */
function hostLines(hosts: readonly string[]): string[] {
  const distinct = new Set(hosts.map((host) => host.toLowerCase().replace(/:443$/, '')));
  const kept = distinct.size === 1 ? hosts.slice(0, 1) : hosts;
  return kept.flatMap((host) => ['host', host]);
}
