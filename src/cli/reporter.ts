/** What a running proxy says, to people or to machines. */

import type { Notice } from '../app.ts';
import type { Problem } from '../config/problem.ts';
import { problemJson } from '../config/render.ts';
import { hanging } from '../config/wrapped.ts';
import type { Observer } from '../exchange.ts';
import type { Tally } from '../observe/journal.ts';
import { isHeard, type SaidLevel } from '../observe/level.ts';
import { escapeControls } from '../observe/mask.ts';
import { createPrettyLog } from '../observe/pretty-log.ts';
import { timeOfDay } from '../observe/units.ts';
import type { Open } from '../proxy/drain.ts';
import { type BannerFacts, bannerText } from './banner.ts';
import type { Context } from './context.ts';
import { printProblems } from './problem-report.ts';
import type { RulesReport } from './read-rules.ts';
import type { RulesetDiff } from './reload/ruleset-diff.ts';

export interface Ready extends BannerFacts {
  readonly port: number;
  readonly addresses: readonly string[];
}

export interface Reloaded extends RulesetDiff {
  /** `listen.port`: holds only after a restart. */
  readonly needsRestart: readonly string[];
}

export interface Stopped extends Tally {
  /** Connections that had to be cut. */
  readonly aborted: number;
}

export interface Reporter {
  readonly ready: (ready: Ready) => void;
  readonly request: Observer;
  /** `blocked`: refusals and failures alone. */
  readonly show: (what: 'all' | 'blocked') => void;
  readonly notice: (notice: Notice) => void;
  readonly reload: (reloaded: Reloaded) => void;
  readonly reloadFailed: (report: RulesReport) => void;
  readonly stopping: (open: Open) => void;
  /** Warnings of the config, at the start and where a reload brings new ones. */
  readonly problems: (report: RulesReport) => void;
  readonly stopped: (stopped: Stopped) => void;
}

export async function createReporter(context: Pick<Context, 'settings' | 'terminal'>): Promise<Reporter> {
  return context.settings.logFormat === 'json' ? jsonReporter(context) : prettyReporter(context);
}

/** pino is imported only by those who asked for its lines. */
async function jsonReporter({
  settings,
  terminal,
}: Pick<Context, 'settings' | 'terminal'>): Promise<Reporter> {
  const { createEventLog } = await import('../observe/log.ts');
  const { sink } = terminal.out;
  const log = createEventLog(sink, settings.logLevel);
  // Whoever started this reads one line to know where it is, however little is to be said beside it.
  const always = createEventLog(sink, 'info');
  // Events are results; what one should know beside them goes where warnings go.
  const aside = createEventLog(terminal.err.sink, settings.logLevel);
  return {
    ready: ({ url, port, addresses, inspectorUrl, file, version, readyMs, ruleset }) => {
      const inspector = inspectorUrl ?? null;
      const facts = { url, port, addresses, inspector, config: file ?? null, routes: ruleset.routes.length };
      always.event('info', 'ready', { ...facts, version, readyMs: Math.round(readyMs), pid: process.pid });
    },
    request: log.request,
    show: () => {},
    notice: ({ level, message }) => aside.event(level, 'notice', { message: escapeControls(message) }),
    reload: (diff) => log.event('info', 'reload', diff),
    reloadFailed: ({ problems }) =>
      log.event('error', 'reload_failed', { problems: problems.map(problemJson) }),
    problems: ({ problems }) => {
      for (const problem of problems) aside.event(levelOfProblem(problem), 'problem', problemJson(problem));
    },
    stopping: (open) => log.event('info', 'stopping', open),
    stopped: (stopped) => log.event('info', 'stopped', { ...stopped, droppedLines: sink.dropped() }),
  };
}

function prettyReporter({ settings, terminal }: Pick<Context, 'settings' | 'terminal'>): Reporter {
  const { out, err } = terminal;
  const threshold = settings.logLevel;
  let shown: 'all' | 'blocked' = 'all';
  const timed = (text: string) => `${out.layout().paint.dim(timeOfDay(Date.now()))}  ${text}`;
  const say = (text: string) => {
    if (isHeard('info', threshold)) out.line(timed(text));
  };
  const warn = (text: string) => {
    const { width } = err.layout();
    if (isHeard('warn', threshold)) err.line(timed(hanging(text, { indent: 10, width })));
  };
  return {
    ready: (ready) => {
      if (!settings.isQuiet) out.line(bannerText(ready, out.layout()));
    },
    request: createPrettyLog({
      write: out.sink.write,
      layout: out.layout,
      threshold: () => (shown === 'blocked' && isHeard('info', threshold) ? 'warn' : threshold),
    }),
    show: (what) => {
      shown = what;
    },
    notice: ({ level, message }) => (level === 'warn' ? warn : say)(escapeControls(message)),
    reload: ({ changes, preflightCacheSeconds, needsRestart }) => {
      for (const line of reloadLines(changes)) say(escapeControls(line));
      if (preflightCacheSeconds > 0) {
        say(`browsers may go by an old preflight answer for up to ${preflightCacheSeconds} s (maxAge)`);
      }
      if (needsRestart.length > 0) {
        warn(
          `${needsRestart.join(', ')} changed: it holds after a restart; until then all stays where it is`,
        );
      }
    },
    reloadFailed: (report) => {
      warn('config not reloaded (below): what was served before is still served');
      if (isHeard('error', threshold)) printProblems(report, err);
    },
    problems: (report) => {
      if (isHeard('warn', threshold)) printProblems(report, err);
    },
    stopping: (open) => say(stoppingText(open)),
    stopped: (stopped) => say(stoppedText(stopped)),
  };
}

function reloadLines(changes: readonly string[]): readonly string[] {
  if (changes.length === 0) return ['config reloaded    no rule changed'];
  return changes.map((change, i) => `${i === 0 ? 'config reloaded' : ''.padEnd(15)}    ${change}`);
}

function levelOfProblem({ severity }: Problem): SaidLevel {
  switch (severity) {
    case 'error':
      return 'error';
    case 'warning':
      return 'warn';
    case 'notice':
      return 'info';
  }
}

/** `stopping: 2 open (1 websocket), waiting up to 2 s; Ctrl-C again to force` */
function stoppingText({ requests, websockets, eventStreams, waitMs }: Open): string {
  const count = requests + websockets;
  if (count === 0) return 'stopping: nothing is open';
  const kinds = [
    ...(websockets === 0 ? [] : [counted(websockets, 'websocket')]),
    ...(eventStreams === 0 ? [] : [counted(eventStreams, 'event stream')]),
  ];
  const which = kinds.length === 0 ? '' : ` (${kinds.join(', ')})`;
  return `stopping: ${count} open${which}, waiting up to ${waitMs / 1000} s; Ctrl-C again to force`;
}

/** `stopped: 118 requests, 3 refused, 1 upstream failure` */
function stoppedText({ requests, refused, upstreamFailures, aborted }: Stopped): string {
  const parts = [
    counted(requests, 'request'),
    ...(refused === 0 ? [] : [`${refused} refused`]),
    ...(upstreamFailures === 0 ? [] : [counted(upstreamFailures, 'upstream failure')]),
    ...(aborted === 0 ? [] : [`${counted(aborted, 'connection')} cut`]),
  ];
  return `stopped: ${parts.join(', ')}`;
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
