/** `allowOrigin`: the list, compiled; and the default where the key is absent. */

import { originExample, wayOf } from '../config/as-given.ts';
import { type KeyPath, placeText } from '../config/problem.ts';
import type { Verdicts } from '../config/verdict.ts';
import { isLoopbackHost, type Origin } from '../http/origin.ts';
import { type Pattern, patternCovers } from './origin-pattern.ts';
import { type OriginText, readOriginText } from './origin-text.ts';
import type { OriginRule } from './policy.ts';

/** A well-formed entry and where it stands. */
export type OriginEntry =
  | { readonly kind: 'null'; readonly at: KeyPath; readonly text: string }
  | { readonly kind: 'exact'; readonly at: KeyPath; readonly text: string; readonly origin: Origin }
  | { readonly kind: 'pattern'; readonly at: KeyPath; readonly text: string; readonly pattern: Pattern };

export type Origins =
  | { readonly kind: 'any'; readonly at: KeyPath }
  | { readonly kind: 'listed'; readonly at: KeyPath; readonly entries: readonly OriginEntry[] };

/**
 * The default: pages of this machine, whatever the port. `http://localhost.evil.test` is not one of them, nor is a
 * name that only resolves to 127.0.0.1.
 */
export const loopbackOrigins: OriginRule = {
  kind: 'listed',
  exact: new Set(),
  patterns: [
    {
      text: 'loopback origins',
      matches: ({ scheme, host }) => (scheme === 'http' || scheme === 'https') && isLoopbackHost(host),
    },
  ],
  allowNull: false,
  written: ['loopback origins (localhost, *.localhost, 127.0.0.0/8, [::1]; any port)'],
};

/** The entries of the key at `at`; what cannot be read is reported and left out. */
export function compileOrigins(value: string | readonly string[], at: KeyPath, verdicts: Verdicts): Origins {
  const list = typeof value === 'string' ? [value] : value;
  if (list.length === 0) {
    verdicts.error(at, {
      code: 'CP139',
      said: 'Cannot allow an empty list of origins: here it would allow nobody, elsewhere it is read as everybody',
      mend: `leave it out for loopback origins, or list origins, e.g. ${originExample(wayOf(verdicts.placeOf(at)))}`,
    });
  }
  const read = list.map((text, i) => ({ at: typeof value === 'string' ? at : [...at, i], text }));
  if (list.length === 1 && list[0] === '*') return { kind: 'any', at };
  const entries = read.flatMap(({ at: place, text }) => compileEntry(text, place, verdicts));
  warnOfRepeats(entries, verdicts);
  return { kind: 'listed', at, entries };
}

function compileEntry(text: string, at: KeyPath, verdicts: Verdicts): OriginEntry[] {
  const shown = verdicts.shown(at, text);
  const entry = readOriginText(text, shown);
  switch (entry.kind) {
    case 'any':
      verdicts.error(at, {
        code: 'CP138',
        said: 'Cannot list "*" beside other origins: it already allows every one',
        mend: 'write "*" alone, or remove it and keep the names',
      });
      return [];
    case 'null':
      return [{ kind: 'null', at, text: 'null' }];
    case 'bad':
      reportBad(entry, { at, shown, verdicts });
      return [];
    case 'exact':
      reportNotice(entry.notice, { at, shown, verdicts });
      return [{ kind: 'exact', at, text: entry.text, origin: entry.origin }];
    case 'pattern':
      reportNotice(entry.notice, { at, shown, verdicts });
      return [{ kind: 'pattern', at, text: entry.text, pattern: entry.pattern }];
  }
}

interface EntryContext {
  readonly at: KeyPath;
  readonly shown: string;
  readonly verdicts: Verdicts;
}

/** What is wrong with a value from the environment cannot be quoted. */
function reportBad(entry: OriginText & { kind: 'bad' }, { at, shown, verdicts }: EntryContext): void {
  const isHidden = verdicts.namesAt(at).length > 0;
  const hidden = {
    code: entry.verdict.code,
    said: `The value of ${shown} is not an origin`,
    mend: 'give it a value such as "http://localhost:5173"',
  };
  verdicts.error(at, isHidden ? hidden : entry.verdict);
}

function reportNotice(
  notice: { readonly code: string; readonly said: string; readonly mend: string } | undefined,
  { at, shown, verdicts }: EntryContext,
): void {
  if (notice === undefined) return;
  const isHidden = verdicts.namesAt(at).length > 0;
  const hidden = {
    code: notice.code,
    said: `The value of ${shown} is applied in the form that browsers send`,
    mend: 'write the origin as the address bar shows it',
  };
  verdicts.notice(at, isHidden ? hidden : notice);
}

/** V19: dead entries. Of two that are the same the later one is dead; a broader pattern counts wherever it stands. */
function warnOfRepeats(entries: readonly OriginEntry[], verdicts: Verdicts): void {
  const firsts = new Map<string, OriginEntry>();
  const patterns = entries.filter((entry) => entry.kind === 'pattern');
  for (const entry of entries) {
    const same = firsts.get(entry.text);
    if (same === undefined) firsts.set(entry.text, entry);
    const broader = same ?? patterns.find((pattern) => pattern !== entry && takes(pattern.pattern, entry));
    if (broader === undefined) continue;
    verdicts.warn(entry.at, {
      code: 'CP231',
      said: `${verdicts.shown(entry.at, entry.text)} is already covered by ${verdicts.shown(broader.at, broader.text)} at ${placeText(verdicts.placeOf(broader.at))}`,
      mend: 'remove it',
    });
  }
}

function takes(pattern: Pattern, entry: OriginEntry): boolean {
  switch (entry.kind) {
    case 'null':
      return false;
    case 'exact':
      return pattern.matches(entry.origin);
    case 'pattern':
      return pattern.text !== entry.text && patternCovers(pattern.parts, entry.pattern.parts);
  }
}

/** The rule of a list. `allowNull` is another key's to say: `dangerouslyAllowNullOrigin`. */
export function originRule(origins: Origins, { allowNull }: { readonly allowNull: boolean }): OriginRule {
  if (origins.kind === 'any') return { kind: 'any' };
  const { entries } = origins;
  return {
    kind: 'listed',
    exact: new Set(entries.flatMap((entry) => (entry.kind === 'exact' ? [entry.text] : []))),
    patterns: entries.flatMap((entry) => (entry.kind === 'pattern' ? [entry.pattern] : [])),
    allowNull: allowNull && entries.some((entry) => entry.kind === 'null'),
    written: entries.map((entry) => entry.text),
  };
}
