/** An API that behaves as its path says, and counts who is connected. */

import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';

export const streamBytes = 128 * 1024;

export interface SoakUpstream {
  readonly origin: string;
  readonly connections: () => number;
  readonly closeIdle: () => void;
  readonly close: () => void;
}

type Behaviour = (request: IncomingMessage, response: ServerResponse) => void;

const behaviours: Readonly<Record<string, Behaviour>> = {
  ok: (_request, response) => response.end('ok'),
  slow: (_request, response) => void setTimeout(() => response.end('ok'), 20),
  reset: (request) => request.socket.resetAndDestroy(),
  cut: (request, response) => {
    response.writeHead(200, { 'Content-Length': 1000 });
    response.write('x'.repeat(100), () => request.socket.destroy());
  },
  hints: (_request, response) => {
    response.writeEarlyHints({ link: '</a.css>; rel=preload' }, () => response.end('ok'));
  },
  last: (_request, response) => response.writeHead(200, { Connection: 'close' }).end('ok'),
  stream: (_request, response) => {
    for (let sent = 0; sent < streamBytes; sent += 16 * 1024) response.write(Buffer.alloc(16 * 1024, 'x'));
    response.end();
  },
  upload: (request, response) => {
    request.resume();
    request.once('end', () => response.end('ok'));
  },
};

export async function soakUpstream(): Promise<SoakUpstream> {
  const sockets = new Set<Duplex>();
  const busy = new Set<Duplex>();
  const server = createServer((request, response) => {
    request.on('error', () => {});
    busy.add(request.socket);
    response.once('close', () => busy.delete(request.socket));
    const name = request.url?.split('/')[2] ?? '';
    (behaviours[name] ?? behaviours.ok)?.(request, response);
  });
  server.on('connection', (socket: Duplex) => {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.once('close', () => sockets.delete(socket));
  });
  server.on('upgrade', (_request, socket: Duplex) => {
    busy.add(socket);
    socket.write('HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n');
    socket.pipe(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    connections: () => sockets.size,
    // Node's own closes none that never carried a request, and a pool keeps a few of those in store.
    closeIdle: () => {
      for (const socket of sockets) if (!busy.has(socket)) socket.destroy();
    },
    close: () => {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}
