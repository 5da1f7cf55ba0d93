/** A short piece of what `npm run soak` does for minutes: nothing stays behind. */

import { expect, it } from 'vitest';
import { builtExecutable } from '../support/built.ts';
import { soak } from './soak.ts';

it('700 requests, a fifth of them broken off, tunnels and reloads leave nothing behind', {
  timeout: 120_000,
}, async () => {
  const report = await soak({ seed: 20260, requests: 600, executable: builtExecutable(), reloadMs: 300 });
  expect(report.problems).toEqual([]);
  expect(report).toMatchObject({ exit: 0, upstreamConnections: 0, after: { sockets: 0 } });
  expect(report.after.handles).toBeLessThanOrEqual(report.before.handles);
  expect(report.aborted).toBeGreaterThan(80);
  expect(report.tunnels).toBeGreaterThan(20);
});
