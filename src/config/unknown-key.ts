/** V42: a key that nobody reads is silently permissive, so it is an error that names the key that was meant. */

import type { Finding } from './finding.ts';
import { foreignNames } from './foreign-names.ts';
import { configKeys } from './keys.ts';
import type { Entry } from './node.ts';
import type { KeyPath } from './problem.ts';
import { nearest } from './suggest.ts';

export interface UnknownKey {
  readonly finding: Finding;
  /** The key of the same object that was meant, where one is near. */
  readonly meant: string | undefined;
}

/** `path` is that of the key, `siblings` are the names that may stand beside it. */
export function unknownKey(entry: Entry, path: KeyPath, siblings: readonly string[]): UnknownKey {
  const { name, nameSource: source } = entry;
  const quoted = JSON.stringify(name.length > 60 ? `${name.slice(0, 60)}…` : name);
  if (name.toLowerCase() === 'allowprivatenetwork')
    return { finding: privateNetwork(entry, path), meant: undefined };
  const suggestion = suggest(name, path.at(-2), siblings);
  const mend = suggestion?.mend ?? `keys that may stand here: ${siblings.join(', ')}`;
  const finding = { code: 'CP103', source, path, said: `Unknown key ${quoted}`, mend };
  return { finding, meant: suggestion?.sibling };
}

/** V60 */
function privateNetwork({ name, nameSource: source }: Entry, path: KeyPath): Finding {
  return {
    code: 'CP103',
    source,
    path,
    said: `Unknown key "${name}": the Private Network Access protocol is dead; Chrome asks its user instead, and no header can grant it`,
    mend: 'remove the key, and allow "Local network access" for the page when the browser asks',
  };
}

interface Suggestion {
  readonly mend: string;
  readonly sibling: string | undefined;
}

function suggest(
  name: string,
  section: string | number | undefined,
  siblings: readonly string[],
): Suggestion | undefined {
  const near = nearest(name, siblings);
  if (near !== undefined) return asSibling(near);
  const ofSection = keysNamed(name).filter((key) => key.endsWith(`.${section}.${name}`));
  const exact = ofSection.length > 0 ? ofSection : (foreignNames.get(name.toLowerCase()) ?? keysNamed(name));
  if (exact.length > 0) return asPlace(exact, siblings);
  const foreign = nearest(name, foreignNames.keys());
  return foreign === undefined ? undefined : asPlace(foreignNames.get(foreign) ?? [], siblings);
}

/** Where a key of this name stands elsewhere in the config: `port` → `listen.port`. */
function keysNamed(name: string): string[] {
  return configKeys()
    .map(({ key }) => key)
    .filter((key) => lastStep(key) === name);
}

function lastStep(key: string): string {
  return key.slice(key.lastIndexOf('.') + 1);
}

function asSibling(name: string): Suggestion {
  return { mend: `did you mean ${JSON.stringify(name)}?`, sibling: name };
}

/** Says the first of some places in the words that fit the object in which the unknown key stands. */
function asPlace(places: readonly string[], siblings: readonly string[]): Suggestion | undefined {
  const beside = places.map(lastStep).find((name) => siblings.includes(name));
  if (beside !== undefined) return asSibling(beside);
  const [outer = '', name = '', ...deeper] = (
    places.find((place) => siblings.includes(stepOne(place))) ?? ''
  ).split('.');
  if (name !== '' && deeper.length === 0 && !outer.includes('[')) {
    return {
      mend: `did you mean ${JSON.stringify(outer)}: { ${JSON.stringify(name)}: … }?`,
      sibling: undefined,
    };
  }
  const [place] = places;
  return place === undefined
    ? undefined
    : { mend: `its place is ${JSON.stringify(fullKey(place))}`, sibling: undefined };
}

/** `routes[].tls.verify` → `routes` */
function stepOne(place: string): string {
  return place.slice(0, place.search(/[.[]|$/));
}

/** The table's places are relative to a route, or to the file: `tls.verify` → `routes[].tls.verify`. */
function fullKey(place: string): string {
  const keys = configKeys().map(({ key }) => key);
  return keys.find((key) => key === place) ?? keys.find((key) => key.endsWith(`.${place}`)) ?? place;
}
