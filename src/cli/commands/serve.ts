/** `cors-proxy [target..]` */

import type { LoadRequest } from '../../config/load.ts';
import type { Run } from '../context.ts';
import { exitCode } from '../exit-code.ts';
import { freePort } from '../port/free-port.ts';
import { printProblems } from '../problem-report.ts';
import { loadRequest, type Rules, readRules } from '../read-rules.ts';
import { runProxy } from '../running.ts';
import { noParent, watchParent } from '../stopping.ts';

export const serve: Run = async (context) => {
  const { io, settings, terminal } = context;
  // Standard input that holds the config ends when it is read.
  const parent = settings.configFile === '-' ? noParent : watchParent(io);
  const asked = loadRequest(settings, io);
  const first = await readRules(asked);
  const read =
    settings.takesNextPort && first.rules !== undefined ? await onFreePort(asked, first.rules) : asked;
  const report = read === asked ? first : await readRules(read);
  if (report.rules === undefined) {
    printProblems(report, terminal.err);
    parent.close();
    return exitCode.usage;
  }
  return runProxy(context, {
    rules: report.rules,
    report,
    request: read,
    parent,
    wantedPort: first.rules?.ruleset.listen.port,
  });
};

/** The app's address is in somebody's `.env`: the port moves only for those who asked for it. */
async function onFreePort(request: LoadRequest, { ruleset }: Rules): Promise<LoadRequest> {
  const port = { value: await freePort(ruleset.listen), from: '--port auto' };
  return { ...request, given: { ...request.given, port } };
}
