import { once } from 'node:events';
import net, { type AddressInfo, type LookupFunction, type Socket } from 'node:net';
import { afterEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { type Dial, dialThrough } from '../../../src/proxy/client/dial.ts';
import { Pool } from '../../../src/proxy/client/pool.ts';
import type { Route } from '../../../src/ruleset.ts';
import { validCertificate } from '../../support/certificates.ts';
import { ask, dialOf, leadingTo } from '../../support/client-call.ts';
import { upstreamOf } from '../../support/one-route.ts';
import {
  barrier,
  expectHead,
  expectRequest,
  expectText,
  fin,
  rst,
  send,
} from '../../support/raw-upstream.ts';
import { rulesetOf } from '../../support/ruleset.ts';

const certificate = await validCertificate();
const answer = send('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok');
const whole = ['start', 'head 200', 'data 2', 'end'];
const both = leadingTo({ address: '::1', family: 6 }, { address: '127.0.0.1', family: 4 });
const never: LookupFunction = () => {};

afterEach(() => {
  vi.useRealTimers();
});

/** One call over `dial`. */
function asking(dial: Dial) {
  const pool = new Pool(dial, 1);
  onTestFinished(() => pool.destroy());
  const asked = ask();
  pool.send(asked.call);
  return { ...asked, pool };
}

/** What `dial` says, and a way to let it be. */
function dialling(dial: Dial) {
  const told: string[] = [];
  let stop = () => {};
  const done = new Promise<void>((resolve) => {
    stop = dial(
      () => {},
      (error, socket) => {
        told.push(socket === null ? String((error as NodeJS.ErrnoException).code) : 'socket');
        socket?.destroy();
        resolve();
      },
    );
  });
  return { told, done, stop: () => stop() };
}

describe.each([
  ['TCP', {}],
  ['TLS', { tls: certificate }],
])('over %s', (_kind, options) => {
  it('a name with two addresses of which one is refused leads to the other', async () => {
    const upstream = await upstreamOf([expectRequest, answer], options);
    const asked = asking(dialOf(upstream, { hostname: 'api.test', lookup: both }));
    expect(await asked.over()).toEqual(whole);
  });

  it('a name whose addresses are all refused fails once', async () => {
    const gone = await upstreamOf([], options);
    await gone.close();
    const asked = asking(dialOf(gone, { hostname: 'api.test', lookup: both }));
    expect(await asked.over()).toEqual(['error ECONNREFUSED']);
  });

  it.each([
    ['the name', { hostname: 'api.test', lookup: never }],
    ['the connection', {}],
  ])(
    'a dial that is let be while it waits for %s says nothing any more, and leaves no timer',
    async (_what, how) => {
      vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
      const upstream = await upstreamOf([expectHead], options);
      const { told, stop } = dialling(dialOf(upstream, how));
      stop();
      // Whoever comes after it is there, so it would have been.
      await dialling(dialOf(upstream)).done;
      expect(told).toEqual([]);
      expect(vi.getTimerCount()).toBe(0);
    },
  );

  it('the time for a connection includes the name', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const upstream = await upstreamOf([], options);
    const { told, done } = dialling(
      dialOf(upstream, { hostname: 'api.test', lookup: never, connectMs: 300 }),
    );
    vi.advanceTimersByTime(300);
    await done;
    expect(told).toEqual(['ETIMEDOUT']);
    expect(vi.getTimerCount()).toBe(0);
  });
});

describe('TLS that does not come about', () => {
  it.each([
    ['nothing in time', [], 'ETIMEDOUT'],
    ['an end', [fin], 'ECONNRESET'],
    ['a reset', [rst], 'ECONNRESET'],
    ['a polite end', [send(Buffer.from('15030300020100', 'hex'))], 'ECONNRESET'],
    ['no TLS', [send('HTTP/1.1 400 Bad Request\r\n\r\n')], 'ERR_SSL_WRONG_VERSION_NUMBER'],
  ])('%s: fails once', async (_what, steps, code) => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    // A ClientHello names its versions.
    const upstream = await upstreamOf([expectText('\x03\x04'), barrier('asked'), ...steps]);
    const asked = dialling(dialOf({ ...upstream, origin: 'https://api.test' }, { connectMs: 300 }));
    await upstream.reached('asked');
    if (steps.length === 0) vi.advanceTimersByTime(300);
    else upstream.release('asked');
    await asked.done;
    expect(asked.told).toEqual([code]);
    expect(vi.getTimerCount()).toBe(0);
  });
});

const established = send('HTTP/1.1 200 Connection established\r\n\r\n');

/** Longer than any deadline here. */
const connectMs = 60_000;

function through(proxyPort: number, scheme: 'http' | 'https'): Dial {
  const forwardProxy = `http://127.0.0.1:${proxyPort}`;
  const route = {
    match: '/**',
    target: `${scheme}://api.example.com`,
    forwardProxy,
    tls: { verify: false },
    timeouts: { connect: connectMs },
  };
  return dialThrough(forwardProxy, rulesetOf({ routes: [route] }).routes[0] as Route);
}

describe("through the network's own proxy", () => {
  it.each([
    ['CONNECT', 'http', [expectHead, barrier('asked')]],
    ['TLS behind it', 'https', [expectHead, established, expectText('\x03\x04'), barrier('asked')]],
  ] as const)(
    'a connection that waits for %s can be given up: its call hears one end',
    async (_what, scheme, steps) => {
      const upstream = await upstreamOf(steps);
      const asked = asking(through(upstream.port, scheme));
      await upstream.reached('asked');
      asked.pool.destroy();
      expect(await upstream.closed(1)).not.toBe('open');
      expect(asked.heard).toEqual(['error The connection was given up']);
    },
  );

  it.each([
    ['CONNECT', 'http', [expectHead, barrier('asked')]],
    ['TLS behind it', 'https', [expectHead, established, expectText('\x03\x04'), barrier('asked')]],
  ] as const)(
    'the time for a connection includes %s, however much comes meanwhile',
    async (_what, scheme, steps) => {
      vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
      const upstream = await upstreamOf(steps);
      const { told, done } = dialling(through(upstream.port, scheme));
      await upstream.reached('asked');
      vi.advanceTimersByTime(connectMs);
      await done;
      expect(told).toEqual(['ETIMEDOUT']);
      expect(vi.getTimerCount()).toBe(0);
      await upstream.closed(1);
    },
  );

  it.each([
    ['an end instead of an answer', 'http', [expectHead, fin], 'PROXY_REFUSED'],
    [
      'a refusal',
      'https',
      [expectHead, send('HTTP/1.1 407 No\r\nContent-Length: 0\r\n\r\n')],
      'PROXY_REFUSED',
    ],
    ['an end instead of TLS', 'https', [expectHead, established, expectText('\x03\x04'), fin], 'ECONNRESET'],
    ['a reset instead of TLS', 'https', [expectHead, established, expectText('\x03\x04'), rst], 'ECONNRESET'],
  ] as const)('%s fails once', async (_what, scheme, steps, code) => {
    const upstream = await upstreamOf(steps);
    const { told, done } = dialling(through(upstream.port, scheme));
    await done;
    await upstream.closed(1);
    expect(told).toEqual([code]);
  });

  it('what the far side says first is not lost: it is no answer, and nobody waits for one', async () => {
    const bytes = 'HTTP/1.1 200 Connection established\r\n\r\n220 ready\r\n';
    const upstream = await upstreamOf([expectHead, send(bytes), barrier('never')]);
    const asked = asking(through(upstream.port, 'http'));
    expect(await asked.over()).toEqual(['start', 'error INVALID_RESPONSE']);
  });

  it.each([
    ['http', {}],
    ['https', { tls: certificate }],
  ] as const)('its tunnels carry one call after the other to %s', async (scheme, options) => {
    const upstream = await upstreamOf([expectRequest, answer, expectRequest, answer], options);
    const { pool, over } = asking(through(await tunnelsTo(upstream.port), scheme));
    expect(await over()).toEqual(whole);
    const next = ask();
    pool.send(next.call);
    expect(await next.over()).toEqual(whole);
    expect(upstream.connections()).toBe(1);
  });
});

/** The port of a proxy that leads every CONNECT to another port of this machine. */
async function tunnelsTo(port: number): Promise<number> {
  const open = new Set<Socket>();
  const server = net.createServer((client) => {
    client.once('data', () => {
      const far = net.connect(port, '127.0.0.1', () => {
        client.write('HTTP/1.1 200 OK\r\n\r\n');
        far.pipe(client).pipe(far);
      });
      for (const socket of [client, far]) open.add(socket.on('error', () => {}));
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.close();
    for (const socket of open) socket.destroy();
  });
  return (server.address() as AddressInfo).port;
}
