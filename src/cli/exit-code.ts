/** What the shell is told. */

export const exitCode = {
  ok: 0,
  /** At run time. */
  failure: 1,
  /** Bad usage or config: to be run again only when something is changed. */
  usage: 2,
  portInUse: 3,
  /** `explain` says refused. */
  refused: 4,
  /** A second SIGINT: 128 + 2, as shells count. */
  forced: 130,
} as const;

export type ExitCode = (typeof exitCode)[keyof typeof exitCode];
