/** A line of the list, and the heads above all of them. */

import { Component } from 'preact';
import type { Row } from '../wire.ts';
import type { Item } from './pairing.ts';

/** For the eye: whoever hears a row hears what each cell says. */
export function Heads() {
  return (
    <div class="heads" aria-hidden="true">
      <div class="row">
        <span class="n">#</span>
        <span>Method</span>
        <span>Path</span>
        <span>Status</span>
        <span>CORS</span>
        <span class="duration">Time</span>
        <span class="size">Size</span>
        <span class="time">Clock</span>
      </div>
    </div>
  );
}

interface LineProps {
  readonly item: Item;
  readonly index: number;
  readonly rowHeight: number;
  readonly isSelected: boolean;
  readonly isMarked: boolean;
  readonly onOpen: () => void;
}

/** A row is a value that never changes, so it is drawn once. */
export class Line extends Component<LineProps> {
  override shouldComponentUpdate(next: LineProps): boolean {
    const { item, index, rowHeight, isSelected, isMarked } = this.props;
    return (
      next.item.row !== item.row ||
      next.item.preflight !== item.preflight ||
      next.index !== index ||
      next.rowHeight !== rowHeight ||
      next.isSelected !== isSelected ||
      next.isMarked !== isMarked
    );
  }

  render() {
    const { item, index, rowHeight, isSelected, isMarked, onOpen } = this.props;
    const { row, preflight } = item;
    return (
      <div
        id={`row-${row.n}`}
        class={`row ${isSelected ? 'is-selected' : ''}`}
        role="row"
        aria-rowindex={index + 1}
        aria-selected={isSelected}
        style={{ transform: `translateY(${index * rowHeight}px)` }}
        onClick={onOpen}
      >
        <span class="n" role="gridcell">
          {isMarked ? '●' : ''}
          {row.n}
        </span>
        <span class="method" role="gridcell">
          {row.method}
        </span>
        <span class="path" role="gridcell" title={row.path}>
          <span class="path-text">{row.path}</span>
          <Badges row={row} preflight={preflight} />
        </span>
        <span class={`status s${Math.floor(row.status / 100)}`} role="gridcell">
          {row.status === 0 ? '…' : row.status}
        </span>
        <span class={`verdict ${verdictClass(row)}`} role="gridcell" title={row.why}>
          <span aria-hidden="true">{row.mark}</span> {verdictText(row)}
        </span>
        <span class={`duration ${row.isRunning ? 'is-running' : ''}`} role="gridcell">
          {durationText(row)}
        </span>
        <span class="size" role="gridcell">
          {row.size}
        </span>
        <span class="time" role="gridcell">
          {row.time}
        </span>
      </div>
    );
  }
}

function Badges({ row, preflight }: Item) {
  return (
    <>
      {preflight === null ? null : (
        <span class="badge" title={`#${preflight.n} OPTIONS ${preflight.status}`}>
          <span class="long">preflight</span> {preflight.status}
        </span>
      )}
      {row.ask === null ? null : <span class="badge">asks for {row.ask.method}</span>}
      {row.replayOf === null ? null : <span class="badge">replay of {row.replayOf}</span>}
    </>
  );
}

/** How long it has taken by now would be old when it is read. */
export function durationText({ isRunning, status, duration, who }: Row): string {
  if (!isRunning) return duration;
  if (who === 'ws') return 'open';
  return status === 0 ? 'waiting' : 'running';
}

export function verdictClass({ mark }: Row): string {
  return mark === '✓' ? 'good' : mark === '✗' ? 'bad' : 'quiet';
}

function verdictText({ who, word, isRunning }: Row): string {
  if (who !== 'ws') return word.replaceAll('_', ' ');
  return word === 'open' && !isRunning ? 'socket opened' : `socket ${word}`;
}
