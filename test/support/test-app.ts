/** A running proxy for tests: a config as the user would write it, a free port, every exchange kept. */

import { readFileSync } from 'node:fs';
import { onTestFinished } from 'vitest';
import { type App, type AppOptions, type Notice, startApp } from '../../src/app.ts';
import { compile } from '../../src/compile.ts';
import { parseConfig } from '../../src/config/parse.ts';
import { type Checked, type Problem, placeText } from '../../src/config/problem.ts';
import type { ConfigFile } from '../../src/config/schema.ts';
import type { Exchange } from '../../src/exchange.ts';
import type { Ruleset } from '../../src/ruleset.ts';
import { newWatch } from './watch.ts';

/** Values, or the text of a config file. */
export type ConfigSource = ConfigFile | string;

export interface TestAppOptions {
  /** What `${NAME}` is read from. Default: nothing is set. */
  readonly env?: Readonly<Record<string, string>>;
  /** The config's name, as the user would write it. */
  readonly file?: string;
  /** Passed on to `startApp`; its observers are called after ours. */
  readonly app?: AppOptions;
}

export interface TestApp {
  readonly app: App;
  readonly port: number;
  /** `http://localhost:8010` */
  readonly url: string;
  /** What was said about the config; no errors among them. */
  readonly problems: readonly Problem[];
  readonly notices: readonly Notice[];
  readonly exchanges: readonly Exchange[];
  /** The n-th exchange, from 1, once it has ended. */
  readonly exchange: (n: number) => Promise<Exchange>;
  /** Compiles other rules and puts them in force. */
  readonly reload: (source: ConfigSource) => Promise<void>;
  readonly close: () => Promise<void>;
}

/** The config was refused; the message has every error. */
class ConfigRefused extends Error {
  readonly problems: readonly Problem[];

  constructor(problems: readonly Problem[]) {
    super(
      problems
        .filter(({ severity }) => severity === 'error')
        .map(problemText)
        .join('\n'),
    );
    this.problems = problems;
  }
}

/** Starts a proxy that is closed when the test ends. */
export async function startTestApp(source: ConfigSource, options: TestAppOptions = {}): Promise<TestApp> {
  const app = await openTestApp(source, options);
  onTestFinished(() => app.close());
  return app;
}

/** Starts a proxy that the caller closes. `listen.port` is 0 unless the source is a text that says otherwise. */
export async function openTestApp(
  source: ConfigSource,
  { app: appOptions = {}, ...config }: TestAppOptions = {},
): Promise<TestApp> {
  const rules = rulesOf(source, config);
  const watch = newWatch();
  const exchanges: Exchange[] = [];
  const notices: Notice[] = [];
  const app = await startApp(rules.value, {
    ...appOptions,
    observe: (exchange) => {
      exchanges.push(exchange);
      appOptions.observe?.(exchange);
      // After the observers, so that a test that waits does not run inside of them.
      queueMicrotask(watch.changed);
    },
    notice: (notice) => {
      notices.push(notice);
      appOptions.notice?.(notice);
    },
  });
  return {
    app,
    port: app.port,
    url: app.url,
    problems: rules.problems,
    notices,
    exchanges,
    exchange: (n) =>
      watch.within(
        deadlineMs,
        () => exchanges[n - 1],
        () => `there is no exchange ${n}`,
      ),
    reload: async (next) => app.reload(rulesOf(next, config).value),
    close: async () => {
      await app.close();
    },
  };
}

const deadlineMs = 10_000;

type ConfigOptions = Pick<TestAppOptions, 'env' | 'file'>;

/** Parses and compiles, as `check` does. */
export function checkConfig(
  source: ConfigSource,
  { env = {}, file = 'cors-proxy.config.json' }: ConfigOptions = {},
): Checked<Ruleset> {
  const text = typeof source === 'string' ? source : JSON.stringify(withFreePort(source), undefined, 2);
  const variables = [{ name: 'the environment', kind: 'environment' as const, values: env }];
  const parsed = parseConfig(text, { variables, file });
  if (!parsed.ok) return parsed;
  const compiled = compile(parsed.value, { readFile: (path) => readFileSync(path, 'utf8') });
  return { ...compiled, problems: [...parsed.problems, ...compiled.problems] };
}

function rulesOf(source: ConfigSource, options: ConfigOptions): Extract<Checked<Ruleset>, { ok: true }> {
  const checked = checkConfig(source, options);
  if (!checked.ok) throw new ConfigRefused(checked.problems);
  return checked;
}

function withFreePort(values: ConfigFile): ConfigFile {
  return { ...values, listen: { port: 0, ...values.listen } };
}

function problemText({ place, severity, code, said, mend }: Problem): string {
  return `${placeText(place)} ${severity} ${code} ${place.key}: ${said} (${mend})`;
}
