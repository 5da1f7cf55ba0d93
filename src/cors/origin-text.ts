/**
 * One entry of `allowOrigin`, from the config's text to what a request can match. An entry that a browser would never
 * write so is put into the browser's form where there is one, and refused where there is none.
 */

import type { Verdict } from '../config/verdict.ts';
import { defaultPort, type Origin, parseOrigin, serializeOrigin } from '../http/origin.ts';
import { compilePattern, type Pattern } from './origin-pattern.ts';

export type OriginText =
  | { readonly kind: 'any' }
  | { readonly kind: 'null' }
  | { readonly kind: 'exact'; readonly origin: Origin; readonly text: string; readonly notice?: Verdict }
  | { readonly kind: 'pattern'; readonly pattern: Pattern; readonly text: string; readonly notice?: Verdict }
  | { readonly kind: 'bad'; readonly verdict: Verdict };

/** `shown` is how the entry may be printed. Total: it never throws. */
export function readOriginText(text: string, shown: string): OriginText {
  if (text === '*') return { kind: 'any' };
  if (text === 'null') return { kind: 'null' };
  const verdict = whyNoOrigin(text, shown);
  if (verdict !== undefined) return { kind: 'bad', verdict };
  const parts = splitOrigin(text);
  if (parts === undefined) return bad('CP135', `${shown} is not an origin`, example);
  return text.includes('*') ? readPattern(parts, shown) : readExact(parts, shown);
}

const example = 'write scheme, host and port, e.g. "http://localhost:5173"';
const opaque = /^(?:about|blob|data|file|javascript):/i;
const reflecting = /^(?:true|reflect|request|origin|all|any)$/i;

/** What is no origin at all, with the text that tells the likely slip. */
function whyNoOrigin(text: string, shown: string): Verdict | undefined {
  if (reflecting.test(text)) {
    return verdict(
      'CP131',
      `Cannot set allowOrigin to ${shown}: it takes "*", one origin or a list; echoing any origin is not offered`,
      'list the origins, e.g. ["http://localhost:5173"]',
    );
  }
  if (looksLikeRegExp(text)) {
    return verdict(
      'CP137',
      `Cannot use ${shown} as an origin: it looks like a regular expression, and only exact origins and "*" for labels or the port are offered`,
      'write e.g. "https://*.example.test" or "http://localhost:*"',
    );
  }
  if (opaque.test(text)) {
    return verdict(
      'CP134',
      `Cannot list ${shown}: pages of that kind send the opaque origin "null", never this`,
      'serve the page over http, and list that origin',
    );
  }
  if (/[\s\p{Cc}]/u.test(text)) return verdict('CP135', `${shown} is not an origin: it has a space`, example);
  if (!text.includes('://')) return withoutScheme(text, shown);
  if (/^wss?:/i.test(text)) {
    return verdict(
      'CP135',
      `Cannot list ${shown}: an origin is the page's, and pages come by http or https, WebSockets too`,
      `write ${JSON.stringify(text.replace(/^ws/i, 'http'))}`,
    );
  }
  return undefined;
}

function looksLikeRegExp(text: string): boolean {
  return /^\/.*\/[a-z]*$/.test(text) || /[\^$|\\()+]/.test(text.replace(/^[a-z][a-z0-9+.-]*:/i, ''));
}

function withoutScheme(text: string, shown: string): Verdict {
  const host = text.replace(/^\/+/, '').replace(/[/?#].*$/, '');
  const isLocal = /^(?:localhost|[^/]*\.localhost|127\.|\[)/.test(host);
  const likely = host === '' ? 'http://localhost:5173' : `${isLocal ? 'http' : 'https'}://${host}`;
  const isMended = readOriginText(likely, shown).kind !== 'bad';
  if (!isMended && text.includes('*')) return strayStar(shown);
  const mend = isMended ? `write ${JSON.stringify(likely)}` : example;
  return verdict('CP135', `${shown} is not an origin: it has no scheme`, mend);
}

/** V14 */
function strayStar(shown: string): Verdict {
  return verdict(
    'CP137',
    `Cannot use ${shown} as an origin: "*" stands for whole labels in front of a dot ("*."), or for the port (":*")`,
    'write e.g. "https://*.example.test" or "http://localhost:*"',
  );
}

interface OriginParts {
  readonly scheme: string;
  readonly host: string;
  /** With its colon; empty where there is none. */
  readonly port: string;
  readonly rest: string;
}

function splitOrigin(text: string): OriginParts | undefined {
  const match = /^([a-z*][a-z0-9+.*-]*):\/\/([^/?#]*)(.*)$/i.exec(text);
  if (match === null) return undefined;
  const [, scheme = '', authority = '', rest = ''] = match;
  const colon = authority.indexOf(':', authority.lastIndexOf(']') + 1);
  const end = colon === -1 || authority.includes('@') ? authority.length : colon;
  return { scheme, host: authority.slice(0, end), port: authority.slice(end), rest };
}

/** V07, V12: what both an exact origin and a pattern must be. */
function whyBadParts({ scheme, host, port, rest }: OriginParts, shown: string): Verdict | undefined {
  const start = `${scheme}://${host}`;
  if (host.includes('@')) {
    const bare = `${scheme}://${host.slice(host.lastIndexOf('@') + 1)}`;
    return verdict('CP135', `${shown} is not an origin: it has a user`, `write ${JSON.stringify(bare)}`);
  }
  if (host === '') return verdict('CP135', `${shown} is not an origin: it has no host`, example);
  if (rest !== '' && rest !== '/') {
    const mend = `write ${JSON.stringify(start + port)}`;
    return verdict('CP135', `${shown} is not an origin: an origin has no path, query or fragment`, mend);
  }
  if (port === '' || port === ':*') return undefined;
  const isPort = /^:[1-9][0-9]{0,4}$/.test(port) && Number(port.slice(1)) <= 65535;
  if (isPort) return undefined;
  const mend = `write a port from 1 to 65535, or leave it out: ${JSON.stringify(start)}`;
  return verdict('CP136', `${shown} is not an origin: ${JSON.stringify(port.slice(1))} is not a port`, mend);
}

function readExact(parts: OriginParts, shown: string): OriginText {
  const verdict = whyBadParts(parts, shown);
  if (verdict !== undefined) return { kind: 'bad', verdict };
  const scheme = parts.scheme.toLowerCase();
  const host = serializedHost(scheme, parts.host);
  const digits = parts.port.slice(1);
  const origin = { scheme, host: host ?? '', port: digits === defaultPort(scheme) ? '' : digits };
  const text = serializeOrigin(origin);
  if (host === undefined || parseOrigin(text) === undefined) {
    return bad(
      'CP136',
      `${shown} is not an origin: ${JSON.stringify(parts.host)} is not a host in a form that browsers send`,
      'write the host as the address bar shows it, e.g. "http://localhost:5173"',
    );
  }
  const notice = noticeOf(parts, { host, text, shown });
  return notice === undefined ? { kind: 'exact', origin, text } : { kind: 'exact', origin, text, notice };
}

/** URL Standard, "host serializing"; schemes that are not special have no such rules. */
function serializedHost(scheme: string, host: string): string | undefined {
  if (defaultPort(scheme) === '') return host.toLowerCase();
  const url = `${scheme}://${host}`;
  return URL.canParse(url) ? new URL(url).hostname : undefined;
}

interface Applied {
  readonly host: string;
  readonly text: string;
  readonly shown: string;
}

/** V07, V09–V11, V13: what was put into the browser's form. */
function noticeOf(parts: OriginParts, { host, text, shown }: Applied): Verdict | undefined {
  const applied = `${shown} is applied as ${JSON.stringify(text)}`;
  const mend = `write ${JSON.stringify(text)}`;
  if (parts.host.toLowerCase() !== host) {
    return /[^\x20-\x7e]/.test(parts.host)
      ? verdict('CP333', `${applied}: browsers send the ASCII form of a name`, mend)
      : verdict('CP334', `${applied}: browsers send only the serialized form of a host`, mend);
  }
  if (parts.scheme + parts.host !== (parts.scheme + parts.host).toLowerCase()) {
    return verdict('CP332', `${applied}: browsers send origins in lower case`, mend);
  }
  if (parts.port !== '' && !text.endsWith(parts.port)) {
    return verdict('CP331', `${applied}: browsers leave the default port out`, mend);
  }
  return parts.rest === '/'
    ? verdict('CP330', `${applied}: an origin has no slash at its end`, mend)
    : undefined;
}

/** V14: `*.` in front of a name, `:*` for the port, and nothing else. */
function readPattern(parts: OriginParts, shown: string): OriginText {
  const isPortGlob = parts.port !== ':*' && parts.port.includes('*');
  const verdict = isPortGlob ? undefined : whyBadParts(parts, shown);
  if (verdict !== undefined) return { kind: 'bad', verdict };
  const scheme = parts.scheme.toLowerCase();
  const isSubtree = parts.host.startsWith('*.');
  const base = serializedHost(scheme, isSubtree ? parts.host.slice(2) : parts.host);
  const isStray = isPortGlob || `${scheme}${base ?? ''}`.includes('*');
  if (isStray || base === undefined || (isSubtree && /^\[|^[0-9.]+$/.test(base)))
    return { kind: 'bad', verdict: strayStar(shown) };
  const digits = parts.port.slice(1);
  const port = digits === defaultPort(scheme) ? '' : digits;
  const pattern = compilePattern({ scheme, hosts: isSubtree ? 'subtree' : 'one', base, port });
  const isSame = `${parts.scheme}://${parts.host}${parts.port}${parts.rest}` === pattern.text;
  if (isSame) return { kind: 'pattern', pattern, text: pattern.text };
  const host = isSubtree ? `*.${base}` : base;
  const notice = noticeOf(parts, { host, text: pattern.text, shown });
  return notice === undefined
    ? { kind: 'pattern', pattern, text: pattern.text }
    : { kind: 'pattern', pattern, text: pattern.text, notice };
}

function bad(code: string, said: string, mend: string): OriginText {
  return { kind: 'bad', verdict: verdict(code, said, mend) };
}

function verdict(code: string, said: string, mend: string): Verdict {
  return { code, said, mend };
}
