/** The inspector of a proxy that was started from the command line: its config can be edited, its URL is printed. */

import type { App } from '../app.ts';
import type { LoadRequest } from '../config/load.ts';
import { placeText } from '../config/problem.ts';
import { createInspector, type Inspector } from '../observe/inspector/inspector.ts';
import type { Told } from '../observe/inspector/wire.ts';
import type { Journal } from '../observe/journal.ts';
import type { Ruleset } from '../ruleset.ts';
import { type Allowed, allowInFile } from './allow/allow-in-file.ts';
import { addedLines } from './allow/tell.ts';
import type { Rules, RulesReport } from './read-rules.ts';
import type { Reporter } from './reporter.ts';
import { packageVersion } from './version.ts';

export interface Inspecting {
  readonly rules: Rules;
  readonly request: LoadRequest;
  readonly journal: Journal;
  /** Those in force. */
  readonly ruleset: () => Ruleset;
  /** What the running proxy forwards at present. */
  readonly running: App['running'];
}

export function inspectorFor({ rules, request, journal, ruleset, running }: Inspecting): Inspector {
  return createInspector({
    journal,
    version: packageVersion(),
    file: rules.file ?? 'the command line',
    ruleset,
    running,
    allow: async (wish) => toldOf(await allowInFile(request, wish)),
  });
}

/** What is told of the config is shown in the inspector, too: a save that was not taken up stays there. */
export function withInspector(reporter: Reporter, inspector: Inspector | undefined): Reporter {
  if (inspector === undefined) return reporter;
  return {
    ...reporter,
    reload: (reloaded) => {
      inspector.reloaded(reloaded.changes);
      reporter.reload(reloaded);
    },
    reloadFailed: (report) => {
      inspector.reloadFailed(problemLines(report));
      reporter.reloadFailed(report);
    },
  };
}

function problemLines({ problems }: RulesReport): readonly string[] {
  return problems
    .filter(({ severity }) => severity === 'error')
    .map(({ place, said, mend }) => `${placeText(place)}  ${place.key}: ${said}. Mend: ${mend}`);
}

function toldOf(allowed: Allowed): Told {
  switch (allowed.kind) {
    case 'added':
      return { ok: true, text: addedLines(allowed).join('. '), mend: '' };
    case 'there already':
      return { ok: true, text: `${allowed.origin} is allowed already: ${allowed.place}`, mend: '' };
    case 'refused':
      return { ok: false, text: allowed.said, mend: allowed.mend };
    case 'bad config':
      return { ok: false, text: problemLines(allowed.report).join('\n'), mend: 'mend the config first' };
  }
}

/** Where a browser of this machine finds it; `undefined` where the listener has no loopback address. */
export function inspectorUrl(
  { url, port, ruleset }: App,
  inspector: Inspector | undefined,
): string | undefined {
  if (inspector === undefined) return undefined;
  const { host } = ruleset().listen;
  const isLoopback = /^(?:localhost|\[?::1\]?|127\.[0-9.]+)$/.test(host);
  const isAny = host === '0.0.0.0' || host === '::' || host === '[::]';
  if (isLoopback) return inspector.entrance(url);
  return isAny ? inspector.entrance(`${url.slice(0, url.indexOf(':'))}://localhost:${port}`) : undefined;
}
