/** A demo server on a free port of this machine alone. */

import { once } from 'node:events';
import type { Server } from 'node:http';
import type { Socket } from 'node:net';

export interface Listening {
  readonly port: number;
  /** Ends open connections too: an event stream or a WebSocket would hold the process for ever. */
  readonly close: () => Promise<void>;
}

export async function listenOnFreePort(server: Server): Promise<Listening> {
  // Counted here, as Node's own count lets go of a connection that becomes a WebSocket.
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('A TCP server has a port');
  return { port: address.port, close: () => closeServer(server, sockets) };
}

async function closeServer(server: Server, sockets: ReadonlySet<Socket>): Promise<void> {
  const closed = once(server, 'close');
  server.close();
  for (const socket of sockets) socket.destroy();
  await closed;
}
