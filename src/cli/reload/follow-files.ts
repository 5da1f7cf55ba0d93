/** They save, and it is live; a bad file changes nothing and is reported once. */

import { createHash } from 'node:crypto';
import { type FSWatcher, watch } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { placesOf } from './watched-places.ts';

export interface Following {
  /** The config, the .env files, certificates; they need not exist. The config comes first. Asked after each change. */
  readonly files: () => readonly string[];
  /** What they held when they were read: a save since then is a change. Default: what they hold now. */
  readonly seen?: Fingerprint;
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

/** File → what it holds, or `missing`. */
export type Fingerprint = ReadonlyMap<string, string>;

export async function fingerprint(files: readonly string[]): Promise<Fingerprint> {
  return new Map(await Promise.all(files.map(async (file) => [file, await contentOf(file)] as const)));
}

async function contentOf(file: string): Promise<string> {
  const bytes = await bytesOf(file).catch(() => undefined);
  if (bytes === undefined) return 'missing';
  return bytes.length === 0 ? 'empty' : createHash('sha256').update(bytes).digest('hex');
}

/** A pipe, as in `-c <(make-config)`, is read once and never again: its second reader would wait for ever. */
async function bytesOf(file: string): Promise<Buffer | undefined> {
  return (await stat(file)).isFile() ? readFile(file) : undefined;
}

/** Editors write in several steps; together they take less. */
const defaultDebounceMs = 50;

/** In debounces: a storm of saves is looked into all the same, and a config that is empty or gone may be back by then. */
const patience = 5;

/**
 * Watches directories, not files: an editor that writes beside and renames leaves a watcher of the file with the old
 * one. What counts is whether the bytes differ, so a touch says nothing, and a swapped link is seen.
 */
export async function follow(following: Following): Promise<Follower> {
  const { files, seen } = following;
  const follower = new FileFollower(following, seen ?? (await fingerprint(files())));
  await follower.start();
  return follower;
}

class FileFollower implements Follower {
  readonly #following: Following;
  readonly #debounceMs: number;
  readonly #said = new Set<string>();
  #seen: Fingerprint;
  #watchers: readonly FSWatcher[] = [];
  #timer: NodeJS.Timeout | undefined;
  #firstEventAt: number | undefined;
  #running: Promise<void> = Promise.resolve();
  /** Whether the config was found empty or gone, and is given a moment. */
  #isWaiting = false;
  #isClosed = false;

  constructor(following: Following, seen: Fingerprint) {
    this.#following = following;
    this.#seen = seen;
    this.#debounceMs = following.debounceMs ?? defaultDebounceMs;
  }

  async start(): Promise<void> {
    await this.#watch();
    // A save between the first reading and the first event would go unseen.
    this.#wake();
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    await this.#running;
    this.#letGo();
  }

  /** After the last event of a storm, and at least once in a while during it. */
  #wake(): void {
    const now = performance.now();
    this.#firstEventAt ??= now;
    this.#wakeIn(Math.min(this.#debounceMs, this.#firstEventAt + patience * this.#debounceMs - now));
  }

  #wakeIn(delayMs: number): void {
    clearTimeout(this.#timer);
    if (this.#isClosed) return;
    this.#timer = setTimeout(
      () => {
        this.#firstEventAt = undefined;
        this.#running = this.#running.then(() => this.#look());
      },
      Math.max(0, delayMs),
    );
  }

  async #look(): Promise<void> {
    if (this.#isClosed) return;
    // First the watchers, then the files: what changes in between is an event.
    await this.#watch();
    const now = await fingerprint(this.#following.files());
    if (this.#isClosed) return;
    if (isSame(this.#seen, now)) {
      this.#isWaiting = false;
      return;
    }
    if (this.#isToBeAwaited(now)) return;
    this.#seen = now;
    await this.#following.changed();
    await this.#takeUpFiles();
  }

  /** An editor half way through a save; whoever means it will be believed a moment later. */
  #isToBeAwaited(now: Fingerprint): boolean {
    const isNew = isConfigGone(now) && !isConfigGone(this.#seen);
    const waits = isNew && !this.#isWaiting;
    this.#isWaiting = waits;
    if (waits) this.#wakeIn(patience * this.#debounceMs);
    return waits;
  }

  /** The config may name other files now: those are looked at from here on. */
  async #takeUpFiles(): Promise<void> {
    const files = this.#following.files();
    const added = files.filter((file) => !this.#seen.has(file));
    if (added.length === 0) return;
    this.#seen = new Map([...this.#seen, ...(await fingerprint(added))]);
    await this.#watch();
  }

  /** Every time anew: a directory that was deleted and made again, or a link that was swapped, has another below its name. */
  async #watch(): Promise<void> {
    const places = await placesOf(this.#following.files());
    if (this.#isClosed) return;
    const old = this.#watchers;
    this.#watchers = [...places].flatMap((place) => this.#watchPlace(place));
    for (const watcher of old) watcher.close();
  }

  #watchPlace([directory, names]: [string, ReadonlySet<string>]): readonly FSWatcher[] {
    try {
      const watcher = watch(directory, (_event, name) => {
        // A directory's own end is told under its own name.
        if (name === null || names.has(name) || name === basename(directory)) this.#wake();
      });
      // Windows: the directory was deleted.
      watcher.on('error', () => this.#wake());
      return [watcher];
    } catch (error) {
      this.#fail(error instanceof Error ? error : new Error(String(error)));
      return [];
    }
  }

  #fail(error: Error): void {
    if (this.#said.has(error.message)) return;
    this.#said.add(error.message);
    this.#following.failed(error);
  }

  #letGo(): void {
    for (const watcher of this.#watchers) watcher.close();
    this.#watchers = [];
  }
}

/** A file that was not looked at before says nothing. */
function isSame(seen: Fingerprint, now: Fingerprint): boolean {
  return [...now].every(([file, content]) => (seen.get(file) ?? content) === content);
}

function isConfigGone(files: Fingerprint): boolean {
  const [config] = files.values();
  return config === 'missing' || config === 'empty';
}
