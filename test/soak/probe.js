// Loaded into the proxy's process in front of it: says what the process holds when it is asked, and what would end it.

const say = (message) => process.send?.(message);

process.on('message', () => {
  globalThis.gc();
  setImmediate(() => {
    globalThis.gc();
    const resources = process.getActiveResourcesInfo();
    const count = (kind) => resources.filter((name) => name === kind).length;
    say({
      heapBytes: process.memoryUsage().heapUsed,
      sockets: count('TCPSocketWrap'),
      handles: resources.length,
    });
  });
});

for (const event of ['warning', 'unhandledRejection', 'uncaughtExceptionMonitor']) {
  process.on(event, (what) =>
    say({ heard: `${event}: ${what instanceof Error ? what.stack : String(what)}` }),
  );
}
