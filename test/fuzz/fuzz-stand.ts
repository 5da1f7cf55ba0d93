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
  return {
    play: (fuzzCase) => play(fuzzCase, { app, upstream }),
    close: async () => {
      const { aborted } = await app.app.close();
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
}

async function play(fuzzCase: FuzzCase, { app, upstream }: Parts): Promise<Observed> {
  const before = app.exchanges.length;
  const episode = upstream.begin(fuzzCase);
  const client = await connectRaw({ port: app.port });
  const conversation = new Conversation(client, fuzzCase.client);
  const missed = await conversation.run();
  client.socket.destroy();
  const exchanges = () => app.exchanges.slice(before);
  if (!(await isReported(episode, exchanges))) missed.push('an exchange was never reported');
  return {
    episode,
    written: conversation.written(),
    received: client.received(),
    ended: client.ended(),
    exchanges: exchanges().sort((a, b) => order(a) - order(b)),
    missed,
  };
}

/** Ids count up in base 36. */
function order({ id }: Exchange): number {
  return Number.parseInt(id.split('-')[1] ?? '', 36);
}

/** The client is gone, so all that it asked for is over soon; looked at several times, for what was on its way. */
async function isReported(episode: Episode, exchanges: () => readonly Exchange[]): Promise<boolean> {
  const attempts = () =>
    exchanges().reduce((sum, exchange) => sum + (exchange.status === 101 ? 1 : exchange.attempts), 0);
  for (let looks = 0; looks < 3; looks += 1) {
    if (!(await comesTrue(() => attempts() >= episode.requests.length, deadlineMs))) return false;
    await pause();
  }
  return true;
}

class Conversation {
  readonly #client: RawClient;
  readonly #side: ClientSide;
  readonly #written: Buffer[] = [];

  constructor(client: RawClient, side: ClientSide) {
    this.#client = client;
    this.#side = side;
    client.socket.on('error', () => {});
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
    if (this.#isTunnel() && leave === 'fin') this.#client.fin();
    else if (this.#isTunnel()) this.#client.rst();
    const isOver = await comesTrue(() => this.#client.ended() !== 'open', deadlineMs);
    return isOver ? [] : [`the connection was open after ${deadlineMs} ms`];
  }

  #write(text: string): void {
    const bytes = Buffer.from(text, 'latin1');
    this.#written.push(bytes);
    // The proxy may have ended the connection by now: what it said before counts.
    this.#client.write(bytes).catch(() => {});
  }

  #isTunnel(): boolean {
    return this.#client.received().includes('HTTP/1.1 101');
  }

  #isTalking(): boolean {
    return this.#client.ended() === 'open' && !this.#isTunnel();
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
