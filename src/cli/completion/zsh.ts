/** For zsh, with what each flag is about. */

import { type CommandName, commandNames, commands } from '../command-names.ts';
import type { Flag } from '../flags.ts';
import { aboutOf, eachCommand, globsOperand, operandWords, plain, type Values, valuesOf } from './words.ts';

export function zshScript(): string {
  const names = commandNames.map((name) => `    '${name}:${plain(commands[name].about)}'`);
  return `#compdef cors-proxy
# source <(cors-proxy completion zsh)
_cors_proxy_commands() {
  local -a names=(
${names.join('\n')}
  )
  _describe command names
}
_cors_proxy_globs() {
  local -a globs
  globs=(\${(f)"$(cors-proxy completion ${globsOperand} 2>/dev/null)"})
  compadd -a globs
}
_cors_proxy() {
  local command=serve word
  for word in \${words[2,CURRENT-1]}; do
    case $word in
      (${commandNames.join('|')}) command=$word; break ;;
    esac
  done
  case $command in
${eachCommand.map(({ name, flags }) => `    ${name}) _arguments -s ${argumentsOf(name, flags)} ;;`).join('\n')}
  esac
}
compdef _cors_proxy cors-proxy`;
}

function argumentsOf(name: CommandName, flags: readonly Flag[]): string {
  const words = operandWords(name);
  const operands = words.length === 0 ? [`'*:argument:_default'`] : [`'2:argument:(${words.join(' ')})'`];
  return [...flags.flatMap(flagSpecs), `'1:command:_cors_proxy_commands'`, ...operands].join(' ');
}

function flagSpecs(flag: Flag): readonly string[] {
  const repeats = flag.kind === 'texts' ? '*' : '';
  const value = actionOf(valuesOf(flag));
  const about = `[${aboutOf(flag)}]${value}`;
  const long = `'${repeats}--${flag.name}${value === '' ? '' : '='}${about}'`;
  return flag.alias === undefined ? [long] : [long, `'${repeats}-${flag.alias}${about}'`];
}

function actionOf(values: Values): string {
  switch (values.kind) {
    case 'none':
      return '';
    case 'words':
      return `:value:(${values.words.join(' ')})`;
    case 'globs':
      return ':glob:_cors_proxy_globs';
    case 'files':
      return ':file:_files';
    case 'text':
      return ':value: ';
  }
}
