/** Exchange → lines for a person. Pure: the same exchange, width and count always give the same text. */

import { wrapped } from '../config/wrapped.ts';
import type { Exchange } from '../exchange.ts';
import { firstValue, hasField } from '../http/header-list.ts';
import { explanationOf, isRefusal } from './cors-verdict.ts';
import { escapeControls, type Mask, maskOf } from './mask.ts';
import { type OutcomeWords, outcomeWords } from './outcome-words.ts';
import { plainPaint } from './paint.ts';
import { ruleText } from './rule-text.ts';
import { cutEnd, cutMiddle, type Layout, lengthOf, renderSpans, type Span } from './spans.ts';
import { durationText, sizeText, timeOfDay } from './units.ts';

/** `first`: with the block that says why; a number: how often the same has been said. */
export type Telling = 'first' | number;

/** One line when all is well; a block below it where something is wrong, the first time. */
export function formatExchange(exchange: Exchange, layout: Layout, telling: Telling = 'first'): string {
  const words = outcomeWords(exchange);
  const spans = lineSpans(exchange, words, { width: layout.width, telling });
  const line = renderSpans(spans, layout);
  if (words.mark !== '✗' || telling !== 'first') return line;
  return [line, ...blockLines(blockRows(exchange, reasonIn(spans, words, layout)), layout)].join('\n');
}

/** Whether the line has the reason whole: then the block does not repeat it. */
function reasonIn(spans: readonly Span[], { why }: OutcomeWords, { width }: Layout): 'said' | 'cut' {
  return renderSpans(spans, { width, paint: plainPaint }).endsWith(escapeControls(why)) ? 'said' : 'cut';
}

/** Below this the size goes; it is the least asked for. */
const widthForSize = 100;
/** Below this the time of day goes, too. */
const widthForTime = 80;
/** A sentence that is cut sooner says nothing. */
const shortestWhy = 14;

interface LineOptions {
  readonly width: number;
  readonly telling: Telling;
}

function lineSpans(
  exchange: Exchange,
  words: OutcomeWords,
  { width, telling }: LineOptions,
): readonly Span[] {
  const { head, status, timings, bytes } = exchange;
  const mask = maskOf(exchange.ruleset);
  const verdict = `${words.who.padEnd(4)} ${words.mark} ${words.verdict}`;
  const count = telling === 'first' ? '' : `  (×${telling})`;
  const spans: Span[] = [];
  if (width >= widthForTime) spans.push({ text: `${timeOfDay(timings.startedAt)}  `, style: 'dim' });
  spans.push({ text: `${cutEnd(mask.text(head.method), 16).padEnd(7)}  `, style: undefined });
  spans.push({ text: `${pathText(mask.target(head.target), width)}  `, style: 'bold' });
  spans.push({ text: `${status}  `, style: statusStyle(status) });
  spans.push({ text: `${durationText(timings.totalMs).padStart(6)}  `, style: undefined });
  if (width >= widthForSize) spans.push({ text: `${sizeText(bytes).padStart(4)}  `, style: undefined });
  spans.push({ text: verdict, style: markStyles[words.mark] }, { text: count, style: 'dim' });
  const gap = ' '.repeat(Math.max(2, 19 - verdict.length - count.length));
  const why = mask.text(words.why);
  const isRoomy = width - lengthOf(spans) - gap.length >= Math.min(shortestWhy, why.length);
  if (isRoomy) spans.push({ text: gap + why, style: undefined });
  return spans;
}

/**
 * A fifth of the line, so that verdicts stand below each other; a quarter where it is too short for a reason anyway.
 * Whole and unaligned where nobody counts columns.
 */
function pathText(target: string, width: number): string {
  if (!Number.isFinite(width)) return target.padEnd(24);
  const room = Math.max(12, Math.min(32, Math.floor(width / (width < widthForSize ? 4 : 5))));
  return cutTarget(target, room).padEnd(room);
}

/** The path tells requests apart; of the query its beginning is enough. */
function cutTarget(target: string, room: number): string {
  const mark = target.indexOf('?');
  const path = mark === -1 ? target : target.slice(0, mark);
  if (target === path || path.length > room - 2) return cutMiddle(target === path ? path : `${path}?`, room);
  return cutEnd(target, room);
}

const markStyles = { '✓': 'green', '✗': 'red', '–': 'dim' } as const;

function statusStyle(status: number): 'green' | 'cyan' | 'yellow' | 'red' {
  if (status < 300) return 'green';
  if (status < 400) return 'cyan';
  return status < 500 ? 'yellow' : 'red';
}

/** The block is never cut: it is read once, and copied from. Where it is too long for a line it goes on below itself. */
function blockLines(rows: readonly BlockRow[], { paint, width }: Layout): readonly string[] {
  const told = rows.filter(({ text }) => text !== '');
  const indent = ' '.repeat(width >= widthForTime ? 10 : 2);
  return told.flatMap(({ label, text }, i) => {
    const isLast = i === told.length - 1;
    const corner = isLast ? '╰' : i === 0 ? '╭' : '│';
    const lead = `${corner} ${label.padEnd(5)}`;
    const below = `${isLast ? ' ' : '│'} ${' '.repeat(5)}`;
    const room = width - indent.length - below.length - 2;
    const [first = '', ...more] = wrapped(text, room, room - (lead.length - below.length));
    return [
      `${indent}${paint.dim(lead)}  ${first}`,
      ...more.map((line) => `${indent}${paint.dim(below)}  ${line}`),
    ];
  });
}

interface BlockRow {
  readonly label: string;
  /** Without one the row is left out. */
  readonly text: string;
}

function blockRows(exchange: Exchange, reason: 'said' | 'cut'): readonly BlockRow[] {
  const mask = maskOf(exchange.ruleset);
  const { plan, failure } = exchange;
  if (isRefusal(plan.decision)) return refusalRows(exchange, mask, reason);
  if (failure !== undefined) {
    return [
      { label: 'why', text: mask.text(failure.detail) },
      { label: 'mend', text: mask.text(failure.hint) },
      { label: 'page', text: readableText(exchange) },
    ];
  }
  if (plan.kind !== 'refuse') return [];
  const { detail, hint, place } = plan.refusal;
  return [
    { label: 'why', text: reason === 'said' ? place : withPlace(mask.text(detail), place) },
    { label: 'mend', text: mask.text(hint) },
  ];
}

function refusalRows(exchange: Exchange, mask: Mask, reason: 'said' | 'cut'): readonly BlockRow[] {
  const told = explanationOf(exchange);
  if (told === undefined) return [];
  const rule = withPlace(mask.text(ruleText(exchange)), told.place);
  return [
    ...(reason === 'said' ? [] : [{ label: 'why', text: mask.text(told.why) }]),
    { label: reason === 'said' ? 'why' : 'rule', text: rule },
    { label: 'sent', text: sentText(exchange) },
    { label: 'browser will say', text: mask.text(told.browserSays) },
    { label: 'mend', text: mask.text(told.mend) },
  ];
}

function withPlace(text: string, place: string): string {
  return place === '' ? text : `${text}  ${place}`;
}

function sentText({ plan, ruleset, attempts }: Exchange): string {
  if (attempts > 0 || plan.kind === 'own') return '';
  const target = plan.route === null ? undefined : ruleset.routes[plan.route.index]?.target;
  return target === undefined ? '' : `nothing to ${target.hostHeader}`;
}

/** The commonest misreading of a failure behind a proxy: "it is CORS". */
function readableText({ responseHeaders, status, head }: Exchange): string {
  if (!hasField(responseHeaders, 'access-control-allow-origin')) return '';
  const isPage = firstValue(head.headers, 'origin') !== undefined;
  return isPage
    ? `the answer carries CORS headers: your code sees this ${status} and its JSON, not "Failed to fetch"`
    : '';
}
