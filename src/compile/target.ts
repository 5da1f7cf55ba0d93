/** `target`: where a route's requests go (V46, V46b, V47, V49). */

import { wayOf } from '../config/as-given.ts';
import type { KeyPath } from '../config/problem.ts';
import type { Verdicts } from '../config/verdict.ts';
import type { Target } from '../ruleset.ts';
import type { Listener } from './listen.ts';
import { type BasicCredentials, basicCredentials } from './user-info.ts';

export interface CompiledTarget {
  readonly target: Target;
  /** For user info in the URL. */
  readonly basic: BasicCredentials | undefined;
}

interface TargetContext {
  readonly at: KeyPath;
  readonly verdicts: Verdicts;
  readonly listener: Listener;
}

/** `undefined` where the text is no target; what is wrong was reported. */
export function compileTarget(text: string, context: TargetContext): CompiledTarget | undefined {
  const { at, verdicts } = context;
  const url = readUrl(text, context);
  if (url === undefined) return undefined;
  const target = targetOf(url);
  if (context.listener.isSelf(url.hostname, target.port)) {
    verdicts.error(at, {
      code: 'CP117',
      said: `Cannot forward to ${verdicts.shown(at, target.text)}: it is this proxy itself`,
      mend: 'write the URL of the API, or let this proxy listen on another port',
    });
  }
  if (isMetadataAddress(url.hostname)) {
    verdicts.warn(at, {
      code: 'CP213',
      said: `${verdicts.shown(at, target.text)} is a metadata address: it hands out a machine's own credentials`,
      mend: 'write the URL of the API',
    });
  }
  return { target, basic: basicOf(url, context, target) };
}

const schemes: ReadonlySet<string> = new Set(['http:', 'https:', 'ws:', 'wss:']);

function readUrl(text: string, { at, verdicts }: TargetContext): URL | undefined {
  const isHidden = verdicts.namesAt(at).length > 0;
  const why = whyNoTarget(text);
  if (why === undefined) return new URL(text);
  const shown = isHidden || hasUser(text) ? 'this target' : verdicts.shown(at, text);
  const mend = isHidden || hasUser(text) ? 'write e.g. "https://api.example.com"' : why.mend;
  verdicts.error(at, { code: 'CP116', said: `Cannot forward to ${shown}: ${why.said}`, mend });
  return undefined;
}

/** A password must not be printed either. */
function hasUser(text: string): boolean {
  return text.includes('@');
}

/** `undefined` where it can be one. */
export function whyNoTarget(text: string): { readonly said: string; readonly mend: string } | undefined {
  const example = 'write e.g. "https://api.example.com"';
  if (/[\s\p{Cc}]/u.test(text)) return { said: 'it has a space', mend: 'remove the space' };
  if (!/^[a-z][a-z0-9+.-]*:\/\//i.test(text)) {
    return { said: 'it must be a full URL, with its scheme', mend: didYouMean(text) };
  }
  if (!URL.canParse(text)) return { said: 'it is not a URL', mend: example };
  const url = new URL(text);
  if (!schemes.has(url.protocol)) {
    return {
      said: `the scheme "${url.protocol.slice(0, -1)}" is none of http, https, ws and wss`,
      mend: example,
    };
  }
  if (/[?#]/.test(text)) {
    const bare = text.replace(/[?#].*$/, '');
    return { said: 'a base URL has no query and no fragment', mend: `write ${JSON.stringify(bare)}` };
  }
  return url.port === '0'
    ? { said: 'nothing listens on port 0', mend: 'write the port of the API' }
    : undefined;
}

function didYouMean(text: string): string {
  const rest = text.replace(/^\/+/, '');
  const isLocal = /^(?:localhost|127\.|\[::1\]|0\.0\.0\.0|[^/]*\.localhost)/i.test(rest);
  const likely = `${isLocal ? 'http' : 'https'}://${/^:?[0-9]+$/.test(rest) ? `localhost:${rest.replace(':', '')}` : rest}`;
  const mended = /^:?[0-9]+$/.test(rest) ? likely.replace('https', 'http') : likely;
  return URL.canParse(mended)
    ? `did you mean ${JSON.stringify(mended)}?`
    : 'write e.g. "https://api.example.com"';
}

/** Of an absolute http(s) or ws(s) URL. */
export function targetOf(url: URL): Target {
  const scheme = url.protocol === 'https:' || url.protocol === 'wss:' ? 'https' : 'http';
  const port = url.port === '' ? (scheme === 'https' ? 443 : 80) : Number(url.port);
  const basePath = url.pathname.replace(/\/+$/, '');
  return {
    text: `${url.protocol}//${url.host}${url.pathname === '/' ? '' : url.pathname}`,
    scheme,
    hostname: url.hostname.replace(/^\[|\]$/g, ''),
    port,
    hostHeader: url.host,
    origin: `${scheme}://${url.host}`,
    basePath,
  };
}

/** User info of a URL is sent as Basic credentials; the route then counts as one with a secret. */
function basicOf(url: URL, { at, verdicts }: TargetContext, target: Target): CompiledTarget['basic'] {
  const basic = basicCredentials(url);
  if (basic === undefined) return undefined;
  const isWritten = wayOf(verdicts.placeOf(at)) === 'key';
  const risk = isWritten
    ? 'a file with a password in it can be committed'
    : 'the password stands in the history of the shell and in the list of processes';
  verdicts.warn(at, {
    code: 'CP212',
    said: `The user in the URL of ${JSON.stringify(target.text)} is sent as Basic credentials, and ${risk}`,
    mend: 'set "request": { "headers": { "Authorization": "Basic ${API_BASIC}" } } and remove the user from the URL',
  });
  return basic;
}

/** 169.254.0.0/16 and the like: https://owasp.org/www-community/attacks/Server_Side_Request_Forgery */
function isMetadataAddress(host: string): boolean {
  return (
    host.startsWith('169.254.') ||
    host === 'metadata.google.internal' ||
    host === '[fd00:ec2::254]' ||
    host === '100.100.100.200'
  );
}
