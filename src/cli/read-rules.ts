/** Flags, variables and files → rules, or every problem on the way. */

import { readFileSync } from 'node:fs';
import { networkInterfaces } from 'node:os';
import type { Readable } from 'node:stream';
import { type CompileOptions, compile } from '../compile.ts';
import type { Config } from '../config/config.ts';
import { type Load, type LoadRequest, loadConfig } from '../config/load.ts';
import type { Problem } from '../config/problem.ts';
import { joinProblems } from '../config/salvage.ts';
import type { Ruleset } from '../ruleset.ts';
import type { Io } from './io.ts';
import type { Settings } from './settings.ts';

export interface Rules {
  readonly ruleset: Ruleset;
  readonly config: Config;
  /** As the user would name it; `undefined` where there is none. */
  readonly file: string | undefined;
}

export interface RulesReport {
  /** `undefined` where a problem is an error. */
  readonly rules: Rules | undefined;
  readonly problems: readonly Problem[];
  /** Of the config, for the lines around a problem; empty where there is none. */
  readonly text: string;
  /** The PEM files that the config names, whether they could be read or not. */
  readonly pemFiles: readonly string[];
}

export async function readRules(request: LoadRequest): Promise<RulesReport> {
  const loaded = await loadConfig(request);
  const pemFiles: string[] = [];
  const options: CompileOptions = {
    readFile: (path) => {
      pemFiles.push(path);
      return readFileSync(path, 'utf8');
    },
    localAddresses: localAddresses(),
    env: request.env,
  };
  if (!loaded.ok)
    return { rules: undefined, problems: allProblems(loaded, options), text: loaded.text ?? '', pemFiles };
  const { config, file, text } = loaded.value;
  const compiled = compile(config, options);
  const problems = [...loaded.problems, ...compiled.problems];
  const rules = compiled.ok ? { ruleset: compiled.value, config, file } : undefined;
  return { rules, problems, text, pemFiles };
}

/** Neither a config nor a target: nobody has to have one, and some commands have better to say than that. */
export function hasNoTarget({ problems }: RulesReport): boolean {
  return problems.find(({ severity }) => severity === 'error')?.code === 'CP108';
}

/** A misspelt key must not hide the origin that has a path: what the shape left over is compiled too. */
function allProblems({ problems, salvaged }: Load, options: CompileOptions): readonly Problem[] {
  if (salvaged === undefined) return problems;
  return joinProblems(problems, salvaged, compile(salvaged.config, options).problems);
}

export function loadRequest(settings: Settings, io: Io): LoadRequest {
  // Standard input cannot be read twice; the rules may be.
  let text: Promise<string> | undefined;
  return {
    file: settings.configFile,
    envFile: settings.envFile,
    given: settings.given,
    cwd: io.cwd,
    env: io.env,
    readStdin: () => {
      text ??= readAll(io.stdin);
      return text;
    },
  };
}

async function readAll(stream: Readable): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks).toString('utf8');
}

export function localAddresses(): readonly string[] {
  return Object.values(networkInterfaces()).flatMap((all) => all?.map(({ address }) => address) ?? []);
}
