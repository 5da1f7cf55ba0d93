/** Which proxy of the user's network stands between this machine and a target: the config's, or HTTP_PROXY and the like. */

import type { KeyPath } from '../config/problem.ts';
import type { Verdicts } from '../config/verdict.ts';
import { isLoopbackHost } from '../http/origin.ts';
import type { ForwardProxy, Target } from '../ruleset.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

type ProxiedTarget = Pick<Target, 'scheme' | 'hostname' | 'port'>;

/** `written` is the route's key: a URL, or `none`. */
export function compileForwardProxy(
  written: string | undefined,
  { target, env, at, verdicts }: { target: ProxiedTarget; env: Environment; at: KeyPath; verdicts: Verdicts },
): ForwardProxy | undefined {
  if (written === 'none') return undefined;
  if (written === undefined) return usable(proxyFromEnvironment(env, target));
  if (isProxyUrl(written)) return { url: written, from: 'config' };
  verdicts.error(at, {
    code: 'CP158',
    said: '"forwardProxy" must be the URL of an HTTP proxy, or "none"',
    mend: 'write e.g. "http://proxy.company.example:3128"',
  });
  return undefined;
}

/** SOCKS and other schemes are not spoken; curl's habit of leaving the scheme out is. */
function usable(found: ForwardProxy | undefined): ForwardProxy | undefined {
  if (found === undefined) return undefined;
  const url = /^[a-z][a-z0-9+.-]*:\/\//i.test(found.url) ? found.url : `http://${found.url}`;
  return isProxyUrl(url) ? { ...found, url } : undefined;
}

function isProxyUrl(text: string): boolean {
  return /^https?:\/\//i.test(text) && URL.canParse(text);
}

/** The proxy for a target, or `undefined`. Targets on this machine are always reached directly, as Go does. */
export function proxyFromEnvironment(env: Environment, target: ProxiedTarget): ForwardProxy | undefined {
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
