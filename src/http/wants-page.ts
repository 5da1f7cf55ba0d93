/** Whether a person waits for an answer in a window, rather than a program: then an error is a page to read. */

import { combinedValue, firstValue, type HeaderList } from './header-list.ts';
import { listElements } from './token.ts';

/**
 * A navigation by Fetch Metadata; what sends none is told by `Accept` alone, where it names HTML and nothing better. A
 * `fetch` that asks for HTML gets what every program gets.
 */
export function wantsPage(headers: HeaderList): boolean {
  const mode = firstValue(headers, 'sec-fetch-mode');
  if (mode !== undefined && mode !== 'navigate') return false;
  const accepted = listElements((combinedValue(headers, 'accept') ?? '').toLowerCase()).map(range);
  const weight = (type: string) => accepted.find((each) => each.type === type)?.weight ?? 0;
  const html = weight('text/html');
  return html > 0 && html >= Math.max(weight('application/json'), weight('application/problem+json'));
}

/** RFC 9110 §12.5.1 */
function range(text: string): { readonly type: string; readonly weight: number } {
  const [type = '', ...parameters] = text.split(';').map((part) => part.trim());
  const weight = parameters.find((each) => each.startsWith('q='))?.slice(2);
  return { type, weight: weight === undefined ? 1 : Number(weight) || 0 };
}
