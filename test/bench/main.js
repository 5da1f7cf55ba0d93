// Ours beside every peer. Built first: npm run bench [-- --quick] [--only NAME,..] [--against NAME].. [--also FOLDER]

import { parseArgs } from 'node:util';
import { enter } from './arena.js';
import { floor, installPeers, keepAlive, ours, oursWithRoutes, peers } from './contestants.js';
import { canPin, pinDriver } from './processes.js';
import { measureRates, rateRows } from './rates.js';
import { rateTable } from './report.js';
import { get, getMedium, post, preflight } from './requests.js';
import { startUpstream } from './upstream.js';

const { values: flags } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    only: { type: 'string' },
    against: { type: 'string', multiple: true },
    also: { type: 'string' },
    rounds: { type: 'string' },
    ms: { type: 'string' },
  },
});

const loud = (text) => console.error(`!! ${text}`);
if (!canPin) loud('NOT PINNED: taskset or a second core is missing; the numbers compare less well');
pinDriver();
installPeers();
const api = await startUpstream();

const options = {
  rounds: Number(flags.rounds ?? (flags.quick ? 3 : 7)),
  ms: Number(flags.ms ?? (flags.quick ? 700 : 1500)),
};

const steps = {
  'GET 1 KB': (runner) => [get(runner.port, runner.path('/api/json'))],
  'POST 1 KB': (runner) => [post(runner.port, runner.path('/api/json'))],
  preflight: (runner) => [preflight(runner.port, runner.path('/api/json'))],
  'preflight + GET': (runner) => [
    preflight(runner.port, runner.path('/api/json')),
    get(runner.port, runner.path('/api/json')),
  ],
  'GET 64 KB': (runner) => [getMedium(runner.port, runner.path('/api/64k'))],
};
const quickSteps = ['GET 1 KB', 'preflight'];

function isWanted(name) {
  return flags.only === undefined || flags.only.split(',').includes(name);
}

async function enterAll(contestants) {
  const runners = [];
  for (const contestant of contestants) {
    if (contestant.version === undefined) {
      loud(`SKIPPED ${contestant.name}: its binary is not installed`);
      continue;
    }
    try {
      runners.push(await enter(contestant, api.port));
    } catch (error) {
      loud(`SKIPPED ${error.message}`);
    }
  }
  return runners;
}

async function leaveAll(runners) {
  for (const runner of runners) await runner.leave();
}

async function requestRates() {
  const isCompared = ({ name }) =>
    flags.against === undefined
      ? !flags.quick || [floor, keepAlive].some((each) => each.name === name)
      : flags.against.some((part) => name.includes(part));
  const also = flags.also === undefined ? [] : [ours({ name: 'also', root: flags.also })];
  const runners = await enterAll([ours(), ...also, ...peers.filter(isCompared)]);
  for (const [name, stepsOf] of Object.entries(steps)) {
    if (!isWanted(name) || (flags.quick && !quickSteps.includes(name))) continue;
    const results = await measureRates(runners, stepsOf, options);
    console.log(`\n### ${name}\n\n${rateTable(rateRows(results, runners[0]))}`);
  }
  await leaveAll(runners);
}

async function routeRates() {
  if (!isWanted('routes')) return;
  const counts = [1, 10, 100, 1000, 10_000];
  const runners = await enterAll(counts.map(oursWithRoutes));
  const stepsOf = ({ port, contestant }) => {
    const count = Number.parseInt(contestant.name, 10);
    const every = Math.max(1, Math.floor(count / 64));
    return Array.from({ length: Math.min(64, count) }, (_, i) => get(port, `/r${i * every}/json`));
  };
  const results = await measureRates(runners, stepsOf, options);
  console.log(`\n### routes\n\n${rateTable(rateRows(results, runners[0]))}`);
  await leaveAll(runners);
}

await requestRates();
await routeRates();
api.close();
process.exit(process.exitCode ?? 0);
