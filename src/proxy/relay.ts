/** An upstream's answer, as Node's own client reads it, on its way down as the last response of a connection. */

import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ResponseHead } from '../http/request-head.ts';
import { cutResponse, writeHead } from './respond.ts';

export interface RelayEnd {
  readonly outcome: 'ok' | 'client_abort' | 'upstream_error';
  /** Body bytes that came. */
  readonly bytes: number;
}

/**
 * Writes `head` and pipes the body, framed anew. A body that was cut is cut here too, after all that came. Calls `done`
 * once; gives back what to call when the client has gone.
 */
export function relay(
  upstream: IncomingMessage,
  { response, head }: { readonly response: ServerResponse; readonly head: ResponseHead },
  done: (end: RelayEnd) => void,
): () => void {
  let bytes = 0;
  let isOver = false;
  const end = (outcome: RelayEnd['outcome']) => {
    if (isOver) return;
    isOver = true;
    upstream.destroy();
    done({ outcome, bytes });
  };
  writeHead(response, { ...head, headers: [...head.headers, 'Connection', 'close'] });
  response.once('finish', () => end('ok'));
  upstream.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
  });
  upstream.once('close', () => {
    if (upstream.complete || isOver) return;
    cutResponse(response, head);
    end('upstream_error');
  });
  upstream.pipe(response);
  return () => end('client_abort');
}
