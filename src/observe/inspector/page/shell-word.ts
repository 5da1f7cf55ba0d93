/** A text as one word of a POSIX shell: nothing in it is expanded. */
export function shellWord(text: string): string {
  return /^[\w/][\w./:=@%+,-]*$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
