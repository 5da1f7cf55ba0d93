/**
 * Who may look. A token, new at each start, stands in the URL that is printed; it is exchanged for a cookie that no
 * script reads and no other site's request carries. The page that is then delivered holds a key, and every further
 * request has to show both.
 *
 * Why the key: what an API serves through this proxy has the inspector's own origin, so its scripts send the cookie,
 * too. But they cannot read the page: it is given to navigations alone, never to `fetch` or a frame, and its
 * `Cross-Origin-Opener-Policy` cuts the thread to a window that a script opened.
 */

import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { allValues, firstValue } from '../../http/header-list.ts';
import { inspectorCookie } from '../../http/own-cookie.ts';
import { ownFields } from '../../http/own-fields.ts';
import type { OwnRequest, WholeAnswer } from '../../own-endpoint.ts';
import { barredPage, plainAnswer } from './answer.ts';

export interface Door {
  /** `http://localhost:8010/__cors-proxy/?t=…` */
  readonly entrance: (url: string) => string;
  /** What stands in the page. */
  readonly key: string;
  /** Opens for the token; `undefined` where it is not shown. */
  readonly exchange: (request: OwnRequest) => WholeAnswer | undefined;
  /** An answer where the page may not be delivered. */
  readonly barPage: (request: OwnRequest) => WholeAnswer | undefined;
  /** An answer where a file of the page is asked for by others. */
  readonly barAsset: (request: OwnRequest) => WholeAnswer | undefined;
  /** An answer where a request of the page is none. */
  readonly barRequest: (request: OwnRequest) => WholeAnswer | undefined;
}

export function createDoor(): Door {
  const token = secret();
  const cookie = secret();
  const key = secret();
  const hasCookie = (request: OwnRequest) => cookieValues(request).some((value) => isSame(value, cookie));
  return {
    entrance: (url) => `${url}/__cors-proxy/?t=${token}`,
    key,
    exchange: (request) => {
      const shown = new URLSearchParams(request.query).get('t');
      if (shown === null || request.path !== '/') return undefined;
      return isSame(shown, token)
        ? welcome(request, cookie)
        : barredPage('The token in this address is of another run');
    },
    barPage: (request) => {
      if (!isNavigation(request)) return plainAnswer(403, 'This page is for a window of its own');
      if (hasCookie(request)) return undefined;
      return barredPage('This window has not shown the token of this run');
    },
    barAsset: (request) => (hasCookie(request) ? undefined : barred()),
    barRequest: (request) => {
      const shown =
        firstValue(request.head.headers, ownFields.key) ??
        new URLSearchParams(request.query).get('key') ??
        '';
      if (hasCookie(request) && isSame(shown, key)) return undefined;
      return barred();
    },
  };
}

function barred(): WholeAnswer {
  return plainAnswer(401, 'Open the inspector by the address that the terminal shows');
}

/** 144 bits: not to be guessed, and short enough for the URL to stand in 80 columns. */
function secret(): string {
  return randomBytes(18).toString('base64url');
}

/** Compared by their digests, which have one length: how long it takes tells nothing. */
function isSame(shown: string, known: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(shown), digest(known));
}

function cookieValues({ head, local }: OwnRequest): readonly string[] {
  const name = `${inspectorCookie(local.port)}=`;
  return allValues(head.headers, 'cookie')
    .flatMap((line) => line.split(';'))
    .map((pair) => pair.trim())
    .filter((pair) => pair.startsWith(name))
    .map((pair) => pair.slice(name.length));
}

/** Fetch Metadata; a browser that sends none of it is older than they are (2023). */
function isNavigation({ head }: OwnRequest): boolean {
  const target = firstValue(head.headers, 'sec-fetch-dest');
  return target === undefined || target === 'document';
}

/** The token leaves the address at once: it must not stay in the history. */
function welcome({ head, local }: OwnRequest, cookie: string): WholeAnswer {
  const secure = head.listener.scheme === 'https' ? '; Secure' : '';
  const line = `${inspectorCookie(local.port)}=${cookie}; Path=/__cors-proxy/; HttpOnly; SameSite=Strict${secure}`;
  return plainAnswer(303, '', ['Location', '/__cors-proxy/', 'Set-Cookie', line]);
}
