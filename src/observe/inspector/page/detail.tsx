/** One exchange: what was decided about it and why, and what can be done with it. */

import type { Detail } from '../wire.ts';
import { BodyPane } from './body.tsx';
import { CookiesPane } from './cookies.tsx';
import { EditPane } from './edit.tsx';
import { HeadersPane } from './headers.tsx';
import { durationText, verdictClass } from './line.tsx';
import { selectedItem, type Tab } from './model.ts';
import { TimingPane } from './timing.tsx';
import type { ViewProps } from './view-props.ts';
import { WhyPane } from './why.tsx';

export function DetailPane({ model, actions }: ViewProps) {
  const { detail, lost, edit } = model;
  return (
    <section id="detail" class="detail" tabIndex={-1} aria-label="The selected request">
      {detail === null ? (
        <header class="head">
          <p class="quiet">{lost === '' ? 'Loading …' : lost}</p>
          <Close onClick={actions.close} />
        </header>
      ) : (
        <>
          <Head detail={detail} onClose={actions.close} />
          <Tools model={model} actions={actions} />
          {edit === null ? (
            <Panes detail={detail} model={model} actions={actions} />
          ) : (
            <EditPane edit={edit} actions={actions} />
          )}
        </>
      )}
    </section>
  );
}

function Close({ onClick }: { readonly onClick: () => void }) {
  return (
    <button type="button" class="plain close" aria-label="Close, back to the list" onClick={onClick}>
      ✕
    </button>
  );
}

function Head({ detail, onClose }: { readonly detail: Detail; readonly onClose: () => void }) {
  const { row, url } = detail;
  return (
    <header class="head">
      <h2>
        <span class="method">{row.method}</span> <span class="url">{url}</span>
      </h2>
      <Close onClick={onClose} />
      <p class={`banner ${verdictClass(row)}`}>
        <b>
          <span aria-hidden="true">{row.mark}</span> {headline(detail)}
        </b>
        <span class="quiet">
          #{row.n} · {row.status === 0 ? 'no status yet' : row.status} · {durationText(row)} · {row.time}
          {row.replayOf === null ? '' : ` · replay of #${row.replayOf}`}
        </span>
      </p>
    </header>
  );
}

function headline({ row }: Detail): string {
  if (row.who === 'upstream') return `The API failed: ${row.word.replaceAll('_', ' ')}`;
  if (row.who === 'proxy') return `Refused by the proxy: ${row.word.replaceAll('_', ' ')}`;
  switch (row.verdict) {
    case 'allowed':
      return `${row.ask === null ? 'Allowed' : 'Preflight allowed'} for ${row.origin ?? ''}`;
    case 'refused':
      return `${row.ask === null ? 'Refused' : 'Preflight refused'} for ${row.origin ?? ''}`;
    default:
      return 'CORS was not needed';
  }
}

function Tools({ model: { detail, marked }, actions }: ViewProps) {
  if (detail === null) return null;
  const { row, noReplay, allowable } = detail;
  return (
    <div class="actions">
      {allowable === '' ? null : (
        <button type="button" class="main" onClick={() => void actions.allow()}>
          Allow {allowable}{' '}
          <span class="key" aria-hidden="true">
            a
          </span>
        </button>
      )}
      {row.who === 'ws' ? null : (
        <>
          <button type="button" title={noReplay} onClick={() => void actions.replay()}>
            Replay{' '}
            <span class="key" aria-hidden="true">
              r
            </span>
          </button>
          <button type="button" onClick={actions.edit}>
            Edit{' '}
            <span class="key" aria-hidden="true">
              e
            </span>
          </button>
        </>
      )}
      <button type="button" onClick={actions.curl}>
        Copy as curl{' '}
        <span class="key" aria-hidden="true">
          c
        </span>
      </button>
      {row.who === 'ws' ? null : (
        <button type="button" onClick={actions.fetch}>
          Copy as fetch
        </button>
      )}
      <button type="button" aria-pressed={marked.has(row.n)} onClick={() => actions.mark(row.n)}>
        {marked.has(row.n) ? 'Marked for HAR' : 'Mark for HAR'}{' '}
        <span class="key" aria-hidden="true">
          x
        </span>
      </button>
    </div>
  );
}

const tabs: readonly (readonly [tab: Tab, name: string])[] = [
  ['why', 'Why'],
  ['headers', 'Headers'],
  ['body', 'Body'],
  ['cookies', 'Cookies'],
  ['timing', 'Timing'],
];

function Panes({ model, actions, detail }: ViewProps & { readonly detail: Detail }) {
  const { tab } = model;
  return (
    <>
      <div class="tabs" role="tablist" aria-label="Parts of the request">
        {tabs.map(([each, name], i) => (
          <button
            key={each}
            id={`tab-${each}`}
            type="button"
            role="tab"
            aria-selected={tab === each}
            aria-controls="pane"
            tabIndex={tab === each ? 0 : -1}
            onClick={() => actions.tab(each)}
            onKeyDown={(event) => turn(event, i, actions.tab)}
          >
            {name}
            {each === 'cookies' ? <Count detail={detail} /> : null}
          </button>
        ))}
      </div>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, also by keys (WAI-ARIA, "Tabs pattern") */}
      <div id="pane" class="pane" role="tabpanel" tabIndex={0} aria-labelledby={`tab-${tab}`}>
        <Pane tab={tab} detail={detail} model={model} actions={actions} />
      </div>
    </>
  );
}

/** The arrows turn the tabs, as in every tab list (WAI-ARIA, "Tabs pattern"). */
function turn(event: KeyboardEvent, at: number, open: (tab: Tab) => void): void {
  const by = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0;
  const next = tabs[(at + by + tabs.length) % tabs.length];
  if (by === 0 || next === undefined) return;
  event.preventDefault();
  open(next[0]);
  document.querySelector<HTMLElement>(`#tab-${next[0]}`)?.focus();
}

function Count({ detail: { cookies } }: { readonly detail: Detail }) {
  const count = cookies.up.length + cookies.down.length;
  return count === 0 ? null : <span class="count">{count}</span>;
}

function Pane({ tab, detail, model, actions }: ViewProps & { readonly tab: Tab; readonly detail: Detail }) {
  switch (tab) {
    case 'why':
      return <WhyPane detail={detail} item={selectedItem(model)} actions={actions} />;
    case 'headers':
      return <HeadersPane detail={detail} />;
    case 'body':
      return <BodyPane detail={detail} isRaw={model.isRaw} onRaw={actions.raw} />;
    case 'cookies':
      return <CookiesPane detail={detail} />;
    case 'timing':
      return <TimingPane detail={detail} />;
  }
}
