/** `cors-proxy check`: parse and compile; every problem, with its place. */

import { problemJson } from '../../config/render.ts';
import type { Run } from '../context.ts';
import { exitCode } from '../exit-code.ts';
import { printProblems } from '../problem-report.ts';
import { loadRequest, readRules } from '../read-rules.ts';

export const check: Run = async ({ io, line, settings, terminal }) => {
  const report = await readRules(loadRequest(settings, io));
  const { rules, problems } = report;
  const isJson = line.switches.get('json') === true || settings.logFormat === 'json';
  if (isJson) {
    const ok = rules !== undefined;
    terminal.out.line(
      JSON.stringify({
        ok,
        routes: rules?.ruleset.routes.length ?? null,
        problems: problems.map(problemJson),
      }),
    );
  } else {
    printProblems(report, terminal.err);
    if (rules !== undefined)
      terminal.out.line(summary(rules.file, rules.ruleset.routes.length, problems.length));
  }
  return rules === undefined ? exitCode.usage : exitCode.ok;
};

/** `cors-proxy.config.json: 4 routes, no problems` */
function summary(file: string | undefined, routes: number, warnings: number): string {
  const found = warnings === 0 ? 'no problems' : 'no errors';
  return `${file ?? 'the command line'}: ${routes} route${routes === 1 ? '' : 's'}, ${found}`;
}
