/** Gathers what is wrong with a config while it is compiled, so that one run tells everything. */

import type { Config, Substitution } from './config.ts';
import { type KeyPath, type Place, type Problem, type Severity, sortProblems } from './problem.ts';

export interface Verdict {
  readonly code: string;
  readonly said: string;
  readonly mend: string;
}

type Source = Pick<Config, 'placeOf' | 'placeOfKey' | 'substitutions'>;

export class Verdicts {
  readonly #source: Source;
  readonly #problems = new Map<string, Problem>();
  readonly #filledAt: ReadonlyMap<string, Substitution>;

  constructor(source: Source) {
    this.#source = source;
    this.#filledAt = new Map(source.substitutions.map((filled) => [pathId(filled.path), filled]));
  }

  error(at: KeyPath, verdict: Verdict): void {
    this.#add('error', this.#source.placeOf(at), verdict);
  }

  warn(at: KeyPath, verdict: Verdict): void {
    this.#add('warning', this.#source.placeOf(at), verdict);
  }

  notice(at: KeyPath, verdict: Verdict): void {
    this.#add('notice', this.#source.placeOf(at), verdict);
  }

  /** For what is wrong with the key itself, such as a header's name. */
  errorAtKey(at: KeyPath, verdict: Verdict): void {
    this.#add('error', this.#source.placeOfKey(at), verdict);
  }

  warnAtKey(at: KeyPath, verdict: Verdict): void {
    this.#add('warning', this.#source.placeOfKey(at), verdict);
  }

  /** The value in quotes; a value that came from `${NAME}` is named, never printed. */
  shown(at: KeyPath, value: string): string {
    const names = this.namesAt(at);
    return names.length === 0 ? JSON.stringify(value) : names.map((name) => `\${${name}}`).join(', ');
  }

  /** The names of the `${NAME}`s that a value holds. */
  namesAt(at: KeyPath): readonly string[] {
    return this.#filledAt.get(pathId(at))?.names ?? [];
  }

  /** What those names stand for: to be masked, never to be said. */
  valuesAt(at: KeyPath): readonly string[] {
    return this.#filledAt.get(pathId(at))?.values ?? [];
  }

  /** `mend`, or `general` where it would spell out a value that came from `${NAME}`. */
  mendFor(at: KeyPath, { mend, general }: { readonly mend: string; readonly general: string }): string {
    return this.namesAt(at).length === 0 ? mend : general;
  }

  placeOf(at: KeyPath): Place {
    return this.#source.placeOf(at);
  }

  /** In the order of the file; what the flags gave comes first. */
  sorted(): readonly Problem[] {
    return sortProblems([...this.#problems.values()]);
  }

  hasErrors(): boolean {
    return [...this.#problems.values()].some((problem) => problem.severity === 'error');
  }

  /** A rule that many routes inherit is said once. */
  #add(severity: Severity, place: Place, verdict: Verdict): void {
    const id = JSON.stringify([verdict.code, place.file, place.line, place.column, place.key, verdict.said]);
    if (!this.#problems.has(id)) this.#problems.set(id, { severity, place, ...verdict });
  }
}

function pathId(path: KeyPath): string {
  return JSON.stringify(path);
}
