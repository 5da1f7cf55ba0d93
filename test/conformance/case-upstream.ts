/** What the scripted upstreams answer: the row's response, with the real addresses in the place of its host names. */

import type { Answer } from '../support/raw-upstream.ts';
import type { HeaderLine } from '../support/strict-parser.ts';
import { hostOf } from './case-config.ts';
import { type Case, headerLines } from './case-shape.ts';

export interface UpstreamPlace {
  /** The host that this upstream plays. */
  readonly host: string;
  /** `api.example.com` → `http://127.0.0.1:49152`; a host that nobody plays stays as it is. */
  readonly origin: (host: string) => string;
}

export function upstreamAnswer(row: Case | undefined, { host, origin }: UpstreamPlace): Answer {
  const second = row?.expect.secondUpstream;
  if (second?.host === host) return { status: second.status, body: 'from the second upstream' };
  const { status = 200, headers = {}, body = '' } = row?.upstream ?? {};
  // A host that is no target of this row's config stays a stranger.
  const known = (name: string) =>
    row !== undefined && isTarget(name, row) ? origin(name) : `https://${name}`;
  const lines = headerLines(headers).map(
    ([name, value]): HeaderLine => [name, name === 'location' ? realAddress(value, known) : value],
  );
  return { status, headers: lines, body };
}

function isTarget(host: string, { config, expect }: Case): boolean {
  const routes = (config.routes ?? []).filter((route) => typeof route === 'object');
  const urls = [config.upstream, ...routes.flatMap(({ upstream }) => upstream ?? [])];
  return expect.secondUpstream?.host === host || urls.some((url) => hostOf(url) === host);
}

/** An absolute or a scheme-relative URL keeps its form, and gets the address of whoever plays its host. */
function realAddress(location: string, origin: UpstreamPlace['origin']): string {
  const [, scheme = '', host = '', rest = ''] = /^(https?:)?\/\/([^/]*)(.*)$/.exec(location) ?? [];
  if (host === '') return location;
  const real = origin(host);
  if (real === `https://${host}`) return location;
  return `${scheme === '' ? real.replace(/^http:/, '') : real}${rest}`;
}
