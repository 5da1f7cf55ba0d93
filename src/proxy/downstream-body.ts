/** An answer's body on its way down. The head leaves with what came along with it: the first of the body, or all of it. */

import { ServerResponse } from 'node:http';
import type { ResponseHead } from '../http/request-head.ts';
import type { Request, Response } from './respond.ts';
import { endResponse, writeBody } from './respond.ts';

const nothing = Buffer.alloc(0);

export class DownstreamBody {
  readonly #response: Response;
  /** HTTP/2 has sent its head already. */
  #isHeadWaiting: boolean;
  #held: Buffer | undefined;

  /** Its head is written. `flush` is to be called at the end of what came with it. */
  constructor(response: Response) {
    this.#response = response;
    this.#isHeadWaiting = response instanceof ServerResponse;
  }

  /** Whether more may be written at once. */
  write(chunk: Buffer): boolean {
    if (this.#isHeadWaiting && this.#held === undefined) {
      this.#held = chunk;
      return true;
    }
    this.flush();
    return writeBody(this.#response, chunk);
  }

  /** Writes what is held back; whether more may be written at once. */
  flush(): boolean {
    if (!this.#isHeadWaiting) return true;
    const first = this.#take();
    // Node's flushHeaders() encodes the head as UTF-8 and so breaks its 8-bit bytes; an empty buffer does not.
    return this.#response.destroyed || writeBody(this.#response, first ?? nothing);
  }

  end(request: Request, head: ResponseHead): void {
    endResponse(request, this.#response, { head, last: this.#take() });
  }

  #take(): Buffer | undefined {
    const held = this.#held;
    this.#isHeadWaiting = false;
    this.#held = undefined;
    return held;
  }
}
