/** Name resolution for tests: what a name leads to is said by the test, and no query leaves the machine. */

import type { LookupFunction } from 'node:net';
import { createServer } from 'node:net';

/** Every name leads to these addresses, in this order. */
export function leadsTo(...addresses: readonly string[]): LookupFunction {
  const found = addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }));
  return (_name, options, callback) => {
    const [first] = found;
    queueMicrotask(() => {
      if (options.all === true) callback(null, found);
      else callback(null, first?.address ?? '', first?.family);
    });
  };
}

/** Every attempt to reach a name fails with this code, as if the system had said so. */
export function failsWith(code: string): LookupFunction {
  return (name, _options, callback) => {
    queueMicrotask(() => callback(Object.assign(new Error(`connect ${code} ${name}`), { code }), '', 4));
  };
}

export const neverAnswers: LookupFunction = () => {};

/** A port of this machine that nobody listens on. */
export async function closedPort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === 'object' && address !== null ? address.port : 0;
}
