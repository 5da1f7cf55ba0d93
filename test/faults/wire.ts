/** Pieces of what upstreams of these tests send. */

import { expectRequest, expectText, type Step, send } from '../support/raw-upstream.ts';

/** Keeps a connection open: a text that nobody sends is waited for. */
export const never: Step = expectText('never');

/** A head of 200 with these lines. */
export function ok(...lines: readonly string[]): string {
  return `HTTP/1.1 200 OK\r\n${lines.map((line) => `${line}\r\n`).join('')}\r\n`;
}

export const chunkedHead: string = ok('Transfer-Encoding: chunked');

/** Takes a request, sends these bytes and stays. */
export function answering(...bytes: readonly string[]): Step[] {
  return [expectRequest, ...bytes.map((text) => send(text)), never];
}
