/** What stands in the terminal once the port is bound. Pure: names of secrets, never values. */

import { originsText } from '../observe/rule-text.ts';
import { cutEnd, type Layout, renderSpans, type Span } from '../observe/spans.ts';
import type { Route, Ruleset } from '../ruleset.ts';

export interface BannerFacts {
  readonly version: string;
  readonly readyMs: number;
  /** `http://localhost:8010` */
  readonly url: string;
  /** The port that was asked for and is taken; `undefined` where it was free. */
  readonly movedFrom: number | undefined;
  /** Where other machines reach it; empty where they cannot. */
  readonly networkUrls: readonly string[];
  /** `undefined`: all stands on the command line. */
  readonly file: string | undefined;
  /** The `${NAME}`s of the config. */
  readonly variables: readonly string[];
  readonly ruleset: Ruleset;
}

/** Wider is hard to read, and wraps where two terminals stand side by side. */
const widest = 100;
/** More routes than this are a list of their own. */
const mostRoutes = 8;

export function bannerText(facts: BannerFacts, layout: Layout): string {
  const narrow = { ...layout, width: Math.min(layout.width, widest) };
  const rows: readonly (readonly Span[])[] = [
    [],
    [
      { text: '  cors-proxy ', style: 'bold' },
      { text: facts.version, style: 'bold' },
      { text: `  ready in ${Math.round(facts.readyMs)} ms`, style: 'dim' },
    ],
    [],
    ...placeRows(facts),
    [],
    ...routeRows(facts.ruleset.routes),
    ...hintRows(facts),
    [],
  ];
  return rows.map((spans) => renderSpans(spans, narrow)).join('\n');
}

function placeRows({
  url,
  movedFrom,
  networkUrls,
  file,
  variables,
}: BannerFacts): readonly (readonly Span[])[] {
  const names = variables.length === 0 ? '' : ` · \${${variables.join('}, ${')}}`;
  const warning = '  ! Other machines reach this proxy: listen.host "localhost" keeps it to this one';
  return [
    [
      ...placeRow('Local', `${url}/`),
      { text: movedFrom === undefined ? '' : `  (${movedFrom} is in use)`, style: 'yellow' },
    ],
    ...networkUrls.map((each) => placeRow('Network', `${each}/`)),
    placeRow('Config', `${file ?? 'the command line'}${names}`),
    ...(networkUrls.length === 0 ? [] : [[{ text: warning, style: 'yellow' } as const]]),
  ];
}

function placeRow(label: string, text: string): readonly Span[] {
  return [
    { text: '  ➜  ', style: 'green' },
    { text: label.padEnd(9), style: 'bold' },
    { text, style: 'cyan' },
  ];
}

function routeRows(routes: readonly Route[]): readonly (readonly Span[])[] {
  const shown = routes.length > mostRoutes ? routes.slice(0, mostRoutes - 1) : routes;
  const matches = shown.map(({ ref, methods }) =>
    methods === undefined ? ref.match : `${ref.match} (${[...methods].join(', ')})`,
  );
  const targets = shown.map(({ target }) => target.text);
  const [left, middle] = [columnWidth(matches, 24), columnWidth(targets, 34)];
  const rows = shown.map((route, i): readonly Span[] => [
    { text: `  ${cutEnd(matches[i] ?? '', left).padEnd(left)}  `, style: 'bold' },
    { text: '→  ', style: 'dim' },
    { text: cutEnd(targets[i] ?? '', middle).padEnd(middle) },
    { text: `  ${routeNotes(route).join('  ')}`, style: 'dim' },
  ]);
  const more = routes.length - shown.length;
  return more === 0 ? rows : [...rows, [{ text: `  … ${more} more: cors-proxy routes`, style: 'dim' }]];
}

function columnWidth(texts: readonly string[], most: number): number {
  return Math.min(most, Math.max(0, ...texts.map((text) => text.length)));
}

function routeNotes({ policy, websocket, secretNames }: Route): readonly string[] {
  return [
    `for ${originsText(policy)}`,
    ...(policy.allowCredentials ? ['credentials'] : []),
    ...(websocket ? ['websocket'] : []),
    ...(secretNames.length === 0 ? [] : [`secret: ${secretNames.join(', ')}`]),
  ];
}

/** The one edit that is left to the user. */
function hintRows({ ruleset, url }: BannerFacts): readonly (readonly Span[])[] {
  for (const route of ruleset.routes) {
    const hint = replacement(route, url);
    if (hint === undefined) continue;
    const text: readonly Span[] = [
      { text: '  In your app: ' },
      { text: hint.ours, style: 'cyan' },
      { text: '  instead of  ' },
      { text: hint.theirs },
    ];
    return [[], text];
  }
  return [];
}

function replacement(
  { globs, mapPath, target }: Route,
  url: string,
): { ours: string; theirs: string } | undefined {
  const prefix = /^((?:\/[^*?[\]{}()!+@\\]+)*)\/\*\*$/.exec(globs[0] ?? '')?.[1];
  if (prefix === undefined) return undefined;
  const theirs = `${target.origin}${mapPath(`${prefix}/`)}`.replace(/\/$/, '');
  return { ours: `${url}${prefix}`, theirs };
}
