/** `Vary` (RFC 9110 §12.5.5): merged, never lost. A cached copy without it is reused for another origin, and fails there. */

import { allValues, isField, type MutableHeaderList } from './header-list.ts';
import { listElements } from './token.ts';

/** Adds the names that are not there yet, in one line, behind those of the upstream. */
export function appendVary(headers: MutableHeaderList, names: readonly string[]): void {
  if (names.length === 0) return;
  const lines = allValues(headers, 'vary');
  if (lines.length === 0) {
    headers.push('Vary', names.join(', '));
    return;
  }
  const value = lines.length === 1 ? (lines[0] ?? '') : lines.join(',');
  const present = listElements(value.toLowerCase());
  // "*" says more than any name; we pass it on and never make it.
  if (present.includes('*')) return;
  const missing = names.filter((name) => !present.includes(name.toLowerCase()));
  if (missing.length === 0 && lines.length === 1) return;
  const merged = [...listElements(value), ...missing].join(', ');
  for (let i = headers.length - 2; i >= 0; i -= 2) {
    if (isField(headers[i] ?? '', 'vary')) headers.splice(i, 2);
  }
  headers.push('Vary', merged);
}
