/** Child processes, each on the core that it is given, and what the operating system says of them. */

import { execFileSync, spawn } from 'node:child_process';
import { closeSync, openSync, readdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { availableParallelism } from 'node:os';

/** Clients and API run on the one, the proxy on the other: none takes time from the other. */
export const driverCore = '0';
export const proxyCore = '1';

export const canPin = hasCommand('taskset', ['--version']) && availableParallelism() > 1;

export function hasCommand(file, args) {
  try {
    execFileSync(file, args, { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

/** This process runs on its core from here on. */
export function pinDriver() {
  if (canPin) execFileSync('taskset', ['-acp', driverCore, String(process.pid)], { stdio: 'ignore' });
}

const children = new Set();
process.on('exit', () => {
  for (const child of children) child.kill('SIGKILL');
});
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => process.exit(1));

/** Starts `file` on the proxy's core, with its output in `logFile`. */
export function start({ file, args, env = {}, cwd }, logFile) {
  const log = openSync(logFile, 'w');
  const [command, ...rest] = canPin ? ['taskset', '-c', proxyCore, file, ...args] : [file, ...args];
  const child = spawn(command, rest, {
    cwd,
    env: { ...process.env, NODE_ENV: 'production', ...env },
    stdio: ['ignore', log, log],
  });
  closeSync(log);
  children.add(child);
  child.on('error', () => {});
  child.on('exit', () => children.delete(child));
  return child;
}

export async function stop(child) {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), 2000);
  await gone;
  clearTimeout(timer);
}

/** Time that all threads of a process have run, to the nanosecond: the first number of each `schedstat`. */
export function cpuSeconds(pid) {
  let nanoseconds = 0;
  for (const thread of readdirSync(`/proc/${pid}/task`)) {
    nanoseconds += Number(readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'utf8').split(' ', 1)[0]);
  }
  return nanoseconds / 1e9;
}

/** Resident memory. */
export function residentKilobytes(pid) {
  return Number(/VmRSS:\s+([0-9]+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]);
}

/** A port that was free a moment ago. */
export async function freePort() {
  const server = createServer();
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}
