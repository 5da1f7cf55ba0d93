/** The list: a grid of which only the rows in sight are in the document. */

import { Component } from 'preact';
import { Heads, Line } from './line.tsx';
import type { ViewProps } from './view-props.ts';
import { scrollFor, visibleSlice } from './window.ts';

export type ListProps = ViewProps & { readonly rowHeight: number };

interface Place {
  readonly top: number;
  readonly height: number;
}

export class List extends Component<ListProps, Place> {
  override state: Place = { top: 0, height: 800 };
  #grid: HTMLElement | null = null;
  readonly #resized = new ResizeObserver(() => this.#measure());

  override componentDidMount(): void {
    if (this.#grid !== null) this.#resized.observe(this.#grid);
    this.#measure();
  }

  override componentWillUnmount(): void {
    this.#resized.disconnect();
  }

  /** What came above must not move what somebody reads; what was selected must be in sight. */
  override componentDidUpdate(before: ListProps): void {
    const grid = this.#grid;
    const { model, rowHeight } = this.props;
    if (grid === null) return;
    const isSameList = before.model.filter === model.filter && before.rowHeight === rowHeight;
    const first = before.model.shown[0]?.row.n;
    const added = isSameList ? model.shown.findIndex(({ row }) => row.n === first) : -1;
    if (added > 0 && grid.scrollTop > 0) grid.scrollTop += added * rowHeight;
    if (model.selected === before.model.selected || model.selected === null) return;
    const at = model.shown.findIndex(({ row }) => row.n === model.selected);
    if (at !== -1)
      grid.scrollTop = scrollFor(at, { top: grid.scrollTop, height: grid.clientHeight, rowHeight });
  }

  #measure(): void {
    const grid = this.#grid;
    if (grid !== null) this.setState({ top: grid.scrollTop, height: grid.clientHeight });
  }

  render() {
    const { model, actions, rowHeight } = this.props;
    const { shown, selected, rows } = model;
    const { from, to } = visibleSlice(shown.length, { ...this.state, rowHeight });
    return (
      <main class="list">
        <Summary model={model} actions={actions} />
        <Heads />
        <div
          id="list"
          class="grid"
          role="grid"
          tabIndex={0}
          aria-label="Requests, the newest first"
          aria-rowcount={shown.length}
          aria-activedescendant={selected === null ? undefined : `row-${selected}`}
          ref={(element) => {
            this.#grid = element;
          }}
          onScroll={() => this.#measure()}
        >
          {shown.length === 0 ? <Nothing isFiltered={rows.length > 0} /> : null}
          <div class="rows" style={{ height: `${shown.length * rowHeight}px` }}>
            {shown.slice(from, to).map((item, i) => (
              <Line
                key={item.row.n}
                item={item}
                index={from + i}
                rowHeight={rowHeight}
                isSelected={item.row.n === selected}
                isMarked={model.marked.has(item.row.n)}
                onOpen={() => void actions.select(item.row.n)}
              />
            ))}
          </div>
        </div>
      </main>
    );
  }
}

function Summary({ model: { state, shown, items, missed, filter }, actions }: ViewProps) {
  const quick = (text: string) => () => actions.filter(filter === text ? '' : text);
  return (
    <div class="summary">
      <h2>
        Requests <b>{filter === '' ? items.length : `${shown.length} of ${items.length}`}</b>
      </h2>
      <button type="button" class="chip" aria-pressed={filter === 'is:refused'} onClick={quick('is:refused')}>
        <b class={state?.refused ? 'bad' : ''}>{state?.refused ?? 0}</b> refused
      </button>
      <button type="button" class="chip" aria-pressed={filter === 'is:failed'} onClick={quick('is:failed')}>
        <b class={state?.failed ? 'bad' : ''}>{state?.failed ?? 0}</b> failed
      </button>
      {(state?.config.problems.length ?? 0) === 0 ? null : <span class="bad">✗ config not taken up</span>}
      {missed === 0 ? null : <span class="quiet">{missed} more came too fast to list</span>}
    </div>
  );
}

function Nothing({ isFiltered }: { readonly isFiltered: boolean }) {
  if (isFiltered) return <p class="nothing">Nothing passes this filter.</p>;
  const command = `curl -i -H 'Origin: http://localhost:5173' ${location.origin}/`;
  return (
    <div class="nothing">
      <p>Waiting for the first request. Open your page, or try:</p>
      <code>{command}</code>
    </div>
  );
}
