/** Text in lines of whole words: a terminal left to itself breaks in the middle of one. */

/** Lines of whole words; a word that is longer than a line has one of its own, whole, for it is an address or a place. */
export function wrapped(text: string, width: number, firstWidth: number = width): readonly string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(/(?<= )(?=[^ ])/)) {
    const room = lines.length === 0 ? firstWidth : width;
    if (line !== '' && line.length + word.trimEnd().length > room) {
      lines.push(line.trimEnd());
      line = '';
    }
    line += word;
  }
  return [...lines, line.trimEnd()];
}

/** The same in one text: each further line stands `indent` columns in, below the first. An infinite width wraps nothing. */
export function hanging(text: string, { indent, width }: { indent: number; width: number }): string {
  return wrapped(text, width - indent).join(`\n${' '.repeat(indent)}`);
}
