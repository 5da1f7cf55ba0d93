/** Flags and variables → what holds: flag > variable. What stands in the config below them is joined when it is read. */

import type { Given, GivenValues } from '../config/given.ts';
import { type Level, levels } from '../observe/level.ts';
import type { CommandLine } from './command-line.ts';
import { type Flag, flags, variableOf } from './flags.ts';
import { truthOf } from './truth.ts';
import { UsageError } from './usage-error.ts';

export interface Settings {
  readonly configFile: string | undefined;
  readonly envFile: string | undefined;
  readonly logFormat: 'pretty' | 'json';
  readonly logLevel: Level;
  readonly given: GivenValues;
  /** `--port auto`: where the port is taken, the next free one. */
  readonly takesNextPort: boolean;
  readonly opens: boolean;
  readonly watches: boolean;
  readonly inspects: boolean;
  /** Where every exchange is written to. */
  readonly harFile: string | undefined;
  /** `--quiet`, or a level that leaves `info` out: no banner. */
  readonly isQuiet: boolean;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** Throws `UsageError`. */
export function readSettings(line: CommandLine, env: Environment): Settings {
  const read = new FlagReader(line, env);
  const isQuiet = read.isOn('quiet');
  const logLevel = read.choice('log-level', levels) ?? (isQuiet ? 'warn' : 'info');
  return {
    configFile: read.text('config')?.value,
    envFile: read.text('env-file')?.value,
    logFormat: read.choice('log-format', ['pretty', 'json'] as const) ?? 'pretty',
    logLevel,
    given: givenValues(read, targetsOf(line, env)),
    takesNextPort: read.text('port')?.value === 'auto',
    opens: read.isOn('open'),
    watches: !read.isOn('no-watch'),
    inspects: !read.isOn('no-inspector'),
    harFile: read.text('har')?.value,
    isQuiet: isQuiet || levels.indexOf(logLevel) > levels.indexOf('info'),
  };
}

function targetsOf({ command, operands }: CommandLine, env: Environment): readonly Given<string>[] {
  if (command === 'demo' || command === 'init' || command === 'allow' || command === 'probe') return [];
  if (command === 'serve' && operands.length > 0) {
    return operands.map((value, i) => ({ value, from: `argument ${i + 1}` }));
  }
  const words = env.CORS_PROXY_TARGET?.split(/\s+/).filter((word) => word !== '') ?? [];
  return words.map((value) => ({ value, from: 'CORS_PROXY_TARGET' }));
}

function givenValues(read: FlagReader, targets: readonly Given<string>[]): GivenValues {
  const port = read.text('port');
  return {
    targets,
    ...some('port', port && port.value !== 'auto' ? { value: portNumber(port), from: port.from } : undefined),
    ...some('host', read.text('host')),
    ...some('allowOrigin', read.texts('allow-origin')),
    ...some('exposeHeaders', read.texts('expose-headers')),
    ...some('allowCredentials', read.switch('allow-credentials')),
    ...some('https', read.switch('https')),
    ...some('cert', read.text('cert')),
    ...some('key', read.text('key')),
  };
}

/** A key that is absent rather than undefined. */
function some<K extends string, V>(key: K, value: V | undefined): { readonly [P in K]?: V } {
  return value === undefined ? {} : ({ [key]: value } as { readonly [P in K]: V });
}

function portNumber({ value, from }: Given<string>): number {
  if (/^[0-9]{1,5}$/.test(value) && Number(value) <= 65535) return Number(value);
  throw new UsageError(
    `Cannot use ${JSON.stringify(value)} as a port (${from}): it must be a whole number from 0 to 65535`,
    'write --port 8010, --port 0 for any free one, or --port auto for the next free one',
  );
}

class FlagReader {
  readonly #line: CommandLine;
  readonly #env: Environment;

  constructor(line: CommandLine, env: Environment) {
    this.#line = line;
    this.#env = env;
  }

  text(name: string): Given<string> | undefined {
    const texts = this.#line.texts.get(name);
    if (texts !== undefined) return { value: texts[0] ?? '', from: `--${name}` };
    return this.#variable(name);
  }

  /** A list as the header itself has it, comma-separated; a flag may also be given several times. */
  texts(name: string): Given<readonly string[]> | undefined {
    const texts = this.#line.texts.get(name);
    if (texts !== undefined) return { value: texts.flatMap(listItems), from: `--${name}` };
    const variable = this.#variable(name);
    return variable && { value: listItems(variable.value), from: variable.from };
  }

  switch(name: string): Given<boolean> | undefined {
    const on = this.#line.switches.get(name);
    if (on !== undefined) return { value: on, from: `--${name}` };
    const variable = this.#variable(name);
    return variable && { value: switchValue(variable), from: variable.from };
  }

  isOn(name: string): boolean {
    return this.switch(name)?.value ?? false;
  }

  choice<const T extends string>(name: string, choices: readonly T[]): T | undefined {
    const given = this.text(name);
    if (given === undefined) return undefined;
    const found = choices.find((choice) => choice === given.value);
    if (found !== undefined) return found;
    throw new UsageError(
      `Cannot use ${JSON.stringify(given.value)} for ${given.from}`,
      `write one of ${choices.join(', ')}`,
    );
  }

  /** An empty variable is an unset one, as with `CORS_PROXY_PORT= cors-proxy`. */
  #variable(name: string): Given<string> | undefined {
    const flag = flags.find((each) => each.name === name);
    if (!isVariable(flag, this.#line)) return undefined;
    const from = variableOf(flag);
    const value = this.#env[from];
    return value === undefined || value === '' ? undefined : { value, from };
  }
}

function listItems(text: string): readonly string[] {
  const items = text.split(',').map((item) => item.trim());
  return items.filter((item) => item !== '');
}

function isVariable(flag: Flag | undefined, { command }: CommandLine): flag is Flag {
  return flag?.hasVariable === true && flag.commands.includes(command);
}

function switchValue({ value, from }: Given<string>): boolean {
  const isOn = truthOf(value);
  if (isOn !== undefined) return isOn;
  throw new UsageError(`Cannot use ${JSON.stringify(value)} for ${from}`, 'write 1 or 0');
}
