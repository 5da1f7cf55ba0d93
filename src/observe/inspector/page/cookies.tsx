/** Cookies one by one: what became of them, and why. */

import type { CookieRow, Detail } from '../wire.ts';

export function CookiesPane({ detail: { cookies } }: { readonly detail: Detail }) {
  return (
    <>
      <h3>
        Set by the API <span class="quiet">API → page</span>
      </h3>
      <Rows rows={cookies.down} />
      <h3>
        Sent by the page <span class="quiet">page → API</span>
      </h3>
      <Rows rows={cookies.up} />
    </>
  );
}

const classes = { kept: 'quiet', changed: 'good', dropped: 'bad' } as const;

function Rows({ rows }: { readonly rows: readonly CookieRow[] }) {
  if (rows.length === 0) return <p class="quiet">None.</p>;
  return (
    <ul class="cookies">
      {rows.map(({ name, fate, before, after, notes }, i) => (
        <li key={`${i} ${name}`}>
          <p>
            <b>{name}</b> <span class={`tag ${classes[fate]}`}>{fate}</span>
          </p>
          {fate === 'changed' ? <code class="was">− {before}</code> : null}
          <code class={fate === 'dropped' ? 'was' : ''}>
            {fate === 'changed' ? '+ ' : ''}
            {after === '' ? before : after}
          </code>
          {notes.map((note) => (
            <p key={note} class="quiet">
              {note}
            </p>
          ))}
        </li>
      ))}
    </ul>
  );
}
