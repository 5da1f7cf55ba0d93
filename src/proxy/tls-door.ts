/** One port for TLS and for those who forgot it: the first byte tells, and the second kind get a sentence. */

import type { Socket } from 'node:net';
import { noticeOf, parserErrorAnswer, sayLast } from './client-error.ts';
import type { ServerState } from './server.ts';

/** RFC 8446 §5.1: the content type `handshake`, with which every TLS connection begins. No HTTP method begins so. */
const handshakeRecord = 0x16;

/**
 * Waits for the first byte. `handshake` is given the socket of a TLS client with every byte still in it; a silent
 * connection is closed after `listen.timeouts.head`, or when the listener stops.
 */
export function openDoor(socket: Socket, state: ServerState, handshake: (socket: Socket) => void): void {
  const leave = () => socket.destroy();
  const { headTimeoutMs } = state.ruleset().listen;
  const timer = headTimeoutMs === 0 ? undefined : setTimeout(leave, headTimeoutMs);
  const settle = () => {
    clearTimeout(timer);
    state.stops.delete(leave);
  };
  state.stops.add(leave);
  socket.once('close', settle);
  socket.once('data', (first: Buffer) => {
    settle();
    socket.off('close', settle);
    socket.pause();
    if (first[0] !== handshakeRecord) {
      refusePlain(socket, first, state);
      return;
    }
    socket.unshift(first);
    handshake(socket);
  });
}

function refusePlain(socket: Socket, first: Buffer, state: ServerState): void {
  const error = { code: 'PLAIN_HTTP_ON_TLS_PORT', rawPacket: first };
  const { refusal, bytes } = parserErrorAnswer(error, {
    ruleset: state.ruleset(),
    listener: state.listener,
    id: state.nextId(),
  });
  state.notice('warn', noticeOf(refusal));
  sayLast(socket, bytes);
}
