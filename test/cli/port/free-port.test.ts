import { createServer } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { freePort } from '../../../src/cli/port/free-port.ts';
import { listen } from '../../../src/proxy/listen.ts';
import { startMain } from '../run-main.ts';

/** A port that is taken until the test ends, on both loopback addresses. */
async function takenPort(): Promise<number> {
  const { port, servers } = await listen({ host: 'localhost', port: 0 }, createServer);
  onTestFinished(() => {
    for (const server of servers) server.close();
  });
  return port;
}

describe('a port that nobody has', () => {
  it('is another one where the port is taken, and can be bound', async () => {
    const taken = await takenPort();
    const port = await freePort({ host: 'localhost', port: taken });
    expect(port === 0 || (port > taken && port < taken + 20)).toBe(true);
    const { servers } = await listen({ host: 'localhost', port }, createServer);
    for (const server of servers) server.close();
  });

  it('is any where any was asked for', async () => {
    expect(await freePort({ host: 'localhost', port: 0 })).toBe(0);
  });

  it('leaves other obstacles to whoever listens in earnest', async () => {
    expect(await freePort({ host: '192.0.2.1', port: 8010 })).toBe(8010);
  });
});

describe('--port auto', () => {
  const config = (port: number) => ({
    files: { 'c.json': `{ "listen": { "port": ${port} }, "target": "https://api.test" }` },
  });

  it('moves from a port that is taken, and says so', async () => {
    const taken = await takenPort();
    const started = startMain(['-c', 'c.json', '--port', 'auto'], config(taken));
    const [, port, wanted] = await started.printed(
      /Local +http:\/\/localhost:([0-9]+)\/ {2}\(([0-9]+) is in use\)/,
    );
    expect(Number(wanted)).toBe(taken);
    expect(Number(port)).not.toBe(taken);
    started.signal('SIGTERM');
    expect(await started.ended).toBe(0);
  });

  it('reads a config from standard input once', async () => {
    const started = startMain(['-c', '-'], {
      env: { CORS_PROXY_PORT: 'auto' },
      files: {},
    });
    started.stdin.end(config(await takenPort()).files['c.json']);
    await started.printed(/is in use\)/);
  });

  it('is never done unasked', async () => {
    const started = startMain(['-c', 'c.json'], config(await takenPort()));
    expect(await started.ended).toBe(3);
    expect(started.stderr()).toContain('the port is in use');
  });
});
