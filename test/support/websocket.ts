/** WebSocket handshakes as bytes, a proxy in front of one scripted upstream, and clients that are gone after the test. */

import type { Buffer } from 'node:buffer';
import { onTestFinished } from 'vitest';
import type { ConfigFile } from '../../src/config/schema.ts';
import { connectRaw, type RawClient, requestBytes } from './raw-client.ts';
import {
  barrier,
  expectHead,
  type RawUpstream,
  rawUpstream,
  type Script,
  type UpstreamOptions,
} from './raw-upstream.ts';
import type { HeaderLine } from './strict-parser.ts';
import { startTestApp, type TestApp } from './test-app.ts';

/** The origin that `proxyTo` lists. */
export const page = 'http://app.test';

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

export async function upstreamOf(script: Script, options?: UpstreamOptions): Promise<RawUpstream> {
  const upstream = await rawUpstream(script, options);
  onTestFinished(() => upstream.close());
  return upstream;
}

export type RouteValues = NonNullable<ConfigFile['routes']>[number];

/** A proxy with one route, `/api/**`, which lists `page`. */
export function proxyTo(target: string, route: Partial<RouteValues> = {}): Promise<TestApp> {
  return startTestApp({
    routes: [{ match: '/api/**', target, cors: { allowOrigin: page }, ...route }],
  });
}

export async function clientOf(app: TestApp): Promise<RawClient> {
  const client = await connectRaw({ port: app.port });
  onTestFinished(() => {
    client.socket.destroy();
  });
  return client;
}

/** A client whose handshake is on its way: the upstream has read it and stands at `barrier('handshake')`. */
export async function waitingClient(app: TestApp, upstream: RawUpstream): Promise<RawClient> {
  const client = await clientOf(app);
  await client.write(handshake(app));
  await upstream.reached('handshake');
  return client;
}
