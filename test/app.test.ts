import { once } from 'node:events';
import { type AddressInfo, connect, createServer } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { startApp } from '../src/app.ts';
import { rulesetOf } from './support/ruleset.ts';

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

/** A tab that polls: asks again and again until somebody answers. */
function firstAnswer(port: number): Promise<string> {
  return new Promise((resolve) => {
    const ask = () => {
      const socket = connect(port, '127.0.0.1', () =>
        socket.write(`GET /x HTTP/1.1\r\nHost: localhost:${port}\r\nConnection: close\r\n\r\n`),
      );
      socket.on('error', () => setImmediate(ask));
      socket.once('data', (bytes) => {
        resolve(bytes.toString('latin1'));
        socket.destroy();
      });
    };
    ask();
  });
}

describe('startApp', () => {
  it('serves a client that was there before it listened', async () => {
    const [port, target] = [await freePort(), await freePort()];
    const answer = firstAnswer(port);
    const app = await startApp(
      rulesetOf({ listen: { port, host: '127.0.0.1' }, target: `http://127.0.0.1:${target}` }),
    );
    onTestFinished(async () => {
      await app.close();
    });
    expect((await answer).split('\r\n', 1)).toEqual(['HTTP/1.1 502 Bad Gateway']);
  });
});
