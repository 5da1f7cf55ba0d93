/** Connections that are let go with a sentence: those over the limit, and those whose bytes are no HTTP. */

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
import { endsWith, isEnding, responseOn } from './turn.ts';

/** What of the server's state it takes to say why. */
export interface Dismissing {
  readonly ruleset: () => Ruleset;
  readonly listener: Listener;
  readonly nextId: () => string;
  readonly notice: (level: 'info' | 'warn', message: string) => void;
  readonly noticeOnce: (message: string) => void;
}

/** What Node's parser could not read. */
export function clientError(error: ParserError & Error, socket: Duplex, state: Dismissing): void {
  // Node reports one connection several times: at a second look, and for each packet that still comes.
  if (isEnding(socket)) return;
  endsWith(socket);
  socket.on('error', () => {});
  if (!socket.writable || hasLeft(error) || noticeAlert(error, state)) {
    socket.destroy();
    return;
  }
  state.notice('warn', noticeOf(parserRefusal(error)));
  answerBroken(error, socket, state);
}

/** In the middle of a message: what was to come of it is told by its exchange, and a page that is closed is no warning. */
function hasLeft({ code }: ParserError): boolean {
  return code === 'ECONNRESET' || code === 'HPE_INVALID_EOF_STATE';
}

/** Answers go out in the order of the requests: writing into that of an earlier one would destroy both. */
function answerBroken(error: ParserError, socket: Duplex, state: Dismissing): void {
  // One that has written all may stand in front of others: Node lets go of it when it says `finish`.
  const current = responseOn(socket);
  if (current?.req.complete === true) {
    current.once('finish', () => answerBroken(error, socket, state));
    return;
  }
  // The broken bytes are the body of a request whose answer is on its way: nothing more can be said.
  if (current?.headersSent === true) {
    sayLast(socket, Buffer.alloc(0));
    return;
  }
  const request = current === undefined ? undefined : readHead(current.req, state.listener);
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
  endsWith(socket);
  sayLast(socket, Buffer.from(`${wireHead(head)}${body}`, 'latin1'));
}
