/** Backpressure: memory is bounded by what two sockets hold, never by what is sent. */

import { createHash } from 'node:crypto';
import { once } from 'node:events';
import type { Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import { type HeldMemory, heldMemory } from '../support/held-memory.ts';
import type { RawClient } from '../support/raw-client.ts';
import { expectAlive, expectOk } from './expectations.ts';
import { titleOf } from './fault-table.ts';
import { ask, bareServer, standBefore, watchProcess } from './stand.ts';
import { ok } from './wire.ts';

watchProcess();

describe('bodies that are larger than what may be kept', () => {
  const size = 64 * 1024 * 1024;
  const block = Buffer.alloc(1024 * 1024, 'The quick brown fox. ');

  it(titleOf('UB-10', '64 MiB'), async () => {
    const { port } = await bareServer((socket) => {
      socket.once('data', () => void sendBlocks(socket, `Content-Length: ${size}`));
    });
    const { client: connect } = await standBefore(`http://127.0.0.1:${port}`);
    const held = heldMemory();
    const { hash, bytes } = await readHashed(await connect(), held.passed);
    expect(bytes).toBe(size);
    expect(hash).toBe(hashOf(size));
    expect(held.mostBytes()).toBeLessThan(size / 4);
  });

  async function sendBlocks(socket: Socket, length: string): Promise<void> {
    socket.write(ok(length));
    for (let sent = 0; sent < size; sent += block.length) {
      if (!socket.write(block)) await once(socket, 'drain');
    }
  }

  function hashOf(bytes: number): string {
    const hash = createHash('sha256');
    for (let done = 0; done < bytes; done += block.length) hash.update(block);
    return hash.digest('hex');
  }

  /** Reads without keeping: the client of other tests would hold the bytes whose absence is measured. */
  async function readHashed({ socket }: RawClient, passed: HeldMemory['passed']) {
    const hash = createHash('sha256');
    let head = '';
    let bytes = 0;
    socket.removeAllListeners('data');
    const done = new Promise<void>((resolve) => {
      socket.on('data', (chunk: Buffer) => {
        let body = chunk;
        if (!head.includes('\r\n\r\n')) {
          const before = head.length;
          head += chunk.toString('latin1');
          const end = head.indexOf('\r\n\r\n');
          if (end === -1) return;
          head = head.slice(0, end + 4);
          body = chunk.subarray(end + 4 - before);
        }
        hash.update(body);
        bytes += body.length;
        passed(bytes);
        if (bytes >= size) resolve();
      });
    });
    socket.write(ask('GET /api/x'));
    await done;
    return { hash: hash.digest('hex'), bytes };
  }

  it(titleOf('UB-11', '64 MiB'), async () => {
    const arrived = createHash('sha256');
    let bytes = 0;
    let paused: (() => void) | undefined;
    const isPaused = new Promise<void>((resolve) => {
      paused = resolve;
    });
    let resume = () => {};
    const { port } = await bareServer((socket) => {
      let isHead = true;
      socket.on('data', (chunk: Buffer) => {
        const body = isHead ? chunk.subarray(chunk.indexOf('\r\n\r\n') + 4) : chunk;
        if (isHead) {
          isHead = false;
          socket.pause();
          resume = () => void socket.resume();
          paused?.();
        }
        arrived.update(body);
        bytes += body.length;
        if (bytes >= size) socket.write(`${ok('Content-Length: 2')}ok`);
      });
    });
    const { client: connect } = await standBefore(`http://127.0.0.1:${port}`);
    const client = await connect();
    await client.write(ask('POST /api/x', [`Content-Length: ${size}`]));
    let written = 0;
    const upload = (async () => {
      for (; written < size; written += block.length) await client.write(block);
    })();
    await isPaused;
    // The upstream takes nothing: sooner or later nobody takes anything, and what waits is bounded.
    const looks: number[] = [];
    const isStill = () => looks.push(written) > 1 && looks.at(-1) === looks.at(-2);
    await expect.poll(isStill, { interval: 100 }).toBe(true);
    expect(written).toBeLessThan(40 * 1024 * 1024);
    resume();
    await upload;
    expectOk(await client.response());
    expect(arrived.digest('hex')).toBe(hashOf(size));
    await expectAlive(client);
  });
});
