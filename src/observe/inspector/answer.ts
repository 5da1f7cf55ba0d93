/** Answers of the inspector, and the fields that each of them carries. */

import type { HeaderList } from '../../http/header-list.ts';
import { plainPage } from '../../http/plain-page.ts';
import type { WholeAnswer } from '../../own-endpoint.ts';

/** No cache keeps it, no page frames it, no window that opened it holds on to it, no link tells where it came from. */
export const guarded: HeaderList = [
  'Cache-Control',
  'no-store',
  'X-Content-Type-Options',
  'nosniff',
  'X-Frame-Options',
  'DENY',
  'Cross-Origin-Opener-Policy',
  'same-origin',
  'Cross-Origin-Resource-Policy',
  'same-origin',
  'Referrer-Policy',
  'no-referrer',
];

/** What is no page needs no right at all. */
const noRights: HeaderList = [
  'Content-Security-Policy',
  "default-src 'none'; frame-ancestors 'none'; sandbox",
];

export function plainAnswer(status: number, text: string, headers: HeaderList = []): WholeAnswer {
  const type = ['Content-Type', 'text/plain; charset=utf-8'];
  return whole(status, [...type, ...guarded, ...noRights, ...headers], text === '' ? '' : `${text}\n`);
}

export function jsonAnswer(value: unknown, headers: HeaderList = []): WholeAnswer {
  const type = ['Content-Type', 'application/json'];
  return whole(200, [...type, ...guarded, ...noRights, ...headers], JSON.stringify(value));
}

/** What a person sees who comes without the token. */
export function barredPage(why: string): WholeAnswer {
  const { html, policy } = plainPage({
    title: 'The inspector needs its token',
    lead: [
      `${why}. It shows the traffic of this machine, so it opens for whoever can read the terminal alone.`,
    ],
    mend: 'open the address that cors-proxy printed when it started, with ?t=… at its end',
    facts: [],
  });
  const fields = [
    'Content-Type',
    'text/html; charset=utf-8',
    'Content-Security-Policy',
    `${policy}; frame-ancestors 'none'`,
  ];
  return whole(401, [...fields, ...guarded], html);
}

export function whole(status: number, headers: HeaderList, body: string | Buffer): WholeAnswer {
  return { kind: 'whole', head: { status, reason: '', headers }, body };
}
