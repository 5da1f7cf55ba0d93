/** The whole page: bar, routes, list, detail. */

import { Bar } from './bar.tsx';
import { DetailPane } from './detail.tsx';
import { Help } from './help.tsx';
import { List } from './list.tsx';
import { Side } from './side.tsx';
import type { ViewProps } from './view-props.ts';

export function App({ model, actions, layout }: ViewProps & { readonly layout: 'wide' | 'narrow' }) {
  const isOpen = model.selected !== null;
  const states = `${isOpen ? 'is-open' : ''} ${model.isSideOpen ? 'is-side-open' : ''}`;
  return (
    <div class={`app ${states}`}>
      <Bar model={model} actions={actions} />
      <Side model={model} actions={actions} />
      <List model={model} actions={actions} rowHeight={layout === 'narrow' ? 58 : 34} />
      {isOpen ? <DetailPane model={model} actions={actions} /> : null}
      <Notice model={model} actions={actions} />
      {model.isHelping ? <Help actions={actions} /> : null}
    </div>
  );
}

/** Always there, so that a screen reader hears what is put into it. */
function Notice({ model: { told }, actions }: ViewProps) {
  return (
    <div class={`notice ${told === null ? 'is-empty' : told.ok ? 'is-good' : 'is-bad'}`} role="status">
      {told === null ? null : (
        <>
          <span>
            {told.ok ? '✓' : '✗'} {told.text}
            {told.mend === '' ? '' : ` — ${told.mend}`}
          </span>
          <button type="button" class="plain" aria-label="Dismiss" onClick={actions.hush}>
            ✕
          </button>
        </>
      )}
    </div>
  );
}
