/**
 * Which connection a request is written to. undici does not tell a handler, but publishes it in the same turn as
 * `onRequestStart` (documented channel `undici:client:sendHeaders`). A retry needs to know whether it was used before.
 */

import diagnostics from 'node:diagnostics_channel';
import type { Socket } from 'node:net';
import { ignoreUnaskedContinue } from './continue-filter.ts';

export interface Connected {
  /** The connection that the request is written to, and whether an earlier request used it. */
  onConnection?(socket: Socket, isReused: boolean): void;
}

let starting: Connected | undefined;
let isWatching = false;
const used = new WeakSet<Socket>();

/** To be called in `onRequestStart`: the connection that is published next is this handler's. */
export function announce(handler: Connected): void {
  starting = handler;
}

/** Once for the process. */
export function watchConnections(): void {
  if (isWatching) return;
  isWatching = true;
  diagnostics.subscribe('undici:client:sendHeaders', (message) => {
    // Another user of undici in this process, if a library embeds us.
    if (starting === undefined) return;
    const { socket } = message as { socket: Socket };
    const isReused = used.has(socket);
    used.add(socket);
    ignoreUnaskedContinue(socket);
    starting.onConnection?.(socket, isReused);
    starting = undefined;
  });
}
