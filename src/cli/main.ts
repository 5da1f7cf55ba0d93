/** argv → exit code: the door of the command line. What a command needs beyond this is imported when it is called. */

import { parseArguments, type RawArguments } from './arguments.ts';
import { readCommandLine } from './command-line.ts';
import { type CommandName, commandNames } from './command-names.ts';
import type { Run } from './context.ts';
import { type ExitCode, exitCode } from './exit-code.ts';
import type { Io } from './io.ts';
import { readSettings } from './settings.ts';
import { complain, createTerminal, type Terminal } from './terminal.ts';
import { UsageError } from './usage-error.ts';
import { packageVersion } from './version.ts';

/** Resolves when all is printed; the process may then end. */
export async function main(argv: readonly string[], io: Io): Promise<ExitCode> {
  const terminal = createTerminal(io, colorFlag(argv, io));
  try {
    return await run(parseArguments(argv), io, terminal);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    complain(terminal, error.message, error.mend);
    return exitCode.usage;
  } finally {
    await terminal.flush();
  }
}

/** Asked before anything is parsed: a command line that cannot be understood is complained of without colours, too. */
function colorFlag(argv: readonly string[], { env }: Io): 'auto' | 'never' {
  const isOff = /^(?:1|true|yes|on)$/i.test(env.CORS_PROXY_NO_COLOR ?? '');
  return isOff || argv.includes('--no-color') ? 'never' : 'auto';
}

async function run(raw: RawArguments, io: Io, terminal: Terminal): Promise<ExitCode> {
  const [first, ...rest] = raw.operands;
  if (first === 'help') return printHelp(commandNamed(rest[0]), terminal);
  if (raw.flags.get('help') === true) return printHelp(commandNamed(first), terminal);
  if (raw.flags.get('version') === true) return printVersion(terminal);
  const line = readCommandLine(raw);
  const settings = readSettings(line, io.env);
  const command = await importCommand(line.command);
  return command({ io, line, settings, terminal });
}

function commandNamed(word: string | undefined): CommandName {
  return commandNames.find((name) => name === word) ?? 'serve';
}

async function printHelp(command: CommandName, { out }: Terminal): Promise<ExitCode> {
  const { printedHelp } = await import('./help.ts');
  out.line(await printedHelp(command, out.layout().width));
  return exitCode.ok;
}

function printVersion({ out }: Terminal): ExitCode {
  out.line(packageVersion());
  return exitCode.ok;
}

/** `schema` should not load an HTTP client. */
async function importCommand(name: CommandName): Promise<Run> {
  switch (name) {
    case 'serve':
      return (await import('./commands/serve.ts')).serve;
    case 'demo':
      return (await import('./commands/demo.ts')).demo;
    case 'init':
      return (await import('./commands/init.ts')).init;
    case 'check':
      return (await import('./commands/check.ts')).check;
    case 'explain':
      return (await import('./commands/explain.ts')).explain;
    case 'allow':
      return (await import('./commands/allow.ts')).allow;
    case 'probe':
      return (await import('./commands/probe.ts')).probe;
    case 'doctor':
      return (await import('./commands/doctor.ts')).doctor;
    case 'routes':
      return (await import('./commands/routes.ts')).routes;
    case 'schema':
      return (await import('./commands/schema.ts')).schema;
    case 'completion':
      return (await import('./commands/completion.ts')).completion;
  }
}
