/** The beginnings of the two bodies of an exchange, for whoever looks: bounded copies, so that no buffer is held. */

import type { KeptBody } from '../exchange.ts';

/** As much as a person reads; times two bodies of the two hundred exchanges of the journal it is 25 MB at most. */
const keptBytes = 64 * 1024;

export class KeptBodies {
  readonly request = new Keeper();
  readonly response = new Keeper();

  bodies(): { readonly request: KeptBody; readonly response: KeptBody } {
    return { request: this.request.body(), response: this.response.body() };
  }
}

class Keeper {
  readonly #pieces: Buffer[] = [];
  #room = keptBytes;
  #passed = 0;

  take(chunk: Buffer): void {
    this.#passed += chunk.length;
    if (this.#room === 0) return;
    const piece = Buffer.from(chunk.subarray(0, this.#room));
    this.#room -= piece.length;
    this.#pieces.push(piece);
  }

  body(): KeptBody {
    return { bytes: Buffer.concat(this.#pieces), passedBytes: this.#passed };
  }
}
