/** Connections that are let go with a sentence: those over the limit, and those whose bytes are no HTTP. */

import type { ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Listener } from '../http/request-head.ts';
import type { Ruleset } from '../ruleset.ts';
import {
  noticeOf,
  type ParserError,
  parserErrorAnswer,
  parserRefusal,
  sayLast,
  wireHead,
} from './client-error.ts';
import { problemResponse } from './problem.ts';
import { readHead } from './read-head.ts';
import { noticeAlert } from './tls-alert.ts';

/** What of the server's state it takes to say why. */
export interface Dismissing {
  readonly ruleset: () => Ruleset;
  readonly listener: Listener;
  readonly nextId: () => string;
  readonly notice: (level: 'info' | 'warn', message: string) => void;
  readonly noticeOnce: (message: string) => void;
}

/** Connections whose last word is said or will be: what Node still reads from them is nobody's. */
const dismissed = new WeakSet<Duplex>();

export function isDismissed(socket: Duplex): boolean {
  return dismissed.has(socket);
}

/** What Node's parser could not read. */
export function clientError(error: ParserError & Error, socket: Duplex, state: Dismissing): void {
  // Node reports one connection several times: at a second look, and for each packet that still comes.
  if (dismissed.has(socket)) return;
  dismissed.add(socket);
  socket.on('error', () => {});
  if (!socket.writable || error.code === 'ECONNRESET' || noticeAlert(error, state)) {
    socket.destroy();
    return;
  }
  state.notice('warn', noticeOf(parserRefusal(error)));
  answerBroken(error, socket, state);
}

/** Answers go out in the order of the requests: writing into that of an earlier one would destroy both. */
function answerBroken(error: ParserError, socket: Duplex, state: Dismissing): void {
  const current = (socket as Duplex & { readonly _httpMessage?: ServerResponse | null })._httpMessage;
  const isAnswering = current !== undefined && current !== null && !current.writableFinished;
  if (isAnswering && current.req.complete) {
    current.once('finish', () => answerBroken(error, socket, state));
    return;
  }
  // The broken bytes are the body of a request whose answer is on its way: nothing more can be said.
  if (isAnswering && current.headersSent) {
    sayLast(socket, Buffer.alloc(0));
    return;
  }
  const request = isAnswering ? readHead(current.req, state.listener) : undefined;
  const ruleset = state.ruleset();
  const { listener } = state;
  sayLast(socket, parserErrorAnswer(error, { ruleset, listener, id: state.nextId(), request }).bytes);
}

/** A silent drop looks like a network fault; a sentence does not. */
export function refuseConnection(socket: Duplex, state: Dismissing): void {
  const { connections } = state.ruleset().listen;
  const { head, body } = problemResponse({
    status: 503,
    code: 'connection_limit_reached',
    detail: `This proxy has ${connections} open connections already`,
    hint: 'raise listen.limits.connections',
    route: '',
    upstream: '',
    requestId: state.nextId(),
    headers: ['Connection', 'close', 'Retry-After', '1'],
  });
  state.notice('warn', `503 more than ${connections} connections: one was refused`);
  dismissed.add(socket);
  sayLast(socket, Buffer.from(`${wireHead(head)}${body}`, 'latin1'));
}
