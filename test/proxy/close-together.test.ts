/** The timing of a tunnel's end, on sockets that move when the test says so. */

import type { Socket } from 'node:net';
import { Duplex } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { closeTogether } from '../../src/proxy/close-together.ts';

/** A socket whose peer takes a piece when `accept` is called, and sends when `push` is. */
class Side extends Duplex {
  bytesRead = 0;
  readonly #taken: (() => void)[] = [];

  constructor() {
    super({ allowHalfOpen: true });
  }

  accept(): void {
    this.#taken.shift()?.();
  }

  get hasFinished(): boolean {
    return this.writableFinished;
  }

  override _write(_piece: Buffer, _encoding: BufferEncoding, taken: () => void): void {
    this.#taken.push(taken);
  }

  override _read(): void {}
}

const flushed = () => new Promise((resolve) => setImmediate(resolve));

describe('closeTogether', () => {
  let client: Side;
  let upstream: Side;
  const done = vi.fn();

  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    client = new Side();
    upstream = new Side();
    done.mockReset();
    upstream.pipe(client).pipe(upstream);
    closeTogether(client as unknown as Socket, upstream as unknown as Socket, done);
  });
  afterEach(() => {
    expect(vi.getTimerCount()).toBe(0);
    vi.useRealTimers();
  });

  it('a client that is gone with an error takes the upstream along at once', async () => {
    client.destroy(new Error('reset'));
    await flushed();
    expect([upstream.destroyed, done.mock.calls.length]).toEqual([true, 1]);
  });

  it('an upstream that is gone leaves the client the time to take what came, as long as it takes', async () => {
    for (const piece of ['one', 'two', 'three']) client.write(piece);
    upstream.destroy(new Error('reset'));
    await flushed();
    for (let i = 0; i < 2; i += 1) {
      vi.advanceTimersByTime(300);
      client.accept();
      await flushed();
      vi.advanceTimersByTime(150);
      expect(client.destroyed).toBe(false);
    }
    client.accept();
    await flushed();
    expect(client.hasFinished).toBe(true);
    client.push(null);
    client.resume();
    await flushed();
    expect([client.destroyed, done.mock.calls.length]).toEqual([true, 1]);
  });

  it('a client that takes nothing any more is let go half a second after the upstream', async () => {
    client.write('stuck');
    upstream.destroy();
    await flushed();
    vi.advanceTimersByTime(499);
    expect(client.destroyed).toBe(false);
    vi.advanceTimersByTime(1);
    await flushed();
    expect([client.destroyed, done.mock.calls.length]).toEqual([true, 1]);
  });

  it('what a client sends to an upstream that is gone does not keep it', async () => {
    upstream.destroy();
    await flushed();
    client.push('more');
    client.bytesRead += 4;
    await flushed();
    vi.advanceTimersByTime(500);
    await flushed();
    expect(client.destroyed).toBe(true);
  });

  it('a half-closed tunnel lives on while bytes move, and ends when none does for two seconds', async () => {
    client.push(null);
    await flushed();
    for (let i = 0; i < 3; i += 1) {
      vi.advanceTimersByTime(1500);
      upstream.bytesRead += 1;
    }
    vi.advanceTimersByTime(500);
    expect(upstream.destroyed).toBe(false);
    vi.advanceTimersByTime(3500);
    await flushed();
    expect([client.destroyed, upstream.destroyed, done.mock.calls.length]).toEqual([true, true, 1]);
  });
});
