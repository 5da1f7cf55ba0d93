/** Whoever hears of each exchange of a proxy that was started from the command line. */

import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { App, AppOptions } from '../app.ts';
import type { LoadRequest } from '../config/load.ts';
import type { HarFile } from '../observe/har-file.ts';
import type { Inspector } from '../observe/inspector/inspector.ts';
import { createJournal, type Journal } from '../observe/journal.ts';
import type { Ruleset } from '../ruleset.ts';
import type { Context } from './context.ts';
import { inspectorFor, withInspector } from './inspecting.ts';
import type { Rules } from './read-rules.ts';
import { createReporter, type Reporter } from './reporter.ts';
import { UsageError } from './usage-error.ts';
import { packageVersion } from './version.ts';

export interface Observing {
  readonly reporter: Reporter;
  readonly journal: Journal;
  readonly inspector: Inspector | undefined;
  readonly options: Pick<AppOptions, 'observe' | 'endpoints' | 'keepsBodies'>;
  /** Resolves when all that was heard is written. */
  readonly close: () => Promise<void>;
}

export interface Observed {
  readonly rules: Rules;
  readonly request: LoadRequest;
  /** Those in force. */
  readonly ruleset: () => Ruleset;
  /** What is under way. */
  readonly running: App['running'];
}

/** Throws `UsageError` where the HAR cannot be written. */
export async function observing(context: Context, observed: Observed): Promise<Observing> {
  const journal = createJournal();
  const inspector = context.settings.inspects ? inspectorFor({ ...observed, journal }) : undefined;
  const reporter = withInspector(await createReporter(context), inspector);
  const har = await harFile(context, reporter);
  return {
    reporter,
    journal,
    inspector,
    options: {
      observe: (exchange) => {
        if (inspector === undefined) journal.add(exchange);
        else inspector.observe(exchange);
        har?.observe(exchange);
        reporter.request(exchange);
      },
      ...(inspector && { endpoints: inspector.endpoints }),
      keepsBodies: () => har !== undefined || inspector?.isWatched() === true,
    },
    close: async () => har?.close(),
  };
}

async function harFile({ settings, io }: Context, reporter: Reporter): Promise<HarFile | undefined> {
  const { harFile: name } = settings;
  if (name === undefined) return undefined;
  const path = resolve(io.cwd, name);
  const failed = (error: Error) =>
    reporter.notice({ level: 'warn', message: `${name} is not written any more: ${error.message}` });
  await refuseOther(path, name);
  const { openHarFile } = await import('../observe/har-file.ts');
  return openHarFile(path, { version: packageVersion(), failed }).catch((error: Error) => {
    throw new UsageError(
      `Cannot write ${JSON.stringify(name)}: ${error.message}`,
      'name a file in a folder that is there',
    );
  });
}

/** A HAR of an earlier run may go; a config whose name slipped in may not. */
async function refuseOther(path: string, name: string): Promise<void> {
  const text = await readFile(path, 'utf8').catch(() => '');
  if (text === '' || /^\uFEFF?\s*\{\s*"log"\s*:/.test(text)) return;
  throw new UsageError(
    `Cannot write ${JSON.stringify(name)}: what stands there is no HAR, and would be lost`,
    'name another file',
  );
}
