/** Fields that belong to one connection and are never passed on: RFC 9110 §7.6.1. */

import { combinedValue, type HeaderList } from './header-list.ts';
import { listElements } from './token.ts';

const hopByHop: ReadonlySet<string> = new Set([
  'connection',
  'keep-alive',
  'proxy-connection',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-authentication-info',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'http2-settings',
]);

/**
 * Fields that a `Connection` line cannot nominate for removal: framing, addressing and the fields on which access
 * is decided. Go had to learn it: golang/go#50580.
 */
const neverNominated: ReadonlySet<string> = new Set([
  'authorization',
  'content-length',
  'cookie',
  'host',
  'origin',
  'transfer-encoding',
]);

export function isHopByHop(lowerCaseName: string): boolean {
  return hopByHop.has(lowerCaseName);
}

const none: ReadonlySet<string> = new Set();

/** The lower-case names that the `Connection` lines of a message nominate, without those that they may not. */
export function nominated(headers: HeaderList): ReadonlySet<string> {
  const connection = combinedValue(headers, 'connection');
  if (connection === undefined || isPlain(connection)) return none;
  const names = listElements(connection.toLowerCase()).filter((name) => !neverNominated.has(name));
  return new Set(names);
}

/** What nearly every peer sends, and what nominates nothing that is not hop-by-hop already. */
function isPlain(connection: string): boolean {
  return connection === 'keep-alive' || connection === 'close' || connection === 'Keep-Alive';
}
