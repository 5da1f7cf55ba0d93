/** `cors-proxy routes`: the routes in their order, which is the order in which they are tried. */

import { folded } from '../../config/wrapped.ts';
import { forwardProxyText, originsText } from '../../observe/rule-text.ts';
import type { Layout } from '../../observe/spans.ts';
import type { Route } from '../../ruleset.ts';
import type { Run } from '../context.ts';
import { exitCode } from '../exit-code.ts';
import { printProblems } from '../problem-report.ts';
import { loadRequest, readRules } from '../read-rules.ts';

export const routes: Run = async ({ io, line, settings, terminal }) => {
  const report = await readRules(loadRequest(settings, io));
  printProblems(report, terminal.err);
  if (report.rules === undefined) return exitCode.usage;
  const all = report.rules.ruleset.routes;
  const isJson = line.switches.get('json') === true || settings.logFormat === 'json';
  terminal.out.line(isJson ? JSON.stringify(all.map(routeJson)) : routesText(all, terminal.out.layout()));
  return exitCode.ok;
};

function routeJson({
  ref,
  globs,
  methods,
  target,
  policy,
  websocket,
  secretNames,
  preflight,
  forwardProxy,
}: Route): object {
  const { origins } = policy;
  return {
    index: ref.index,
    place: ref.place,
    match: globs,
    methods: methods === undefined ? null : [...methods],
    target: target.text,
    cors: policy.mode,
    allowOrigin: origins.kind === 'any' ? '*' : origins.written,
    allowCredentials: policy.allowCredentials,
    preflight,
    websocket,
    secrets: secretNames,
    forwardProxy: forwardProxy === undefined ? null : forwardProxyText(forwardProxy),
  };
}

const headings = ['#', 'match', 'methods', 'target', 'origins', 'notes', 'place'];

/** A table, or, where the terminal is too narrow for it, the cells of each route below its first ones. */
function routesText(all: readonly Route[], { width }: Layout): string {
  const rows = table(all);
  if (rows.every((row) => row.length <= width)) return rows.join('\n');
  return all
    .map(cells)
    .map((row) => folded(narrowText(row), { indent: 5, width }))
    .join('\n');
}

function narrowText([index = '', match = '', methods, target, ...rest]: readonly string[]): string {
  const first = `${index.padEnd(3)}${match}${methods === 'all' ? '' : ` (${methods})`}  →  ${target}`;
  return `${first}\n   for ${rest.join('  ')}`;
}

function table(all: readonly Route[]): readonly string[] {
  const rows = [headings, ...all.map(cells)];
  const widths = headings.map((_, i) => Math.max(...rows.map((row) => row[i]?.length ?? 0)));
  return rows.map((row) =>
    row
      .map((cell, i) => cell.padEnd(widths[i] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}

function cells({
  ref,
  methods,
  target,
  policy,
  websocket,
  secretNames,
  forwardProxy,
}: Route): readonly string[] {
  const notes = [
    ...(policy.allowCredentials ? ['credentials'] : []),
    ...(websocket ? ['websocket'] : []),
    ...(secretNames.length === 0 ? [] : [`secret: ${secretNames.join(', ')}`]),
    ...(forwardProxy === undefined ? [] : [forwardProxyText(forwardProxy)]),
  ];
  return [
    String(ref.index),
    ref.match,
    methods === undefined ? 'all' : [...methods].join(', '),
    target.text,
    originsText(policy),
    notes.join(', ') || '–',
    ref.place,
  ];
}
