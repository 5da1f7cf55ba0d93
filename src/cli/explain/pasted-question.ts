/** A browser's red line, the flags beside it and the rules → the question that it was. */

import { defaults } from '../../config/defaults.ts';
import { isLoopbackHost } from '../../http/origin.ts';
import { maskOf } from '../../observe/mask.ts';
import type { Ruleset } from '../../ruleset.ts';
import type { CommandLine } from '../command-line.ts';
import { UsageError } from '../usage-error.ts';
import type { Pasted } from './pasted.ts';
import { ownOrigin, type Question, readHeader } from './question.ts';
import { wayOf } from './through-proxy.ts';

export type PastedQuestion =
  | {
      readonly question: Question;
      /** What was read into the line, in front of the answer. */
      readonly notes: readonly string[];
    }
  /** Nothing here can serve that URL. */
  | { readonly said: string; readonly mend: string };

/** Throws `UsageError` where the line does not tell enough. */
export function questionOfPasted(
  pasted: Pasted | undefined,
  { texts, switches }: CommandLine,
  ruleset: Ruleset,
): PastedQuestion {
  const url = pasted?.url;
  if (pasted === undefined || url === undefined) {
    throw new UsageError(
      'This line of the browser does not name the URL',
      'paste the line below it too ("… cannot load URL …"), or ask: cors-proxy explain GET /path --origin O',
    );
  }
  const origin = texts.get('origin')?.[0] ?? pasted.origin;
  if (origin === undefined) {
    throw new UsageError(
      "This line of the browser does not name the page's origin",
      'add it: --origin http://localhost:5173',
    );
  }
  const headers = (texts.get('header') ?? []).flatMap(readHeader);
  const reason = reasonToAsk(pasted, headers.length > 0);
  const shown = maskOf(ruleset).target(url);
  const way = wayOf(url, reason.method, ruleset);
  if (way.kind === 'no url') {
    throw new UsageError(
      `Cannot read ${JSON.stringify(url)}: it is no http(s) or ws(s) URL`,
      'paste the whole line',
    );
  }
  if (way.kind === 'no route') return noRoute(url, { shown, origin });
  const isIncluded = switches.get('credentials') === true || pasted.credentials === 'include';
  return {
    question: {
      method: reason.method,
      path: way.path,
      origin,
      headers: [...headers, ...reason.headers],
      credentials: isIncluded ? 'include' : 'omit',
    },
    notes: [
      ...(way.kind === 'direct' ? directNotes(shown, `${ownOrigin(ruleset)}${way.path}`) : []),
      ...reason.notes,
    ],
  };
}

/** What made the browser ask first. Where the line keeps it to itself, the commonest reason is taken, and said. */
function reasonToAsk({ method, header, blockedAt, url = '' }: Pasted, isGiven: boolean) {
  const isKnown = method !== undefined || header !== undefined || isGiven;
  const named = header === undefined ? [] : [header, '1'];
  if (blockedAt === 'response' || isKnown) return { method: method ?? 'GET', headers: named, notes: [] };
  const note = `The line does not say why the browser asked first: taken as POST with content-type: application/json. Another: cors-proxy explain METHOD ${url} --origin O -H 'name: value'`;
  return { method: 'POST', headers: ['content-type', 'application/json'], notes: [note, ''] };
}

function directNotes(shown: string, own: string): readonly string[] {
  return [
    `The page asked ${shown} itself, past this proxy.`,
    `Through it the same is ${own}: change it in your app.`,
    '',
  ];
}

function noRoute(url: string, { shown, origin }: { shown: string; origin: string }): PastedQuestion {
  const api = new URL(url).origin;
  return {
    said: `The page asked ${shown}, which is neither this proxy nor below a target of its routes`,
    mend: `add a route with "target": "${api}"; whether it needs one: cors-proxy probe ${shown} --origin ${origin}`,
  };
}

/** Where there are no rules yet, such a line is what brings people here: it names all that a proxy needs. */
export function firstSteps({
  url,
  origin,
}: Pasted): { readonly said: string; readonly mend: string } | undefined {
  if (url === undefined || !URL.canParse(url)) return undefined;
  const { origin: api, hostname, pathname } = new URL(url);
  if (isLoopbackHost(hostname) || api === 'null') return undefined;
  const own = `http://localhost:${defaults.listen.port}${pathname}`;
  const asked = origin === undefined ? '' : ` --origin ${origin}`;
  return {
    said: `${origin ?? 'The page'} asked ${api} itself, which does not let it read the answer; no config of a proxy is here or above`,
    mend: `cors-proxy ${api}, and in your app ${own} instead; to ask the API first: cors-proxy probe ${api}${pathname}${asked}`,
  };
}
