/** A real terminal of a given width: tmux, found or installed; where it can be neither, that is said aloud. */

import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished } from 'vitest';

export function hasTmux(): boolean {
  const isThere = () => spawnSync('tmux', ['-V']).status === 0;
  if (isThere()) return true;
  const isDebian = process.platform === 'linux' && existsSync('/etc/debian_version');
  if (isDebian && process.getuid?.() === 0) {
    // Another test process may be installing: wait for its lock.
    spawnSync('apt-get update; apt-get -o DPkg::Lock::Timeout=300 install -y tmux', { shell: true });
    if (isThere()) return true;
  }
  console.warn(
    'NOT TESTED: screens of a real terminal. tmux is missing: apt-get install tmux, brew install tmux',
  );
  return false;
}

export interface Screen {
  /** Types a line and presses Enter. */
  readonly type: (line: string) => void;
  /** Presses a key by tmux's name: `C-c`. */
  readonly press: (key: string) => void;
  /** What is on the screen and above it, without blanks at the ends of lines. */
  readonly text: () => string;
  /** The same with colours as escape sequences. */
  readonly colored: () => string;
  /** Whether some line was longer than the screen is wide. */
  readonly isWrapped: () => boolean;
  readonly shows: (pattern: RegExp) => Promise<void>;
}

export interface ScreenOptions {
  readonly columns: number;
  readonly cwd: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** A shell in a terminal of its own server, which ends with the test. */
export function openScreen({ columns, cwd, env = {} }: ScreenOptions): Screen {
  const folder = mkdtempSync(join(tmpdir(), 'cors-proxy-tmux-'));
  const tmux = (...args: readonly string[]) => {
    const ran = spawnSync('tmux', ['-S', join(folder, 's'), '-f', '/dev/null', ...args], {
      encoding: 'utf8',
      env: { PATH: process.env.PATH ?? '', HOME: process.env.HOME ?? '', LANG: 'C.UTF-8', ...env },
    });
    if (ran.status !== 0) throw new Error(`tmux ${args.join(' ')}: ${ran.stderr}`);
    return ran.stdout;
  };
  tmux(
    '-u',
    'new-session',
    '-d',
    '-x',
    String(columns),
    '-y',
    '50',
    '-c',
    cwd,
    "PS1='$ ' bash --norc --noprofile",
  );
  onTestFinished(() => {
    tmux('kill-server');
    rmSync(folder, { recursive: true, force: true });
  });
  const text = () => trimmed(tmux('capture-pane', '-p', '-S', '-'));
  return {
    type: (line) => {
      tmux('send-keys', '-l', line);
      tmux('send-keys', 'Enter');
    },
    press: (key) => {
      tmux('send-keys', key);
    },
    text,
    colored: () => tmux('capture-pane', '-p', '-e', '-S', '-'),
    // With -J lines that the terminal wrapped come joined.
    isWrapped: () => trimmed(tmux('capture-pane', '-p', '-J', '-S', '-')) !== text(),
    shows: (pattern) => expect.poll(text).toMatch(pattern),
  };
}

function trimmed(screen: string): string {
  return screen.replaceAll(/ +$/gm, '').trimEnd();
}
