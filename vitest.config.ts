import { defineConfig } from 'vitest/config';

const shared = {
  // Deadlines only bound failures: tests wait for events, not for time.
  testTimeout: 20_000,
  hookTimeout: 60_000,
  expect: { poll: { timeout: 10_000 } },
  // A worker keeps its process, and the modules it has read, from file to file: half the processor's time.
  isolate: false,
};

export default defineConfig({
  test: {
    // Much of the time is spent waiting for sockets and a browser: three keep the two cores of a small machine busy.
    maxWorkers: 3,
    projects: [
      {
        test: { ...shared, name: 'node', include: ['test/**/*.test.ts'], exclude: ['test/browser/**'] },
      },
      {
        test: {
          ...shared,
          name: 'browser',
          include: ['test/browser/**/*.test.ts'],
          globalSetup: 'test/browser/global-setup.ts',
        },
      },
    ],
  },
});
