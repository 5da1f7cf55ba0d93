import { once } from 'node:events';
import { createServer, type Server } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { listen } from '../../src/proxy/listen.ts';

/** Closed when the test ends, whatever `listen` did with them. */
function created(): { readonly create: () => Server; readonly servers: readonly Server[] } {
  const servers: Server[] = [];
  const create = () => {
    const server = createServer();
    servers.push(server);
    onTestFinished(() => {
      server.close();
    });
    return server;
  };
  return { create, servers };
}

/** A port of `::1` that somebody else holds, and that was free on 127.0.0.1 a moment ago. */
async function takenOnIpv6Alone(): Promise<number> {
  for (;;) {
    const port = await taken('::1');
    const other = createServer().listen(port, '127.0.0.1');
    const isFree = await once(other, 'listening').then(
      () => true,
      () => false,
    );
    other.close();
    if (isFree) return port;
  }
}

/** A port of one address that somebody else holds. */
async function taken(host: string): Promise<number> {
  const server = createServer().listen(0, host);
  onTestFinished(() => {
    server.close();
  });
  await once(server, 'listening');
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

describe('listen', () => {
  it('binds both loopback addresses of localhost to one port, and nothing wider', async () => {
    const { port, addresses, servers } = await listen({ host: 'localhost', port: 0 }, created().create);
    expect(port).toBeGreaterThan(0);
    expect(addresses).toEqual([`127.0.0.1:${port}`, `[::1]:${port}`].slice(0, servers.length));
  });

  it.each(['::1', '[::1]'])('takes an IPv6 address, %s', async (host) => {
    const { port, addresses } = await listen({ host, port: 0 }, created().create);
    expect(addresses).toEqual([`[::1]:${port}`]);
  });

  it('rejects with EADDRINUSE where the port is taken', async () => {
    const port = await taken('127.0.0.1');
    await expect(listen({ host: '127.0.0.1', port }, created().create)).rejects.toMatchObject({
      code: 'EADDRINUSE',
    });
  });

  it('lets go of the first address where the second is taken', async () => {
    const port = await takenOnIpv6Alone();
    const { create, servers } = created();
    await expect(listen({ host: 'localhost', port }, create)).rejects.toMatchObject({ code: 'EADDRINUSE' });
    expect(servers.map(({ listening }) => listening)).toEqual([false, false]);
  });

  it('rejects for an address that this machine does not have', async () => {
    await expect(listen({ host: '192.0.2.1', port: 0 }, created().create)).rejects.toMatchObject({
      code: 'EADDRNOTAVAIL',
    });
  });
});
