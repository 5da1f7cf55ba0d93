/** A problem that knows its source and not yet its line: what the checks of this folder return. */

import type { Source } from './node.ts';
import { type NamedText, placeIn } from './position.ts';
import type { KeyPath, Problem, Severity } from './problem.ts';

export interface Finding {
  readonly code: string;
  /** An error where nothing is said. */
  readonly severity?: Severity;
  readonly source: Source;
  /** As the author of the file counts. */
  readonly path: KeyPath;
  readonly said: string;
  readonly mend: string;
}

export function toProblem(named: NamedText, finding: Finding): Problem {
  const { code, severity = 'error', source, path, said, mend } = finding;
  return { code, severity, place: placeIn(named, source, path), said, mend };
}
