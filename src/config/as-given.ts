/** How a rule was given, so that its mend names what the user wrote: a key of the file, a flag or a variable. */

import type { Place } from './problem.ts';

export type Way = 'key' | 'flag' | 'variable';

export function wayOf({ line, file }: Pick<Place, 'line' | 'file'>): Way {
  if (line > 0) return 'key';
  return file.startsWith('CORS_PROXY_') ? 'variable' : 'flag';
}

/** The keys of `cors` that a flag stands above. */
export const flaggedKeys = ['allowOrigin', 'exposeHeaders', 'allowCredentials'] as const;

type FlaggedKey = (typeof flaggedKeys)[number];

const dashed = (key: FlaggedKey) => key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);

/** `allowOrigin`, `--allow-origin` or `CORS_PROXY_ALLOW_ORIGIN` */
export function ruleName(key: FlaggedKey, way: Way): string {
  switch (way) {
    case 'key':
      return key;
    case 'flag':
      return `--${dashed(key)}`;
    case 'variable':
      return `CORS_PROXY_${dashed(key).toUpperCase().replaceAll('-', '_')}`;
  }
}

/** The front end's own origin, in most cases. */
const page = 'http://localhost:5173';

/** `"allowOrigin": ["http://localhost:5173"]`, `--allow-origin http://localhost:5173` */
export function originExample(way: Way): string {
  const name = ruleName('allowOrigin', way);
  switch (way) {
    case 'key':
      return `"${name}": ["${page}"]`;
    case 'flag':
      return `${name} ${page}`;
    case 'variable':
      return `${name}=${page}`;
  }
}

/** What allows credentials, as one would write it; also in a sentence that says what stands in the way. */
export function credentialsOn(way: Way): string {
  const name = ruleName('allowCredentials', way);
  switch (way) {
    case 'key':
      return `"${name}": true`;
    case 'flag':
      return name;
    case 'variable':
      return `${name}=1`;
  }
}
