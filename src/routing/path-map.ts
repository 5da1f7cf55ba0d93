/**
 * The listener's paths ⇄ the upstream's. Only ever a path: no URL is built from what these give, so that nothing in a
 * request can change the authority.
 */

import type { KeyPath } from '../config/problem.ts';
import type { Verdicts } from '../config/verdict.ts';
import { compileRewrites, type Rewrite } from './rewrite-rules.ts';
import { compileStripPrefix } from './strip-prefix.ts';

export interface PathMap {
  /** The path for the upstream, base path included; always begins with "/". */
  readonly mapPath: (path: string) => string;
  /** The listener's path for an upstream path; `undefined` where it cannot be said. */
  readonly unmapPath: (upstreamPath: string) => string | undefined;
  /** The listener's path that all of the upstream stands under, without a slash at its end but for the root. */
  readonly root: string;
}

export interface PathRules {
  readonly globs: readonly string[];
  readonly stripPrefix: string | undefined;
  readonly rewrite: Readonly<Record<string, string>> | undefined;
  /** Without a slash at its end; empty for the root. */
  readonly basePath: string;
}

/** `at` is the route. */
export function compilePathMap(rules: PathRules, at: KeyPath, verdicts: Verdicts): PathMap {
  if (rules.stripPrefix !== undefined && rules.rewrite !== undefined) {
    verdicts.error([...at, 'stripPrefix'], {
      code: 'CP153',
      said: 'Cannot combine "stripPrefix" with "rewrite": both would change the same path',
      mend: 'keep one of the two; "rewrite": { "^/gh/(.*)": "/$1" } does what "stripPrefix": "/gh" does',
    });
  }
  if (rules.rewrite !== undefined) {
    return rewriteMap(compileRewrites(rules.rewrite, [...at, 'rewrite'], verdicts), rules.basePath);
  }
  const prefix = compileStripPrefix(rules, [...at, 'stripPrefix'], verdicts);
  return prefixMap(prefix, rules.basePath);
}

/** Takes a prefix of whole segments away and puts the base path before the rest; both may be empty. */
function prefixMap(prefix: string, basePath: string): PathMap {
  return {
    mapPath: (path) => withSlash(basePath + (withoutPrefix(path, prefix) ?? path)),
    unmapPath: (upstreamPath) => {
      const rest = withoutPrefix(upstreamPath, basePath);
      return rest === undefined ? undefined : asListenerPath(prefix + rest);
    },
    root: rootOf(prefix),
  };
}

/** The first pattern that matches is applied, and no other; a path that none matches stays as it is. */
function rewriteMap(rewrites: readonly Rewrite[], basePath: string): PathMap {
  const inverse = rewrites.length === 1 ? rewrites[0]?.inverse : undefined;
  return {
    mapPath: (path) => {
      const rewrite = rewrites.find(({ pattern }) => pattern.test(path));
      const rewritten = rewrite === undefined ? path : path.replace(rewrite.pattern, rewrite.replacement);
      return withSlash(basePath + withSlash(rewritten));
    },
    unmapPath: (upstreamPath) => {
      const rest = withoutPrefix(upstreamPath, basePath);
      if (inverse === undefined || rest === undefined) return undefined;
      const path = rest === '' ? '/' : rest;
      if (!path.startsWith(inverse.upstream)) return undefined;
      return asListenerPath(inverse.listener + path.slice(inverse.upstream.length));
    },
    root: rootOf(inverse?.listener ?? ''),
  };
}

function rootOf(prefix: string): string {
  return prefix.replace(/\/$/, '') || '/';
}

/** The rest after a prefix of whole segments: "/gh" is one of "/gh" and "/gh/x", never of "/ghost". */
function withoutPrefix(path: string, prefix: string): string | undefined {
  if (!path.startsWith(prefix)) return undefined;
  const rest = path.slice(prefix.length);
  return rest === '' || rest.startsWith('/') || prefix === '' ? rest : undefined;
}

function withSlash(path: string): string {
  return path.startsWith('/') ? path : `/${path}`;
}

/** In a Location, "//evil.test" is another host. */
function asListenerPath(path: string): string | undefined {
  return path.startsWith('//') ? undefined : withSlash(path);
}
