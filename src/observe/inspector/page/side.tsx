/** Routes with their counts, and how the config stands. */

import type { RouteRow, State } from '../wire.ts';
import type { Actions } from './actions.ts';
import type { ViewProps } from './view-props.ts';

export function Side({ model: { state }, actions }: ViewProps) {
  if (state === null) return <aside class="side" aria-label="Routes and config" />;
  return (
    <aside class="side" aria-label="Routes and config">
      <Routes state={state} actions={actions} />
      <Config config={state.config} />
    </aside>
  );
}

function Routes({ state, actions }: { readonly state: State; readonly actions: Actions }) {
  return (
    <section>
      <h2>Routes</h2>
      <ol class="routes">
        {state.routes.map((route) => (
          <Route key={route.index} route={route} actions={actions} />
        ))}
      </ol>
      {state.unrouted === 0 ? null : <p class="quiet">{state.unrouted} took no route</p>}
    </section>
  );
}

function Route({ route, actions }: { readonly route: RouteRow; readonly actions: Actions }) {
  const { index, match, methods, target, origins, secrets, hits, refused, failed, place } = route;
  return (
    <li>
      <button type="button" class="route" title={place} onClick={() => actions.filter(`route:${index}`)}>
        <span class="match">
          {match}
          {methods === '' ? '' : ` (${methods})`}
        </span>
        <span class="hits">{hits}</span>
        <span class="target">{target}</span>
        <span class="target">for {origins}</span>
        {secrets.length === 0 ? null : <span class="target">secret {secrets.join(', ')}</span>}
        {refused + failed === 0 ? null : (
          <span class="bad">
            {refused === 0 ? '' : `✗ ${refused} refused `}
            {failed === 0 ? '' : `✗ ${failed} failed`}
          </span>
        )}
      </button>
    </li>
  );
}

function Config({ config }: { readonly config: State['config'] }) {
  const { file, reloads, reloadedAt, changes, problems, failedAt } = config;
  return (
    <section>
      <h2>Config</h2>
      <p class="file">{file}</p>
      {problems.length === 0 ? (
        <p class="quiet">
          <span class="good">✓</span>{' '}
          {reloadedAt === null ? 'as it was at the start' : `reloaded ${clock(reloadedAt)}`}
          {reloads > 1 ? ` (${reloads} times)` : ''}
        </p>
      ) : (
        <>
          <p class="bad">
            ✗ not taken up{failedAt === null ? '' : ` ${clock(failedAt)}`}: the rules before it hold
          </p>
          <ul class="problems">
            {problems.map((problem) => (
              <li key={problem}>{problem}</li>
            ))}
          </ul>
        </>
      )}
      {changes.length === 0 ? null : (
        <ul class="changes">
          {changes.map((change) => (
            <li key={change}>{change}</li>
          ))}
        </ul>
      )}
    </section>
  );
}

function clock(at: number): string {
  return new Date(at).toLocaleTimeString([], {
    hourCycle: 'h23',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
  });
}
