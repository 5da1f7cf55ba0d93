/** `${NAME}` and `${NAME:-default}` in a text: where they stand, and what is wrong with the others (A2). */

export type TemplatePart =
  | { readonly kind: 'text'; readonly text: string }
  | {
      readonly kind: 'variable';
      readonly name: string;
      /** What stands behind `:-`; `undefined` where nothing does. */
      readonly fallback: string | undefined;
      readonly start: number;
      readonly end: number;
    }
  | { readonly kind: 'bad'; readonly why: TemplateFault; readonly start: number; readonly end: number };

export type TemplateFault = 'unclosed' | 'nested' | 'bad-name';

/** POSIX, "Environment Variable Definition"; lower case too, as in every shell. */
const variableName = /^[A-Za-z_][A-Za-z0-9_]*$/;

/** The parts in order. `$${` is not special: there is no way, and no need, to write `${` itself. */
export function readTemplate(text: string): readonly TemplatePart[] {
  const parts: TemplatePart[] = [];
  let done = 0;
  for (let start = text.indexOf('${'); start !== -1; start = text.indexOf('${', done)) {
    if (start > done) parts.push({ kind: 'text', text: text.slice(done, start) });
    const part = readVariable(text, start);
    parts.push(part);
    done = part.end;
  }
  if (done < text.length) parts.push({ kind: 'text', text: text.slice(done) });
  return parts;
}

function readVariable(text: string, start: number): Exclude<TemplatePart, { kind: 'text' }> {
  const close = text.indexOf('}', start);
  const inner = text.indexOf('${', start + 2);
  if (inner !== -1 && inner < close)
    return { kind: 'bad', why: 'nested', start, end: nestedEnd(text, start) };
  if (close === -1) return { kind: 'bad', why: 'unclosed', start, end: text.length };
  const end = close + 1;
  const body = text.slice(start + 2, close);
  const split = body.indexOf(':-');
  const name = split === -1 ? body : body.slice(0, split);
  if (!variableName.test(name)) return { kind: 'bad', why: 'bad-name', start, end };
  return { kind: 'variable', name, fallback: split === -1 ? undefined : body.slice(split + 2), start, end };
}

/** Behind the `}` that ends the outer one, or the end of the text. */
function nestedEnd(text: string, start: number): number {
  let depth = 0;
  for (let i = start; i < text.length; i += 1) {
    if (text.startsWith('${', i)) depth += 1;
    else if (text[i] === '}') depth -= 1;
    if (depth === 0 && i > start) return i + 1;
  }
  return text.length;
}

/**
 * The offset in a JSON text literal, quotes included, of a unit of the text that it stands for: `\n` is one unit
 * and two characters, `\u0041` one and six.
 */
export function literalOffset(literal: string, unit: number): number {
  let offset = 1;
  for (let units = 0; units < unit && offset < literal.length; units += 1) {
    if (literal[offset] !== '\\') offset += 1;
    else offset += literal[offset + 1] === 'u' ? 6 : 2;
  }
  return offset;
}
