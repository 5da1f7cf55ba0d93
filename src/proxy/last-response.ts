/** Answers on a connection that Node's server has let go of: after `upgrade` and `connect`. */

import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { sayLast } from './client-error.ts';
import { responseOn } from './turn.ts';

/** Makes `response` the last one of the connection. */
export function attachLast(response: ServerResponse, socket: Duplex): void {
  response.shouldKeepAlive = false;
  response.assignSocket(socket as Socket);
  response.on('finish', () => {
    response.detachSocket(socket as Socket);
    sayLast(socket, Buffer.alloc(0));
  });
}

/**
 * Node reports an upgrade while the requests that were pipelined in front of it are still being answered. Answers go
 * out in the order of the requests (RFC 9112 §9.3.2), so `then` waits for theirs; it is not called where one of them
 * ended the connection.
 */
export function afterEarlierResponses(socket: Duplex, then: () => void): void {
  const current = responseOn(socket);
  if (current !== undefined) {
    current.once('finish', () => afterEarlierResponses(socket, then));
  } else if (socket.writable) {
    then();
  } else {
    socket.destroy();
  }
}
