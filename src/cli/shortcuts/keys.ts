/**
 * A letter and Enter while the proxy runs. Whole lines, so that the terminal stays as it is: no raw mode that would
 * have to be undone, and Ctrl-C, Ctrl-Z and a pasted text mean what they always do.
 */

import type { Readable } from 'node:stream';

const shortcuts = [
  { name: 'help', about: 'this list' },
  { name: 'urls', about: 'where this proxy is' },
  { name: 'open', about: 'open the inspector in a browser' },
  { name: 'allow', about: 'allow the last blocked origin, in the config' },
  { name: 'blocked', about: 'show refusals and failures alone, or all again' },
  { name: 'reload', about: 'read the config again' },
  { name: 'clear', about: 'clear the screen' },
  { name: 'quit', about: 'stop' },
] as const;

export type ShortcutName = (typeof shortcuts)[number]['name'];

export function shortcutsText(): string {
  return shortcuts.map(({ name, about }) => `  ${name.charAt(0)} + Enter  ${about}`).join('\n');
}

/** By its letter, or by its name. */
export function shortcutOf(line: string): ShortcutName | undefined {
  const typed = line.trim().toLowerCase();
  return shortcuts.find(({ name }) => name === typed || name.charAt(0) === typed)?.name;
}

/** Longer than any of them: what is pasted by mistake is let go. */
const longestLine = 200;

/** Calls for each line that is not blank. Gives back what ends the reading. */
export function readLines(stdin: Readable, tell: (line: string) => void): () => void {
  let rest = '';
  const take = (chunk: Buffer | string) => {
    const [last = '', ...lines] = `${rest}${chunk}`.split(/\r\n|\r|\n/).reverse();
    rest = last.slice(0, longestLine);
    for (const line of lines.reverse()) if (line.trim() !== '') tell(line.slice(0, longestLine));
  };
  stdin.on('data', take);
  stdin.on('error', () => {});
  return () => {
    stdin.off('data', take);
    stdin.pause();
  };
}
