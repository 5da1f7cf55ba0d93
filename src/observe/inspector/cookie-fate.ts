/** Cookies one by one: kept, changed, dropped, and why. Values are masked before they come here. */

import type { Way } from '../../config/as-given.ts';
import { isLoopbackHost } from '../../http/origin.ts';
import type { RequestSite } from '../../http/request-facts.ts';
import { attribute, parseSetCookie, type SetCookie } from '../../http/set-cookie.ts';
import { cookieWarnings } from '../../rewrite/cookie-warnings.ts';
import type { CookieRow } from './wire.ts';

export interface Listening {
  readonly scheme: 'http' | 'https';
  /** Of the listener as the page names it, without the port. */
  readonly host: string;
  readonly site: RequestSite;
  /** The plan's: whether cookies pass at all. */
  readonly cookies: 'pass' | 'strip';
  /** `response.cookies` of the route. */
  readonly handling: 'rewrite' | 'keep' | 'drop';
  /** How `allowCredentials` of the route was given. */
  readonly way: Way;
}

/** `Set-Cookie` lines of the API, and those that went down: what passed kept its order. */
export function setCookieRows(
  before: readonly string[],
  after: readonly string[],
  listening: Listening,
): readonly CookieRow[] {
  const passed = [...after];
  return before.map((line) => {
    const { pair, name } = parseSetCookie(line);
    const at = passed.findIndex((each) => parseSetCookie(each).pair === pair);
    const sent = at === -1 ? '' : (passed.splice(at, 1)[0] ?? '');
    const notes = [
      ...(sent === '' ? [whyDropped(listening)] : changes(parseSetCookie(line), parseSetCookie(sent))),
      ...warnings(line, listening),
      ...(sent === '' ? [] : browserDrops(parseSetCookie(sent), listening)),
    ];
    const fate = sent === '' ? 'dropped' : sent === line ? 'kept' : 'changed';
    return { name, fate, before: line, after: sent, notes };
  });
}

function warnings(line: string, { handling, cookies, ...rest }: Listening): readonly string[] {
  if (handling === 'drop' || cookies === 'strip') return [];
  return cookieWarnings({ line, handling, cookies, ...rest });
}

function whyDropped({ cookies, handling }: Listening): string {
  if (handling === 'drop') return 'dropped: response.cookies is "drop"';
  if (cookies === 'strip') return 'dropped: allowCredentials is off for this route, or another page speaks';
  return 'dropped: it holds a secret of this route';
}

function changes(before: SetCookie, after: SetCookie): readonly string[] {
  return (['domain', 'path', 'secure', 'samesite', 'partitioned'] as const).flatMap((name) => {
    const [was, is] = [attribute(before, name), attribute(after, name)];
    if (was?.value === is?.value && (was === undefined) === (is === undefined)) return [];
    const from = was === undefined ? 'none' : was.value || 'set';
    const to = is === undefined ? 'none' : is.value || 'set';
    const why = is === undefined ? takenAway[name] : given[name];
    return [`${labels[name]}: ${from} → ${to}, ${why}`];
  });
}

const labels = {
  domain: 'Domain',
  path: 'Path',
  secure: 'Secure',
  samesite: 'SameSite',
  partitioned: 'Partitioned',
} as const;

const takenAway = {
  domain: 'so that it belongs to the proxy that the page calls',
  path: 'as no path was to be kept',
  secure: 'which some browsers do not keep on http',
  samesite: 'which is what browsers assume',
  partitioned: 'which needs Secure',
} as const;

const given = {
  domain: 'as the page calls the proxy',
  path: "the API's path as the page calls it",
  secure: 'which SameSite=None needs',
  samesite: 'so that the browser keeps it, and sends it from this page',
  partitioned: 'so that the browser keeps it for a page of another site',
} as const;

/** What a browser will not keep (RFC 6265bis §5.7), where the line went down as it was. */
function browserDrops(cookie: SetCookie, { host, scheme }: Listening): readonly string[] {
  const domain = attribute(cookie, 'domain')?.value.replace(/^\./, '').toLowerCase();
  const isForeign = domain !== undefined && domain !== '' && domain !== host && !host.endsWith(`.${domain}`);
  const isSecure = attribute(cookie, 'secure') !== undefined;
  const isNone = attribute(cookie, 'samesite')?.value.toLowerCase() === 'none';
  return [
    ...(isForeign ? [`the browser drops it: Domain ${domain} is not ${host}`] : []),
    ...(isNone && !isSecure ? ['the browser drops it: SameSite=None needs Secure'] : []),
    ...(isSecure && scheme === 'http' && !isLoopbackHost(host)
      ? ['the browser drops it: Secure needs https']
      : []),
  ];
}

/** The pairs of a `Cookie` field. */
function cookiePairs(lines: readonly string[]): readonly (readonly [name: string, text: string])[] {
  return lines
    .flatMap((line) => line.split(';'))
    .map((pair) => pair.trim())
    .filter((pair) => pair !== '')
    .map((pair) => [pair.split('=')[0] ?? '', pair]);
}

export function cookieRows(
  sent: readonly string[],
  forwarded: readonly string[],
  { cookies }: Pick<Listening, 'cookies'>,
): readonly CookieRow[] {
  const up = new Set(cookiePairs(forwarded).map(([, text]) => text));
  return cookiePairs(sent).map(([name, before]) => {
    const isKept = up.has(before);
    const why =
      cookies === 'strip'
        ? ['not sent up: allowCredentials is off, or another page speaks']
        : ['not sent up'];
    return {
      name,
      fate: isKept ? 'kept' : 'dropped',
      before,
      after: isKept ? before : '',
      notes: isKept ? [] : why,
    };
  });
}
