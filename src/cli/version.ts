import { readFileSync } from 'node:fs';

/** Read from the package itself, so that it is written down once. */
export function packageVersion(): string {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  const { version } = JSON.parse(text) as { readonly version: string };
  return version;
}
