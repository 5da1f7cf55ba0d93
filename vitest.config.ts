import { defineConfig } from 'vitest/config';

// Deadlines only bound failures: tests wait for events, not for time.
const deadlines = { testTimeout: 20_000, hookTimeout: 60_000, expect: { poll: { timeout: 10_000 } } };

export default defineConfig({
  test: {
    // Most of the time is spent waiting for sockets and a browser; two share a small machine well.
    maxWorkers: 2,
    projects: [
      {
        test: { ...deadlines, name: 'node', include: ['test/**/*.test.ts'], exclude: ['test/browser/**'] },
      },
      {
        test: {
          ...deadlines,
          name: 'browser',
          include: ['test/browser/**/*.test.ts'],
          globalSetup: 'test/browser/global-setup.ts',
        },
      },
    ],
  },
});
