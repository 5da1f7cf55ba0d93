/** `cors-proxy demo`: the proxy between a small API without CORS and a page on another origin. */

import type { App } from '../../app.ts';
import { defaults } from '../../config/defaults.ts';
import type { LoadRequest } from '../../config/load.ts';
import type { Context, Run } from '../context.ts';
import { demoConfig } from '../demo/config-file.ts';
import { curlCommand } from '../demo/page-html.ts';
import { type Demo, startDemo } from '../demo/start.ts';
import { type ExitCode, exitCode } from '../exit-code.ts';
import { freePort } from '../port/free-port.ts';
import { printProblems } from '../problem-report.ts';
import { loadRequest, readRules } from '../read-rules.ts';
import { type Invitation, runProxy } from '../running.ts';
import { watchParent } from '../stopping.ts';

export const demo: Run = async (context) => {
  const started = await startDemo();
  try {
    return await runDemo(context, started);
  } finally {
    await started.close();
  }
};

async function runDemo(context: Context, started: Demo): Promise<ExitCode> {
  const { io, terminal } = context;
  const parent = watchParent(io);
  const request = await demoRequest(context, started);
  const report = await readRules(request);
  if (report.rules === undefined) {
    printProblems(report, terminal.err);
    parent.close();
    return exitCode.usage;
  }
  const ready = (app: App): Invitation => {
    started.connect(app.url);
    return { url: started.pageUrl, text: invitationText(context, { app, demo: started }) };
  };
  return runProxy(context, {
    rules: report.rules,
    report,
    request,
    parent,
    ready,
    stopping: started.endChat,
  });
}

async function demoRequest({ io, settings }: Context, { env }: Demo): Promise<LoadRequest> {
  const request = loadRequest(settings, io);
  const { given } = settings;
  // Nobody's app depends on the demo's address, so here, and only here, another port will do unasked.
  const port = given.port ?? { value: await freePort(defaults.listen), from: 'demo' };
  return { ...request, file: demoConfig, env: { ...io.env, ...env }, given: { ...given, port } };
}

function invitationText(
  { settings, terminal }: Context,
  { app, demo }: { readonly app: App; readonly demo: Demo },
): string {
  const { paint } = terminal.out.layout();
  const moved = app.port !== defaults.listen.port && settings.given.port === undefined;
  return [
    `  ${paint.bold('Open')} ${paint.cyan(demo.pageUrl)}`,
    `  It calls an API without CORS (${demo.apiUrl}),`,
    '  directly and through this proxy.',
    '',
    '  The same from another terminal, without and with the proxy:',
    `    ${curlCommand(`${demo.apiUrl}/article`, demo.pageUrl)}`,
    `    ${curlCommand(`${app.url}/article`, demo.pageUrl)}`,
    ...(moved ? ['', `  Port ${defaults.listen.port} is in use; the demo took ${app.port}.`] : []),
    '',
  ].join('\n');
}
