/** Header fields before and after, line by line. */

import type { Field } from '../wire.ts';

export interface Line {
  readonly kind: 'same' | 'gone' | 'new';
  readonly name: string;
  readonly value: string;
}

/**
 * In the order of what came out; what went stands where its field stands now, or at the end. Names are compared without
 * case, and shown as they are.
 */
export function diffFields(before: readonly Field[], after: readonly Field[]): readonly Line[] {
  const left = before.map(([name, value]) => ({ name, value, isMatched: false }));
  const lines: Line[] = [];
  const matched = after.map((field) => matchOf(field, left));
  for (const [i, [name, value]] of after.entries()) {
    if (matched[i] === true) lines.push({ kind: 'same', name, value });
    else {
      for (const old of left.filter((each) => !each.isMatched && isSameName(each.name, name))) {
        old.isMatched = true;
        lines.push({ kind: 'gone', name: old.name, value: old.value });
      }
      lines.push({ kind: 'new', name, value });
    }
  }
  const gone = left.filter(({ isMatched }) => !isMatched);
  return [...lines, ...gone.map(({ name, value }): Line => ({ kind: 'gone', name, value }))];
}

interface Candidate {
  readonly name: string;
  readonly value: string;
  isMatched: boolean;
}

function matchOf([name, value]: Field, left: readonly Candidate[]): boolean {
  const found = left.find((each) => !each.isMatched && isSameName(each.name, name) && each.value === value);
  if (found !== undefined) found.isMatched = true;
  return found !== undefined;
}

function isSameName(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase();
}
