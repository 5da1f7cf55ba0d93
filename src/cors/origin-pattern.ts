/** `https://*.example.test` and `http://localhost:*`: closures over a parsed origin, no regexp and no text search. */

import type { Origin } from '../http/origin.ts';
import type { OriginPattern } from './policy.ts';

interface PatternParts {
  readonly scheme: string;
  /** `subtree`: one or more labels in front of `base`, never `base` itself. */
  readonly hosts: 'one' | 'subtree';
  readonly base: string;
  /** Digits; empty for the default port; `*` for any port, the default one too. */
  readonly port: string;
}

export interface Pattern extends OriginPattern {
  readonly parts: PatternParts;
}

export function compilePattern(parts: PatternParts): Pattern {
  const { scheme, hosts, base, port } = parts;
  const suffix = `.${base}`;
  const matchesHost =
    hosts === 'one'
      ? (host: string) => host === base
      : // An origin with an empty label (".example.test") is none that a browser writes.
        (host: string) => host.length > suffix.length && host.endsWith(suffix) && !host.startsWith('.');
  const text = `${scheme}://${hosts === 'subtree' ? '*.' : ''}${base}${port === '' ? '' : `:${port}`}`;
  return {
    text,
    parts,
    matches: (origin: Origin) =>
      origin.scheme === scheme && (port === '*' || origin.port === port) && matchesHost(origin.host),
  };
}

/** Whether `broad` takes every origin that `narrow` takes. */
export function patternCovers(broad: PatternParts, narrow: PatternParts): boolean {
  if (broad.scheme !== narrow.scheme || (broad.port !== '*' && broad.port !== narrow.port)) return false;
  if (broad.hosts === 'one') return narrow.hosts === 'one' && broad.base === narrow.base;
  return narrow.base.endsWith(`.${broad.base}`) || (narrow.hosts === 'subtree' && narrow.base === broad.base);
}
