/** A port that nobody has: for `--port auto` and the demo, and for nobody who did not ask for it. */

import { createServer } from 'node:net';
import { listen } from '../../proxy/listen.ts';

/** Near enough that a person finds it again. */
const neighbours = 20;

/** The port itself where it is free, else the next free one above it, else any. */
export async function freePort({
  host,
  port,
}: {
  readonly host: string;
  readonly port: number;
}): Promise<number> {
  for (let next = port; next !== 0 && next < port + neighbours && next <= 65535; next += 1) {
    if (!(await isTaken(host, next))) return next;
  }
  return 0;
}

/** Whatever else is in the way will be said by whoever listens there in earnest. */
async function isTaken(host: string, port: number): Promise<boolean> {
  try {
    const { servers } = await listen({ host, port }, createServer);
    await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
    return false;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EADDRINUSE';
  }
}
