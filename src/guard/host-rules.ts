/** Which names this proxy answers to: the protection against DNS rebinding, on every request, before all else. */

import { domainToASCII } from 'node:url';
import { type KeyPath, placeText } from '../config/problem.ts';
import type { ListenRules } from '../config/schema.ts';
import type { Verdicts } from '../config/verdict.ts';
import { parseAuthority } from '../http/host.ts';
import { isLoopbackHost } from '../http/origin.ts';

export interface HostRules {
  readonly names: ReadonlySet<string>;
  /** `.dev.test`: the subtree, and `dev.test` itself, as Vite reads it. */
  readonly subtrees: readonly string[];
  readonly any: boolean;
  /** Where `allowedHosts` stands; empty where it is not written. */
  readonly place: string;
}

const listKey: KeyPath = ['listen', 'allowedHosts'];

/**
 * The rules of `listen`. `localAddresses` are this machine's own, which a listener on every interface answers to;
 * 0.0.0.0 itself is no name: browsers once let pages of any site reach it.
 */
export function compileHostRules(
  listen: ListenRules,
  verdicts: Verdicts,
  { localAddresses = [] }: { readonly localAddresses?: readonly string[] } = {},
): HostRules {
  const names = new Set<string>();
  const subtrees: string[] = [];
  for (const name of listenerNames(listen.host ?? 'localhost', localAddresses)) names.add(name);
  let any = false;
  for (const [i, text] of (listen.allowedHosts ?? []).entries()) {
    const entry = compileEntry(text, [...listKey, i], {
      verdicts,
      allowsAny: listen.dangerouslyAllowAnyHost === true,
    });
    if (entry?.kind === 'any') any = true;
    if (entry?.kind === 'subtree') subtrees.push(entry.name);
    if (entry?.kind === 'name') names.add(entry.name);
  }
  const place = listen.allowedHosts === undefined ? '' : placeText(verdicts.placeOf(listKey));
  return { names, subtrees, any, place };
}

/** Whether a request may name this host: lower case and without its port, as `parseAuthority` gives it. */
export function isAllowedHost(rules: HostRules, host: string): boolean {
  if (rules.any || isLoopbackHost(host) || rules.names.has(host)) return true;
  return rules.subtrees.some((subtree) => isInSubtree(host, subtree));
}

/** Name by name, never as the end of a text: "evildev.test" is not in ".dev.test". */
function isInSubtree(host: string, subtree: string): boolean {
  return host.endsWith(subtree) || (host.length + 1 === subtree.length && subtree.endsWith(host));
}

const everyInterface = new Set(['0.0.0.0', '::', '[::]']);

function listenerNames(host: string, localAddresses: readonly string[]): readonly string[] {
  const addresses = everyInterface.has(host) ? localAddresses : [host];
  return addresses.flatMap((address) => hostName(address) ?? []);
}

/** The name in the form of a `Host` field, or `undefined` where it is none; IPv6 may come without its brackets. */
export function hostName(text: string): string | undefined {
  const bare = text.replace(/%.*$/, '');
  const isBareIpv6 = /^[0-9a-f:.]*:[0-9a-f:.]*:[0-9a-f:.]*$/i.test(bare);
  const ascii = /[^\x20-\x7e]/.test(bare) ? domainToASCII(bare) : bare;
  const authority = parseAuthority(isBareIpv6 ? `[${bare}]` : ascii);
  if (authority === undefined || authority.port !== '' || authority.host === '') return undefined;
  return authority.host.startsWith('[') ? canonicalIpv6(authority.host) : authority.host;
}

/** Browsers send only the shortest form (RFC 5952). */
function canonicalIpv6(host: string): string | undefined {
  return URL.canParse(`http://${host}`) ? new URL(`http://${host}`).host : undefined;
}

type Entry = { readonly kind: 'any' } | { readonly kind: 'name' | 'subtree'; readonly name: string };

interface EntryContext {
  readonly verdicts: Verdicts;
  readonly allowsAny: boolean;
}

function compileEntry(text: string, at: KeyPath, context: EntryContext): Entry | undefined {
  const { verdicts } = context;
  if (isEverybody(text)) return compileEverybody(at, text, context);
  const isSubtree = text.startsWith('.') || text.startsWith('*.');
  const name = hostName(isSubtree ? text.replace(/^\*?\./, '') : text);
  if (name === undefined || text.startsWith('*.') || (isSubtree && /^(?:\[|[0-9.]+$)/.test(name))) {
    verdicts.error(at, {
      code: 'CP111',
      said: `Cannot allow ${verdicts.shown(at, text)} as a host: it must be a name alone, without scheme, port or path`,
      mend:
        verdicts.namesAt(at).length > 0
          ? 'give it a value such as "app.dev.test"'
          : `write ${JSON.stringify(likelyName(text))}`,
    });
    return undefined;
  }
  return isSubtree ? { kind: 'subtree', name: `.${name}` } : { kind: 'name', name };
}

/** V57: `"*"`, and a subtree that is a whole top-level domain. `.localhost` is this machine whatever the resolver says. */
export function isEverybody(text: string): boolean {
  return (
    /^(?:\*|all|true|\.|\*\.)$/i.test(text) || (/^\*?\.[^.]+\.?$/.test(text) && !/^\.localhost$/i.test(text))
  );
}

function compileEverybody(
  at: KeyPath,
  text: string,
  { verdicts, allowsAny }: EntryContext,
): Entry | undefined {
  const shown = verdicts.shown(at, text);
  if (!allowsAny) {
    verdicts.error(at, {
      code: 'CP110',
      said: `Cannot allow ${shown} as a host: it switches off the protection against DNS rebinding`,
      mend: 'name your host, e.g. "app.dev.test", or a subtree of your own, e.g. ".dev.test"',
    });
    return undefined;
  }
  verdicts.warn(at, {
    code: 'CP210',
    said: `${shown} switches off the protection against DNS rebinding: any website can reach this proxy under a name of its own`,
    mend: 'name your host, e.g. "app.dev.test", and remove "dangerouslyAllowAnyHost"',
  });
  const isAll = !text.replace('*', '').startsWith('.') || text.replace('*', '') === '.';
  return isAll ? { kind: 'any' } : { kind: 'subtree', name: text.replace('*', '').toLowerCase() };
}

function likelyName(text: string): string {
  const host = text
    .replace(/^[a-z][a-z0-9+.-]*:\/\//i, '')
    .replace(/^[^@/]*@/, '')
    .replace(/[/?#].*$/, '')
    .replace(/:[0-9*]*$/, '');
  const name = host.replace(/^\*\./, '.').toLowerCase();
  return hostName(name.replace(/^\./, '')) === undefined ? 'app.dev.test' : name;
}
