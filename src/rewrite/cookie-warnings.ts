/** What a user should know of a cookie: that a browser will not keep it as it is, or that it was kept from the page. */

import { credentialsOn, type Way } from '../config/as-given.ts';
import type { RequestSite } from '../http/request-facts.ts';
import { attribute, parseSetCookie } from '../http/set-cookie.ts';
import { cookiePrefix } from './cookies.ts';

export interface CookieFacts {
  /** The `Set-Cookie` line as the upstream sent it. */
  readonly line: string;
  readonly scheme: 'http' | 'https';
  readonly site: RequestSite;
  /** Whether it goes down; where not, `allowCredentials` is off. */
  readonly cookies: 'pass' | 'strip';
  /** `response.cookies` of the route: what is kept as it is was meant so. */
  readonly handling: 'rewrite' | 'keep';
  /** How `allowCredentials` of the route was given. */
  readonly way: Way;
}

/** Each a sentence with its mend; none where the cookie simply works. The value is never in it. */
export function cookieWarnings({
  line,
  scheme,
  site,
  cookies,
  handling,
  way,
}: CookieFacts): readonly string[] {
  const cookie = parseSetCookie(line);
  const name = JSON.stringify(cookie.name);
  if (cookies === 'strip') {
    return [
      `cookie ${name} was dropped: allowCredentials is off for this route. Mend: ${credentialsOn(way)}`,
    ];
  }
  // On https every prefix holds, and a page of another site is reached.
  if (scheme === 'https' || handling === 'keep') return [];
  const prefix = cookiePrefix(cookie.name);
  return [
    ...(prefix === undefined
      ? []
      : [
          `cookie ${name} must be Secure because of its prefix "${prefix}": Safari drops it on http. Mend: --https`,
        ]),
    ...(attribute(cookie, 'partitioned') === undefined || prefix !== undefined || site === 'cross'
      ? []
      : [`cookie ${name} lost Partitioned, which needs Secure and so https. Mend: --https`]),
    ...(site === 'cross'
      ? [
          `cookie ${name} is Partitioned, which Safari drops on http: the page is on another site than this proxy. Mend: open the page by the proxy's host name (localhost and 127.0.0.1 are two sites), or use --https`,
        ]
      : []),
  ];
}
