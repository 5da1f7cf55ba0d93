/** What is under way is known while it is, and let go of at each of its ends: whoever asks is told of no ghost. */

import { describe, expect, it, onTestFinished } from 'vitest';
import { connectRaw, type RawClient, requestBytes } from '../support/raw-client.ts';
import {
  barrier,
  expectHead,
  expectRequest,
  fin,
  type RawUpstream,
  rawUpstream,
  rst,
  type Step,
  send,
} from '../support/raw-upstream.ts';
import { startTestApp, type TestApp } from '../support/test-app.ts';

const head = 'HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n';

interface Stand {
  readonly app: TestApp;
  readonly upstream: RawUpstream;
  readonly client: RawClient;
}

async function stand(steps: readonly Step[], line = 'GET /x', body = ''): Promise<Stand> {
  const upstream = await rawUpstream(steps);
  const app = await startTestApp({ target: upstream.origin });
  const client = await connectRaw(app);
  onTestFinished(async () => {
    client.socket.destroy();
    await upstream.close();
  });
  await client.write(requestBytes(line, [['Host', `localhost:${app.port}`]], body));
  return { app, upstream, client };
}

describe('what is under way', () => {
  it('is known before its head, after it, and with what has passed by now', async () => {
    const stream = [expectHead, barrier('head'), send(`${head}data: 1\n\n`), barrier('end'), fin];
    const { app, upstream, client } = await stand(stream);
    await upstream.reached('head');
    const [waiting] = app.app.running(0).requests;
    expect(waiting).toMatchObject({ status: 0, outcome: 'running', bytes: 0, upstreamHeaders: undefined });
    upstream.release('head');
    await client.until('data: 1');
    const [running] = app.app.running(0).requests;
    expect(running).toMatchObject({ id: waiting?.id, status: 200, outcome: 'running', bytes: 9 });
    expect(app.app.running(3_600_000).requests).toEqual([]);
    upstream.release('end');
    expect((await app.exchange(1)).id).toBe(running?.id);
    expect(app.app.running(0).requests).toEqual([]);
  });

  interface End {
    readonly when: string;
    readonly steps: readonly Step[];
  }

  const ends: readonly End[] = [
    { when: 'the API resets the connection', steps: [expectHead, rst] },
    { when: 'the API resets it in the body', steps: [expectHead, send(`${head}data: 1\n\n`), rst] },
    { when: 'the API does not speak HTTP', steps: [expectHead, send('220 smtp\r\n\r\n'), fin] },
    { when: 'it is answered at once', steps: [expectRequest, send('HTTP/1.1 204 No Content\r\n\r\n')] },
  ];

  it.each(ends)('is let go of when $when', async ({ steps }) => {
    const { app } = await stand(steps, 'PUT /x', 'body');
    await app.exchange(1);
    expect(app.app.running(0).requests).toEqual([]);
  });

  it('is let go of when the client leaves', async () => {
    const { app, upstream, client } = await stand([expectHead, barrier('never')]);
    await upstream.reached('never');
    client.socket.destroy();
    await app.exchange(1);
    expect(app.app.running(0).requests).toEqual([]);
  });

  it('is told of the hundred oldest', async () => {
    const upstream = await rawUpstream([expectHead, barrier('never')]);
    const app = await startTestApp({ target: upstream.origin });
    onTestFinished(() => upstream.close());
    const clients = await Promise.all(Array.from({ length: 110 }, () => connectRaw(app)));
    onTestFinished(() => {
      for (const { socket } of clients) socket.destroy();
    });
    for (const client of clients)
      await client.write(requestBytes('GET /x', [['Host', `localhost:${app.port}`]]));
    await expect.poll(() => upstream.connections()).toBe(110);
    expect(app.app.running(0).requests).toHaveLength(100);
  });
});
