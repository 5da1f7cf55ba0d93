/** `Vary` (RFC 9110 §12.5.5): merged, never lost. A cached copy without it is reused for another origin, and fails there. */

import { type HeaderList, isField, type MutableHeaderList } from './header-list.ts';
import { listElements } from './token.ts';

/** Adds the names that are not there yet: the upstream's lines become one, where the first of them stood. */
export function appendVary(headers: MutableHeaderList, names: readonly string[]): void {
  if (names.length === 0) return;
  const first = nextVary(headers, 0);
  if (first === -1) {
    headers.push('Vary', names.join(', '));
    return;
  }
  const value = joinLines(headers, first);
  const present = listElements(value.toLowerCase());
  // "*" says more than any name; we pass it on and never make it.
  if (present.includes('*')) return;
  const missing = names.filter((name) => !present.includes(name.toLowerCase()));
  if (missing.length > 0) headers[first + 1] = [...listElements(value), ...missing].join(', ');
}

/** Makes one line of all; gives its value. */
function joinLines(headers: MutableHeaderList, first: number): string {
  let value = headers[first + 1] ?? '';
  for (let at = nextVary(headers, first + 2); at !== -1; at = nextVary(headers, at)) {
    value += `, ${headers[at + 1] ?? ''}`;
    headers.splice(at, 2);
    headers[first + 1] = value;
  }
  return value;
}

function nextVary(headers: HeaderList, from: number): number {
  for (let i = from; i < headers.length; i += 2) if (isField(headers[i] ?? '', 'vary')) return i;
  return -1;
}
