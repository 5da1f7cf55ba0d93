/** Both directions of a conversation as a strict reader sees them. */

import type { Exchange } from '../../src/exchange.ts';
import {
  type Request,
  type Response,
  readRequest,
  readResponse,
  StrictParseError,
} from '../support/strict-parser.ts';
import type { Observed } from './fuzz-stand.ts';

export interface Asked {
  /** What stands at the beginning of the client's bytes, as long as it is beyond doubt. */
  readonly requests: readonly Request[];
  /** Why the reading stopped; empty at the end of the bytes. */
  readonly doubt: string;
  /** What was not read. */
  readonly rest: Buffer;
}

export function readAsked({ written }: Pick<Observed, 'written'>): Asked {
  const requests: Request[] = [];
  let rest = withoutEmptyLines(written);
  try {
    while (rest.length > 0) {
      const read = readRequest(rest);
      if (read === 'incomplete') return { requests, doubt: 'incomplete', rest };
      requests.push(read.message);
      rest = withoutEmptyLines(read.rest);
    }
    return { requests, doubt: '', rest };
  } catch (error) {
    return { requests, doubt: strictly(error), rest };
  }
}

/** Other fields may be repeated by an upstream that repeats them. */
const single = /^access-control-/i;

/** RFC 9112 §2.2: a server should ignore them in front of a request line; Node's takes half of one for one. */
function withoutEmptyLines(bytes: Buffer): Buffer {
  let from = 0;
  while (bytes[from] === 0x0d || bytes[from] === 0x0a) from += 1;
  return bytes.subarray(from);
}

export interface Answered {
  /** Those that are whole. */
  readonly responses: readonly Response[];
  /** Whether another one came that is not. */
  readonly isCut: boolean;
  /** What is wrong with the bytes. */
  readonly broken: readonly string[];
}

/** Every byte down belongs to a strict response, and one that is not whole belongs to an exchange that failed. */
export function readAnswered({ received, ended, left, exchanges }: Observed): Answered {
  const responses: Response[] = [];
  let rest = received;
  const stop = (...broken: string[]): Answered => ({ responses, isCut: true, broken });
  while (rest.length > 0) {
    const exchange = exchanges[responses.length];
    try {
      const read = readResponse(rest, { method: exchange?.head.method ?? 'GET', ended, single });
      if (read === 'incomplete') return stop(...(left ? [] : cutWithoutReason(exchange)));
      if (read.message.framing === 'close' && exchange?.head.version !== '1.0')
        return stop('answer: its body ends with the connection');
      responses.push(read.message);
      rest = read.rest;
    } catch (error) {
      return stop(`answer: ${strictly(error)}`);
    }
  }
  return { responses, isCut: false, broken: [] };
}

function cutWithoutReason(exchange: Exchange | undefined): string[] {
  if (exchange !== undefined && exchange.outcome !== 'ok') return [];
  return [`cut: an answer is not whole although its exchange is "${exchange?.outcome ?? 'unknown'}"`];
}

/** Why the strict reader stopped; anything else is thrown on. */
function strictly(error: unknown): string {
  if (error instanceof StrictParseError) return error.message;
  throw error;
}
