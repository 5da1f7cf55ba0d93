/** Keeps a running proxy at what its config says: read again, compared with what holds, put in force, told. */

import { resolve } from 'node:path';
import type { App } from '../../app.ts';
import type { LoadRequest } from '../../config/load.ts';
import type { Problem } from '../../config/problem.ts';
import type { ListenOptions, Ruleset } from '../../ruleset.ts';
import type { Context } from '../context.ts';
import { type RulesReport, readRules } from '../read-rules.ts';
import type { Reporter } from '../reporter.ts';
import { type Fingerprint, type Follower, follow } from './follow-files.ts';
import { diffRulesets, restartKeys } from './ruleset-diff.ts';

export interface Followed {
  readonly app: App;
  readonly reporter: Reporter;
  /** How the rules were read. */
  readonly request: LoadRequest;
  /** What the proxy was started with. */
  readonly report: RulesReport;
  readonly seen: Fingerprint;
}

export async function followConfig(
  { settings }: Pick<Context, 'settings'>,
  followed: Followed,
): Promise<ConfigFollower> {
  const { reporter, seen } = followed;
  const reloading = new Reloading(followed);
  const isFollowed = settings.watches && reloading.files().length > 0;
  const follower = isFollowed
    ? await follow({
        files: reloading.files,
        seen,
        changed: () => reloading.run('watcher'),
        failed: ({ message }) =>
          reporter.notice({ level: 'warn', message: `the config is not followed: ${message}` }),
      })
    : undefined;
  return {
    reload: () => reloading.run('person'),
    close: async () => {
      await follower?.close();
    },
  };
}

export interface ConfigFollower extends Follower {
  /** Reads the config now, whether or not it changed, and says so. */
  readonly reload: () => Promise<void>;
}

/** The config first, then .env files and the certificates that it names. */
export function filesOf({ rules, pemFiles }: RulesReport): readonly string[] {
  return [...(rules?.config.files ?? []), ...pemFiles];
}

type Asker = 'watcher' | 'person';

class Reloading {
  readonly #followed: Followed;
  #last: Promise<void> = Promise.resolve();
  #request: LoadRequest;
  /** The last that was put in force. */
  #good: RulesReport;
  #files: readonly string[];
  /** The problems of the last reading, where it failed: they are said once. */
  #failure: string | undefined;

  constructor(followed: Followed) {
    this.#followed = followed;
    this.#good = followed.report;
    this.#files = filesOf(followed.report);
    this.#request = pinned(followed.request, followed.report);
  }

  readonly files = (): readonly string[] => this.#files;

  /** Who asks while another reading is under way waits for it. */
  run(asker: Asker): Promise<void> {
    const run = () => this.#read(asker);
    this.#last = this.#last.then(run, run);
    return this.#last;
  }

  async #read(asker: Asker): Promise<void> {
    const report = await readRules(this.#request);
    // Whoever asks wants an answer, the same one too.
    if (asker === 'person') this.#failure = '';
    if (report.rules === undefined) this.#refuse(report);
    else await this.#take(report, report.rules.ruleset);
  }

  #refuse(report: RulesReport): void {
    this.#files = [...new Set([...this.#files, ...report.pemFiles])];
    const failure = JSON.stringify(report.problems);
    if (failure !== this.#failure) this.#followed.reporter.reloadFailed(report);
    this.#failure = failure;
  }

  async #take(report: RulesReport, next: Ruleset): Promise<void> {
    const { app, reporter } = this.#followed;
    const before = app.ruleset();
    app.reload(next);
    const certificate = (await this.#renewCertificate()) ? ['~ listen.https certificate renewed'] : [];
    const { changes, preflightCacheSeconds } = diffRulesets(before, next);
    const needsRestart = restartKeys(this.#listening(next.listen), next.listen);
    const isNews =
      changes.length + certificate.length > 0 ||
      this.#failure !== undefined ||
      report.text !== this.#good.text;
    const warnings = newProblems(report, this.#good);
    this.#good = report;
    this.#files = filesOf(report);
    this.#failure = undefined;
    this.#request = pinned(this.#request, report);
    if (warnings.length > 0) reporter.problems({ ...report, problems: warnings });
    // Another variable in .env, or a comment there, is none of this proxy's affairs.
    if (isNews)
      reporter.reload({ changes: [...changes, ...certificate], preflightCacheSeconds, needsRestart });
  }

  /** What the running listener stands for; a port that was asked for as 0 has its number by now. */
  #listening(next: ListenOptions): ListenOptions {
    const { app, report } = this.#followed;
    const started = report.rules?.ruleset.listen ?? app.ruleset().listen;
    return { ...started, port: next.port === app.port ? app.port : started.port };
  }

  async #renewCertificate(): Promise<boolean> {
    const { app, reporter } = this.#followed;
    try {
      return await app.renewCertificate();
    } catch (error) {
      reporter.notice({ level: 'warn', message: `the certificate was not taken up: ${String(error)}` });
      return false;
    }
  }
}

/** A config that was found stays the config: when it is deleted, one further up has no say. */
function pinned(request: LoadRequest, { rules }: RulesReport): LoadRequest {
  const file = rules?.file;
  if (request.file !== undefined || file === undefined) return request;
  return { ...request, file: resolve(request.cwd, file) };
}

function newProblems({ problems }: RulesReport, before: RulesReport): readonly Problem[] {
  const idOf = ({ code, place, said }: Problem) => JSON.stringify([code, place.key, said]);
  const known = new Set(before.problems.map(idOf));
  return problems.filter((problem) => !known.has(idOf(problem)));
}
