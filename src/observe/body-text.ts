/** A kept body as text: decoded and cut. Done when somebody asks, never before. */

import { brotliDecompressSync, constants, gunzipSync, inflateRawSync, inflateSync } from 'node:zlib';
import type { KeptBody } from '../exchange.ts';
import { combinedValue, type HeaderList } from '../http/header-list.ts';
import { listElements } from '../http/token.ts';

/** What a page shows without a pause; small bodies that grow beyond it are cut. */
const shownBytes = 64 * 1024;
/** Beyond this nothing is decoded at all: 64 KB can become 64 MB. */
const mostDecodedBytes = 8 * 1024 * 1024;

export interface BodyText {
  /** `undefined` where it is no text. */
  readonly text: string | undefined;
  /** What a reader should know: decoded from what, cut where. */
  readonly notes: readonly string[];
}

export function readBody(body: KeptBody, headers: HeaderList): BodyText {
  const { bytes, notes } = decoded(body, headers);
  const isCut = body.bytes.length < body.passedBytes || bytes.length > shownBytes;
  const shown = bytes.subarray(0, shownBytes);
  const text = textOf(shown, combinedValue(headers, 'content-type') ?? '', isCut);
  const cut = isCut ? [`cut after ${Math.round(shown.length / 1024)} KB`] : [];
  return { text, notes: [...notes, ...cut] };
}

/** The bytes behind their content codings (RFC 9110 §8.4), as far as they can be read. */
function decoded(body: KeptBody, headers: HeaderList): { bytes: Buffer; notes: readonly string[] } {
  const codings = listElements((combinedValue(headers, 'content-encoding') ?? '').toLowerCase());
  let { bytes } = body;
  const notes: string[] = [];
  for (const coding of codings.toReversed()) {
    const next = decode(bytes, coding);
    if (next === undefined) return { bytes: body.bytes, notes: [`${coding} could not be decoded`] };
    if (coding !== 'identity') notes.push(`decoded from ${coding}`);
    bytes = next;
  }
  return { bytes, notes };
}

/** Lenient at the end: what was kept may be the beginning alone. */
function decode(bytes: Buffer, coding: string): Buffer | undefined {
  const bound = { maxOutputLength: mostDecodedBytes };
  const zlib = { ...bound, finishFlush: constants.Z_SYNC_FLUSH };
  try {
    switch (coding) {
      case 'identity':
        return bytes;
      case 'gzip':
      case 'x-gzip':
        return gunzipSync(bytes, zlib);
      case 'deflate':
        // RFC 9110 §8.4.1.2: some servers send it without the zlib frame.
        return (bytes[0] ?? 0) % 16 === 8 ? inflateSync(bytes, zlib) : inflateRawSync(bytes, zlib);
      case 'br':
        return brotliDecompressSync(bytes, { ...bound, finishFlush: constants.BROTLI_OPERATION_FLUSH });
      default:
        return undefined;
    }
  } catch {
    return undefined;
  }
}

/** A character that was cut in two at the end is none. */
function textOf(bytes: Buffer, type: string, isCut: boolean): string | undefined {
  const label = /charset\s*=\s*"?([^\s;"]+)/i.exec(type)?.[1] ?? 'utf-8';
  try {
    const text = new TextDecoder(label, { fatal: true }).decode(bytes, { stream: isCut });
    return /[\x00-\x08\x0e-\x1a]/.test(text) ? undefined : text;
  } catch {
    return undefined;
  }
}
