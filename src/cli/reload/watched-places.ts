/** Where a change of a file shows: in its own directory, in that of each link on the way to it, or above what is missing. */

import { readlink, stat } from 'node:fs/promises';
import { join, parse, resolve, sep } from 'node:path';

/** Directory → the names in it that matter. */
export type Places = ReadonlyMap<string, ReadonlySet<string>>;

/** As Linux: more links than this go round in a circle. */
const mostLinks = 40;

export async function placesOf(files: readonly string[]): Promise<Places> {
  const places = new Map<string, Set<string>>();
  const note = (directory: string, name: string) => {
    const names = places.get(directory) ?? new Set();
    places.set(directory, names.add(name));
  };
  for (const file of files) await walk(resolve(file), note);
  return places;
}

/**
 * From the root down, name by name. Refused alternative: realpath, which says where a chain of links ends today, and
 * nothing of the link that is swapped tomorrow (`..data` of a mounted volume, `current` of a deployment).
 */
async function walk(file: string, note: (directory: string, name: string) => void): Promise<void> {
  let { root: at } = parse(file);
  let rest = stepsOf(file);
  let links = 0;
  for (let name = rest.shift(); name !== undefined; name = rest.shift()) {
    const path = join(at, name);
    const link = await readlink(path).catch(() => undefined);
    if (link !== undefined) {
      note(at, name);
      links += 1;
      if (links > mostLinks) return;
      const target = resolve(at, link);
      rest = [...stepsOf(target), ...rest];
      at = parse(target).root;
    } else if (rest.length === 0 || !(await isDirectory(path))) {
      note(at, name);
      return;
    } else at = path;
  }
}

function stepsOf(path: string): string[] {
  return path
    .slice(parse(path).root.length)
    .split(sep)
    .filter((step) => step !== '');
}

async function isDirectory(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
}
