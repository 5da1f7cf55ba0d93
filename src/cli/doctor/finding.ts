/** One line of `doctor`. */

export interface Finding {
  readonly name: string;
  /** `–`: nothing to judge here. */
  readonly mark: '✓' | '✗' | '–';
  readonly said: string;
  /** Empty where there is nothing to mend. */
  readonly mend: string;
}

export function well(name: string, said: string): Finding {
  return { name, mark: '✓', said, mend: '' };
}

export function wrong(name: string, said: string, mend: string): Finding {
  return { name, mark: '✗', said, mend };
}

export function aside(name: string, said: string): Finding {
  return { name, mark: '–', said, mend: '' };
}
