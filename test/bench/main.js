// Ours beside every peer. Built first: npm run bench [-- FLAG..]
//   --quick              the first workload, preflights and routes, in under a minute; nothing is written
//   --only NAME          one part alone: a workload's name, "routes", "bodies", "streams", "latency", "start" or "profile"
//   --against NAME       only peers whose name holds this
//   --also FOLDER        another checkout of this project beside this one
//   --rounds N, --ms N   how often each has its turn, and for how long

import { loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { enter } from './arena.js';
import { installPeers, ours, oursForStreams, oursWithRoutes, peers } from './contestants.js';
import { measureLatencies, measureStarts } from './latencies.js';
import { canPin, pinDriver } from './processes.js';
import { profile } from './profile.js';
import { measureRates, rateRows } from './rates.js';
import {
  growthTable,
  latencyTable,
  profileTable,
  rateTable,
  setting,
  startTable,
  streamTable,
  transferTable,
  whole,
  writeReport,
} from './report.js';
import { get, getMedium, post, preflight } from './requests.js';
import { measureStreams } from './streams.js';
import { measureGrowth, measureTransfers } from './transfers.js';
import { startUpstream } from './upstream.js';

const { values: flags } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    only: { type: 'string', multiple: true },
    against: { type: 'string', multiple: true },
    also: { type: 'string' },
    rounds: { type: 'string' },
    ms: { type: 'string' },
  },
});

const isWhole = !flags.quick && flags.only === undefined && flags.against === undefined;
const options = {
  rounds: Number(flags.rounds ?? (flags.quick ? 3 : 7)),
  ms: Number(flags.ms ?? (flags.quick ? 500 : 1500)),
};
const load = loadavg()[0];

const loud = (text) => console.error(`!! ${text}`);
const note = (text) => console.error(`   ${text}`);
if (!canPin) loud('NOT PINNED: taskset or a second core is missing; the numbers compare less well');
if (load > 0.5)
  loud(`The machine is not quiet (load average ${load.toFixed(1)}): only ratios mean something`);

// Whatever a peer does, this ends.
setTimeout(() => {
  loud('GIVEN UP after an hour');
  process.exit(1);
}, 3_600_000).unref();

pinDriver();
installPeers();
const api = await startUpstream();
const sections = [];

const workloads = {
  'GET 1 KB': ({ port, path }) => [get(port, path('/api/json'))],
  'POST 1 KB': ({ port, path }) => [post(port, path('/api/json'))],
  preflight: ({ port, path }) => [preflight(port, path('/api/json'))],
  'preflight + GET': ({ port, path }) => [preflight(port, path('/api/json')), get(port, path('/api/json'))],
  'GET 64 KB': ({ port, path }) => [getMedium(port, path('/api/64k'))],
};
const quickly = ['GET 1 KB', 'preflight', 'routes'];

function isWanted(part) {
  return flags.only === undefined ? !flags.quick || quickly.includes(part) : flags.only.includes(part);
}

function isCompared({ name }) {
  const wanted = flags.against ?? (flags.quick ? ['bare', 'keep-alive'] : undefined);
  return wanted === undefined || wanted.some((part) => name.includes(part));
}

/** Peers by parts of their names, where they are wanted at all. */
function peersNamed(...parts) {
  return peers.filter((peer) => isCompared(peer) && parts.some((part) => peer.name.includes(part)));
}

function section(title, text) {
  sections.push(`### ${title}\n\n${text}`);
  console.log(`\n### ${title}\n\n${text}`);
}

async function enterAll(contestants) {
  const runners = [];
  for (const contestant of contestants) {
    if (contestant.version === undefined) {
      loud(`SKIPPED ${contestant.name}: its binary is not installed`);
      continue;
    }
    await enter(contestant, api.port).then(
      (runner) => runners.push(runner),
      (error) => loud(`SKIPPED ${error.message}`),
    );
  }
  return runners;
}

async function together(contestants, measure) {
  const runners = await enterAll(contestants);
  try {
    return await measure(runners);
  } finally {
    for (const runner of runners) await runner.leave();
  }
}

/** Gives the rate of ours in the first workload. */
async function requestRates() {
  const also = flags.also === undefined ? [] : [ours({ name: 'also', root: flags.also })];
  const wanted = Object.entries(workloads).filter(([name]) => isWanted(name));
  if (wanted.length === 0) return undefined;
  let first;
  await together([ours(), ...also, ...peers.filter(isCompared)], async (runners) => {
    for (const [name, stepsOf] of wanted) {
      note(name);
      const rows = rateRows(await measureRates(runners, stepsOf, options), runners[0]);
      section(name, rateTable(rows));
      first ??= rows[0].perSecond;
    }
  });
  return first;
}

async function routeRates() {
  note('routes');
  const contestants = [1, 10, 100, 1000, 10_000].map(oursWithRoutes);
  await together(contestants, async (runners) => {
    const results = await measureRates(runners, stepsOfRoutes, options);
    const title = 'GET 1 KB by the number of routes ("ours" is the one route)';
    section(title, rateTable(rateRows(results, runners[0])));
  });
}

/** The requests go to 64 of the routes, from the first to the last. */
function stepsOfRoutes({ port, contestant }) {
  const count = Number.parseInt(contestant.name, 10);
  return Array.from({ length: Math.min(64, count) }, (_, i) => {
    return get(port, `/r${Math.floor((i * count) / 64)}/json`);
  });
}

async function bodies() {
  await together([oursForStreams(), ...peers.filter(isCompared)], async (runners) => {
    for (const way of ['down', 'up']) {
      note(`100 MB ${way}`);
      section(`100 MB ${way}`, transferTable(await measureTransfers(runners, way, options.rounds)));
    }
  });
  note('1 GB');
  await together([oursForStreams(), ...peersNamed('keep-alive', 'nginx', 'Caddy')], async (runners) => {
    const rows = [];
    for (const runner of runners) {
      const grown = (way) => measureGrowth(runner, way).catch((error) => error.message);
      rows.push({ name: runner.contestant.name, down: await grown('down'), up: await grown('up') });
    }
    section('Growth of resident memory while 1 GB passes', growthTable(rows));
  });
}

const streamKinds = [
  { kind: 'events', count: 1000, title: '1,000 idle event streams: memory each, delivery of one event' },
  { kind: 'tunnels', count: 500, title: '500 idle WebSockets: memory each, a message there and back' },
];

async function streams() {
  for (const { kind, count, title } of streamKinds) {
    note(title);
    await together([oursForStreams(), ...peersNamed('http-proxy', 'nginx', 'Caddy')], async (runners) => {
      const rows = [];
      for (const runner of runners) {
        const { name } = runner.contestant;
        const seen = measureStreams(runner, api, { kind, count });
        rows.push(
          await seen.then((row) => ({ name, ...row })).catch(({ message }) => ({ name, failed: message })),
        );
      }
      section(title, streamTable(rows));
    });
  }
}

const fewestPerSecond = 500;

async function latency(rate = 2 * fewestPerSecond) {
  note('latency');
  const perSecond = Math.max(fewestPerSecond, Math.round(rate / 200) * 100);
  const direct = { contestant: { name: 'the API itself, no proxy' }, port: api.port, path: (text) => text };
  await together([ours(), ...peersNamed('keep-alive', 'nginx', 'Caddy')], async (runners) => {
    const rows = await measureLatencies([direct, ...runners], perSecond, {
      rounds: options.rounds,
      ms: 3000,
    });
    section(`Latency at ${whole(perSecond)} requests/s, half of what ours can do`, latencyTable(rows));
  });
}

async function starts() {
  note('start');
  const contestants = [ours(), ...peersNamed('local-cors', 'Vite', 'cors-anywhere', 'Caddy', 'nginx')];
  const installed = contestants.filter(({ version }) => version !== undefined);
  const rows = await measureStarts(installed, api.port, options.rounds);
  section('Start: from the command to the first answer', startTable(rows));
}

async function profiles() {
  for (const name of ['GET 1 KB', 'preflight']) {
    note(`profile of ${name}`);
    const shares = await profile(ours(), api.port, { stepsOf: workloads[name], ms: 4000 });
    section(`Where the time of ours goes: ${name}`, profileTable(shares));
  }
}

const rate = await requestRates();
if (isWanted('routes')) await routeRates();
if (isWanted('bodies')) await bodies();
if (isWanted('streams')) await streams();
if (isWanted('latency')) await latency(rate);
if (isWanted('start')) await starts();
if (isWanted('profile')) await profiles();
if (isWhole) {
  const about = setting([ours(), ...peers], { isPinned: canPin, load });
  writeReport('docs/benchmarks.md', [about, ...sections].join('\n\n'));
}
api.close();
process.exit(process.exitCode ?? 0);
