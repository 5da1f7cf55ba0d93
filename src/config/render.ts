/** Problems as text: place, key, code; what cannot be done; the source with a caret; the mend. */

import { concealed } from './concealed.ts';
import { cutAround, plainText } from './excerpt.ts';
import { indexLines, type LineIndex, lineText } from './position.ts';
import { type Problem, placeText, sortProblems } from './problem.ts';
import { hanging } from './wrapped.ts';

/** Colours, put in from outside: this file knows what is red, not how. */
export interface Painter {
  readonly red: (text: string) => string;
  readonly yellow: (text: string) => string;
  readonly cyan: (text: string) => string;
  readonly dim: (text: string) => string;
  readonly bold: (text: string) => string;
}

export interface RenderOptions {
  /** The text that the lines around a problem are taken from. */
  readonly text: string;
  /** Whose text it is, as `Place.file` names it; `undefined` where there is no file. */
  readonly file: string | undefined;
  readonly color: Painter;
  /** Columns of the terminal; infinite where nobody counts them. A bare pseudo-terminal reports 0: then 80. */
  readonly width: number;
}

/** The whole report, without a line break at its end; the empty string where there is nothing to say. */
export function renderProblems(problems: readonly Problem[], options: RenderOptions): string {
  if (problems.length === 0) return '';
  const lines = indexLines(options.text.replace(/^\uFEFF/, ''));
  const shown = new Set<number>();
  const width = options.width > 0 ? options.width : 80;
  const blocks = sortProblems(problems).map((problem) => block(problem, { ...options, width, lines, shown }));
  return [headline(problems, options), ...blocks].join('\n\n');
}

interface Rendering extends RenderOptions {
  readonly lines: LineIndex;
  /** Lines that the report has already: they are not repeated as context. */
  readonly shown: Set<number>;
}

/** `✗ cors-proxy.config.json: 2 problems, 1 warning` */
function headline(problems: readonly Problem[], { file, color }: RenderOptions): string {
  const counts = [
    counted(problems, 'error', 'problem'),
    counted(problems, 'warning', 'warning'),
    counted(problems, 'notice', 'notice'),
  ].filter((text) => text !== '');
  const isRefused = problems.some(({ severity }) => severity === 'error');
  const text = `${file === undefined ? '' : `${plainText(file)}: `}${counts.join(', ')}`;
  return isRefused ? `${color.red('✗')} ${color.bold(text)}` : `${color.yellow('!')} ${color.bold(text)}`;
}

function counted(problems: readonly Problem[], severity: Problem['severity'], noun: string): string {
  const count = problems.filter((problem) => problem.severity === severity).length;
  if (count === 0) return '';
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

function block(problem: Problem, rendering: Rendering): string {
  const { place, code, severity, said, mend } = problem;
  const { color, width } = rendering;
  const mark = severity === 'error' ? '' : `  ${color.yellow(severity)}`;
  const key = place.key === '' ? '' : `  ${plainText(place.key)}`;
  return [
    `${color.cyan(plainText(placeText(place)))}${key}   ${color.dim(code)}${mark}`,
    `  ${hanging(plainText(said), { indent: 2, width })}`,
    ...excerpt(problem, rendering),
    ...(mend === '' ? [] : [`  ${color.bold('Mend:')} ${hanging(plainText(mend), { indent: 8, width })}`]),
  ].join('\n');
}

/** Where nobody counts columns, a line is cut only when nobody could read it. */
const widestExcerpt = 200;

function excerpt({ place, severity }: Problem, { lines, shown, file, color, width }: Rendering): string[] {
  if (place.line === 0 || place.file !== file || place.line > lines.starts.length) return [];
  if (lineText(lines, place.line).trim() === '') return [];
  const gutter = String(place.line).length;
  const room = Math.min(width, widestExcerpt) - gutter - '  >  | '.length;
  const cut = cutAround(concealed(lineText(lines, place.line)), {
    column: place.column,
    length: place.length,
    room,
  });
  const paint = severity === 'error' ? color.red : color.yellow;
  const before = place.line - 1;
  const context = concealed(lineText(lines, before));
  const needed = before > 0 && !shown.has(before) && !shown.has(place.line) && context.trim() !== '';
  const above = cutAround(context, { column: cut.start + 1, length: 1, room, start: cut.start }).text;
  shown.add(before).add(place.line);
  return [
    ...(needed ? [color.dim(`    ${String(before).padStart(gutter)} | ${above}`).trimEnd()] : []),
    `  ${paint('>')} ${place.line} ${color.dim('|')} ${cut.text}`,
    `    ${' '.repeat(gutter)} ${color.dim('|')} ${cut.indent}${paint('^'.repeat(cut.carets))}`,
  ];
}

/** A problem for machines: one flat object. `line` and `column` are `null` for a flag's value, whose name is `file`. */
export function problemJson({
  code,
  severity,
  place,
  said,
  mend,
}: Problem): Readonly<Record<string, string | number | null>> {
  const hasPosition = place.line > 0;
  return {
    code,
    severity,
    place: placeText(place),
    file: place.file,
    line: hasPosition ? place.line : null,
    column: hasPosition ? place.column : null,
    length: hasPosition ? place.length : null,
    key: place.key,
    said,
    mend,
  };
}
