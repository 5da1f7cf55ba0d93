/** `match` of each route: what is refused (V44), and what is doubtful (V43, V45, A7). */

import { type KeyPath, keyText } from '../config/problem.ts';
import type { Verdict, Verdicts } from '../config/verdict.ts';
import { compileGlob, isLiteral } from './glob.ts';
import { whyBadGlob } from './glob-syntax.ts';
import type { IndexedRoute } from './route-index.ts';
import { findShadows } from './shadowing.ts';

/** A route as far as `match` speaks of it, and where each glob stands. */
export interface MatchRule extends IndexedRoute {
  /** `routes[0]`, or `target` for the shorthand. */
  readonly at: KeyPath;
  readonly placesOfGlobs: readonly KeyPath[];
}

/** The globs of a `match`, those that are refused left out; `at` is the path of the key `match`. */
export function compileMatchKey(match: string | readonly string[], at: KeyPath, verdicts: Verdicts) {
  const written = typeof match === 'string' ? [{ text: match, at }] : match.map(listed(at));
  if (written.length === 0) {
    verdicts.error(at, {
      code: 'CP157',
      said: 'Cannot route by an empty list: it matches no path',
      mend: 'write a glob, e.g. "/api/**", or remove the route',
    });
  }
  return written.filter(({ text, at: place }) => {
    const shown = verdicts.shown(place, text);
    const bad = whyBadGlob(text, shown);
    const isHidden = verdicts.namesAt(place).length > 0;
    if (bad !== undefined) verdicts.error(place, isHidden ? withoutValue(bad.code, shown) : bad);
    return bad === undefined;
  });
}

/** A value that came from the environment is not printed, so that its fault cannot be quoted either. */
function withoutValue(code: string, shown: string): Verdict {
  return {
    code,
    said: `Cannot use the value of ${shown} as a glob: it must be a path from its first "/", without a query`,
    mend: 'give it a value such as "/api/**"',
  };
}

function listed(at: KeyPath): (text: string, i: number) => { text: string; at: KeyPath } {
  return (text, i) => ({ text, at: [...at, i] });
}

/** Verdicts on all routes together, in file order. */
export function checkMatches(rules: readonly MatchRule[], verdicts: Verdicts): void {
  warnOfShadows(rules, verdicts);
  warnOfCase(rules, verdicts);
  warnOfPlainPrefixes(rules, verdicts);
}

function warnOfShadows(rules: readonly MatchRule[], verdicts: Verdicts): void {
  for (const shadow of findShadows(rules)) {
    const dead = rules[shadow.route];
    const winner = rules[shadow.by.route];
    const place = dead?.placesOfGlobs[shadow.glob];
    if (dead === undefined || winner === undefined || place === undefined) continue;
    const glob = dead.globs[shadow.glob] ?? '';
    const winning = winner.placesOfGlobs[winner.globs.indexOf(shadow.by.glob)] ?? winner.at;
    const isShorthand = keyText(dead.at) === 'target';
    const name = isShorthand ? 'The shorthand "target"' : `Route ${verdicts.shown(place, glob)}`;
    verdicts.warn(place, {
      code: 'CP250',
      said: `${name} can never match: ${keyText(winner.at)} ${verdicts.shown(winning, shadow.by.glob)} takes every such path first`,
      mend: isShorthand || shadow.by.isSame ? 'remove one of the two' : `move it above ${keyText(winner.at)}`,
    });
  }
}

function warnOfCase(rules: readonly MatchRule[], verdicts: Verdicts): void {
  const seen = new Map<string, { text: string; at: KeyPath }>();
  for (const rule of rules) {
    rule.globs.forEach((text, i) => {
      const earlier = seen.get(text.toLowerCase());
      const at = rule.placesOfGlobs[i] ?? rule.at;
      if (earlier === undefined) seen.set(text.toLowerCase(), { text, at });
      else if (earlier.text !== text) {
        verdicts.warn(at, {
          code: 'CP251',
          said: `${verdicts.shown(at, text)} and ${verdicts.shown(earlier.at, earlier.text)} (${keyText(earlier.at)}) differ only in case: paths are case-sensitive`,
          mend: 'keep the one that the API answers to',
        });
      }
    });
  }
}

/** Single endpoints that APIs have by these names; one warns in vain of them. */
const endpoints = new Set(['graphql', 'health', 'healthz', 'livez', 'metrics', 'ping', 'readyz', 'version']);

/** Other proxies read "/api" as a prefix, and then take "/api-docs" too. */
function warnOfPlainPrefixes(rules: readonly MatchRule[], verdicts: Verdicts): void {
  const subtrees = new Set(rules.flatMap(({ globs }) => globs.filter((glob) => glob.endsWith('/**'))));
  for (const rule of rules) {
    rule.globs.forEach((text, i) => {
      const base = text.replace(/\/$/, '');
      const last = base.slice(base.lastIndexOf('/') + 1);
      const isPlain = isLiteral(compileGlob(text)) && !last.includes('.') && !endpoints.has(last);
      if (!isPlain || subtrees.has(`${base}/**`)) return;
      const at = rule.placesOfGlobs[i] ?? rule.at;
      const shown = verdicts.shown(at, text);
      verdicts.warn(at, {
        code: 'CP252',
        said: `${shown} matches ${shown} alone, not the paths below it`,
        mend:
          verdicts.namesAt(at).length > 0
            ? 'add "/**" to it'
            : `did you mean ${JSON.stringify(`${base}/**`)}?`,
      });
    });
  }
}
