/** Large bodies through a proxy: megabytes per second, and what they leave in its memory. Every byte is verified. */

import { connect } from 'node:net';
import { isLargeBody, MessageReader, sendLargeBody } from './messages.js';
import { residentKilobytes } from './processes.js';
import { requestBytes } from './requests.js';
import { median, pairedRatio } from './statistics.js';

export const transferBytes = 100_000_000;

/** `way` is `down` or `up`. Rejects where a byte is missing, wrong or too many. */
export async function transfer(runner, way, bytes = transferBytes) {
  const begin = performance.now();
  await (way === 'down' ? download(runner, bytes) : upload(runner, bytes));
  return bytes / 1e6 / ((performance.now() - begin) / 1000);
}

function download({ port, path }, bytes) {
  const request = requestBytes('GET', path(`/api/large/${bytes}`), { port });
  return exchange(port, {
    begin: (socket) => socket.write(request),
    check: ({ received, isWhole }) => received === bytes && isWhole,
  });
}

function upload({ port, path }, bytes) {
  const fields = ['Content-Type: application/octet-stream', `Content-Length: ${bytes}`];
  const request = requestBytes('POST', path('/api/upload'), { port, fields });
  return exchange(port, {
    begin: (socket) => {
      socket.write(request);
      sendLargeBody(socket, bytes);
    },
    check: ({ text }) => text === JSON.stringify({ received: bytes, isWhole: true }),
  });
}

function exchange(port, { begin, check }) {
  return new Promise((resolve, reject) => {
    const seen = { received: 0, isWhole: true, text: '', status: '' };
    const buffer = Buffer.allocUnsafeSlow(256 * 1024);
    const socket = connect({ port, host: '127.0.0.1', onread: { buffer, callback } }, () => begin(socket));
    const reader = new MessageReader({
      onHead: (head) => {
        seen.status = head.slice(9, 12);
      },
      onBody: (piece) => {
        seen.isWhole &&= isLargeBody(piece, seen.received);
        seen.received += piece.length;
        if (seen.received < 1000) seen.text += piece.latin1Slice();
      },
      onEnd: () => {
        socket.destroy();
        if (seen.status === '200' && check(seen)) resolve();
        else reject(new Error(`status ${seen.status}, ${seen.received} bytes, not what was sent`));
      },
      onSwitch: () => {},
    });
    socket.on('error', reject);
    socket.on('close', () => reject(new Error(`cut after ${seen.received} bytes`)));

    function callback(size) {
      reader.push(buffer.subarray(0, size));
      return true;
    }
  });
}

/** Rows of one way, the first runner's beside the others'. */
export async function measureTransfers(runners, way, rounds) {
  const rates = new Map(runners.map((runner) => [runner, []]));
  const failed = new Map();
  for (let round = 0; round <= rounds; round += 1) {
    for (const runner of runners) {
      if (failed.has(runner)) continue;
      try {
        const rate = await transfer(runner, way);
        // The first fills buffers and compiles code.
        if (round > 0) rates.get(runner).push(rate);
      } catch (error) {
        failed.set(runner, error.message);
      }
    }
  }
  const ours = rates.get(runners[0]);
  return runners.map((runner) => ({
    name: runner.contestant.name,
    failed: failed.get(runner),
    ...(failed.has(runner)
      ? {}
      : { rate: median(rates.get(runner)), ratio: pairedRatio(ours, rates.get(runner)) }),
  }));
}

const gigabyte = 1_000_000_000;

/** How far the resident memory grows above what it was before, while a gigabyte passes. */
export async function measureGrowth(runner, way) {
  await transfer(runner, way);
  const before = residentKilobytes(runner.pid);
  let most = before;
  const timer = setInterval(() => {
    most = Math.max(most, residentKilobytes(runner.pid));
  }, 20);
  await transfer(runner, way, gigabyte);
  clearInterval(timer);
  return (Math.max(most, residentKilobytes(runner.pid)) - before) / 1024;
}
