/** Trailer fields of a response: passed on to a client that asked for them, dropped otherwise (RFC 9110 §6.5). */

import { ServerResponse } from 'node:http';
import { type HeaderList, lines } from '../http/header-list.ts';
import { isHopByHop } from '../http/hop-by-hop.ts';
import { isFieldValue, isToken, listElements } from '../http/token.ts';
import type { Response } from './respond.ts';

/** RFC 9110 §6.5.1: framing, routing, authentication and content fields have no place behind the body. */
const forbidden: ReadonlySet<string> = new Set([
  'authorization',
  'cache-control',
  'content-encoding',
  'content-length',
  'content-range',
  'content-type',
  'host',
  'location',
  'set-cookie',
  'vary',
  'www-authenticate',
]);

export interface Trailers {
  /** The request's `TE`. */
  readonly asked: string | undefined;
  readonly trailers: HeaderList;
}

export function writeTrailers(response: Response, { asked, trailers }: Trailers): void {
  if (asked === undefined || trailers.length === 0) return;
  const wants = listElements(asked.toLowerCase()).some((coding) => coding.startsWith('trailers'));
  if (!wants || response.writableEnded) return;
  const fields: [string, string][] = [];
  for (const [name, value] of lines(trailers)) if (mayTrail(name, value)) fields.push([name, value]);
  if (fields.length === 0) return;
  if (response instanceof ServerResponse) response.addTrailers(fields);
  else response.addTrailers(Object.fromEntries(fields));
}

function mayTrail(name: string, value: string): boolean {
  const lower = name.toLowerCase();
  if (isHopByHop(lower) || forbidden.has(lower) || lower.startsWith('access-control-')) return false;
  return isToken(name) && isFieldValue(value);
}
