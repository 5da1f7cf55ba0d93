/** Latency at a fixed rate, and how long a start takes. */

import { enter } from './arena.js';
import { paced } from './load.js';
import { get } from './requests.js';
import { median, percentile } from './statistics.js';

const connections = 64;

/** One row a runner: the middle of the rounds' percentiles, in milliseconds. The first runner is the API itself. */
export async function measureLatencies(runners, perSecond, { rounds, ms }) {
  const seen = new Map(runners.map((runner) => [runner, []]));
  for (let round = 0; round < rounds; round += 1) {
    for (const runner of runners) {
      const step = get(runner.port, runner.path('/api/json'));
      const { latencies, isKept, errors } = await paced(runner.port, step, { connections, perSecond, ms });
      const [p50, p99, p999] = [0.5, 0.99, 0.999].map((share) => percentile(latencies, share));
      seen.get(runner).push({ p50, p99, p999, isKept: isKept && errors.length === 0 });
    }
  }
  return runners.map((runner) => {
    const rows = seen.get(runner);
    const middle = (key) => median(rows.map((row) => row[key]));
    return {
      name: runner.contestant.name,
      p50: middle('p50'),
      p99: middle('p99'),
      p999: middle('p999'),
      isKept: rows.every(({ isKept }) => isKept),
    };
  });
}

/** Milliseconds from the start of the process to its first answer through the proxy. */
export async function measureStarts(contestants, apiPort, rounds) {
  const seen = new Map(contestants.map(({ name }) => [name, []]));
  for (let round = 0; round < rounds; round += 1) {
    for (const contestant of contestants) {
      const runner = await enter(contestant, apiPort);
      seen.get(contestant.name).push(runner.readyMs);
      await runner.leave();
    }
  }
  return [...seen].map(([name, times]) => ({ name, ms: median(times), least: Math.min(...times) }));
}
