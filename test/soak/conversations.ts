/** What clients of a soak do: requests to their end, and connections that are broken off at every point. */

import type { Random } from '../support/random.ts';
import { connectRaw, type RawClient, requestBytes } from '../support/raw-client.ts';
import type { HeaderLine } from '../support/strict-parser.ts';
import { streamBytes } from './soak-upstream.ts';

export const page = 'http://app.localhost:5173';

export const abortPoints = [
  'before the head',
  'in the head',
  'in the body up',
  'while it waits',
  'in the body down',
] as const;
export type AbortPoint = (typeof abortPoints)[number];

const paths = ['ok', 'ok', 'ok', 'slow', 'reset', 'cut', 'hints', 'last', 'stream', 'upload'] as const;

/** One after the other on a connection that is kept alive; a cut answer ends it. */
export class Line {
  readonly #port: number;
  #client: RawClient | undefined;
  #served = 0;

  constructor(port: number) {
    this.#port = port;
  }

  /** Gives what is wrong with the answer, or `undefined`. */
  async request(random: Random): Promise<string | undefined> {
    const path = random.pick(paths);
    // A client keeps all that it received.
    if (this.#served >= 20) this.close();
    this.#client ??= await open(this.#port);
    this.#served += 1;
    const client = this.#client;
    await client.write(bytesOf(path));
    if (path === 'cut') {
      const { ended, bytes } = await client.end({ deadlineMs });
      this.close();
      return ended !== 'open' && bytes.toString('latin1').endsWith('x')
        ? undefined
        : `cut: ended by ${ended}`;
    }
    const { status, body, interim } = await client.response({ deadlineMs });
    const isGood =
      path === 'reset'
        ? status === 502
        : status === 200 && body.length === (path === 'stream' ? streamBytes : 2);
    const isHinted = path !== 'hints' || interim[0]?.status === 103;
    return isGood && isHinted ? undefined : `${path}: ${status} with ${body.length} bytes`;
  }

  close(): void {
    this.#client?.socket.destroy();
    this.#client = undefined;
    this.#served = 0;
  }
}

/** Only bounds failures. */
const deadlineMs = 20_000;

export async function abort(port: number, point: AbortPoint, random: Random): Promise<void> {
  const client = await open(port);
  switch (point) {
    case 'before the head':
      break;
    case 'in the head':
      await client.write(bytesOf('ok').subarray(0, 20 + random.below(20)));
      break;
    case 'in the body up':
      await client.write(bytesOf('upload').subarray(0, -500));
      break;
    case 'while it waits':
      await client.write(bytesOf('slow'));
      break;
    case 'in the body down':
      await client.write(bytesOf('stream'));
      await client.until('xxxx', { deadlineMs });
      break;
  }
  leave(client, random);
}

/** A tunnel that is left at some point, open or not. */
export async function tunnel(port: number, random: Random): Promise<string | undefined> {
  const client = await open(port);
  const fields: readonly HeaderLine[] = [
    ['Connection', 'Upgrade'],
    ['Upgrade', 'websocket'],
    ['Sec-WebSocket-Version', '13'],
    ['Sec-WebSocket-Key', 'dGhlIHNhbXBsZSBub25jZQ=='],
  ];
  await client.write(requestBytes('GET /api/ws', [...common, ...fields]));
  const depth = random.below(3);
  if (depth > 0) await client.until('101', { deadlineMs });
  if (depth > 1) {
    await client.write('hello');
    await client.until('hello', { deadlineMs });
  }
  leave(client, random);
  return undefined;
}

function leave(client: RawClient, random: Random): void {
  if (random.chance(0.5)) client.rst();
  else client.socket.destroy();
}

async function open(port: number): Promise<RawClient> {
  const client = await connectRaw({ port });
  client.socket.on('error', () => {});
  return client;
}

const common: readonly HeaderLine[] = [
  ['Host', 'localhost'],
  ['Origin', page],
];

function bytesOf(path: string): Buffer {
  const body = path === 'upload' ? 'x'.repeat(1000) : '';
  return requestBytes(`${path === 'upload' ? 'POST' : 'GET'} /api/${path}`, common, body);
}
