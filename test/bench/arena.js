/** Contestants under way: each in a process of its own, on the proxy's core, ready when it has answered. */

import { mkdirSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { scratch } from './contestants.js';
import { sleep } from './load.js';
import { cpuSeconds, freePort, start, stop } from './processes.js';
import { requestBytes } from './requests.js';

const patienceMs = 30_000;

/** Rejects where it does not come to answer. */
export async function enter(contestant, apiPort) {
  const port = await freePort();
  const ports = { port: String(port), apiPort: String(apiPort) };
  const path = contestant.path ?? ((text) => text);
  mkdirSync(scratch, { recursive: true });
  const logFile = join(scratch, `${contestant.name.replaceAll(/[^a-z0-9]+/gi, '-')}.log`);
  const command = contestant.command(ports);
  const begin = performance.now();
  const child = start(command, logFile);
  const probe = requestBytes('GET', path(contestant.probe ?? '/api/json', apiPort), {
    port,
    fields: ['X-Probe: 1'],
  });
  try {
    await untilAnswering(port, probe, child);
  } catch (error) {
    await stop(child);
    throw new Error(`${contestant.name}: ${error.message}; see ${logFile}`);
  }
  return {
    contestant,
    port,
    pid: child.pid,
    readyMs: performance.now() - begin,
    path: (text) => path(text, apiPort),
    sample: () => ({ cpuSeconds: cpuSeconds(child.pid) }),
    leave: () => stop(child),
  };
}

async function untilAnswering(port, probe, child) {
  const deadline = performance.now() + patienceMs;
  while (performance.now() < deadline) {
    if (child.exitCode !== null) throw new Error(`it ended with code ${child.exitCode}`);
    if (await answers(port, probe)) return;
    await sleep(1);
  }
  throw new Error(`it did not answer within ${patienceMs / 1000} s`);
}

function answers(port, probe) {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(probe));
    const end = (isOk) => {
      socket.destroy();
      resolve(isOk);
    };
    socket.once('data', (bytes) => end(bytes.toString('latin1', 0, 12) === 'HTTP/1.1 200'));
    socket.on('error', () => end(false));
    socket.on('close', () => resolve(false));
    socket.setTimeout(2000, () => end(false));
  });
}
