/** `rewrite`: regular expressions on the path alone, compiled once (V18). */

import type { KeyPath } from '../config/problem.ts';
import type { Verdicts } from '../config/verdict.ts';

export interface Rewrite {
  readonly pattern: RegExp;
  readonly replacement: string;
  /** The two texts that stand for each other, where the pattern is such a simple one; else `undefined`. */
  readonly inverse: { readonly listener: string; readonly upstream: string } | undefined;
}

/** In the order of the file; `at` is the key `rewrite`. Patterns that cannot be compiled are left out. */
export function compileRewrites(
  entries: Readonly<Record<string, string>>,
  at: KeyPath,
  verdicts: Verdicts,
): readonly Rewrite[] {
  return Object.entries(entries).flatMap(([source, replacement]) => {
    const place = [...at, source];
    checkReplacement(replacement, place, verdicts);
    const pattern = compilePattern(source, place, verdicts);
    if (pattern === undefined) return [];
    warnOfPattern(source, place, verdicts);
    return [{ pattern, replacement, inverse: inverseOf(source, replacement) }];
  });
}

function compilePattern(source: string, at: KeyPath, verdicts: Verdicts): RegExp | undefined {
  try {
    return new RegExp(source);
  } catch (error) {
    const why = error instanceof Error ? error.message.replace(/^.*: /, '') : 'it does not compile';
    verdicts.errorAtKey(at, {
      code: 'CP155',
      said: `Cannot use ${JSON.stringify(source)} as a regular expression: ${why}`,
      mend: 'mend the expression, e.g. "^/gh/(.*)"; "stripPrefix" does the common case without one',
    });
    return undefined;
  }
}

function checkReplacement(replacement: string, at: KeyPath, verdicts: Verdicts): void {
  const isPath = !/[^\x21-\x7e]|[?#\\]/.test(replacement) && !/(?:^|\/)\.{1,2}(?:\/|$)/.test(replacement);
  if (isPath) return;
  verdicts.error(at, {
    code: 'CP156',
    said: `Cannot rewrite to ${verdicts.shown(at, replacement)}: it must be a path alone, without a query, a fragment, a space or a dot segment`,
    mend: 'write the path only, e.g. "/$1"; the query of the request is kept',
  });
}

function warnOfPattern(source: string, at: KeyPath, verdicts: Verdicts): void {
  const shown = JSON.stringify(source);
  if (hasNestedQuantifier(source)) {
    verdicts.warnAtKey(at, {
      code: 'CP253',
      said: `${shown} repeats a group that repeats something itself: such an expression can take exponential time`,
      mend: 'write it without the inner or the outer repetition',
    });
  }
  if (unescapedDot.test(source.replace(/\[(?:\\.|[^\]])*\]/g, ''))) {
    verdicts.warnAtKey(at, {
      code: 'CP254',
      said: `"." in ${shown} matches any character, not only a dot`,
      mend: 'write "\\\\." for a dot',
    });
  }
}

/** A dot before a name or a number, as in "v1.0" or ".json"; ".*" and "\." are meant. */
const unescapedDot = /(?:^|[^\\])(?:\\\\)*\.(?=[A-Za-z0-9])/;

/** A quantified group with a quantifier inside: "(a+)+", "(?:a|b*)*". */
function hasNestedQuantifier(source: string): boolean {
  const opened: boolean[] = [];
  const plain = source.replace(/\\./g, 'x').replace(/\[[^\]]*\]/g, 'x');
  for (let i = 0; i < plain.length; i += 1) {
    const character = plain[i] ?? '';
    if (character === '(') opened.push(false);
    else if (character === ')') {
      const inner = opened.pop() ?? false;
      const isRepeated = /^[*+{]/.test(plain.slice(i + 1));
      if (inner && isRepeated) return true;
      if (opened.length > 0 && (inner || isRepeated)) opened[opened.length - 1] = true;
    } else if (/[*+{]/.test(character) && opened.length > 0) opened[opened.length - 1] = true;
  }
  return false;
}

/** `^/gh/(.*)` → `/$1` and `^/gh` → ``: one text in front for another, the rest kept. */
function inverseOf(source: string, replacement: string): Rewrite['inverse'] {
  const match = /^\^((?:[\w/%~-]|\\[./-])*)(\(\.[*]\)\$?)?$/.exec(source);
  const [, literal = '', rest] = match ?? [];
  const upstream = rest === undefined ? replacement : replacement.replace(/\$1$/, '');
  const keepsRest = rest === undefined || replacement.endsWith('$1');
  if (match === null || !keepsRest || upstream.includes('$')) return undefined;
  return { listener: literal.replaceAll('\\', ''), upstream };
}
