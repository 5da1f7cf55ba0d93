import { afterEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { Pool } from '../../../src/proxy/client/pool.ts';
import { type Asked, type AskOptions, ask, dialOf } from '../../support/client-call.ts';
import { upstreamOf } from '../../support/one-route.ts';
import { barrier, expectRequest, type RawUpstream, respondWith, send } from '../../support/raw-upstream.ts';

afterEach(() => {
  vi.useRealTimers();
});

const answer = send('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok');
const whole = ['start', 'head 200', 'data 2', 'end'];

/** Holds each connection's first answer back until the barrier of its number is released; answers all. */
const heldBack = (connection: number) => [
  expectRequest,
  barrier(`${connection}`),
  answer,
  ...Array.from({ length: 20 }, () => [expectRequest, answer]).flat(),
];

function poolTo(upstream: Pick<RawUpstream, 'origin' | 'port'>, limit = 4) {
  const pool = new Pool(dialOf(upstream), limit);
  onTestFinished(() => pool.destroy());
  const send = (options: AskOptions = {}): Asked => {
    const asked = ask(options);
    pool.send(asked.call);
    return asked;
  };
  return { pool, send };
}

async function answering(headers: readonly (readonly [string, string])[] = []) {
  const upstream = await respondWith(() => ({ status: 200, headers, body: 'ok' }));
  onTestFinished(() => upstream.close());
  return upstream;
}

const leaves: AskOptions = { on: (what, self) => what === 'start' && self.abort(new Error('left')) };

describe('a pool', () => {
  it('uses a connection again, and says so', async () => {
    const upstream = await answering();
    const { send } = poolTo(upstream);
    const first = send();
    expect(await first.over()).toEqual(whole);
    const second = send();
    expect(await second.over()).toEqual(whole);
    expect(upstream.connections()).toBe(1);
    expect([first.call.isReused, second.call.isReused]).toEqual([false, true]);
  });

  it('lets requests wait where all connections are taken, and serves them in order', async () => {
    const upstream = await upstreamOf(heldBack);
    const { send } = poolTo(upstream, 2);
    const asked = ['/1', '/2', '/3', '/4', '/5'].map((path) => send({ path }));
    await upstream.reached('1');
    await upstream.reached('2');
    upstream.release('1');
    await asked[4]?.over();
    upstream.release('2');
    for (const one of asked) expect(await one.over()).toEqual(whole);
    expect(upstream.connections()).toBe(2);
    const paths = upstream.requests.map(({ target }) => target);
    expect(paths.slice(2)).toEqual(['/3', '/4', '/5']);
  });

  it('passes over thousands that are not wanted any more, on one connection', async () => {
    const upstream = await upstreamOf(heldBack);
    const { send } = poolTo(upstream, 1);
    let given = 0;
    send();
    await upstream.reached('1');
    for (let i = 0; i < 5000; i += 1) send({ ...leaves, done: () => (given += 1) });
    const last = send();
    upstream.release('1');
    expect(await last.over()).toEqual(whole);
    expect(given).toBe(5000);
    expect(upstream.connections()).toBe(1);
  });

  it('keeps a connection whose request was not wanted any more; it may have grown old, and the next call knows', async () => {
    const upstream = await answering();
    const { send } = poolTo(upstream);
    await send(leaves).over();
    const next = send();
    expect(await next.over()).toEqual(whole);
    expect(next.call.isReused).toBe(true);
    expect(upstream.connections()).toBe(1);
  });

  it('lets each that waits try for itself where no connection can be opened', async () => {
    const gone = await answering();
    await gone.close();
    const { send } = poolTo(gone, 2);
    const asked = Array.from({ length: 50 }, () => send());
    for (const one of asked) expect(await one.over()).toEqual(['error ECONNREFUSED']);
  });

  it('serves who waits on a new connection where the old one ends with its answer', async () => {
    const upstream = await answering([['Connection', 'close']]);
    const { send } = poolTo(upstream, 1);
    const asked = [send(), send(), send()];
    for (const one of asked) expect(await one.over()).toEqual(whole);
    expect(upstream.connections()).toBe(3);
  });
});

describe('idle connections', () => {
  it.each([
    ['4 s where the upstream says nothing', undefined, 4000],
    ['a second less than what it says', 'timeout=8', 7000],
  ])('are kept %s', async (_how, keepAlive, idleMs) => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
    const upstream = await answering(keepAlive === undefined ? [] : [['Keep-Alive', keepAlive]]);
    const { send } = poolTo(upstream);
    await untimed(send());
    vi.advanceTimersByTime(idleMs - 1);
    await untimed(send());
    expect(upstream.connections()).toBe(1);
    vi.advanceTimersByTime(idleMs + 1000);
    expect(vi.getTimerCount()).toBe(0);
    vi.useRealTimers();
    expect(await upstream.closed(1)).toBe('fin');
  });

  it('are not used behind their time, although nobody has looked at them since', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
    const upstream = await answering([['Keep-Alive', 'timeout=2']]);
    const { send } = poolTo(upstream);
    await untimed(send());
    vi.spyOn(performance, 'now').mockReturnValue(performance.now() + 1000);
    await untimed(send());
    vi.restoreAllMocks();
    expect(upstream.connections()).toBe(2);
  });

  it.each(['timeout=1', 'timeout=0'])('are none where the upstream says %s', async (keepAlive) => {
    const upstream = await answering([['Keep-Alive', keepAlive]]);
    const { send } = poolTo(upstream);
    expect(await send().over()).toEqual(whole);
    expect(await upstream.closed(1)).toBe('fin');
  });

  it.each([
    ['bytes that nobody asked for', { kind: 'send', bytes: 'HTTP/1.1 408 Request Timeout\r\n\r\n' }],
    ['its end', { kind: 'fin' }],
  ] as const)('are given up at %s', async (_what, step) => {
    const upstream = await upstreamOf((connection) =>
      connection === 1 ? [expectRequest, answer, barrier('idle'), step] : [expectRequest, answer],
    );
    const { send } = poolTo(upstream);
    expect(await send().over()).toEqual(whole);
    upstream.release('idle');
    await upstream.closed(1);
    const next = send();
    expect(await next.over()).toEqual(whole);
    expect(upstream.connections()).toBe(2);
  });
});

describe('a pool that closes', () => {
  it('lets its idle connections go, and each other one after what it has to do', async () => {
    const upstream = await upstreamOf(heldBack);
    const { pool, send } = poolTo(upstream, 2);
    const idle = send();
    await upstream.reached('1');
    const running = send();
    await upstream.reached('2');
    upstream.release('1');
    await idle.over();
    pool.close();
    expect(await upstream.closed(1)).toBe('fin');
    expect(running.heard).toEqual(['start']);
    upstream.release('2');
    expect(await running.over()).toEqual(whole);
    expect(await upstream.closed(2)).toBe('fin');
  });

  it('still serves those who wait', async () => {
    const upstream = await upstreamOf(heldBack);
    const { pool, send } = poolTo(upstream, 1);
    const asked = [send(), send(), send()];
    await upstream.reached('1');
    pool.close();
    upstream.release('1');
    for (const one of asked) expect(await one.over()).toEqual(whole);
    expect(await upstream.closed(1)).toBe('fin');
    expect(upstream.connections()).toBe(1);
  });
});

describe('a pool that is destroyed', () => {
  it('tells everybody once: who runs, who connects, who waits', async () => {
    const upstream = await upstreamOf(heldBack);
    const { pool, send } = poolTo(upstream, 2);
    let given = 0;
    const done = () => (given += 1);
    const running = send({ done });
    await upstream.reached('1');
    const others = [send({ done }), send({ done }), send({ done })];
    pool.destroy();
    pool.destroy();
    expect(given).toBe(4);
    expect(running.heard).toEqual(['start', 'error The connection was given up']);
    expect(others.map(({ heard }) => heard.length)).toEqual([1, 1, 1]);
    expect(await upstream.closed(1)).toBe('fin');
  });
});

/** Under a clock that stands still, deadlines too. */
async function untimed({ heard }: Asked): Promise<void> {
  while (!heard.includes('end')) await new Promise((resolve) => setImmediate(resolve));
}
