/**
 * Header fields as they stand on the wire: order, case and repeats are kept. The list is flat, the shape that
 * `IncomingMessage.rawHeaders` and `writeHead` share, so that no object is built in between.
 */

import { isToken } from './token.ts';

/** Name, value, name, value, … Names in the case of their sender, values as latin1 text. */
export type HeaderList = readonly string[];

/** A growing header list of our own; never the inbound one. */
export type MutableHeaderList = string[];

const lowerCaseNames = new Map<string, string>();

/** More than all names in use; a peer that makes up names must not fill the memory. */
const mostNames = 500;
const longestName = 40;

/**
 * A field's name in lower case. All messages have the same few dozen names: to look one up costs a third of making a
 * lower-case copy of it, which every set that is asked would hash anew.
 */
export function lowerCaseName(name: string): string {
  const known = lowerCaseNames.get(name);
  if (known !== undefined) return known;
  if (lowerCaseNames.size >= mostNames || name.length > longestName || !isToken(name))
    return name.toLowerCase();
  // A part of a text keeps all of it in memory: the names of 500 large heads would keep the heads.
  const own = Buffer.from(name, 'latin1').toString('latin1');
  const lower = own.toLowerCase();
  lowerCaseNames.set(own, lower);
  return lower;
}

/** Whether `name` is the field `lowerCaseName`; cheap when the lengths differ. */
export function isField(name: string, lowerCaseName: string): boolean {
  return name.length === lowerCaseName.length && name.toLowerCase() === lowerCaseName;
}

/** The first value of a field, or `undefined` where it is absent. */
export function firstValue(headers: HeaderList, lowerCaseName: string): string | undefined {
  for (let i = 0; i < headers.length; i += 2) {
    if (isField(headers[i] ?? '', lowerCaseName)) return headers[i + 1];
  }
  return undefined;
}

/** Every value of a field, one per line, in order. */
export function allValues(headers: HeaderList, lowerCaseName: string): string[] {
  const values: string[] = [];
  for (let i = 0; i < headers.length; i += 2) {
    if (isField(headers[i] ?? '', lowerCaseName)) values.push(headers[i + 1] ?? '');
  }
  return values;
}

/** The field as one value, its lines joined by a comma (RFC 9110 §5.3), or `undefined` where it is absent. */
export function combinedValue(headers: HeaderList, lowerCaseName: string): string | undefined {
  const values = allValues(headers, lowerCaseName);
  return values.length === 0 ? undefined : values.join(', ');
}

/** One more line of a field that is read as one value. */
export function joinedValue(before: string | undefined, value: string): string {
  return before === undefined ? value : `${before}, ${value}`;
}

export function hasField(headers: HeaderList, lowerCaseName: string): boolean {
  return firstValue(headers, lowerCaseName) !== undefined;
}

/** One line in place of however many there are, at the end. */
export function replaceField(headers: MutableHeaderList, name: string, value: string): void {
  const lower = name.toLowerCase();
  for (let i = headers.length - 2; i >= 0; i -= 2) {
    if (isField(headers[i] ?? '', lower)) headers.splice(i, 2);
  }
  headers.push(name, value);
}

/** Name and value of each line, for places where speed does not matter. */
export function* lines(headers: HeaderList): Generator<readonly [name: string, value: string]> {
  for (let i = 0; i < headers.length; i += 2) yield [headers[i] ?? '', headers[i + 1] ?? ''];
}
