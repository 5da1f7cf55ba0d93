/**
 * A HAR that grows while the proxy runs. Each write puts the new entries and the closing brackets over the old closing
 * brackets, in one piece: so the file is whole JSON after every write, and stays so when the process is killed.
 */

import { type FileHandle, open } from 'node:fs/promises';
import type { Exchange, Observer } from '../exchange.ts';
import { harEntry, harHead } from './har.ts';

export interface HarFile {
  readonly observe: Observer;
  /** Writes what is left; resolves when the file is closed. */
  readonly close: () => Promise<void>;
}

export interface HarFileOptions {
  readonly version: string;
  /** Called once, when the file cannot be written any more. */
  readonly failed: (error: Error) => void;
}

/** Soon enough for whoever reads along; seldom enough to cost nothing. */
const flushMs = 200;
/** Where the disk is slower than the traffic, entries are left out rather than kept in memory without end. */
const mostWaiting = 20_000;

const tail = '\n]}}\n';

/** Rejects with Node's error where the file cannot be made. What stood in it is gone. */
export async function openHarFile(path: string, { version, failed }: HarFileOptions): Promise<HarFile> {
  // Traffic is nobody else's affair.
  const file = await open(path, 'w', 0o600);
  const head = `{"log":${JSON.stringify(harHead(version)).slice(0, -1)},"entries":[`;
  await file.write(`${head}${tail}`, 0, 'utf8');
  return new GrowingHar(file, { end: Buffer.byteLength(head), failed });
}

class GrowingHar implements HarFile {
  readonly #file: FileHandle;
  readonly #failed: (error: Error) => void;
  /** Where the closing brackets stand. */
  #end: number;
  #count = 0;
  #waiting: string[] = [];
  #writing: Promise<void> = Promise.resolve();
  #timer: NodeJS.Timeout | undefined;
  #isBroken = false;

  constructor(
    file: FileHandle,
    { end, failed }: { readonly end: number; readonly failed: (error: Error) => void },
  ) {
    this.#file = file;
    this.#end = end;
    this.#failed = failed;
  }

  readonly observe = (exchange: Exchange): void => {
    if (exchange.plan.kind === 'own' || this.#isBroken || this.#waiting.length >= mostWaiting) return;
    this.#count += 1;
    const text = JSON.stringify(harEntry({ n: this.#count, exchange }));
    this.#waiting.push(`${this.#count === 1 ? '' : ','}\n${text}`);
    this.#timer ??= setTimeout(() => void this.#flush(), flushMs);
  };

  readonly close = async (): Promise<void> => {
    clearTimeout(this.#timer);
    await this.#flush();
    await this.#file.close();
  };

  #flush(): Promise<void> {
    this.#timer = undefined;
    this.#writing = this.#writing.then(() => this.#write()).catch((error: Error) => this.#break(error));
    return this.#writing;
  }

  async #write(): Promise<void> {
    if (this.#waiting.length === 0 || this.#isBroken) return;
    const entries = Buffer.from(this.#waiting.join(''));
    this.#waiting = [];
    await this.#writeAll(Buffer.concat([entries, Buffer.from(tail)]));
    this.#end += entries.length;
  }

  /** A disk may take less than it is given. */
  async #writeAll(bytes: Buffer): Promise<void> {
    let done = 0;
    while (done < bytes.length) {
      const { bytesWritten } = await this.#file.write(bytes, done, bytes.length - done, this.#end + done);
      done += bytesWritten;
    }
  }

  #break(error: Error): void {
    this.#isBroken = true;
    this.#waiting = [];
    this.#failed(error);
  }
}
