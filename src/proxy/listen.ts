/** Binding: `localhost` means both loopback addresses, spelled out, so that nothing wider can come of it. */

import type { Server } from 'node:net';

export interface Bound {
  readonly port: number;
  /** `127.0.0.1:8010`, `[::1]:8010` */
  readonly addresses: readonly string[];
  readonly servers: readonly Server[];
}

/** How often another free port is tried where `port` is 0 and the second address has it taken already. */
const attempts = 20;

/**
 * Listens on `host` and `port` with one server per address, made by `create`. Rejects with Node's error, and then
 * nothing listens. A machine without IPv6 serves on IPv4 alone.
 */
export async function listen(
  { host, port }: { readonly host: string; readonly port: number },
  create: () => Server,
): Promise<Bound> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await listenOnce(addressesOf(host), port, create);
    } catch (error) {
      const isTaken = error instanceof Error && 'code' in error && error.code === 'EADDRINUSE';
      if (port !== 0 || !isTaken || attempt === attempts) throw error;
    }
  }
}

function addressesOf(host: string): readonly string[] {
  return host === 'localhost' ? ['127.0.0.1', '::1'] : [host.replace(/^\[(.*)\]$/, '$1')];
}

async function listenOnce(hosts: readonly string[], port: number, create: () => Server): Promise<Bound> {
  const servers: Server[] = [];
  let actual = port;
  try {
    for (const host of hosts) {
      const server = await bind(create(), host, actual).catch((error: unknown) =>
        skipMissingFamily(error, host, hosts),
      );
      if (server === undefined) continue;
      servers.push(server);
      actual = portOf(server);
    }
  } catch (error) {
    await Promise.all(servers.map(closed));
    throw error;
  }
  return { port: actual, addresses: servers.map(addressText), servers };
}

function bind(server: Server, host: string, port: number): Promise<Server> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host, port, exclusive: true }, () => {
      server.off('error', reject);
      resolve(server);
    });
  });
}

/** Only the second of two loopback addresses may be missing. */
function skipMissingFamily(error: unknown, host: string, hosts: readonly string[]): undefined {
  const code = error instanceof Error && 'code' in error ? error.code : '';
  const isMissing = code === 'EADDRNOTAVAIL' || code === 'EAFNOSUPPORT';
  if (isMissing && hosts.length > 1 && host !== hosts[0]) return undefined;
  throw error;
}

function closed(server: Server): Promise<void> {
  return new Promise((resolve) => server.close(() => resolve()));
}

function portOf(server: Server): number {
  const address = server.address();
  return address !== null && typeof address === 'object' ? address.port : 0;
}

function addressText(server: Server): string {
  const address = server.address();
  if (address === null || typeof address === 'string') return String(address);
  return address.family === 'IPv6'
    ? `[${address.address}]:${address.port}`
    : `${address.address}:${address.port}`;
}
