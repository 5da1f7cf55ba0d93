/** WebSocket handshakes as bytes. */

import type { Buffer } from 'node:buffer';
import { clientOf, page } from './one-route.ts';
import { type RawClient, requestBytes } from './raw-client.ts';
import { barrier, expectHead, type RawUpstream, type Script } from './raw-upstream.ts';
import type { HeaderLine } from './strict-parser.ts';
import type { TestApp } from './test-app.ts';

export const handshakeFields: readonly HeaderLine[] = [
  ['Upgrade', 'websocket'],
  ['Sec-WebSocket-Version', '13'],
  ['Sec-WebSocket-Key', 'dGhlIHNhbXBsZSBub25jZQ=='],
];

export interface HandshakeOptions {
  readonly target?: string;
  readonly method?: string;
  readonly origin?: string;
  readonly connection?: string;
  readonly more?: readonly HeaderLine[];
  readonly body?: string;
}

export function handshake(app: TestApp, options: HandshakeOptions = {}): Buffer {
  const {
    target = '/api/ws',
    method = 'GET',
    origin = page,
    connection = 'Upgrade',
    more = [],
    body,
  } = options;
  const fixed: readonly HeaderLine[] = [
    ['Host', `localhost:${app.port}`],
    ['Origin', origin],
    ['Connection', connection],
  ];
  return requestBytes(`${method} ${target}`, [...fixed, ...handshakeFields, ...more], body);
}

/** The 101 without the empty line at its end. */
export const accepted =
  'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n';
export const switching = `${accepted}\r\n`;

/** An upstream that reads the handshake and says nothing. */
export const silent: Script = [expectHead, barrier('handshake')];

/** A client whose handshake is on its way: the upstream has read it and stands at `barrier('handshake')`. */
export async function waitingClient(app: TestApp, upstream: RawUpstream): Promise<RawClient> {
  const client = await clientOf(app);
  await client.write(handshake(app));
  await upstream.reached('handshake');
  return client;
}
