/** For fish, with what each flag is about. */

import { type CommandName, commandNames, commands } from '../command-names.ts';
import type { Flag } from '../flags.ts';
import { aboutOf, eachCommand, globsOperand, operandWords, plain, type Values, valuesOf } from './words.ts';

export function fishScript(): string {
  const names = commandNames.map(
    (name) =>
      `complete -c cors-proxy -n __fish_use_subcommand -a ${name} -d '${plain(commands[name].about)}'`,
  );
  const operands = commandNames.flatMap((name) => {
    const words = operandWords(name);
    return words.length === 0 ? [] : [`complete -c cors-proxy -n '${isIn(name)}' -f -a '${words.join(' ')}'`];
  });
  const options = eachCommand.flatMap(({ name, flags }) => flags.map((flag) => optionLine(name, flag)));
  return ['# cors-proxy completion fish | source', ...names, ...operands, ...options].join('\n');
}

/** Serving is what happens without a command. */
function isIn(command: CommandName): string {
  const others = commandNames.filter((name) => name !== 'serve').join(' ');
  return command === 'serve'
    ? `not __fish_seen_subcommand_from ${others}`
    : `__fish_seen_subcommand_from ${command}`;
}

function optionLine(command: CommandName, flag: Flag): string {
  const short = flag.alias === undefined ? '' : ` -s ${flag.alias}`;
  const value = valueOptions(valuesOf(flag));
  return `complete -c cors-proxy -n '${isIn(command)}' -l ${flag.name}${short}${value} -d '${aboutOf(flag)}'`;
}

function valueOptions(values: Values): string {
  switch (values.kind) {
    case 'none':
      return '';
    case 'words':
      return ` -x -a '${values.words.join(' ')}'`;
    case 'globs':
      return ` -x -a '(cors-proxy completion ${globsOperand} 2>/dev/null)'`;
    case 'files':
      return ' -r -F';
    case 'text':
      return ' -x';
  }
}
