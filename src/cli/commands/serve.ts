/** `cors-proxy [target..]` */

import type { Run } from '../context.ts';
import { exitCode } from '../exit-code.ts';
import { printProblems } from '../problem-report.ts';
import { loadRequest, readRules } from '../read-rules.ts';
import { runProxy } from '../running.ts';
import { noParent, watchParent } from '../stopping.ts';

export const serve: Run = async (context) => {
  const { io, settings, terminal } = context;
  // Standard input that holds the config ends when it is read.
  const parent = settings.configFile === '-' ? noParent : watchParent(io);
  const read = loadRequest(settings, io);
  const report = await readRules(read);
  printProblems(report, terminal.err);
  if (report.rules === undefined) {
    parent.close();
    return exitCode.usage;
  }
  return runProxy(context, { rules: report.rules, request: read, parent });
};
