/** Pipelined requests: their answers go out one after the other (RFC 9112 §9.3.2), and one may be the last. */

import { type IncomingMessage, ServerResponse } from 'node:http';
import type { Http2ServerRequest, Http2ServerResponse } from 'node:http2';
import type { Duplex } from 'node:stream';

/**
 * Calls `then` when the response has its connection, at once where it has it already. What is written past a response
 * in front of it, Node puts behind its own head, or drops.
 */
export function onTurn(response: ServerResponse | Http2ServerResponse, then: () => void): void {
  // Node says `socket` before it writes what was kept back for it.
  if (response instanceof ServerResponse && response.socket === null)
    response.once('socket', () => queueMicrotask(then));
  else then();
}

/** Connections whose last word is said or will be: what Node still reads from them is nobody's. */
const ending = new WeakSet<Duplex>();

/** RFC 9112 §9.6: a server that has said `Connection: close` must not act on any further request of the connection. */
export function endsWith(socket: Duplex): void {
  ending.add(socket);
}

export function isEnding(socket: Duplex): boolean {
  return ending.has(socket);
}

const dropped = new WeakSet<ServerResponse>();

/** Whether a request came behind the last word of its connection. Its turn may come, but its answer never will. */
export function isBehindTheEnd(
  request: IncomingMessage | Http2ServerRequest,
  response: ServerResponse | Http2ServerResponse,
): boolean {
  const isDropped = ending.has(request.socket);
  if (isDropped && response instanceof ServerResponse) dropped.add(response);
  return isDropped;
}

/** The response that a connection of HTTP/1.1 waits for. */
export function responseOn(socket: Duplex): ServerResponse | undefined {
  const current = (socket as Duplex & { readonly _httpMessage?: ServerResponse | null })._httpMessage;
  return current === undefined || current === null || dropped.has(current) ? undefined : current;
}
