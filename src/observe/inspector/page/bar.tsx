/** The bar: what is live, the filter, and what is done with the list as a whole. */

import { heldCount, type Model } from './model.ts';
import type { ViewProps } from './view-props.ts';

export function Bar({ model, actions }: ViewProps) {
  const { filter, isPaused, isSideOpen, marked } = model;
  return (
    <header class="bar">
      <h1>
        <img src="/__cors-proxy/assets/icon.svg" alt="" width="20" height="20" />
        cors-proxy
      </h1>
      <Live model={model} />
      <label class="filter">
        <span class="unseen">Filter the requests</span>
        <input
          id="filter"
          type="search"
          placeholder="Filter   status:4xx  cors:refused  route:/pay"
          autocomplete="off"
          spellcheck={false}
          value={filter}
          onInput={(event) => actions.filter(event.currentTarget.value)}
          onKeyDown={(event) => {
            if (event.key === 'Enter') document.querySelector<HTMLElement>('#list')?.focus();
          }}
        />
        <span class="key" aria-hidden="true">
          /
        </span>
      </label>
      <div class="tools">
        <button type="button" class="for-narrow" aria-expanded={isSideOpen} onClick={actions.side}>
          Routes
        </button>
        <button type="button" aria-pressed={isPaused} onClick={actions.pause}>
          {isPaused ? 'Go on' : 'Pause'}
        </button>
        <button type="button" onClick={actions.clear}>
          Clear
        </button>
        <button type="button" onClick={() => void actions.har()} title="HTTP Archive, secrets masked">
          HAR{marked.size === 0 ? '' : ` (${marked.size})`}
        </button>
        <button type="button" class="round" aria-label="Keys and filters" onClick={actions.help}>
          ?
        </button>
      </div>
    </header>
  );
}

function Live({ model }: { readonly model: Model }) {
  const { word, kind } = liveWord(model);
  return (
    <p class={`live is-${kind}`} role="status">
      <span class="dot" aria-hidden="true" />
      {word}
    </p>
  );
}

function liveWord(model: Model): { readonly word: string; readonly kind: string } {
  const { connection, isPaused } = model;
  if (connection === 'ended') return { word: 'restarted: open the new address', kind: 'bad' };
  if (connection === 'lost') return { word: 'proxy not reached', kind: 'bad' };
  if (connection === 'connecting') return { word: 'connecting', kind: 'quiet' };
  const waiting = heldCount(model);
  if (isPaused) return { word: waiting === 0 ? 'paused' : `paused, ${waiting} new`, kind: 'quiet' };
  return { word: 'live', kind: 'good' };
}
