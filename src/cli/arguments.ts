/** argv → what was written, and the text of the help. The only file that knows yargs; what a value means is said later. */

import yargs from 'yargs';
import { type CommandName, commandNames, commands } from './command-names.ts';
import { type Flag, flags, flagsOf, variableOf } from './flags.ts';
import { UsageError } from './usage-error.ts';

/** As written: nothing is checked yet. */
export interface RawArguments {
  readonly operands: readonly string[];
  /** By full name, or by whatever stood there; a switch holds `true` or `false`, or the text behind its "=". */
  readonly flags: ReadonlyMap<string, string | boolean | readonly string[]>;
}

/**
 * Every value stays the text that it was: yargs would turn `--port abc` into NaN, `--port 1 --port 2` into a list, and
 * `--no-color` into a `color` that is false.
 */
const plainParsing = {
  'boolean-negation': false,
  'camel-case-expansion': false,
  'dot-notation': false,
  'greedy-arrays': false,
  'parse-numbers': false,
  'parse-positional-numbers': false,
  'strip-aliased': true,
} as const;

/** Throws `UsageError`. */
export function parseArguments(argv: readonly string[]): RawArguments {
  const parsed = parsePlainly(argv);
  const found = Object.entries(parsed).filter(([name]) => name !== '_' && name !== '$0');
  const values = found.map(([name, value]) => [name, given(value)] as const);
  return { operands: parsed._.map(String), flags: new Map([...values, ...switchTexts(argv)]) };
}

/** What stands behind a switch, as in `--https=maybe`: yargs makes `false` of whatever is not "true". */
function switchTexts(argv: readonly string[]): readonly (readonly [name: string, text: string])[] {
  const end = argv.indexOf('--');
  return argv.slice(0, end === -1 ? undefined : end).flatMap((word) => {
    const [, written, text] = /^--?([^=]+)=(.*)$/s.exec(word) ?? [];
    const flag = flags.find(({ name, alias }) => name === written || alias === written);
    return flag?.kind === 'switch' && text !== undefined ? [[flag.name, text] as const] : [];
  });
}

function parsePlainly(argv: readonly string[]) {
  try {
    return withFlags(argv, flags).parseSync();
  } catch {
    // Names of properties that every object has make yargs 18 throw a TypeError: `--constructor`.
    throw new UsageError(
      `Cannot read the flags of: ${argv.join(' ')}`,
      'write cors-proxy --help for the flags',
    );
  }
}

function given(value: unknown): string | boolean | readonly string[] {
  if (Array.isArray(value)) return value.map(String);
  return typeof value === 'boolean' ? value : String(value);
}

function withFlags(argv: readonly string[], declared: readonly Flag[]) {
  // `exitProcess` and `fail`: yargs neither prints nor ends the process on its own.
  const parser = yargs([...argv])
    .parserConfiguration(plainParsing)
    .help(false)
    .version(false)
    .exitProcess(false)
    .fail(false);
  // No translation: the rest of the output is English too.
  return parser.locale('en').options(Object.fromEntries(declared.map((flag) => [flag.name, optionOf(flag)])));
}

function optionOf({ alias, kind }: Flag) {
  const type = kind === 'switch' ? ('boolean' as const) : ('string' as const);
  return { type, array: kind === 'texts', ...(alias === undefined ? {} : { alias }) };
}

/** What the config's own declaration says of a key. */
export interface KeyNotes {
  readonly description: string;
  readonly default: string;
}

export interface HelpOptions {
  readonly width: number;
  readonly keys: ReadonlyMap<string, KeyNotes>;
}

/** Examples first: most people look for a line to copy. */
export async function helpText(command: CommandName, { width, keys }: HelpOptions): Promise<string> {
  const { about, usage, examples } = commands[command];
  const parser = withFlags([], flagsOf(command)).wrap(Math.min(width, 100));
  for (const flag of flagsOf(command)) parser.describe(flag.name, flagText(flag, keys));
  const head = [
    `Usage: cors-proxy ${usage} [flags]`,
    '',
    `${about}.`,
    '',
    'Examples:',
    ...examples.map(indented),
  ];
  const rest = command === 'serve' ? ['', 'Commands:', ...commandLines()] : [];
  // yargs would take the indentation away from a text of ours in front of its own.
  const flagList = await parser.usage('').updateStrings({ 'Options:': 'Flags:' }).getHelp();
  return [...head, ...rest, '', flagList.trim(), '', epilogue].join('\n');
}

const indented = (text: string) => `  ${text}`;

function commandLines(): readonly string[] {
  return commandNames.map((name) => indented(`${commands[name].usage.padEnd(28)}${commands[name].about}`));
}

function flagText(flag: Flag, keys: ReadonlyMap<string, KeyNotes>): string {
  const notes = flag.configKey === undefined ? undefined : keys.get(flag.configKey);
  const about = [notes?.description ?? '', flag.about].filter((text) => text !== '').join(' ');
  const fallback = notes === undefined || notes.default === '' ? '' : ` Default: ${notes.default}.`;
  const choices = flag.choices === undefined ? '' : ` One of ${flag.choices.join(', ')}.`;
  return `${about}${choices}${fallback}${flag.hasVariable ? ` (${variableOf(flag)})` : ''}`;
}

const epilogue = `A flag stands above its variable, a variable above the config, the config above the default.

Exit codes:
  0    well; also stopped by SIGINT or SIGTERM after open requests have ended
  1    failed at run time
  2    bad usage or config
  3    the port is in use
  4    explain says refused, probe says blocked
  130  forced by a second SIGINT`;
