/** A proxy between a fuzzing client and a fuzzing upstream. Cases go through it one after the other. */

import { Buffer } from 'node:buffer';
import type { ConfigFile } from '../../src/config/schema.ts';
import type { Exchange } from '../../src/exchange.ts';
import { connectRaw, type RawClient } from '../support/raw-client.ts';
import type { Ending } from '../support/strict-parser.ts';
import { openTestApp, type TestApp } from '../support/test-app.ts';
import type { ClientSide, FuzzCase } from './fuzz-case.ts';
import { type Episode, type FuzzUpstream, fuzzUpstream } from './fuzz-upstream.ts';
import { page } from './messages.ts';

/** What was seen from outside, and what the proxy reported. */
export interface Observed {
  readonly episode: Episode;
  /** Everything that the client wrote, probes included. */
  readonly written: Buffer;
  readonly received: Buffer;
  readonly ended: Ending;
  /** Whether it was the client that ended it: a tunnel, or an event stream. */
  readonly left: boolean;
  /** In the order in which the requests came. */
  readonly exchanges: readonly Exchange[];
  /** What was waited for in vain. */
  readonly missed: readonly string[];
}

export interface FuzzStand {
  readonly play: (fuzzCase: FuzzCase) => Promise<Observed>;
  /** Gives what was left behind. */
  readonly close: () => Promise<readonly string[]>;
}

/** Answered by the proxy itself, and the last request of its connection. */
const probe = 'GET /__cors-proxy/health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n';

/** Long enough for a loaded machine, short enough for thousands of cases that run into them. */
const timeouts = { connect: 2000, headers: 250, body: 250 };
const headTimeoutMs = 250;

/** No connection may stay open for longer: all deadlines of the proxy together, and the machine's own slowness. */
const deadlineMs = 8000;

export async function openFuzzStand(): Promise<FuzzStand> {
  const upstream = await fuzzUpstream();
  const app = await openTestApp(config(upstream.origin), { env: { KEY: 'fuzz-secret' } });
  const fence = await Fence.build(app);
  return {
    play: (fuzzCase) => play(fuzzCase, { app, upstream, fence }),
    close: async () => {
      fence.remove();
      const { aborted } = await app.app.close();
      await comesTrue(() => upstream.openConnections() === 0, deadlineMs);
      const left = upstream.openConnections();
      await upstream.close();
      return [
        ...(aborted === 0 ? [] : [`leak: ${aborted} connections had to be destroyed at the end`]),
        ...(left === 0 ? [] : [`leak: ${left} connections to the upstream were open after the end`]),
      ];
    },
  };
}

function config(target: string): ConfigFile {
  const cors = { allowOrigin: page, allowCredentials: true, exposeHeaders: '*' as const };
  return {
    listen: { host: '127.0.0.1', timeouts: { head: headTimeoutMs, drain: 3000 } },
    timeouts,
    limits: { requestBody: '64kb' },
    routes: [
      { match: '/api/**', target, cors },
      { match: '/open/**', target, cors: { allowOrigin: '*' } },
      { match: '/follow/**', target, cors, response: { redirects: 'follow' } },
      { match: '/key/**', target, cors, request: { headers: { Authorization: 'Bearer ${KEY}' } } },
    ],
  };
}

interface Parts {
  readonly app: TestApp;
  readonly upstream: FuzzUpstream;
  readonly fence: Fence;
}

async function play(fuzzCase: FuzzCase, { app, upstream, fence }: Parts): Promise<Observed> {
  const noticesBefore = app.notices.length;
  const from = fence.at;
  const episode = upstream.begin(fuzzCase);
  const client = await quietClient(app);
  const conversation = new Conversation(client, fuzzCase.client);
  const missed = await conversation.run();
  client.socket.destroy();
  // What the kernel still holds of it is read before the fence.
  for (let turns = 0; turns < 3; turns += 1) await pause();
  if (!(await fence.move())) missed.push('the proxy does not answer any more');
  const exchanges = () =>
    app.exchanges.filter((exchange) => order(exchange) > from && order(exchange) < fence.at);
  // A request that Node's parser refuses takes a number too; it is a notice.
  const isReported = () => exchanges().length + app.notices.length - noticesBefore >= fence.at - from - 1;
  if (!(await comesTrue(isReported, deadlineMs))) missed.push('an exchange was never reported');
  return {
    episode,
    written: conversation.written(),
    received: client.received(),
    ended: client.ended(),
    left: conversation.left,
    exchanges: exchanges().sort((a, b) => order(a) - order(b)),
    missed,
  };
}

/** One whose socket may fail. */
async function quietClient({ port }: TestApp): Promise<RawClient> {
  const client = await connectRaw({ port });
  client.socket.on('error', () => {});
  return client;
}

/** Ids count up in base 36. */
function order({ id }: Exchange): number {
  return Number.parseInt(id.split('-')[1] ?? '', 36);
}

/** A request of its own between two cases: the ids tell which exchange belongs to which, however late it is reported. */
class Fence {
  readonly #app: TestApp;
  #client: RawClient | undefined;
  /** Number of the last request of ours. */
  at = 0;

  private constructor(app: TestApp) {
    this.#app = app;
  }

  static async build(app: TestApp): Promise<Fence> {
    const fence = new Fence(app);
    if (!(await fence.move())) throw new Error('The proxy does not answer');
    return fence;
  }

  async move(): Promise<boolean> {
    // Where the machine stood still for a while it is a 408, which costs a connection.
    for (let tries = 0; tries < 5; tries += 1) {
      if (await this.#ask()) return true;
      this.remove();
    }
    return false;
  }

  async #ask(): Promise<boolean> {
    this.#client ??= await quietClient(this.#app);
    const request = 'GET /__cors-proxy/health HTTP/1.1\r\nHost: localhost\r\nX-Fence: 1\r\n\r\n';
    this.#client.write(request).catch(() => {});
    const response = await this.#client.response({ deadlineMs }).catch(() => undefined);
    const own = this.#app.exchanges.findLast(({ head }) => head.headers.includes('X-Fence'));
    if (own !== undefined) this.at = order(own);
    return response?.status === 200;
  }

  remove(): void {
    this.#client?.socket.destroy();
    this.#client = undefined;
  }
}

class Conversation {
  readonly #client: RawClient;
  readonly #side: ClientSide;
  readonly #written: Buffer[] = [];
  left = false;

  constructor(client: RawClient, side: ClientSide) {
    this.#client = client;
    this.#side = side;
  }

  written(): Buffer {
    return Buffer.concat(this.#written);
  }

  async run(): Promise<string[]> {
    const { packets, second, probe: when, leave } = this.#side;
    for (const packet of packets) {
      this.#write(packet);
      await new Promise((resolve) => setImmediate(resolve));
    }
    if (second !== '') {
      await this.#effect();
      this.#write(second);
    }
    if (when === 'later') await this.#effect();
    // A probe may be taken for a body or for the rest of a line: one of the next is not.
    for (let i = 0; i < 4 && this.#isTalking(); i += 1) {
      this.#write(probe);
      await comesTrue(() => !this.#isTalking(), 4 * timeouts.body);
    }
    this.left = this.#isEndless() && this.#client.ended() === 'open';
    if (this.left && leave === 'fin') this.#client.fin();
    else if (this.left) this.#client.rst();
    const isOver = await comesTrue(() => this.#client.ended() !== 'open', deadlineMs);
    return isOver ? [] : [`the connection was open after ${deadlineMs} ms`];
  }

  #write(text: string): void {
    const bytes = Buffer.from(text, 'latin1');
    this.#written.push(bytes);
    // The proxy may have ended the connection by now: what it said before counts.
    this.#client.write(bytes).catch(() => {});
  }

  /** Whether a tunnel is open, or an event stream runs, which has no deadline: it is ours to leave. */
  #isEndless(): boolean {
    const received = this.#client.received().toString('latin1');
    return /HTTP\/1\.1 101|application\/(?:x-)?ndjson|text\/event-stream/i.test(received);
  }

  #isTalking(): boolean {
    return this.#client.ended() === 'open' && !this.#isEndless();
  }

  /** Until bytes have come, or have not for a while. */
  async #effect(): Promise<void> {
    const hasEffect = () => this.#client.received().length > 0 || this.#client.ended() !== 'open';
    await comesTrue(hasEffect, timeouts.headers + timeouts.body);
    await pause();
  }
}

async function comesTrue(look: () => boolean, withinMs: number): Promise<boolean> {
  const giveUp = performance.now() + withinMs;
  while (!look()) {
    if (performance.now() > giveUp) return false;
    await pause();
  }
  return true;
}

/** Looked at again and again: nobody announces that nothing comes any more. */
function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 3));
}
