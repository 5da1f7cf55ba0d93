/** Which company proxy stands between this machine and a target: HTTP_PROXY, HTTPS_PROXY, ALL_PROXY, NO_PROXY. Pure. */

import { isLoopbackHost } from '../http/origin.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

export interface ProxiedTarget {
  readonly scheme: 'http' | 'https';
  /** Without brackets. */
  readonly hostname: string;
  readonly port: number;
}

export interface FoundProxy {
  /** As it stands in the variable; it may hold credentials, so it is never printed whole. */
  readonly url: string;
  /** `HTTPS_PROXY` */
  readonly from: string;
}

/** The proxy for a target, or `undefined`. Targets on this machine are always reached directly, as Go does. */
export function proxyFromEnvironment(env: Environment, target: ProxiedTarget): FoundProxy | undefined {
  const { scheme, hostname, port } = target;
  if (isLoopbackHost(hostname.includes(':') ? `[${hostname}]` : hostname)) return undefined;
  if (isExempt(env.no_proxy ?? env.NO_PROXY ?? '', hostname, port)) return undefined;
  // Lower case first, as curl reads them.
  const names = scheme === 'https' ? ['https_proxy', 'HTTPS_PROXY'] : ['http_proxy', 'HTTP_PROXY'];
  for (const from of [...names, 'all_proxy', 'ALL_PROXY']) {
    const url = env[from]?.trim();
    if (url) return { url, from };
  }
  return undefined;
}

/** `*`, or names and their subtrees, each with a port or without; separated by commas or spaces. */
function isExempt(list: string, hostname: string, port: number): boolean {
  return list
    .toLowerCase()
    .split(/[\s,]+/)
    .filter((entry) => entry !== '')
    .some((entry) => entry === '*' || covers(entry, hostname.toLowerCase(), port));
}

function covers(entry: string, hostname: string, port: number): boolean {
  const [, name = '', wanted] = /^(.*?)(?::([0-9]+))?$/.exec(entry) ?? [];
  if (wanted !== undefined && Number(wanted) !== port) return false;
  const bare = name.replace(/^\*?\./, '').replace(/^\[(.*)\]$/, '$1');
  return hostname === bare || hostname.endsWith(`.${bare}`);
}
