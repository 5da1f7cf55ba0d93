/** Whether the terminal's keys are this process's own: a job in the background that reads them is stopped by the system. */

import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

export function isInForeground(): boolean {
  switch (process.platform) {
    case 'win32':
      return true;
    case 'linux':
      return ownsTerminal(readFileSync('/proc/self/stat', 'utf8'));
    default:
      return spawnSync('ps', ['-o', 'stat=', '-p', String(process.pid)], {
        encoding: 'utf8',
      }).stdout.includes('+');
  }
}

/** proc(5): behind the name in brackets stand state, ppid, pgrp, session, tty_nr, tpgid. */
export function ownsTerminal(stat: string): boolean {
  const [, , group, , , foreground] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return group === foreground;
}
