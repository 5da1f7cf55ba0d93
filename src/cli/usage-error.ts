/** A command line that cannot be understood; `main` turns it into two lines and exit code 2. */

export class UsageError extends Error {
  readonly mend: string;

  constructor(said: string, mend: string) {
    super(said);
    this.name = 'UsageError';
    this.mend = mend;
  }
}
