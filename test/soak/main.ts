/** `npm run soak`: prints the figures, and fails where something stayed behind. */

import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { soak } from './soak.ts';

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: '1' },
    count: { type: 'string', default: '10000' },
  },
});

const startedAt = performance.now();
const report = await soak({
  seed: Number(values.seed),
  requests: Number(values.count),
  executable: join(process.cwd(), 'bin/cors-proxy.js'),
  reloadMs: 1000,
});
const seconds = Math.round((performance.now() - startedAt) / 1000);
const { before, after, problems } = report;
const megabytes = (bytes: number) => (bytes / 1e6).toFixed(1);

console.log(
  `${report.requests} requests in ${seconds} s on Node ${process.versions.node}: ${report.aborted} broken off,`,
);
console.log(`${report.tunnels} tunnels, ${report.reloads} reloads; exit ${report.exit}`);
console.log(
  `heap ${megabytes(before.heapBytes)} → ${megabytes(after.heapBytes)} MB after garbage collection`,
);
console.log(`sockets ${before.sockets} → ${after.sockets}, handles ${before.handles} → ${after.handles}`);
console.log(`connections that the upstream sees at the end: ${report.upstreamConnections}`);
for (const problem of problems.slice(0, 20)) console.log(`✗ ${problem}`);

const isClean =
  problems.length === 0 &&
  report.exit === 0 &&
  after.sockets === 0 &&
  after.handles <= before.handles &&
  report.upstreamConnections === 0 &&
  after.heapBytes < before.heapBytes + 5e6;
console.log(isClean ? 'clean' : '✗ not clean');
process.exitCode = isClean ? 0 : 1;
