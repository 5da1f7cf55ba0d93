/**
 * JSON laid out for reading, token by token. Not parsed: `JSON.parse` rounds numbers of more than 15 digits, keeps one of
 * two equal keys, and takes no text that was cut.
 */

const token = /"(?:[^"\\]|\\.)*"?|[{}[\],:]|[^\s{}[\],:"]+/gs;

/** `undefined` where the text does not look like JSON. */
export function prettyJson(text: string): string | undefined {
  if (!/^\s*[{[]/.test(text)) return undefined;
  let depth = 0;
  let out = '';
  let before = '';
  for (const [part] of text.matchAll(token)) {
    const isEmptyPair = (before === '{' && part === '}') || (before === '[' && part === ']');
    if ((part === '}' || part === ']') && depth > 0) {
      depth -= 1;
      if (!isEmptyPair) out += newLine(depth);
    } else if (before === '{' || before === '[' || before === ',') {
      out += newLine(depth);
    }
    out += part === ':' ? ': ' : part;
    if (part === '{' || part === '[') depth += 1;
    before = part;
  }
  return out;
}

function newLine(depth: number): string {
  // Deeper than this the indentation would be longer than the text.
  return `\n${'  '.repeat(Math.min(depth, 40))}`;
}
