import { defineConfig } from 'vitest/config';

// Deadlines only bound failures: tests wait for events, not for time.
const deadlines = { testTimeout: 20_000, hookTimeout: 60_000, expect: { poll: { timeout: 10_000 } } };

// A worker keeps its process, and the modules that it has read, from one file to the next: half the processor's time.
const workers = { isolate: false };

export default defineConfig({
  test: {
    // Most of the time is spent waiting for sockets and a browser; two share a small machine well.
    maxWorkers: 2,
    projects: [
      {
        test: { ...deadlines, ...workers, name: 'node', include: ['test/**/*.test.ts'], exclude: ['test/browser/**'] },
      },
      {
        test: {
          ...deadlines,
          ...workers,
          name: 'browser',
          include: ['test/browser/**/*.test.ts'],
          globalSetup: 'test/browser/global-setup.ts',
        },
      },
    ],
  },
});
