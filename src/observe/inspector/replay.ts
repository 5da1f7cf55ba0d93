/**
 * A request sent again, as it was or edited: to this proxy itself, by its own front door. So it meets the same guards
 * and the same rules as the first time, and can go nowhere else.
 */

import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { Exchange } from '../../exchange.ts';
import { type HeaderList, hasField, lines } from '../../http/header-list.ts';
import { isHopByHop } from '../../http/hop-by-hop.ts';
import { isFieldValue, isToken } from '../../http/token.ts';
import type { OwnRequest } from '../../own-endpoint.ts';
import { type Mask, maskOf } from '../mask.ts';
import { replayFields } from './replay-mark.ts';
import type { Field, ReplayWish, Told } from './wire.ts';

export interface Replay {
  readonly method: string;
  readonly path: string;
  readonly headers: HeaderList;
  readonly body: Buffer;
}

/** Why an exchange cannot be sent again as it was; empty where it can. */
export function whyNoReplay({ head, plan, bodies }: Exchange): string {
  if (plan.kind === 'forward' && plan.as === 'websocket') return 'a WebSocket is opened by its page alone';
  if (!head.target.startsWith('/')) return 'its target is no path';
  if (!hasUpload(head.headers)) return '';
  if (bodies === undefined) return 'its body was not kept: nobody was looking';
  const { bytes, passedBytes } = bodies.request;
  return bytes.length < passedBytes ? 'its body was longer than what is kept' : '';
}

function hasUpload(headers: HeaderList): boolean {
  return hasField(headers, 'transfer-encoding') || /^0*[1-9]/.test(contentLength(headers));
}

function contentLength(headers: HeaderList): string {
  return [...lines(headers)].find(([name]) => name.toLowerCase() === 'content-length')?.[1] ?? '';
}

/** The request to be sent, or what is wrong with the wish. */
export function replayOf(exchange: Exchange, { n, edit }: ReplayWish): Replay | Told {
  const { head, bodies } = exchange;
  if (edit === null) {
    const why = whyNoReplay(exchange);
    const body = bodies?.request.bytes ?? Buffer.alloc(0);
    return why === ''
      ? replay(n, { method: head.method, path: head.target, headers: head.headers, body })
      : told(why);
  }
  return edited(exchange, n, edit);
}

/** The page saw masked texts: what still stands there as it was shown means the value itself. */
function edited(exchange: Exchange, n: number, edit: NonNullable<ReplayWish['edit']>): Replay | Told {
  const { head, bodies, ruleset } = exchange;
  const mask = maskOf(ruleset);
  const path = edit.path === mask.target(head.target) ? head.target : edit.path;
  const headers = unmasked(edit.fields, head.headers, mask);
  const body = unmaskedBody(edit.body, { kept: bodies?.request.bytes, mask, headers });
  const hidden = '***';
  if (path.includes(hidden)) return told('The path holds ***, which stands for a value that is not shown');
  if (headers.some((text) => text.includes(hidden))) {
    return told('A header holds ***, which stands for a value that is not shown');
  }
  if (!path.startsWith('/') || /[\x00-\x20\x7f]|^\/__cors-proxy(?:\/|$)/.test(path)) {
    return told(`Cannot send ${JSON.stringify(path)}: it must be a path of this proxy`);
  }
  const bad = edit.fields.find(([name, value]) => !isToken(name) || !isFieldValue(value));
  if (bad !== undefined) return told(`Cannot send the header ${JSON.stringify(bad.join(': '))}`);
  if (!isToken(edit.method)) return told(`Cannot send the method ${JSON.stringify(edit.method)}`);
  return replay(n, { method: edit.method, path, headers, body });
}

function told(text: string): Told {
  return { ok: false, text, mend: '' };
}

function unmasked(fields: readonly Field[], original: HeaderList, mask: Mask): HeaderList {
  const shown = [...lines(mask.headers(original))];
  const known = [...lines(original)];
  return fields.flatMap(([name, value]) => {
    const at = shown.findIndex(([each, text]) => each.toLowerCase() === name.toLowerCase() && text === value);
    return [name, at === -1 ? value : (known[at]?.[1] ?? value)];
  });
}

function unmaskedBody(
  text: string,
  {
    kept,
    mask,
    headers,
  }: { readonly kept: Buffer | undefined; readonly mask: Mask; readonly headers: HeaderList },
): Buffer {
  const type = [...lines(headers)].find(([name]) => name.toLowerCase() === 'content-type')?.[1] ?? '';
  const isUntouched = kept !== undefined && mask.body(kept.toString('utf8'), type) === text;
  return isUntouched ? kept : Buffer.from(text);
}

/** The framing and the connection are our own; what the page sent beside them goes as it was. */
function replay(n: number, { method, path, headers, body }: Replay): Replay {
  const kept = [...lines(headers)].filter(([name]) => !isOurs(name.toLowerCase()));
  const isFramed = body.length > 0 || !/^(?:GET|HEAD|OPTIONS)$/.test(method);
  const framing = isFramed ? ['Content-Length', String(body.length)] : [];
  return {
    method,
    path,
    headers: [...kept.flat(), ...framing, 'Connection', 'close', ...replayFields(n)],
    body,
  };
}

function isOurs(lower: string): boolean {
  return isHopByHop(lower) || lower === 'content-length' || lower === 'expect';
}

/** Until the answer's head is in; what follows is read and let go. */
export function sendReplay(
  { method, path, headers, body }: Replay,
  { local, head }: OwnRequest,
): Promise<Told> {
  const isTls = head.listener.scheme === 'https';
  // To itself over the loopback: whose certificate that is needs no proof.
  const secured = isTls ? { rejectUnauthorized: false } : {};
  const send = isTls ? httpsRequest : httpRequest;
  return new Promise((resolve) => {
    const fail = (error: unknown) => resolve(told(`It could not be sent: ${String(error)}`));
    try {
      const options = { host: local.address, port: local.port, method, path, agent: false, setHost: false };
      const request = send({ ...options, ...secured, headers: [...headers] as never }, (response) => {
        response.resume();
        resolve({ ok: true, text: `${method} ${path} sent again: ${response.statusCode ?? 0}`, mend: '' });
      });
      request.on('error', fail);
      request.end(body);
    } catch (error) {
      fail(error);
    }
  });
}
