/** What can be completed, whatever the shell. */

import { type CommandName, commandNames } from '../command-names.ts';
import { type Flag, flagsOf } from '../flags.ts';

export const shells = ['bash', 'zsh', 'fish'] as const;

/** `cors-proxy completion route-globs`: what the scripts ask for while somebody types. */
export const globsOperand = 'route-globs';

export type Values =
  | { readonly kind: 'none' }
  | { readonly kind: 'words'; readonly words: readonly string[] }
  | { readonly kind: 'globs' }
  | { readonly kind: 'files' }
  /** Something, but nothing that could be guessed. */
  | { readonly kind: 'text' };

const files: ReadonlySet<string> = new Set(['cert', 'key', 'config', 'env-file', 'har']);

const methods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'];

export function valuesOf({ name, kind, choices }: Flag): Values {
  if (kind === 'switch') return { kind: 'none' };
  if (choices !== undefined) return { kind: 'words', words: choices };
  if (name === 'route') return { kind: 'globs' };
  if (name === 'method') return { kind: 'words', words: methods };
  if (name === 'port') return { kind: 'words', words: ['8010', 'auto', '0'] };
  return { kind: files.has(name) ? 'files' : 'text' };
}

/** Of a command's first operand. */
export function operandWords(command: CommandName): readonly string[] {
  switch (command) {
    case 'completion':
      return shells;
    case 'explain':
      return methods;
    default:
      return [];
  }
}

/** `--port`, `-p` */
export function spellings({ name, alias }: Flag): readonly string[] {
  return [`--${name}`, ...(alias === undefined ? [] : [`-${alias}`])];
}

/** Without what a shell or a description would read as its own. */
export function plain(text: string): string {
  return text.replaceAll(/['"`$[\]{}:\\]/g, '').trim();
}

/** What the flag is about; its name where the config's declaration says it. */
export function aboutOf({ about, name }: Flag): string {
  return plain(about) || name.replaceAll('-', ' ');
}

export const eachCommand: readonly { readonly name: CommandName; readonly flags: readonly Flag[] }[] =
  commandNames.map((name) => ({ name, flags: flagsOf(name) }));
