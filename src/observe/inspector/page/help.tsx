/** Keys and filters. */

import type { Actions } from './actions.ts';
import { keyNotes } from './keys.ts';

const filterNotes: readonly (readonly [word: string, means: string])[] = [
  ['status:4xx', 'also 404, >=400'],
  ['cors:refused', 'allowed, not-needed, none'],
  ['route:/pay', 'by its globs, or route:0 by its place'],
  ['is:failed', 'refused, running, preflight, replay, socket'],
  ['method:put', 'of the request, or of its preflight'],
  ['origin:5173', 'a part of the origin'],
  ['-status:200', 'a minus turns a word round'],
  ['checkout', 'any other word is looked for in path, origin and reason'],
];

/** Modal: the browser keeps the focus inside, and closes it on Escape. */
function showOnce(dialog: HTMLDialogElement | null): void {
  if (dialog !== null && !dialog.open) dialog.showModal();
}

export function Help({ actions }: { readonly actions: Actions }) {
  return (
    <dialog class="help" aria-label="Keys and filters" ref={showOnce} onClose={actions.closeHelp}>
      <header>
        <h2>Keys</h2>
        <button type="button" class="plain" aria-label="Close" onClick={actions.closeHelp}>
          ✕
        </button>
      </header>
      <dl>
        {keyNotes.map(([keys, does]) => (
          <div key={keys}>
            <dt>
              <kbd>{keys}</kbd>
            </dt>
            <dd>{does}</dd>
          </div>
        ))}
      </dl>
      <h2>Filters</h2>
      <dl>
        {filterNotes.map(([word, means]) => (
          <div key={word}>
            <dt>
              <code>{word}</code>
            </dt>
            <dd>{means}</dd>
          </div>
        ))}
      </dl>
    </dialog>
  );
}
