/** Exchange → lines for a person. Pure: the same exchange, width and count always give the same text. */

import type { Exchange } from '../exchange.ts';
import { firstValue, hasField } from '../http/header-list.ts';
import { explanationOf, isRefusal } from './cors-verdict.ts';
import { type Mask, maskOf } from './mask.ts';
import { type OutcomeWords, outcomeWords } from './outcome-words.ts';
import { cutEnd, cutMiddle, type Layout, renderSpans, type Span } from './spans.ts';
import { durationText, sizeText, timeOfDay } from './units.ts';

/** `first`: with the block that says why; a number: how often the same has been said. */
export type Telling = 'first' | number;

/** One line when all is well; a block below it where something is wrong, the first time. */
export function formatExchange(exchange: Exchange, layout: Layout, telling: Telling = 'first'): string {
  const words = outcomeWords(exchange);
  const line = renderSpans(lineSpans(exchange, words, { width: layout.width, telling }), layout);
  if (words.mark !== '✗' || telling !== 'first') return line;
  return [line, ...blockLines(exchange, layout)].join('\n');
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
  const fixed: Span[] = [];
  if (width >= widthForTime) fixed.push({ text: `${timeOfDay(timings.startedAt)}  `, style: 'dim' });
  fixed.push({ text: `${cutEnd(mask.text(head.method), 16).padEnd(7)}  ` });
  fixed.push({ text: `${pathText(mask.target(head.target), width)}  `, style: 'bold' });
  fixed.push({ text: `${status}  `, style: statusStyle(status) });
  fixed.push({ text: `${durationText(timings.totalMs).padStart(6)}  ` });
  if (width >= widthForSize) fixed.push({ text: `${sizeText(bytes).padStart(4)}  ` });
  const verdict = `${words.who.padEnd(4)} ${words.mark} ${words.verdict}`;
  const count = telling === 'first' ? '' : `  (×${telling})`;
  const used = fixed.reduce((sum, { text }) => sum + text.length, 0) + verdict.length + count.length;
  fixed.push({ text: verdict, style: markStyles[words.mark] }, { text: count, style: 'dim' });
  const gap = ' '.repeat(Math.max(2, 19 - verdict.length - count.length));
  const why = mask.text(words.why);
  const isRoomy = width - used - gap.length >= Math.min(shortestWhy, why.length);
  return isRoomy ? [...fixed, { text: gap }, { text: why }] : fixed;
}

/** A fifth of the line, so that verdicts stand below each other; whole and unaligned where nobody counts columns. */
function pathText(path: string, width: number): string {
  if (!Number.isFinite(width)) return path.padEnd(24);
  const room = Math.max(12, Math.min(32, Math.floor(width / 5)));
  return cutMiddle(path, room).padEnd(room);
}

const markStyles = { '✓': 'green', '✗': 'red', '–': 'dim' } as const;

function statusStyle(status: number): 'green' | 'cyan' | 'yellow' | 'red' {
  if (status < 300) return 'green';
  if (status < 400) return 'cyan';
  return status < 500 ? 'yellow' : 'red';
}

interface BlockRow {
  readonly label: string;
  readonly text: string;
}

/** The block is never cut: it is read once, and copied from. */
function blockLines(exchange: Exchange, { paint, width }: Layout): readonly string[] {
  const mask = maskOf(exchange.ruleset);
  const rows = blockRows(exchange, mask).filter(({ text }) => text !== '');
  const indent = ' '.repeat(width >= widthForTime ? 10 : 2);
  return rows.map(({ label, text }, i) => {
    const corner = rows.length === 1 || i === rows.length - 1 ? '╰' : i === 0 ? '╭' : '│';
    return `${indent}${paint.dim(`${corner} ${label.padEnd(7)}`)} ${text}`;
  });
}

function blockRows(exchange: Exchange, mask: Mask): readonly BlockRow[] {
  const { plan, failure } = exchange;
  if (isRefusal(plan.decision)) return refusalRows(exchange, mask);
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
    { label: 'why', text: withPlace(mask.text(detail), place) },
    { label: 'mend', text: mask.text(hint) },
  ];
}

function refusalRows(exchange: Exchange, mask: Mask): readonly BlockRow[] {
  const told = explanationOf(exchange);
  if (told === undefined) return [];
  return [
    { label: 'why', text: withPlace(mask.text(told.why), told.place) },
    { label: 'sent', text: sentText(exchange) },
    { label: 'browser', text: told.browserSays === '' ? '' : `will say: ${mask.text(told.browserSays)}` },
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
