/**
 * `cors-proxy completion`: a script for a shell, made from the declared flags. Pressing Tab starts a process only where
 * the config has to be asked: for the globs of its routes.
 */

import { bashScript } from '../completion/bash.ts';
import { fishScript } from '../completion/fish.ts';
import { globsOperand, shells } from '../completion/words.ts';
import { zshScript } from '../completion/zsh.ts';
import type { Context, Run } from '../context.ts';
import { type ExitCode, exitCode } from '../exit-code.ts';
import { loadRequest, readRules } from '../read-rules.ts';
import { UsageError } from '../usage-error.ts';

const scripts = { bash: bashScript, zsh: zshScript, fish: fishScript } as const;

export const completion: Run = async (context) => {
  const { io, line, terminal } = context;
  const name = line.operands[0] ?? io.env.SHELL?.split('/').at(-1) ?? 'bash';
  if (name === globsOperand) return printGlobs(context);
  const shell = shells.find((each) => each === name);
  if (shell === undefined) {
    throw new UsageError(
      `There is no completion for "${name}"`,
      'write cors-proxy completion bash, zsh or fish',
    );
  }
  terminal.out.line(scripts[shell]());
  return exitCode.ok;
};

/** One a line. Where the config has problems there is nothing to offer, and nobody who would read why. */
async function printGlobs({ io, settings, terminal }: Context): Promise<ExitCode> {
  const { rules } = await readRules(loadRequest(settings, io));
  const globs = new Set(rules?.ruleset.routes.flatMap((route) => route.globs));
  for (const glob of globs) if (!/[\x00-\x1f\x7f]/.test(glob)) terminal.out.line(glob);
  return exitCode.ok;
}
