/** The steps of the decision, each with the place of its rule; what the browser does; and without the proxy. */

import type { Detail, Step } from '../wire.ts';
import type { Actions } from './actions.ts';
import { becauseOf, type Item } from './pairing.ts';

export interface WhyProps {
  readonly detail: Detail;
  readonly item: Item | undefined;
  readonly actions: Actions;
}

export function WhyPane({ detail, item, actions }: WhyProps) {
  return (
    <>
      <Steps steps={detail.why} onCopy={actions.command} />
      <Asked item={item} n={detail.row.n} actions={actions} />
      <h3>What the browser does</h3>
      <Steps steps={detail.browser} onCopy={actions.command} />
      <h3>Without the proxy</h3>
      <Steps steps={[...askedAnyway(item, detail.without), ...detail.without]} onCopy={actions.command} />
    </>
  );
}

/** The browser asked first, for a reason that does not stand in the request: a listener on its upload, for one. */
function askedAnyway(item: Item | undefined, without: readonly Step[]): readonly Step[] {
  const isTold = without.every(({ mark }) => mark !== '✓');
  if (item === undefined || item.preflight === null || isTold) return [];
  const text = 'the browser would have asked the API first; whether it answers preflights is not known here';
  return [{ mark: '–', text, place: '', mend: '', command: '' }];
}

function Steps({
  steps,
  onCopy,
}: {
  readonly steps: readonly Step[];
  readonly onCopy: (text: string) => void;
}) {
  return (
    <ol class="steps">
      {steps.map((each) => (
        <li key={each.text} class={markClass(each.mark)}>
          <span class="mark" aria-hidden="true">
            {each.mark}
          </span>
          <span>
            {each.text} {each.place === '' ? null : <code class="place">{each.place}</code>}
            {each.mend === '' ? null : (
              <span class="mend">
                <b>To mend it</b> {each.mend}
              </span>
            )}
            {each.command === '' ? null : <Command text={each.command} onCopy={onCopy} />}
          </span>
        </li>
      ))}
    </ol>
  );
}

function Command({ text, onCopy }: { readonly text: string; readonly onCopy: (text: string) => void }) {
  return (
    <span class="command">
      <b>To find out</b> <code>{text}</code>{' '}
      <button type="button" onClick={() => onCopy(text)}>
        Copy the command
      </button>
    </span>
  );
}

function markClass(mark: Step['mark']): string {
  return mark === '✓' ? 'good' : mark === '✗' ? 'bad' : 'quiet';
}

/** The preflight of a request, or the request of a preflight. */
function Asked({ item, n, actions }: Pick<WhyProps, 'item' | 'actions'> & { readonly n: number }) {
  if (item === undefined) return null;
  const { row, preflight } = item;
  const asking = preflight ?? (row.ask === null ? null : row);
  if (asking === null) return null;
  const other = n === asking.n ? row : asking;
  return (
    <>
      <h3>Preflight</h3>
      <p class="asked">
        <code>
          #{asking.n} OPTIONS {asking.status}
        </code>{' '}
        sent first, because of {becauseOf(asking).join(', ')}.{' '}
        {other.n === n ? null : (
          <button type="button" class="link" onClick={() => void actions.select(other.n)}>
            Show {other === row ? `the request #${row.n}` : 'it'}
          </button>
        )}
      </p>
    </>
  );
}
