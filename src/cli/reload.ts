/** They save, and it is live; a bad file changes nothing and is reported once. */

import { createHash } from 'node:crypto';
import { type FSWatcher, watch } from 'node:fs';
import { readFile, realpath } from 'node:fs/promises';
import { dirname } from 'node:path';

export interface Following {
  /** The config and the .env files; they need not exist. The config comes first. */
  readonly files: readonly string[];
  /** Called after each change of what the files hold, never twice at once. */
  readonly changed: () => Promise<void>;
  /** The files cannot be followed (any more). */
  readonly failed: (error: Error) => void;
  readonly debounceMs?: number;
}

export interface Follower {
  /** Resolves when no call of `changed` is under way. */
  readonly close: () => Promise<void>;
}

/** Editors write in several steps; together they take less. */
const defaultDebounceMs = 50;

/**
 * Watches directories, not files: an editor that writes beside and renames leaves a watcher of the file with the old
 * one. What counts is whether the bytes differ, so a touch says nothing, and a swapped link is seen.
 */
export async function follow({
  files,
  changed,
  failed,
  debounceMs = defaultDebounceMs,
}: Following): Promise<Follower> {
  let seen = await fingerprint(files);
  let timer: NodeJS.Timeout | undefined;
  let running = Promise.resolve();
  let isClosed = false;
  const watchers = await watchDirectories(files, { touched: () => wake(look), failed });
  // A save between the first reading and the first event would go unseen.
  wake(look);
  return {
    close: async () => {
      isClosed = true;
      clearTimeout(timer);
      for (const watcher of watchers) watcher.close();
      await running;
    },
  };

  function wake(then: () => Promise<void>): void {
    clearTimeout(timer);
    if (isClosed) return;
    timer = setTimeout(() => {
      running = running.then(then);
    }, debounceMs);
  }

  async function look(): Promise<void> {
    const now = await fingerprint(files);
    if (now.hash === seen.hash || isClosed) return;
    // An editor half way through a save; whoever means it will be believed a moment later.
    if (now.isConfigEmpty && !seen.isConfigEmpty) {
      seen = { ...seen, isConfigEmpty: true };
      wake(look);
      return;
    }
    seen = now;
    await changed();
  }
}

interface Fingerprint {
  readonly hash: string;
  readonly isConfigEmpty: boolean;
}

async function fingerprint(files: readonly string[]): Promise<Fingerprint> {
  const contents = await Promise.all(files.map((file) => readFile(file).catch(() => undefined)));
  const hash = createHash('sha256');
  for (const content of contents) {
    hash.update(content === undefined ? 'missing\0' : `${content.length}\0`);
    if (content !== undefined) hash.update(content);
  }
  return { hash: hash.digest('hex'), isConfigEmpty: (contents[0]?.length ?? 0) === 0 };
}

async function watchDirectories(
  files: readonly string[],
  { touched, failed }: { readonly touched: () => void; readonly failed: (error: Error) => void },
): Promise<readonly FSWatcher[]> {
  // Behind a link the file itself may be written, in its own directory.
  const real = await Promise.all(files.map((file) => realpath(file).catch(() => file)));
  const directories = new Set([...files, ...real].map((file) => dirname(file)));
  const watchers: FSWatcher[] = [];
  for (const directory of directories) {
    try {
      const watcher = watch(directory, touched);
      watcher.on('error', failed);
      watchers.push(watcher);
    } catch (error) {
      failed(error instanceof Error ? error : new Error(String(error)));
    }
  }
  return watchers;
}
