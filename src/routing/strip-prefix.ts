/** `stripPrefix`: leading segments to take away (A6). */

import type { KeyPath } from '../config/problem.ts';
import type { Verdicts } from '../config/verdict.ts';
import { compileGlob, pathSegments, type Segment, segmentMatches } from './glob.ts';

/** The prefix without a slash at its end; empty where there is none. `at` is the key `stripPrefix`. */
export function compileStripPrefix(
  rules: { readonly globs: readonly string[]; readonly stripPrefix: string | undefined },
  at: KeyPath,
  verdicts: Verdicts,
): string {
  if (rules.stripPrefix === undefined || rules.stripPrefix === '/') return '';
  const shown = verdicts.shown(at, rules.stripPrefix);
  const prefix = rules.stripPrefix.replace(/\/$/, '');
  const why = whyNoPrefix(prefix, rules.globs);
  if (why !== undefined) {
    verdicts.error(at, {
      code: 'CP154',
      said: `Cannot strip ${shown}: ${why}`,
      mend: mendFor(prefix, rules.globs),
    });
  } else if (prefix !== rules.stripPrefix) {
    verdicts.notice(at, {
      code: 'CP350',
      said: `${shown} is applied without the slash at its end: whole segments are taken away`,
      mend: 'leave the slash out',
    });
  }
  return prefix;
}

function whyNoPrefix(prefix: string, globs: readonly string[]): string | undefined {
  if (!prefix.startsWith('/')) return 'a path begins with "/"';
  if (/[*?#[\]{}\\]|\/\/|[^\x21-\x7e]/.test(prefix)) return 'it must be plain segments, such as "/gh"';
  const segments = pathSegments(prefix);
  const isPossible = globs.some((glob) => mayBeginWith(compileGlob(glob).segments, segments));
  return isPossible || globs.length === 0
    ? undefined
    : `no path that "match" takes begins with it; prefixes are whole segments, so that "/g" is none of "/gh"`;
}

function mayBeginWith(glob: readonly Segment[], prefix: readonly string[]): boolean {
  for (const [i, text] of prefix.entries()) {
    const segment = glob[i];
    if (segment === undefined) return false;
    if (segment.kind === 'globstar') return true;
    if (!segmentMatches(segment, text)) return false;
  }
  return true;
}

/** The literal segments that the first glob begins with are the likely prefix. */
function mendFor(prefix: string, globs: readonly string[]): string {
  if (!prefix.startsWith('/') && prefix !== '') return 'write it from the first "/", e.g. "/gh"';
  const segments = globs[0] === undefined ? [] : compileGlob(globs[0]).segments;
  const wild = segments.findIndex((segment) => segment.kind !== 'literal');
  const literal = (wild === -1 ? segments : segments.slice(0, wild)).map((segment) => `/${segment.text}`);
  const likely = literal.join('');
  return likely === '' ? 'write segments that "match" begins with' : `write ${JSON.stringify(likely)}`;
}
