/** What `explain` is asked: the request that a page would make, as a browser would write it. */

import { forbiddenMethods, isForbiddenRequestHeader } from '../../http/fetch-names.ts';
import type { HeaderList } from '../../http/header-list.ts';
import { normalizeMethod } from '../../http/preflight-need.ts';
import type { RequestHead } from '../../http/request-head.ts';
import { isFieldValue, isToken } from '../../http/token.ts';
import type { Ruleset } from '../../ruleset.ts';
import type { CommandLine } from '../command-line.ts';
import { UsageError } from '../usage-error.ts';

export interface Question {
  readonly method: string;
  readonly path: string;
  /** `undefined`: no page, but curl or a navigation. */
  readonly origin: string | undefined;
  readonly headers: HeaderList;
  readonly credentials: 'include' | 'omit';
}

/** Throws `UsageError`. */
export function readQuestion({ operands, texts, switches }: CommandLine): Question {
  const [method, path, extra] = operands;
  if (method === undefined || path === undefined || extra !== undefined) {
    throw new UsageError(
      'explain needs a method and a path, or the red line of the browser in quotes',
      'write cors-proxy explain GET /api/user --origin http://localhost:5173',
    );
  }
  return {
    method: readMethod(method),
    path: pathOf(path),
    origin: texts.get('origin')?.[0],
    headers: (texts.get('header') ?? []).flatMap(readHeader),
    credentials: switches.get('credentials') === true ? 'include' : 'omit',
  };
}

/** As fetch writes it. Throws `UsageError`. */
export function readMethod(method: string): string {
  if (!isToken(method))
    throw new UsageError(`Cannot use ${JSON.stringify(method)} as a method`, 'write GET, for one');
  if (forbiddenMethods.has(method.toUpperCase())) {
    throw new UsageError(`No page can send ${method}: Fetch forbids it`, 'ask for a method that fetch sends');
  }
  return normalizeMethod(method);
}

function pathOf(text: string): string {
  const inUrl = /^https?:\/\/[^/?#]+(\/.*)?$/i.exec(text);
  if (inUrl !== null) return inUrl[1] ?? '/';
  if (text.startsWith('/')) return text;
  throw new UsageError(
    `Cannot use ${JSON.stringify(text)} as a path: it begins without "/"`,
    `write /${text}`,
  );
}

export function readHeader(text: string): readonly string[] {
  const colon = text.indexOf(':');
  const name = text.slice(0, colon).trim();
  const value = text.slice(colon + 1).trim();
  if (colon > 0 && isToken(name) && isFieldValue(value)) return [name, value];
  throw new UsageError(`Cannot read the header ${JSON.stringify(text)}`, "write -H 'x-api-key: 1'");
}

/** Headers that fetch would drop silently: the page never sends them. */
export function unsendable({ headers }: Question): readonly string[] {
  return headers.filter((name, i) => i % 2 === 0 && isForbiddenRequestHeader(name.toLowerCase()));
}

/** `localhost:8010`, where the question would be sent. */
function ownHost({ listen }: Ruleset): string {
  const isAny = listen.host === '0.0.0.0' || listen.host === '::' || listen.host === '[::]';
  const host = isAny
    ? 'localhost'
    : listen.host.includes(':') && !listen.host.startsWith('[')
      ? `[${listen.host}]`
      : listen.host;
  return `${host}:${listen.port}`;
}

export function ownOrigin(ruleset: Ruleset): string {
  const scheme = ruleset.listen.https === false ? 'http' : 'https';
  return `${scheme}://${ownHost(ruleset)}`.replace(scheme === 'http' ? /:80$/ : /:443$/, '');
}

/** The request as it arrives. */
export function actualHead(question: Question, ruleset: Ruleset): RequestHead {
  const { method, path, headers, origin, credentials } = question;
  const isOwnPage = origin === ownOrigin(ruleset);
  // A page of this proxy itself sends no Origin with what changes nothing (Fetch, "append a request `Origin` header").
  const sendsOrigin = origin !== undefined && !(isOwnPage && (method === 'GET' || method === 'HEAD'));
  const sent = headers.flatMap((name, i) => {
    const isKept = i % 2 === 0 && (origin === undefined || !isForbiddenRequestHeader(name.toLowerCase()));
    return isKept ? [name, headers[i + 1] ?? ''] : [];
  });
  return head(ruleset, method, path, [
    ...(sendsOrigin ? ['Origin', origin] : []),
    ...(origin === undefined ? [] : fetchMetadata(origin, ruleset)),
    ...(credentials === 'include' ? ['Cookie', 'session=example'] : []),
    ...sent,
  ]);
}

/** Fetch, "CORS-preflight fetch". */
export function preflightHead(
  question: Question,
  unsafeNames: readonly string[],
  ruleset: Ruleset,
): RequestHead {
  const { method, path, origin = '' } = question;
  return head(ruleset, 'OPTIONS', path, [
    'Origin',
    origin,
    ...fetchMetadata(origin, ruleset),
    'Access-Control-Request-Method',
    method,
    ...(unsafeNames.length === 0 ? [] : ['Access-Control-Request-Headers', unsafeNames.join(',')]),
  ]);
}

function head(ruleset: Ruleset, method: string, target: string, headers: HeaderList): RequestHead {
  return {
    method,
    target,
    version: '1.1',
    headers: ['Host', ownHost(ruleset), ...headers],
    client: '127.0.0.1',
    listener: { scheme: ruleset.listen.https === false ? 'http' : 'https', via: 'cors-proxy-explain' },
  };
}

/** Fetch Metadata Request Headers §2: another port of the same host is the same site. */
function fetchMetadata(origin: string, ruleset: Ruleset): HeaderList {
  const own = ownOrigin(ruleset);
  const siteOf = (text: string) => text.replace(/:[0-9]+$/, '');
  const site = origin === own ? 'same-origin' : siteOf(origin) === siteOf(own) ? 'same-site' : 'cross-site';
  return ['Sec-Fetch-Site', site, 'Sec-Fetch-Mode', 'cors', 'Sec-Fetch-Dest', 'empty'];
}
