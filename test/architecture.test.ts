/** ARCHITECTURE.md is a map: what it names is there. */

import { readdirSync, readFileSync } from 'node:fs';
import { sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const root = new URL('../', import.meta.url);
const text = readFileSync(new URL('ARCHITECTURE.md', root), 'utf8');

/** `/src/cors/decide.ts`, `/src/cors/` */
const places = ['bin', 'config', 'src', 'test'].flatMap((folder) =>
  readdirSync(fileURLToPath(new URL(folder, root)), { recursive: true, withFileTypes: true }).map((entry) =>
    `/${entry.parentPath.slice(fileURLToPath(root).length)}/${entry.name}${entry.isDirectory() ? '/' : ''}`.replaceAll(
      sep,
      '/',
    ),
  ),
);

const named = [...text.matchAll(/`([\w./-]+(?:\/|\.tsx?|\.js))`/g)].map(([, name = '']) => name);

it.each([...new Set(named)])('%s is there', (name) => {
  // `/__cors-proxy/` is a path of the web, and the folders of the root are not listed above.
  if (name === '/__cors-proxy/' || /^(?:config|src|test)\/$/.test(name)) return;
  expect(places.filter((place) => place.endsWith(`/${name}`))).not.toEqual([]);
});
