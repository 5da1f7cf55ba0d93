/** The upstream of a fuzzed conversation: reads strictly, answers as the case says, and remembers. */

import { Buffer } from 'node:buffer';
import { createServer, type Socket } from 'node:net';
import { type Request, readRequest, StrictParseError } from '../support/strict-parser.ts';
import type { Answer, FuzzCase } from './fuzz-case.ts';
import { plainAnswer } from './messages.ts';

/** What one case left behind. */
export interface Episode {
  readonly fuzzCase: FuzzCase;
  /** Complete requests, in the order of their arrival. */
  readonly requests: Arrival[];
  /** Bytes of the proxy that could be read in two ways. */
  readonly ambiguous: string[];
  /** Heads that were answered. */
  answered: number;
}

export interface Arrival extends Request {
  /** Of the answer in the case; `undefined` where it was answered in order. */
  readonly answer: Answer | undefined;
}

export interface FuzzUpstream {
  readonly origin: string;
  readonly begin: (fuzzCase: FuzzCase) => Episode;
  readonly openConnections: () => number;
  readonly close: () => Promise<void>;
}

export async function fuzzUpstream(): Promise<FuzzUpstream> {
  const sockets = new Set<Socket>();
  let episode: Episode | undefined;
  const server = createServer({ noDelay: true, allowHalfOpen: true }, (socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.once('close', () => sockets.delete(socket));
    new Line(socket, () => episode);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return {
    origin: `http://127.0.0.1:${port}`,
    begin: (fuzzCase) => {
      episode = { fuzzCase, requests: [], ambiguous: [], answered: 0 };
      return episode;
    },
    openConnections: () => sockets.size,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}

/** One connection: requests come one after the other, for the proxy must not pipeline. */
class Line {
  readonly #socket: Socket;
  readonly #episode: () => Episode | undefined;
  #unread = Buffer.alloc(0);
  #mode: 'http' | 'tunnel' | 'over' = 'http';
  /** The answer that was given to the head of the request whose end is still to come. */
  #early: { readonly answer: Answer | undefined } | undefined;

  constructor(socket: Socket, episode: () => Episode | undefined) {
    this.#socket = socket;
    this.#episode = episode;
    socket.on('data', (chunk: Buffer) => this.#take(chunk));
    socket.on('end', () => socket.end());
  }

  #take(chunk: Buffer): void {
    const episode = this.#episode();
    if (this.#mode === 'tunnel') this.#socket.write(chunk);
    if (this.#mode !== 'http' || episode === undefined) return;
    this.#unread = Buffer.concat([this.#unread, chunk]);
    try {
      this.#read(episode);
    } catch (error) {
      if (!(error instanceof StrictParseError)) throw error;
      episode.ambiguous.push(error.message);
      this.#socket.destroy();
    }
  }

  #read(episode: Episode): void {
    const read = readRequest(this.#unread);
    if (read === 'incomplete') {
      this.#answerHead(episode);
      return;
    }
    this.#unread = Buffer.from(read.rest);
    // Only a request that was answered early may have another one right behind it.
    const isPipelined = this.#early === undefined && this.#unread.length > 0;
    const given = this.#early ?? this.#answer(episode, read.message);
    this.#early = undefined;
    episode.requests.push({ ...read.message, answer: given.answer });
    if (isPipelined) episode.ambiguous.push('Bytes stand behind a request that was not answered yet');
    if (this.#unread.length > 0 && this.#mode === 'http') this.#read(episode);
  }

  #answerHead(episode: Episode): void {
    const answer = episode.fuzzCase.answers[episode.answered];
    if (this.#early !== undefined || answer?.when !== 'head' || !this.#unread.includes('\r\n\r\n')) return;
    episode.answered += 1;
    this.#early = { answer };
    this.#write(answer);
  }

  #answer(episode: Episode, { method }: Request): { readonly answer: Answer | undefined } {
    const { name, answers } = episode.fuzzCase;
    const answer = answers[episode.answered];
    episode.answered += 1;
    this.#write(answer ?? { when: 'request', packets: [plainAnswer(name, method)], end: 'stay' });
    return { answer };
  }

  #write({ packets, end }: Answer): void {
    if (/^HTTP\/1\.[01] 101/.test(packets.join(''))) this.#mode = 'tunnel';
    void writeAll(this.#socket, packets).then(() => {
      if (end === 'stay') return;
      this.#mode = 'over';
      if (end === 'fin') this.#socket.end();
      else this.#socket.resetAndDestroy();
    });
  }
}

/** Each packet in its own turn of the event loop. */
async function writeAll(socket: Socket, packets: readonly string[]): Promise<void> {
  for (const packet of packets) {
    if (!socket.writable) return;
    socket.write(packet, 'latin1');
    await new Promise((resolve) => setImmediate(resolve));
  }
}
