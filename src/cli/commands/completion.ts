/**
 * `cors-proxy completion`: a script for a shell. Made from the declared flags and complete in itself: pressing Tab starts
 * no process.
 */

import { commandNames, commands } from '../command-names.ts';
import type { Run } from '../context.ts';
import { exitCode } from '../exit-code.ts';
import { type Flag, flags, flagsOf } from '../flags.ts';
import { UsageError } from '../usage-error.ts';

const scripts = { bash: bashScript, zsh: zshScript, fish: fishScript } as const;

export const completion: Run = async ({ io, line, terminal }) => {
  const name = line.operands[0] ?? io.env.SHELL?.split('/').at(-1) ?? 'bash';
  const script = name === 'bash' || name === 'zsh' || name === 'fish' ? scripts[name] : undefined;
  if (script === undefined) {
    throw new UsageError(
      `There is no completion for "${name}"`,
      'write cors-proxy completion bash, zsh or fish',
    );
  }
  terminal.out.line(script());
  return exitCode.ok;
};

function bashScript(): string {
  const cases = commandNames.map((name) => `    ${name}) words="${longFlags(flagsOf(name)).join(' ')}" ;;`);
  return `# source <(cors-proxy completion bash)
_cors_proxy() {
  local current="\${COMP_WORDS[COMP_CWORD]}" words
  case "\${COMP_WORDS[1]}" in
${cases.join('\n')}
    *) words="${longFlags(flagsOf('serve')).join(' ')}" ;;
  esac
  if [ "$COMP_CWORD" -eq 1 ]; then words="$words ${commandNames.join(' ')}"; fi
  COMPREPLY=($(compgen -W "$words" -- "$current"))
}
complete -o default -F _cors_proxy cors-proxy`;
}

function longFlags(some: readonly Flag[]): readonly string[] {
  return some.map(({ name }) => `--${name}`);
}

function zshScript(): string {
  const names = commandNames.map((name) => `    '${name}:${plain(commands[name].about)}'`);
  const options = flags.map(({ name, about, kind }) => {
    const repeats = kind === 'texts' ? '*' : '';
    return `    '${repeats}--${name}[${plain(about) || name}]${kind === 'switch' ? '' : ':value:_files'}'`;
  });
  return `#compdef cors-proxy
# source <(cors-proxy completion zsh)
_cors_proxy() {
  local -a names=(
${names.join('\n')}
  )
  _arguments \\
${options.join(' \\\n')} \\
    '1: :{_describe command names}' \\
    '*::argument:_files'
}
compdef _cors_proxy cors-proxy`;
}

function fishScript(): string {
  const isFirst = '__fish_use_subcommand';
  const names = commandNames.map(
    (name) => `complete -c cors-proxy -n ${isFirst} -a ${name} -d '${plain(commands[name].about)}'`,
  );
  const options = flags.map(({ name, alias, about, kind }) => {
    const short = alias === undefined ? '' : ` -s ${alias}`;
    return `complete -c cors-proxy -l ${name}${short}${kind === 'switch' ? '' : ' -r'} -d '${plain(about) || name}'`;
  });
  return ['# cors-proxy completion fish | source', ...names, ...options].join('\n');
}

/** Without what a shell or a description would read as its own. */
function plain(text: string): string {
  return text.replaceAll(/['"`$[\]{}:\\]/g, '').trim();
}
