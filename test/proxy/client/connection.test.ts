import { Buffer } from 'node:buffer';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { Call } from '../../../src/proxy/client/call.ts';
import { Connection } from '../../../src/proxy/client/connection.ts';
import { validCertificate } from '../../support/certificates.ts';
import { type AskOptions, ask, dialOf } from '../../support/client-call.ts';
import { upstreamOf } from '../../support/one-route.ts';
import {
  barrier,
  expectHead,
  expectRequest,
  fin,
  type RawUpstream,
  rst,
  type Step,
  send,
} from '../../support/raw-upstream.ts';
import { newWatch } from '../../support/watch.ts';

const certificate = await validCertificate();

/** Opens one; what its owner is told, in that order. */
function connect(upstream: RawUpstream, first: Call, onFree: (connection: Connection) => void = () => {}) {
  const watch = newWatch();
  const told: string[] = [];
  const tell = (what: string) => {
    told.push(what);
    queueMicrotask(watch.changed);
  };
  const connection = new Connection(dialOf(upstream), first, {
    onFree: (self) => {
      tell('free');
      onFree(self);
    },
    onClosed: () => tell('closed'),
  });
  onTestFinished(() => connection.drop());
  const closed = () =>
    watch.within(
      10_000,
      () => told.includes('closed') || undefined,
      () => `the connection did not close, but ${told.join(', ')}`,
    );
  return { connection, told, closed };
}

const head = (length: number) => `HTTP/1.1 200 OK\r\nContent-Length: ${length}\r\n\r\n`;
const whole = ['start', 'head 200', 'data 2', 'end'];
const ended = 'error CONNECTION_ENDED';
/** Reads on where the upstream would end: nobody answers a FIN with a reset then. */
const halfOpen = { allowHalfOpen: true };

const kinds = [
  ['TCP', halfOpen],
  ['TLS', { ...halfOpen, tls: certificate }],
] as const;

describe.each(kinds)('what an upstream may do over %s', (_kind, options) => {
  it.each<[string, readonly Step[], readonly string[], readonly string[]]>([
    ['ends without a word', [fin], ['start', ended], ['closed']],
    ['ends within the head', [send('HTTP/1.1 200 OK\r\nConte'), fin], ['start', ended], ['closed']],
    ['ends behind the head', [send(head(2)), fin], ['start', 'head 200', ended], ['closed']],
    ['ends within the body', [send(`${head(4)}ok`), fin], ['start', 'head 200', 'data 2', ended], ['closed']],
    [
      'ends within the chunks',
      [send('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n'), fin],
      ['start', 'head 200', 'data 2', ended],
      ['closed'],
    ],
    ['ends behind its answer', [send(`${head(2)}ok`), fin], whole, ['free', 'closed']],
    ['ends its answer by its end', [send('HTTP/1.1 200 OK\r\n\r\nok'), fin], whole, ['closed']],
    ['says more than it was asked', [send(`${head(2)}ok!`)], whole, ['closed']],
    ['says that it will end', [send(`HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok`)], whole, ['closed']],
    ['speaks no HTTP', [send('220 ready\r\n')], ['start', 'error INVALID_RESPONSE'], ['closed']],
  ])('%s', async (_what, steps, heard, told) => {
    const upstream = await upstreamOf([expectRequest, ...steps], options);
    const asked = ask();
    const connection = connect(upstream, asked.call);
    await asked.over();
    await connection.closed();
    await upstream.closed(1);
    expect(asked.heard).toEqual(heard);
    expect(connection.told).toEqual(told);
  });

  it('a paused answer that is complete does not leave its connection paused for the next', async () => {
    const upstream = await upstreamOf(
      [expectRequest, send(`${head(2)}ok`), expectRequest, send(`${head(2)}ok`)],
      options,
    );
    const first = ask({ on: (what, self) => what === 'data 2' && self.pause() });
    const second = ask();
    connect(upstream, first.call, (connection) => {
      if (second.heard.length === 0) connection.carry(second.call);
    });
    expect(await second.over()).toEqual(whole);
    expect(first.heard).toEqual(whole);
  });

  it('an answer that is paused stands still, and goes on where it stopped', async () => {
    const body = Buffer.alloc(4 * 1024 * 1024, 'abcdefg');
    const upstream = await upstreamOf([expectRequest, send(head(body.length)), send(body)], options);
    let whilePaused = 0;
    const asked = ask({
      on: (what, self) => {
        if (!what.startsWith('data')) return;
        whilePaused += self.paused ? 1 : 0;
        self.pause();
        setImmediate(() => self.resume());
      },
    });
    connect(upstream, asked.call);
    expect((await asked.over()).at(-1)).toBe('end');
    expect(asked.body() === body.toString('latin1')).toBe(true);
    expect(whilePaused).toBe(0);
  });

  it('a call that is aborted, paused or not, takes its connection with it', async () => {
    const body = Buffer.alloc(4 * 1024 * 1024, 'abcdefg');
    const upstream = await upstreamOf([expectRequest, send(head(body.length)), send(body)], options);
    const asked = ask({
      on: (what, self) => {
        if (!what.startsWith('data')) return;
        self.pause();
        self.abort(new Error('left'));
        self.resume();
      },
    });
    const { told, closed } = connect(upstream, asked.call);
    await closed();
    await upstream.closed(1);
    expect(asked.heard.slice(-1)).toEqual(['error left']);
    expect(asked.heard.filter((what) => what.startsWith('data'))).toHaveLength(1);
    expect(told).toEqual(['closed']);
  });
});

describe('a reset', () => {
  it.each<[string, readonly Step[], readonly string[]]>([
    ['without a word', [barrier('now'), rst], ['start', 'error ECONNRESET']],
    [
      'within the body',
      [send(`${head(4)}ok`), barrier('now'), rst],
      ['start', 'head 200', 'data 2', 'error ECONNRESET'],
    ],
    [
      'of an answer that only an end would have completed',
      [send('HTTP/1.1 200 OK\r\n\r\nok'), barrier('now'), rst],
      ['start', 'head 200', 'data 2', 'error ECONNRESET'],
    ],
    [
      'of an idle connection is nothing to the call before',
      [send(`${head(2)}ok`), barrier('now'), rst],
      whole,
    ],
  ])('%s', async (_what, steps, heard) => {
    const upstream = await upstreamOf([expectRequest, ...steps]);
    const asked = ask();
    const { told, closed } = connect(upstream, asked.call);
    // Not before all in front of it was read: a reset drops what is on its way.
    const last = heard.filter((what) => !what.startsWith('error')).at(-1);
    if (last !== undefined) await asked.hears(last);
    upstream.release('now');
    await closed();
    expect(asked.heard).toEqual(heard);
    expect(told.filter((what) => what === 'closed')).toHaveLength(1);
  });
});

describe('a connection', () => {
  it('that is dropped while it is opened tells its owner and its call once', async () => {
    const upstream = await upstreamOf([expectHead]);
    const asked = ask();
    const { connection, told } = connect(upstream, asked.call);
    connection.drop();
    connection.drop();
    expect(asked.heard).toEqual(['error The connection was given up']);
    expect(told).toEqual(['closed']);
  });

  it('is free where its call is not wanted any more when it is there', async () => {
    const upstream = await upstreamOf([expectRequest, send(`${head(2)}ok`)]);
    const left = ask({ on: (what, self) => what === 'start' && self.abort(new Error('left')) });
    const next = ask();
    const { told } = connect(upstream, left.call, (connection) => {
      if (next.heard.length === 0) connection.carry(next.call);
    });
    expect(await next.over()).toEqual(whole);
    expect(left.heard).toEqual(['start', 'error left']);
    expect(told).toEqual(['free', 'free']);
  });

  it('writes nothing where a part of the head could be read as something else', async () => {
    const upstream = await upstreamOf([expectHead]);
    const asked = ask({ path: '/ HTTP/1.1\r\nX: y' } as AskOptions);
    await connect(upstream, asked.call).closed();
    await upstream.closed(1);
    expect(asked.heard).toHaveLength(2);
    expect(asked.heard[1]).toContain('Not to be written as a request line');
    expect(upstream.received(1)).toHaveLength(0);
  });
});
