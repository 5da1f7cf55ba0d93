/** The first line of a response on a raw socket. */

import { STATUS_CODES } from 'node:http';
import type { ResponseHead } from '../http/request-head.ts';
import { isFieldValue } from '../http/token.ts';

export function statusLine({ status, reason }: ResponseHead): string {
  const phrase = reason !== '' && isFieldValue(reason) ? reason : (STATUS_CODES[status] ?? 'Unknown');
  return `HTTP/1.1 ${status} ${phrase}\r\n`;
}
