/** What stands in the terminal once the port is bound. Pure: names of secrets, never values. */

import type { CorsPolicy } from '../cors/policy.ts';
import { forwardProxyText, originsText } from '../observe/rule-text.ts';
import { cutEnd, type Layout, renderSpans, type Span } from '../observe/spans.ts';
import type { Route, Ruleset } from '../ruleset.ts';

export interface BannerFacts {
  readonly version: string;
  readonly readyMs: number;
  /** `http://localhost:8010` */
  readonly url: string;
  /** With its token; `undefined` where it is not served. */
  readonly inspectorUrl: string | undefined;
  /** Stands in the title: what can be done here. */
  readonly note: string;
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
/** A pane of a split terminal still shows a request below it. Addresses of other machines come on top. */
const tallest = 12;
/** More routes than this are a list of their own. */
const mostRoutes = 8;

export function bannerText(facts: BannerFacts, layout: Layout): string {
  const narrow = { ...layout, width: Math.min(layout.width, widest) };
  const routes = routeRows(facts.ruleset.routes);
  const title = titleRow(facts);
  const places = placeRows(facts, narrow.width);
  const hint = hintRows(facts, narrow.width);
  // Who has so many routes has written the app's address down.
  const isCrowded = 1 + places.length + routes.length + hint.length > tallest;
  const blocks = [[title], places, routes, isCrowded ? [] : hint].filter((rows) => rows.length > 0);
  // Nobody looks at blank lines behind the prefix of a process manager.
  const gaps = Number.isFinite(layout.width) ? tallest - blocks.flat().length : 0;
  return spaced(blocks, gaps)
    .map((spans) => renderSpans(spans, roomFor(spans, narrow)))
    .join('\n');
}

/** An address that is cut leads nowhere: rather what stands behind it goes, or the terminal wraps the line. */
function roomFor(spans: Row, layout: Layout): Layout {
  const end = spans.findLastIndex(({ style }) => style === 'cyan');
  return end === -1
    ? layout
    : { ...layout, width: Math.max(layout.width, rowLength(spans.slice(0, end + 1))) };
}

/** A blank line behind each block, as far as there are some: the last one first, for the log follows. */
function spaced(blocks: readonly (readonly Row[])[], gaps: number): readonly Row[] {
  return blocks.flatMap((rows, i) => (i >= blocks.length - gaps ? [...rows, []] : rows));
}

type Row = readonly Span[];

function titleRow({ version, readyMs, note }: BannerFacts): Row {
  return [
    { text: `  cors-proxy ${version}`, style: 'bold' },
    { text: `  ready in ${Math.round(readyMs)} ms${note === '' ? '' : `  ·  ${note}`}`, style: 'dim' },
  ];
}

function placeRows(facts: BannerFacts, width: number): readonly Row[] {
  const { url, inspectorUrl, movedFrom, networkUrls, file, variables } = facts;
  const names = variables.length === 0 ? '' : ` · \${${variables.join('}, ${')}}`;
  const warning = '  ! Other machines reach this proxy: listen.host "localhost" keeps it to this one';
  const moved = movedFrom === undefined ? '' : `  (${movedFrom} is in use)`;
  return [
    addressRow('Local', `${url}/`, { note: moved, width }),
    ...networkUrls.map((each) => addressRow('Network', `${each}/`, { note: '', width })),
    ...(inspectorUrl === undefined
      ? []
      : [addressRow('Inspector', inspectorUrl, { note: '  (this machine only)', width })]),
    [...labelOf('Config'), { text: `${file ?? 'the command line'}${names}` }],
    ...(networkUrls.length === 0 ? [] : [[{ text: warning, style: 'yellow' } as const]]),
  ];
}

/** `note`: left out where there is no room for it. */
function addressRow(label: string, address: string, { note, width }: { note: string; width: number }): Row {
  const row: Row = [...labelOf(label), { text: address, style: 'cyan' }];
  return rowLength(row) + note.length > width ? row : [...row, { text: note, style: 'dim' }];
}

function labelOf(label: string): Row {
  return [
    { text: '  ➜  ', style: 'green' },
    { text: label.padEnd(11), style: 'bold' },
  ];
}

function routeRows(routes: readonly Route[]): readonly Row[] {
  const shown = routes.length > mostRoutes ? routes.slice(0, mostRoutes - 1) : routes;
  const matches = shown.map(({ ref, methods }) =>
    methods === undefined ? ref.match : `${ref.match} (${[...methods].join(', ')})`,
  );
  const targets = shown.map(({ target }) => target.text);
  const [left, middle] = [columnWidth(matches, 24), columnWidth(targets, 34)];
  const rows = shown.map(
    (route, i): Row => [
      { text: `  ${cutEnd(matches[i] ?? '', left).padEnd(left)}  `, style: 'bold' },
      { text: '→  ', style: 'dim' },
      { text: cutEnd(targets[i] ?? '', middle).padEnd(middle) },
      { text: `  ${routeNotes(route).join('  ')}`, style: 'dim' },
    ],
  );
  const more = routes.length - shown.length;
  return more === 0 ? rows : [...rows, [{ text: `  … ${more} more: cors-proxy routes`, style: 'dim' }]];
}

function columnWidth(texts: readonly string[], most: number): number {
  return Math.min(most, Math.max(0, ...texts.map((text) => text.length)));
}

function routeNotes({ policy, websocket, secretNames, forwardProxy }: Route): readonly string[] {
  return [
    `for ${pagesText(policy)}`,
    // Said before the rest: where the line is cut, this is not.
    ...(secretNames.length === 0 ? [] : [`secret: ${secretNames.join(', ')}`]),
    ...(forwardProxy === undefined ? [] : [forwardProxyText(forwardProxy)]),
    ...(policy.allowCredentials ? ['credentials'] : []),
    // They pass unless the config, or "*", says otherwise.
    ...(websocket ? [] : ['no websocket']),
  ];
}

/** One origin, and how many more: a list would push what stands behind it out of the line. */
function pagesText(policy: CorsPolicy): string {
  const { mode, origins } = policy;
  const written = mode === 'enforce' && origins.kind === 'listed' ? origins.written : [];
  return written.length > 1 ? `${written[0]} and ${written.length - 1} more` : originsText(policy);
}

/** The one edit that is left to the user. */
function hintRows({ ruleset, url }: BannerFacts, width: number): readonly Row[] {
  for (const route of ruleset.routes) {
    const hint = replacement(route, url);
    if (hint === undefined) continue;
    const first: Row = [{ text: '  In your app: ' }, { text: hint.ours, style: 'cyan' }];
    const second: Row = [{ text: '  instead of  ' }, { text: hint.theirs }];
    const isWide = rowLength(first) + rowLength(second) <= width;
    // An address that is cut cannot be copied.
    return isWide ? [[...first, ...second]] : [first, second];
  }
  return [];
}

function rowLength(row: Row): number {
  return row.reduce((sum, { text }) => sum + text.length, 0);
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
