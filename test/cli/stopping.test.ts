import { PassThrough } from 'node:stream';
import { describe, expect, it, vi } from 'vitest';
import type { Io, SignalName } from '../../src/cli/io.ts';
import { noParent, type Stopping, untilStopped, watchParent } from '../../src/cli/stopping.ts';

/** A proxy whose last request ends when the test says so. */
function running(parts: Partial<Stopping> = {}, env: Io['env'] = {}) {
  const handlers = new Map<SignalName, () => void>();
  let drained = () => {};
  const said: string[] = [];
  const io: Pick<Io, 'env' | 'onSignal'> = {
    env,
    onSignal: (name: SignalName, handler: () => void) => {
      handlers.set(name, handler);
      return () => handlers.delete(name);
    },
  };
  const code = untilStopped(io, {
    app: {
      close: () =>
        new Promise((resolve) => {
          drained = () => resolve({ aborted: 0 });
        }),
    },
    parent: noParent,
    started: () => said.push('stopping'),
    ended: () => {
      said.push('stopped');
    },
    ...parts,
  });
  return {
    code,
    said,
    signal: (name: SignalName) => handlers.get(name)?.(),
    drain: () => drained(),
    handlers,
  };
}

describe('stopping', () => {
  it.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)(
    'waits for open requests after %s, and ends well',
    async (name) => {
      const { code, said, signal, drain, handlers } = running();
      signal(name);
      expect(said).toEqual(['stopping']);
      drain();
      expect(await code).toBe(0);
      expect(said).toEqual(['stopping', 'stopped']);
      expect(handlers.size).toBe(0);
    },
  );

  it('is forced by a second SIGINT', async () => {
    const clock = vi.spyOn(performance, 'now').mockReturnValue(1000);
    const { code, said, signal } = running();
    signal('SIGINT');
    clock.mockReturnValue(1051);
    signal('SIGINT');
    clock.mockRestore();
    expect(await code).toBe(130);
    expect(said).toEqual(['stopping']);
  });

  it('is not forced by the second signal of one Ctrl-C, which npm passes on', async () => {
    const clock = vi.spyOn(performance, 'now').mockReturnValue(1000);
    const { code, signal, drain } = running({}, { npm_lifecycle_event: 'start' });
    signal('SIGINT');
    clock.mockReturnValue(1080);
    signal('SIGINT');
    clock.mockRestore();
    drain();
    expect(await code).toBe(0);
  });

  it('is not forced by another SIGTERM', async () => {
    const { code, said, signal, drain } = running();
    signal('SIGTERM');
    signal('SIGTERM');
    drain();
    expect(await code).toBe(0);
    expect(said).toEqual(['stopping', 'stopped']);
  });
});

describe('a parent that goes away', () => {
  it('stops the proxy', async () => {
    const stdin = new PassThrough();
    const parent = watchParent({ stdin, stdinKind: 'pipe' });
    const { code, drain } = running({ parent });
    stdin.write('what is typed is ignored');
    stdin.end();
    await new Promise((resolve) => stdin.once('end', resolve));
    drain();
    expect(await code).toBe(0);
  });

  it('is none where standard input had ended before the proxy was ready', async () => {
    const stdin = new PassThrough();
    const parent = watchParent({ stdin, stdinKind: 'pipe' });
    stdin.end();
    await new Promise((resolve) => stdin.once('close', resolve));
    const { said, signal, code, drain } = running({ parent });
    expect(said).toEqual([]);
    signal('SIGTERM');
    drain();
    expect(await code).toBe(0);
  });

  it('is none where standard input is a file or a terminal, which are not even read', () => {
    const stdin = new PassThrough();
    expect(watchParent({ stdin, stdinKind: 'other' })).toBe(noParent);
    expect(stdin.isPaused() || !stdin.readableFlowing).toBe(true);
  });
});
