/** For bash 3.2 and later: macOS has no other. */

import { commandNames } from '../command-names.ts';
import { flags } from '../flags.ts';
import { eachCommand, globsOperand, operandWords, spellings, type Values, valuesOf } from './words.ts';

/**
 * `compgen -W` expands its words, command substitutions included: it is given what was declared here, and never what
 * stands in a config.
 */
export function bashScript(): string {
  return `# source <(cors-proxy completion bash)
_cors_proxy() {
  local current="\${COMP_WORDS[COMP_CWORD]}" previous="\${COMP_WORDS[COMP_CWORD-1]}"
  local command= word operands=0 i
  # "=" is a word of its own: --log-format=json
  if [[ $current == "=" ]]; then current=; fi
  if [[ $previous == "=" ]]; then previous="\${COMP_WORDS[COMP_CWORD-2]}"; fi
  for ((i = 1; i < COMP_CWORD; i++)); do
    word="\${COMP_WORDS[i]}"
    case "$word" in
      -*|=) ;;
      ${commandNames.join('|')}|help) if [[ -z $command ]]; then command="$word"; else operands=$((operands + 1)); fi ;;
      *) operands=$((operands + 1)) ;;
    esac
  done
  COMPREPLY=()
  case "$previous" in
${flags.flatMap((flag) => valueCase(spellings(flag).join('|'), valuesOf(flag))).join('\n')}
  esac
  if [[ $current == -* ]]; then
    case "\${command:-serve}" in
${eachCommand.map(({ name, flags: own }) => `      ${name}) word="${own.flatMap(spellings).join(' ')}" ;;`).join('\n')}
      *) word="--help" ;;
    esac
    COMPREPLY=($(compgen -W "$word" -- "$current"))
    return
  fi
  case "$command" in
    "") if [[ $operands -eq 0 ]]; then COMPREPLY=($(compgen -W "${commandNames.join(' ')} help" -- "$current")); fi ;;
    help) COMPREPLY=($(compgen -W "${commandNames.join(' ')}" -- "$current")) ;;
${eachCommand.flatMap(({ name }) => operandCase(name, operandWords(name))).join('\n')}
  esac
}
complete -o default -F _cors_proxy cors-proxy`;
}

function valueCase(pattern: string, values: Values): readonly string[] {
  switch (values.kind) {
    case 'none':
      return [];
    case 'words':
      return [
        `    ${pattern}) COMPREPLY=($(compgen -W "${values.words.join(' ')}" -- "$current")); return ;;`,
      ];
    case 'globs':
      return [
        `    ${pattern})`,
        `      while IFS= read -r word; do`,
        `        if [[ $word == "\${current#[\\'\\"]}"* ]]; then COMPREPLY+=("'\${word//\\'/\\'\\\\\\'\\'}'"); fi`,
        `      done < <("\${COMP_WORDS[0]}" completion ${globsOperand} 2>/dev/null)`,
        '      return ;;',
      ];
    case 'files':
    case 'text':
      // Nothing of ours: "-o default" offers files.
      return [`    ${pattern}) return ;;`];
  }
}

function operandCase(name: string, words: readonly string[]): readonly string[] {
  if (words.length === 0) return [];
  const reply = `COMPREPLY=($(compgen -W "${words.join(' ')}" -- "$current"))`;
  return [`    ${name}) if [[ $operands -eq 0 ]]; then ${reply}; fi ;;`];
}
