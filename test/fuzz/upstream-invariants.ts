/** What goes up: one request for each that was accepted, framed once, and none that nobody sent. */

import type { Exchange } from '../../src/exchange.ts';
import { type Request, values } from '../support/strict-parser.ts';
import type { Observed } from './fuzz-stand.ts';
import type { Asked } from './reading.ts';

export function upstreamViolations(seen: Observed, asked: Asked): string[] {
  const text = seen.written.toString('latin1');
  return [
    ...seen.episode.ambiguous.map((what) => `upstream bytes: ${what}`),
    ...unreported(seen),
    ...seen.episode.requests.flatMap((request) => [...inventedTarget(request, text), ...hopByHop(request)]),
    ...smuggled(seen, asked),
    ...changedBodies(seen, asked),
  ];
}

/** Every request that arrived belongs to an exchange, and no exchange made more than it reports. */
function unreported({ episode, exchanges }: Observed): string[] {
  const left = exchanges.flatMap(sentBy);
  return episode.requests.flatMap(({ method, target }) => {
    const exact = left.indexOf(`${method} ${target}`);
    const at = exact === -1 ? left.indexOf(anything) : exact;
    if (at === -1) return [`unreported: ${method} ${target}`];
    left.splice(at, 1);
    return [];
  });
}

const anything = 'a followed redirect';

function sentBy({ plan, attempts, status }: Exchange): string[] {
  if (plan.kind !== 'forward') return [];
  const first = `${plan.upstream.method} ${plan.upstream.path}`;
  const isHandshake = plan.as === 'websocket' || status === 101;
  const more = plan.route.match.startsWith('/follow') ? anything : first;
  return [first, ...Array<string>(isHandshake ? 0 : Math.max(0, attempts - 1)).fill(more)];
}

/** The path that went up is the one that came: byte for byte. */
function inventedTarget({ target }: Request, written: string): string[] {
  // Where a followed redirect leads is the upstream's affair.
  if (written.includes(target) || written.includes('/follow')) return [];
  return [`target: ${target} was not asked for`];
}

const hopByHopNames = ['keep-alive', 'proxy-connection', 'proxy-authorization', 'te', 'trailer', 'expect'];

function hopByHop({ headers }: Request): string[] {
  const isHandshake = values(headers, 'upgrade').some((protocol) => protocol.toLowerCase() === 'websocket');
  const names = isHandshake ? hopByHopNames : [...hopByHopNames, 'upgrade'];
  return names.flatMap((name) => {
    const [value] = values(headers, name);
    return value === undefined || (name === 'te' && value === 'trailers')
      ? []
      : [`hop-by-hop: ${name} went up`];
  });
}

/** What a careful reader finds doubtful must not reach the upstream as a whole request; a few doubts are ours alone. */
function smuggled({ episode, exchanges }: Observed, { requests, doubt, rest }: Asked): string[] {
  const repeated = exchanges.reduce((sum, { attempts }) => sum + Math.max(0, attempts - 1), 0);
  const sent = episode.requests.length - repeated;
  const allowed = requests.length + (isHarmless(doubt, rest) ? lineCount(rest) : 0);
  if (sent <= allowed) return [];
  return [`smuggled: ${sent} requests went up, ${requests.length} were beyond doubt; then: ${doubt}`];
}

/** HTTP/1.0, chunk extensions, CHUNKED and more than one space (RFC 9112 §3) are let through; the strict reader knows none of them. */
function isHarmless(doubt: string, rest: Buffer): boolean {
  return (
    (doubt.startsWith('Not a request line') && /^[A-Z]+ +[^ ]+ +HTTP\/1\.[01]$/.test(firstLine(rest))) ||
    /^Not a chunk size: "[0-9a-f]+[ \t]*;/i.test(doubt) ||
    /^Transfer-Encoding is not "chunked": "chunked"$/i.test(doubt) ||
    isLong(rest)
  );
}

/** What has too many lines is refused for that, and its connection goes on. */
function isLong(rest: Buffer): boolean {
  const end = rest.indexOf('\r\n\r\n');
  return rest.toString('latin1', 0, end === -1 ? rest.length : end).split('\r\n').length > 1000;
}

function firstLine(bytes: Buffer): string {
  return bytes.toString('latin1', 0, 20_000).split('\r\n')[0] ?? '';
}

function lineCount(bytes: Buffer): number {
  return bytes.toString('latin1').split(' HTTP/1.').length - 1;
}

/** A body that nobody can doubt arrives as it was sent. */
function changedBodies({ episode }: Observed, { requests, doubt, rest }: Asked): string[] {
  if (isHarmless(doubt, rest)) return [];
  const bodies = new Set(requests.map(({ body }) => body.toString('latin1')));
  return episode.requests.flatMap(({ method, body }) => {
    if (body.length === 0 || bodies.has(body.toString('latin1'))) return [];
    return [`body: ${method} arrived with ${body.length} bytes that were not sent as one body`];
  });
}
