/** Whether a page may read an answer, as the browser judges it. */

import { type Asker, whyUnreadable } from '../../cors/browser-check.ts';
import type { Exchange } from '../../exchange.ts';
import { combinedValue, type HeaderList } from '../../http/header-list.ts';
import { step } from './why.ts';
import type { Step } from './wire.ts';

export interface Readable {
  readonly origin: string;
  readonly headers: HeaderList;
}

/** Credentials mode is not sent; where its answer depends on it, both are told. */
export function readingStep({ head, status }: Exchange, { origin, headers }: Readable): Step {
  const check = (credentials: Asker['credentials']) =>
    whyUnreadable({ status, reason: '', headers }, { origin, method: head.method, credentials });
  const [plain, withCookies] = [check('omit'), check('include')];
  if (plain !== undefined) return step('✗', `keeps the answer from the page: ${plain}`);
  if (withCookies === undefined) return step('✓', 'lets the page read the answer, with credentials too');
  const sendsCookies = combinedValue(head.headers, 'cookie') !== undefined;
  const text = `lets the page read the answer, unless it was fetched with credentials: "include": ${withCookies}`;
  return step(sendsCookies ? '–' : '✓', text);
}
