/** A proxy with one route in front of a scripted upstream, and clients that are gone after the test. */

import type { Buffer } from 'node:buffer';
import { onTestFinished } from 'vitest';
import type { ConfigFile } from '../../src/config/schema.ts';
import { connectRaw, type RawClient, requestBytes } from './raw-client.ts';
import { type RawUpstream, rawUpstream, type Script, type UpstreamOptions } from './raw-upstream.ts';
import type { HeaderLine } from './strict-parser.ts';
import { startTestApp, type TestApp, type TestAppOptions } from './test-app.ts';

/** The origin that `proxyTo` lists. */
export const page = 'http://app.test';

export async function upstreamOf(script: Script, options?: UpstreamOptions): Promise<RawUpstream> {
  const upstream = await rawUpstream(script, options);
  onTestFinished(() => upstream.close());
  return upstream;
}

export type RouteValues = NonNullable<ConfigFile['routes']>[number];

/** A proxy with one route, `/api/**`, which lists `page`. */
export function proxyTo(
  target: string,
  route: Partial<RouteValues> = {},
  options?: TestAppOptions,
): Promise<TestApp> {
  const routes = [{ match: '/api/**', target, cors: { allowOrigin: page }, ...route }];
  return startTestApp({ routes }, options);
}

export async function clientOf(app: TestApp): Promise<RawClient> {
  const client = await connectRaw({ port: app.port });
  onTestFinished(() => {
    client.socket.destroy();
  });
  return client;
}

/** A request of the page, from its method and path. */
export function pageRequest(
  app: TestApp,
  startLine: string,
  {
    headers = [],
    body = '',
  }: { readonly headers?: readonly HeaderLine[]; readonly body?: Buffer | string } = {},
): Buffer {
  return requestBytes(startLine, [['Host', `localhost:${app.port}`], ['Origin', page], ...headers], body);
}

/** A client that has sent that request. */
export async function asking(...[app, startLine, more]: Parameters<typeof pageRequest>): Promise<RawClient> {
  const client = await clientOf(app);
  await client.write(pageRequest(app, startLine, more));
  return client;
}
