/** A kept body as the page shows it. */

import type { KeptBody } from '../../exchange.ts';
import { combinedValue, type HeaderList } from '../../http/header-list.ts';
import { readBody } from '../body-text.ts';
import type { Mask } from '../mask.ts';
import type { BodyView } from './wire.ts';

export function bodyView(body: KeptBody | undefined, headers: HeaderList, mask: Mask): BodyView {
  const type = combinedValue(headers, 'content-type') ?? '';
  const view = { type: mask.text(type), text: '', bytes: body?.passedBytes ?? 0, notes: [] };
  if (body === undefined) return { ...view, kind: 'unkept' };
  if (body.passedBytes === 0) return { ...view, kind: 'none' };
  const { text, notes } = readBody(body, headers);
  if (text === undefined) return { ...view, kind: 'binary', notes };
  return { ...view, kind: 'text', text: mask.body(text, type), notes };
}
