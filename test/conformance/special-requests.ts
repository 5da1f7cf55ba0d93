/** Rows whose request cannot be written as fields and values: their bytes, by hand. */

import { Buffer } from 'node:buffer';

const path = 'GET /v1/items HTTP/1.1\r\n';

/** Several variants where a row speaks of several; each must meet the expectation. */
export const specialRequests: Readonly<Record<string, readonly Buffer[]>> = {
  'MF-10': [
    bytes(`${path}Host : localhost:8080\r\n\r\n`),
    bytes(`${path}Host: localhost:8080\r\nX-Folded: one\r\n two\r\n\r\n`),
  ],
  // The row says 17 KiB, which is Node's own limit; this proxy takes 64 kb, since localhost jars grow large.
  'ER-16': [
    bytes(`${path}Host: localhost:8080\r\nCookie: a=${'x'.repeat(70_000)}\r\n\r\n`),
    bytes('CHICKEN /v1/items HTTP/1.1\r\nHost: localhost:8080\r\n\r\n'),
  ],
};

function bytes(text: string): Buffer {
  return Buffer.from(text, 'latin1');
}
