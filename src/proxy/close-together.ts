/** The end of a tunnel: neither side may stay behind. */

import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';

/** RFC 9110 §9.3.6: when one side closes, what it sent is flushed and both are closed; this is how long that may take. */
const closingMs = 2000;

/** http-proxy ends the other side when one closes, which leaves it half open for ever; here both go. */
export function closeTogether(client: Socket, upstream: Duplex, done: () => void): void {
  let timer: NodeJS.Timeout | undefined;
  for (const side of [client, upstream]) {
    side.on('error', () => {});
    side.once('end', () => {
      timer ??= setTimeout(() => {
        client.destroy();
        upstream.destroy();
      }, closingMs);
    });
  }
  client.once('close', () => upstream.destroy());
  upstream.once('close', () => {
    clearTimeout(timer);
    client.destroySoon();
    done();
  });
}
