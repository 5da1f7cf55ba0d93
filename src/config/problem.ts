/** What is wrong with a config, as values; the text is made in `render.ts`, in one place. */

/** A key, by the names and indexes that lead to it. */
export type KeyPath = readonly (string | number)[];

/** Where something stands. Lines and columns count from 1; a column counts UTF-16 units, a tab is one. */
export interface Place {
  /** The file as the user would name it; or the flag or variable that gave the value, with line 0. */
  readonly file: string;
  readonly line: number;
  readonly column: number;
  /** Units that the caret line underlines; at least 1. */
  readonly length: number;
  /** `routes[0].cors.allowOrigin`, or the empty string for the file as a whole. */
  readonly key: string;
}

export type Severity = 'error' | 'warning' | 'notice';

export interface Problem {
  /** `CP103`: stable, never used again for another problem. */
  readonly code: string;
  readonly severity: Severity;
  readonly place: Place;
  /** What cannot be done and why, the value quoted; a value that came from `${NAME}` is never in it. */
  readonly said: string;
  /** How to mend it; ready to paste where it is a value. */
  readonly mend: string;
}

/** A value or all problems; warnings and notices stand beside the value. */
export type Checked<T> =
  | { readonly ok: true; readonly value: T; readonly problems: readonly Problem[] }
  | { readonly ok: false; readonly problems: readonly Problem[] };

/** `routes[0].cors["X-Odd name"]` */
export function keyText(path: KeyPath): string {
  let text = '';
  for (const step of path) {
    if (typeof step === 'number') text += `[${step}]`;
    else if (/^[A-Za-z_$][\w$]*$/.test(step)) text += text === '' ? step : `.${step}`;
    else text += `[${JSON.stringify(step)}]`;
  }
  return text;
}

/** `cors-proxy.config.json:14:18`, or the flag that gave the value. */
export function placeText(place: Place): string {
  return place.line === 0 ? place.file : `${place.file}:${place.line}:${place.column}`;
}

/** By file and position; values of flags, which have none, come first. Problems at one place keep their order. */
export function sortProblems(problems: readonly Problem[]): readonly Problem[] {
  return problems.toSorted((a, b) => {
    const [one, two] = [a.place, b.place];
    if (one.line === 0 || two.line === 0) return Math.min(one.line, 1) - Math.min(two.line, 1);
    return compare(one.file, two.file) || one.line - two.line || one.column - two.column;
  });
}

function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
