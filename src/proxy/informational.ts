/** 1xx answers: RFC 9110 §15.2 wants them passed on, to clients that know them. */

import { ServerResponse } from 'node:http';
import { lines } from '../http/header-list.ts';
import type { ResponseHead } from '../http/request-head.ts';
import { isFieldValue, isToken } from '../http/token.ts';
import type { Response } from './respond.ts';
import { onTurn } from './turn.ts';

/** Passes a 102 or 103 on; others, and those for HTTP/1.0, are dropped. Never throws. */
export function passInformational(response: Response, head: ResponseHead, version: string): void {
  if (version === '1.0') return;
  onTurn(response, () => pass(response, head));
}

function pass(response: Response, head: ResponseHead): void {
  if (response.headersSent || response.destroyed) return;
  try {
    if (head.status === 103) response.writeEarlyHints(hints(head));
    else if (head.status === 102 && response instanceof ServerResponse) response.writeProcessing();
  } catch {
    // Node refuses a Link that it cannot parse. A hint is never worth the answer that follows it.
  }
}

function hints(head: ResponseHead): Record<string, string[]> & { link: string[] } {
  const fields: Record<string, string[]> & { link: string[] } = { link: [] };
  for (const [name, value] of lines(head.headers)) {
    if (!isToken(name) || !isFieldValue(value)) continue;
    const lower = name.toLowerCase();
    fields[lower] = [...(fields[lower] ?? []), value];
  }
  return fields;
}
