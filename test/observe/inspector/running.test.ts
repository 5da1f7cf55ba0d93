/** What goes on for long is told before its end: an event stream is the request that one opens the inspector for. */

import { describe, expect, it, onTestFinished } from 'vitest';
import type { Batch, Row } from '../../../src/observe/inspector/wire.ts';
import { type InspectedApp, request, startInspectedApp, visit } from '../../support/inspected-app.ts';
import { connectRaw, type RawClient, requestBytes } from '../../support/raw-client.ts';
import { barrier, expectHead, fin, type RawUpstream, rawUpstream, send } from '../../support/raw-upstream.ts';
import { handshake, switching } from '../../support/websocket.ts';

const page = 'http://localhost:5173';

/** One event, a second one when it is told to, and the end when it is told to. */
const stream = [
  expectHead,
  barrier('head'),
  send('HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\ndata: 1\n\n'),
  barrier('second'),
  send('data: 2\n\n'),
  barrier('end'),
  fin,
];

async function stand(): Promise<{ readonly app: InspectedApp; readonly upstream: RawUpstream }> {
  const upstream = await rawUpstream(stream);
  onTestFinished(() => upstream.close());
  const route = { match: '/**', target: upstream.origin, cors: { allowOrigin: page } };
  return { app: await startInspectedApp({ routes: [route] }), upstream };
}

async function listening(app: InspectedApp): Promise<RawClient> {
  const client = await connectRaw(app);
  onTestFinished(() => {
    client.socket.destroy();
  });
  await client.write(
    requestBytes('GET /stream', [
      ['Host', `localhost:${app.port}`],
      ['Origin', page],
    ]),
  );
  return client;
}

function batches(client: RawClient): readonly Batch[] {
  return client
    .received()
    .toString('utf8')
    .split('\n\n')
    .slice(0, -1)
    .flatMap((event) => /^data: (.*)$/m.exec(event)?.slice(1) ?? [])
    .map((text) => JSON.parse(text));
}

function rowsOf(client: RawClient): readonly Row[] {
  return batches(client).flatMap(({ rows }) => rows);
}

describe('what goes on', () => {
  it('is told while its head is awaited, with its head, with what has come by now, and at its end', async () => {
    const { app, upstream } = await stand();
    const visitor = await visit(app);
    const watcher = await visitor.watch();
    const client = await listening(app);
    await upstream.reached('head');
    await expect.poll(() => rowsOf(watcher).at(-1)).toMatchObject({ n: 1, status: 0, isRunning: true });
    expect((await visitor.detail(1)).browser[0]?.text).toBe('waits for the answer');
    upstream.release('head');
    await client.until('data: 1');
    await expect
      .poll(() => rowsOf(watcher).at(-1))
      .toMatchObject({ n: 1, status: 200, size: '9', isRunning: true });
    upstream.release('second');
    await client.until('data: 2');
    await expect.poll(() => rowsOf(watcher).at(-1)).toMatchObject({ n: 1, size: '18', isRunning: true });
    const { response, why } = await visitor.detail(1);
    expect(response.body.text).toBe('data: 1\n\ndata: 2\n\n');
    expect(why.map(({ text }) => text)).toContain('added allow-origin (upstream sent none)');
    expect(batches(watcher).at(-1)?.running).toEqual([1]);
    upstream.release('end');
    await expect.poll(() => rowsOf(watcher).at(-1)).toMatchObject({ n: 1, size: '18', isRunning: false });
    expect(batches(watcher).at(-1)).toMatchObject({ running: [], state: { requests: 1 } });
  });

  it('is told to one who comes later, and stands in no HAR before it is over', async () => {
    const { app, upstream } = await stand();
    upstream.release('head');
    const client = await listening(app);
    await client.until('data: 1');
    const visitor = await visit(app);
    const watcher = await visitor.watch();
    await expect.poll(() => rowsOf(watcher)).toMatchObject([{ n: 1, isRunning: true }]);
    const har = JSON.parse((await visitor.get('/har')).body.toString('utf8'));
    expect(har.log.entries).toEqual([]);
    client.socket.destroy();
    await expect.poll(() => rowsOf(watcher).at(-1)).toMatchObject({ n: 1, isRunning: false });
  });

  it('that is soon over has one number', async () => {
    const { app, upstream } = await stand();
    for (const name of ['head', 'second', 'end']) upstream.release(name);
    const watcher = await (await visit(app)).watch();
    await request(app, 'GET /quick', [['Origin', page]]);
    await watcher.until('/quick');
    expect(rowsOf(watcher).at(-1)?.isRunning).toBe(false);
    expect(new Set(rowsOf(watcher).map(({ n }) => n))).toEqual(new Set([1]));
  });

  it('is an open WebSocket until it is closed', async () => {
    const upstream = await rawUpstream([expectHead, send(switching), barrier('end')]);
    onTestFinished(() => upstream.close());
    const route = { match: '/**', target: upstream.origin, cors: { allowOrigin: page } };
    const app = await startInspectedApp({ routes: [route] });
    const watcher = await (await visit(app)).watch();
    const client = await connectRaw(app);
    await client.write(handshake(app, { target: '/ws', origin: page }));
    await client.until('101 Switching Protocols');
    await expect
      .poll(() => rowsOf(watcher).at(-1))
      .toMatchObject({ n: 1, status: 101, who: 'ws', isRunning: true });
    const visitor = await visit(app);
    const { why, browser } = await visitor.detail(1);
    expect(why.at(-1)?.text).toBe(`GET ${upstream.origin}/ws: answered`);
    expect(browser.map(({ text }) => text)).toEqual(['opens the WebSocket']);
    const late = await visitor.watch();
    expect(rowsOf(late)).toMatchObject([{ n: 1, isRunning: true }]);
    client.socket.destroy();
    await expect.poll(() => rowsOf(watcher).at(-1)).toMatchObject({ n: 1, status: 101, isRunning: false });
    expect(batches(watcher).at(-1)?.running).toEqual([]);
  });
});
