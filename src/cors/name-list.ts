/** What the lists of methods and of header names have in common. */

import type { KeyPath } from '../config/problem.ts';
import type { Verdicts } from '../config/verdict.ts';

export interface ListedName {
  readonly name: string;
  readonly at: KeyPath;
}

/** One name or a list, each with its place. */
export function listedNames(value: string | readonly string[], at: KeyPath): readonly ListedName[] {
  return typeof value === 'string'
    ? [{ name: value, at }]
    : value.map((name, i) => ({ name, at: [...at, i] }));
}

/** `["*"]` is `"*"`; beside `"*"` names say nothing (V33). */
export function warnOfStar(names: readonly ListedName[], at: KeyPath, verdicts: Verdicts): void {
  const star = names.find(({ name }) => name === '*');
  if (star === undefined || star.at === at) return;
  const key = String(at.at(-1));
  if (names.length === 1) {
    verdicts.notice(at, {
      code: 'CP341',
      said: '["*"] is applied as "*"',
      mend: `write "${key}": "*"`,
    });
    return;
  }
  verdicts.warn(star.at, {
    code: 'CP243',
    said: `"*" takes every name, so that those beside it in ${key} say nothing`,
    mend: 'write "*" alone, or remove it and keep the names',
  });
}
