/** Where the time of a request goes: what V8's sampling profiler saw of the proxy under full load, by whose code it is. */

import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { enter } from './arena.js';
import { saturate } from './load.js';

/** The code is compiled and the pools are there by then. */
const warmUpMs = 2000;

/** `contestant.command` must start Node. Shares of the samples that were not idle, the largest first. */
export async function profile(contestant, apiPort, { stepsOf, ms }) {
  const folder = mkdtempSync(join(tmpdir(), 'cors-proxy-profile-'));
  try {
    const runner = await enter(profiled(contestant, folder), apiPort);
    const load = { connections: 64, warmMs: warmUpMs, ms, sample: runner.sample };
    const begin = performance.now();
    const { errors } = await saturate(runner.port, stepsOf(runner), load);
    const busyMs = performance.now() - begin - warmUpMs;
    await runner.leave();
    if (errors.length > 0) throw new Error(errors[0]);
    const [file] = readdirSync(folder);
    return shares(JSON.parse(readFileSync(join(folder, file), 'utf8')), busyMs);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function profiled(contestant, folder) {
  return {
    ...contestant,
    command: (ports) => {
      const { args, ...rest } = contestant.command(ports);
      return { ...rest, args: ['--cpu-prof', `--cpu-prof-dir=${folder}`, ...args] };
    },
  };
}

/** Of the last `lastMs` that were not idle. */
function shares({ nodes, samples, timeDeltas }, lastMs) {
  const callFrames = new Map(nodes.map(({ id, callFrame }) => [id, callFrame]));
  const sums = new Map();
  let left = lastMs * 1000;
  let total = 0;
  for (let i = samples.length - 1; i >= 0 && left > 0; i -= 1) {
    const owner = ownerOf(callFrames.get(samples[i]));
    if (owner === undefined) continue;
    left -= timeDeltas[i];
    total += timeDeltas[i];
    sums.set(owner, (sums.get(owner) ?? 0) + timeDeltas[i]);
  }
  return [...sums].map(([owner, sum]) => ({ owner, share: sum / total })).sort((a, b) => b.share - a.share);
}

const systemCalls = /^(?:writev|writeBuffer|write\w+String|readStart|readStop|shutdown)$/;

function ownerOf({ url, functionName }) {
  if (functionName === '(idle)') return undefined;
  if (functionName === '(garbage collector)') return "V8's garbage collector";
  if (systemCalls.test(functionName)) return 'system calls that write';
  if (url.startsWith('node:')) return "Node's server, sockets and streams, in JavaScript";
  const own = /\/dist\/(.*)$/.exec(url)?.[1];
  if (own !== undefined && !url.includes('/node_modules/')) return ours(own);
  return 'the rest of Node: its parser, reads, timers';
}

function ours(path) {
  if (/^(?:proxy\/client\/|http\/(?:response-|chunked-body|request-text))/.test(path))
    return 'this proxy: the client to the API';
  if (path.startsWith('proxy/') || path === 'app.js') return 'this proxy: the way of the message';
  if (path.startsWith('observe/') || path.startsWith('cli/')) return 'this proxy: log and journal';
  return 'this proxy: guard, routes, CORS, rewriting';
}
