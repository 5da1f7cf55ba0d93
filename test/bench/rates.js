/** Requests per second, in rounds in which each contestant has its turn: what slows the machine slows them all. */

import { saturate, sleep } from './load.js';
import { median, pairedRatio } from './statistics.js';

const connections = 32;

/** Until the code that runs for every request is compiled. */
const warmMs = 3000;

/** `stepsOf` gives the exchanges for a runner. A contestant that errs once is out, with the reason. */
export async function measureRates(runners, stepsOf, { rounds, ms }) {
  const results = new Map(runners.map((runner) => [runner, { rounds: [], failed: undefined }]));
  for (const runner of runners) await turn(runner, stepsOf, { ms: Math.max(ms, warmMs), results });
  for (const result of results.values()) result.rounds = [];
  for (let round = 0; round < rounds; round += 1) {
    const order = [...runners.slice(round % runners.length), ...runners.slice(0, round % runners.length)];
    for (const runner of order) await turn(runner, stepsOf, { ms, results });
  }
  return results;
}

async function turn(runner, stepsOf, { ms, results }) {
  const result = results.get(runner);
  if (result.failed !== undefined) return;
  const { errors, ...rate } = await saturate(runner.port, stepsOf(runner), {
    connections,
    ms,
    sample: runner.sample,
  });
  if (errors.length > 0) result.failed = `${errors.length} errors: ${errors[0]}`;
  else result.rounds.push(rate);
  // What a proxy still has to put away is not the next one's time.
  await sleep(30);
}

/** One row a contestant; `reference` is the one that the others are compared with. */
export function rateRows(results, reference) {
  const base = [...results].find(([runner]) => runner === reference)?.[1];
  return [...results].map(([runner, { rounds, failed }]) => {
    const { name } = runner.contestant;
    if (failed !== undefined || rounds.length === 0) return { name, failed: failed ?? 'not measured' };
    const perSecond = rounds.map((each) => each.perSecond);
    return {
      name,
      perSecond: median(perSecond),
      ratio: pairedRatio(
        base.rounds.map((each) => each.perSecond),
        perSecond,
      ),
      cpuMicroseconds: median(rounds.map((each) => each.cpuMicroseconds)),
      cpuRatio: pairedRatio(
        rounds.map((each) => each.cpuMicroseconds),
        base.rounds.map((each) => each.cpuMicroseconds),
      ),
      busy: median(rounds.map((each) => each.busy)),
    };
  });
}
