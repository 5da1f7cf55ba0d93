/** The field by which a repeated request says what it repeats. It goes no further than this proxy. */

import { randomBytes } from 'node:crypto';
import { firstValue, type HeaderList } from '../../http/header-list.ts';
import { ownFields } from '../../http/own-fields.ts';

/** New at each start: no page can claim to be a replay. */
const run = randomBytes(8).toString('hex');

export function replayFields(n: number): HeaderList {
  return [ownFields.replay, `${run}-${n}`];
}

/** The number of the exchange that a request repeats; `null` where it repeats none. */
export function repeated(headers: HeaderList): number | null {
  const [shown, number = ''] = (firstValue(headers, ownFields.replay) ?? '').split('-');
  return shown === run && /^[0-9]{1,15}$/.test(number) ? Number(number) : null;
}
