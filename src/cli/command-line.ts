/** What was written → a command whose flags are known, single where they must be, and complete. */

import { nearest } from '../config/suggest.ts';
import type { RawArguments } from './arguments.ts';
import { type CommandName, commandNames, commands } from './command-names.ts';
import { type Flag, flags, flagsOf } from './flags.ts';
import { truthOf } from './truth.ts';
import { UsageError } from './usage-error.ts';

export interface CommandLine {
  readonly command: CommandName;
  readonly operands: readonly string[];
  readonly texts: ReadonlyMap<string, readonly string[]>;
  readonly switches: ReadonlyMap<string, boolean>;
}

/** Throws `UsageError`. */
export function readCommandLine(raw: RawArguments): CommandLine {
  const { command, operands } = splitCommand(raw.operands);
  const texts = new Map<string, readonly string[]>();
  const switches = new Map<string, boolean>();
  for (const [name, value] of raw.flags) {
    const flag = knownFlag(name, command);
    if (flag.kind === 'switch') switches.set(name, isOn(flag, value));
    else texts.set(name, values(flag, value));
  }
  refuseExtraOperands(command, operands);
  return { command, operands, texts, switches };
}

function splitCommand(words: readonly string[]): { command: CommandName; operands: readonly string[] } {
  const [first, ...rest] = words;
  const command = commandNames.find((name) => name === first);
  if (command !== undefined) return { command, operands: rest };
  if (first !== undefined) refuseUnknownCommand(first);
  return { command: 'serve', operands: words };
}

/** A lone word is no target: neither a URL, nor a prefix, nor a host with a dot or a port. */
function refuseUnknownCommand(word: string): void {
  if (!/^[a-z-]+$/i.test(word) || word.toLowerCase() === 'localhost') return;
  const near = nearest(word, commandNames);
  throw new UsageError(
    `There is no command "${word}", and it is no target: a target is a URL or PREFIX=URL`,
    near === undefined ? 'write cors-proxy --help for the commands' : `did you mean "cors-proxy ${near}"?`,
  );
}

function knownFlag(name: string, command: CommandName): Flag {
  const flag = flags.find((each) => each.name === name);
  if (flag?.commands.includes(command) === true) return flag;
  const written = dashed(name);
  if (flag !== undefined) {
    const belongs = `it belongs to ${flag.commands.map((each) => `"cors-proxy ${each}"`).join(', ')}`;
    // Whoever writes --json to a command that logs wants its lines.
    const mend = name === 'json' ? `write --log-format json for lines of JSON; ${belongs}` : belongs;
    throw new UsageError(`Cannot use ${written} with "${command}"`, mend);
  }
  const near = nearest(
    name,
    flagsOf(command).map((each) => each.name),
  );
  const help = command === 'serve' ? 'cors-proxy --help' : `cors-proxy ${command} --help`;
  throw new UsageError(
    `There is no flag ${written}`,
    near === undefined ? `write ${help} for the flags` : `did you mean --${near}?`,
  );
}

function dashed(name: string): string {
  return name.length === 1 ? `-${name}` : `--${name}`;
}

function isOn({ name }: Flag, value: string | boolean | readonly string[]): boolean {
  const isSaid = typeof value === 'string' ? truthOf(value) : value !== false;
  if (isSaid !== undefined) return isSaid;
  throw new UsageError(
    `Cannot use ${JSON.stringify(value)} for --${name}`,
    `write --${name} alone, or --${name}=false`,
  );
}

function values(
  { name, kind, example = 'VALUE' }: Flag,
  value: string | boolean | readonly string[],
): readonly string[] {
  const texts = typeof value === 'object' ? value : [String(value)];
  if (texts.length === 0 || texts.includes('')) {
    throw new UsageError(`--${name} has no value`, `write --${name} ${example}`);
  }
  if (kind === 'text' && texts.length > 1) {
    const quoted = texts.map((text) => JSON.stringify(text)).join(' and ');
    throw new UsageError(`Cannot take --${name} more than once: ${quoted}`, `write one --${name}`);
  }
  return texts;
}

function refuseExtraOperands(command: CommandName, operands: readonly string[]): void {
  const { operands: most, usage } = commands[command];
  if (operands.length <= most) return;
  throw new UsageError(
    `Cannot take ${JSON.stringify(operands[most] ?? '')}: "${command}" has ${most === 0 ? 'no arguments' : `at most ${most}`}`,
    `write cors-proxy ${usage}`,
  );
}
