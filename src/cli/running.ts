/** One proxy from its rules to its end: listen, say so, follow the config, stop. What `serve` and `demo` share. */

import { resolve } from 'node:path';
import { type App, startApp } from '../app.ts';
import type { LoadRequest } from '../config/load.ts';
import type { Context } from './context.ts';
import { crashText } from './crash.ts';
import type { ExitCode } from './exit-code.ts';
import { keepFreedMemory } from './freed-memory.ts';
import { inspectorUrl } from './inspecting.ts';
import { type Observing, observing } from './observing.ts';
import { openBrowser } from './open-browser.ts';
import { explainListenFailure } from './port/listen-failure.ts';
import { localAddresses, type Rules, type RulesReport } from './read-rules.ts';
import { filesOf, followConfig } from './reload/follow-config.ts';
import { type Fingerprint, fingerprint } from './reload/follow-files.ts';
import { attendShortcuts, hasShortcuts } from './shortcuts/attend.ts';
import { type ParentWatch, untilStopped } from './stopping.ts';
import { complain } from './terminal.ts';
import { packageVersion } from './version.ts';

export interface Running {
  readonly rules: Rules;
  /** The rules as they were read, with the warnings beside them. */
  readonly report: RulesReport;
  /** How the rules were read, and will be again. */
  readonly request: LoadRequest;
  readonly parent: ParentWatch;
  /** The port that the config asks for, where another was allowed. */
  readonly wantedPort?: number | undefined;
  /** Called once the port is bound. */
  readonly ready?: (app: App) => Invitation;
  /** Called when the stopping begins: what would hold a connection open lets go. */
  readonly stopping?: () => void;
}

export interface Invitation {
  /** What `--open` shows. */
  readonly url: string;
  /** Stands below the banner. */
  readonly text: string;
}

export async function runProxy(context: Context, running: Running): Promise<ExitCode> {
  const { terminal } = context;
  let ruleset = () => running.rules.ruleset;
  let underway: App['running'] = () => ({ requests: [], sockets: new Set() });
  const watched = await observing(context, {
    ...running,
    ruleset: () => ruleset(),
    running: (leastMs) => underway(leastMs),
  });
  const { reporter } = watched;
  const configName = configNameOf(running.rules, context);
  reporter.problems(running.report);
  context.io.onCrash?.((error) => crashText(error, [running.rules.ruleset, ruleset()]));
  // At once: a save during the start would go unseen.
  const seen = await fingerprint(filesOf(running.report));
  keepFreedMemory();
  try {
    const app = await startApp(running.rules.ruleset, {
      ...watched.options,
      notice: reporter.notice,
      configName,
      certificate: { env: context.io.env },
    });
    ruleset = app.ruleset;
    underway = app.running;
    return await attend(context, { ...running, ...watched, app, seen });
  } catch (error) {
    const { listen } = running.rules.ruleset;
    const failure = await explainListenFailure(error, { listen, configName });
    if (failure === undefined) throw error;
    complain(terminal, failure.said, failure.mend);
    return failure.code;
  } finally {
    await watched.close();
  }
}

/** What others are told of this proxy's config: the file, whole, since they may stand in another directory. */
function configNameOf({ file }: Rules, { io }: Context): string {
  if (file === undefined) return 'the command line';
  return file === '<stdin>' ? 'standard input' : resolve(io.cwd, file);
}

interface Attended extends Running, Observing {
  readonly app: App;
  readonly seen: Fingerprint;
}

async function attend(context: Context, attended: Attended): Promise<ExitCode> {
  const { app, reporter, rules, parent, ready, journal, wantedPort } = attended;
  const isAttended = hasShortcuts(context);
  const entrance = inspectorUrl(app, attended.inspector);
  let quit = () => {};
  const invitation = ready?.(app) ?? { url: `${app.url}/`, text: '' };
  const stopped = untilStopped(context.io, {
    app,
    parent: {
      ...parent,
      onEnd: (stop) => {
        quit = stop;
        parent.onEnd(stop);
      },
    },
    started: () => {
      reporter.stopping(app.open());
      attended.stopping?.();
    },
    ended: ({ aborted }) => reporter.stopped({ ...journal.tally(), aborted }),
  });
  // Before the readiness is told: whoever waits for it may save at once.
  const follower = await followConfig(context, attended);
  reporter.ready({
    url: app.url,
    port: app.port,
    inspectorUrl: entrance,
    note: isAttended ? 'h + Enter: help' : '',
    movedFrom: wantedPort === app.port || wantedPort === 0 ? undefined : wantedPort,
    addresses: app.addresses,
    networkUrls: networkUrls(app),
    version: packageVersion(),
    // Since the process began, so that what it takes to load the code counts.
    readyMs: performance.now(),
    file: rules.file,
    variables: [...new Set(rules.config.substitutions.flatMap(({ names }) => names))],
    ruleset: rules.ruleset,
  });
  const { opens, isQuiet, logFormat } = context.settings;
  if (invitation.text !== '' && !isQuiet && logFormat === 'pretty')
    context.terminal.out.line(invitation.text);
  if (opens) openBrowser(invitation.url);
  const { request } = attended;
  const { reload } = follower;
  const host = { app, reporter, journal, request, inspectorUrl: entrance, reload, quit: () => quit() };
  const leaveKeys = isAttended ? attendShortcuts(context, host) : () => {};
  const code = await stopped;
  leaveKeys();
  parent.close();
  await follower.close();
  return code;
}

/** Where other machines reach this proxy: its own names do not help them. */
function networkUrls({ url, port, ruleset }: App): readonly string[] {
  const { host } = ruleset().listen;
  if (host === 'localhost' || host === '::1' || host === '[::1]' || host.startsWith('127.')) return [];
  const isAny = host === '0.0.0.0' || host === '::' || host === '[::]';
  if (!isAny) return [url];
  const scheme = url.slice(0, url.indexOf(':'));
  const outer = localAddresses().filter((address) => !address.includes(':') && !address.startsWith('127.'));
  return outer.map((address) => `${scheme}://${address}:${port}`);
}
