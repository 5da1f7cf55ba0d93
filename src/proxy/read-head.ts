/** Node's request → RequestHead. HTTP/2's pseudo-fields are mapped here, once. */

import { IncomingMessage } from 'node:http';
import type { HeaderList } from '../http/header-list.ts';
import type { Listener, RequestHead } from '../http/request-head.ts';
import type { Request } from './respond.ts';

export function readHead(request: Request, listener: Listener): RequestHead {
  const isHttp1 = request instanceof IncomingMessage;
  return {
    method: request.method ?? '',
    target: request.url ?? '',
    version: request.httpVersion,
    headers: isHttp1 ? request.rawHeaders : withoutPseudoFields(request.rawHeaders),
    client: request.socket?.remoteAddress ?? '',
    listener,
  };
}

/** `:authority` becomes Host where none stands (RFC 9113 §8.3.1); the other pseudo-fields are read already. */
function withoutPseudoFields(raw: HeaderList): HeaderList {
  const out: string[] = [];
  let authority: string | undefined;
  for (let i = 0; i < raw.length; i += 2) {
    const name = raw[i] ?? '';
    if (name === ':authority') authority = raw[i + 1] ?? '';
    else if (!name.startsWith(':')) out.push(name, raw[i + 1] ?? '');
  }
  const hasHost = out.some((text, i) => i % 2 === 0 && text === 'host');
  return authority === undefined || hasHost ? out : ['host', authority, ...out];
}
