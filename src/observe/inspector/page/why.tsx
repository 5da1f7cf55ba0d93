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
      <Steps steps={detail.why} />
      <Asked item={item} n={detail.row.n} actions={actions} />
      <h3>What the browser does</h3>
      <Steps steps={detail.browser} />
      <h3>Without the proxy</h3>
      <Steps steps={[...askedAnyway(item), ...detail.without]} />
    </>
  );
}

/** Its answer to a preflight is not known here, so what follows holds only once it has allowed the request. */
function askedAnyway(item: Item | undefined): readonly Step[] {
  if (item === undefined || item.preflight === null) return [];
  const text = 'the browser would have asked the API first; whether it answers preflights is not known here';
  return [{ mark: '–', text, place: '', mend: '' }];
}

function Steps({ steps }: { readonly steps: readonly Step[] }) {
  return (
    <ol class="steps">
      {steps.map(({ mark, text, place, mend }) => (
        <li key={text} class={markClass(mark)}>
          <span class="mark" aria-hidden="true">
            {mark}
          </span>
          <span>
            {text} {place === '' ? null : <code class="place">{place}</code>}
            {mend === '' ? null : (
              <span class="mend">
                <b>To mend it</b> {mend}
              </span>
            )}
          </span>
        </li>
      ))}
    </ol>
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
