import { describe, expect, it } from 'vitest';
import {
  cleared,
  empty,
  fieldsOf,
  heldCount,
  type Model,
  neighbour,
  selectedItem,
  selection,
  withBatch,
  withConnection,
  withFilter,
  withMark,
  withPause,
} from '../../../../src/observe/inspector/page/model.ts';
import type { Batch, Row, State } from '../../../../src/observe/inspector/wire.ts';
import { preflight, row } from './rows.ts';

const state = { requests: 1 } as State;

function batch(...rows: readonly Row[]): Batch {
  return { rows, missed: 0, running: rows.filter(({ isRunning }) => isRunning).map(({ n }) => n), state };
}

function shown({ shown: items }: Model): readonly number[] {
  return items.map(({ row: { n } }) => n);
}

describe('the model', () => {
  it('shows the newest first, each once, also after a reconnection that tells all again', () => {
    const model = withBatch(withBatch(empty, batch(row(1), row(2))), batch(row(1), row(2), row(3)));
    expect(shown(model)).toEqual([3, 2, 1]);
  });

  it('shows one that goes on as it was told last, in its place', () => {
    const begun = withBatch(empty, batch(row(1), row(2, { isRunning: true, status: 0 })));
    const later = withBatch(begun, batch(row(3), row(2, { isRunning: true, size: '9k' })));
    expect(later.rows.map(({ n, size, isRunning }) => [n, size, isRunning])).toEqual([
      [1, '1.2k', false],
      [2, '9k', true],
      [3, '1.2k', false],
    ]);
    expect(shown(withFilter(later, 'is:running'))).toEqual([2]);
    const over = withBatch(later, batch(row(2, { size: '12k' })));
    expect(over.rows.map(({ size, isRunning }) => [size, isRunning])[1]).toEqual(['12k', false]);
  });

  it('shows one as over whose end was missed', () => {
    const begun = withBatch(empty, batch(row(1, { isRunning: true })));
    expect(withBatch(begun, batch(row(9))).rows.map(({ isRunning }) => isRunning)).toEqual([false, false]);
  });

  it('shows nothing as going on while the proxy is not reached', () => {
    const begun = withBatch(empty, batch(row(1, { isRunning: true })));
    const lost = withConnection(begun, 'lost');
    expect([lost.connection, lost.shown.map(({ row: { isRunning } }) => isRunning)]).toEqual([
      'lost',
      [false],
    ]);
    const again = withBatch(withConnection(lost, 'live'), batch(row(1, { isRunning: true })));
    expect(again.rows.map(({ isRunning }) => isRunning)).toEqual([true]);
  });

  it('keeps two thousand rows', () => {
    const rows = Array.from({ length: 2500 }, (_, i) => row(i + 1));
    const model = withBatch(empty, batch(...rows));
    expect(model.rows).toHaveLength(2000);
    expect(shown(model)[0]).toBe(2500);
  });

  it('holds what comes while it is paused, and shows it after', () => {
    const paused = withBatch(withPause(withBatch(empty, batch(row(1)))), batch(row(2)));
    expect(shown(paused)).toEqual([1]);
    expect(shown(withPause(paused))).toEqual([2, 1]);
  });

  it('counts what came while it is paused once, however often it is told', () => {
    const seen = withBatch(empty, batch(row(1, { isRunning: true })));
    const told = [
      batch(row(2, { isRunning: true, status: 0 })),
      batch(row(1, { isRunning: true }), row(2, { isRunning: true })),
      { ...batch(row(2)), missed: 3 },
    ];
    const paused = told.reduce(withBatch, withPause(seen));
    expect(heldCount(paused)).toBe(1 + 3);
    // Where it begins to go on and ends between two batches, one has it twice.
    const twice = batch(row(3, { isRunning: true, status: 0 }), row(3));
    expect(heldCount(withBatch(withPause(empty), twice))).toBe(1);
    const goingOn = withPause(paused);
    expect(heldCount(goingOn)).toBe(0);
    expect(goingOn.rows.map(({ n, status, isRunning }) => [n, status, isRunning])).toEqual([
      [1, 200, false],
      [2, 200, false],
    ]);
    expect(goingOn.missed).toBe(3);
  });

  it('filters what is there and what comes', () => {
    const filtered = withFilter(withBatch(empty, batch(row(1), row(2, { path: '/x' }))), '/x');
    expect(shown(withBatch(filtered, batch(row(3), row(4, { path: '/x' }))))).toEqual([4, 2]);
  });

  it('moves through what is shown, and stops at both ends', () => {
    const model = withBatch(empty, batch(row(1), row(2), row(3)));
    expect(neighbour(model, 1)).toBe(3);
    expect(neighbour(selection(model, 3), 1)).toBe(2);
    expect(neighbour(selection(model, 3), -1)).toBe(3);
    expect(neighbour(selection(model, 1), 1)).toBe(1);
    expect(neighbour(selection(model, 2), Number.POSITIVE_INFINITY)).toBe(1);
    expect(neighbour(selection(model, 2), Number.NEGATIVE_INFINITY)).toBe(3);
    expect(neighbour(model, Number.POSITIVE_INFINITY)).toBe(1);
    expect(neighbour(empty, 1)).toBeNull();
  });

  it('finds the pair of a preflight that is selected', () => {
    const model = withBatch(empty, batch(preflight(1, 'PUT'), row(2, { method: 'PUT' })));
    expect(selectedItem(selection(model, 1))?.row.n).toBe(2);
  });

  it('forgets all but the counts when it is cleared', () => {
    const model = cleared(withMark(selection(withBatch(empty, batch(row(1))), 1), 1));
    expect([shown(model), model.selected, model.marked.size, model.state]).toEqual([[], null, 0, state]);
  });

  it('marks and unmarks', () => {
    const model = withMark(empty, 3);
    expect([...model.marked]).toEqual([3]);
    expect([...withMark(model, 3).marked]).toEqual([]);
  });

  it('reads headers as they are written, a line each', () => {
    expect(fieldsOf('A: 1\n\nB:2:3\n C \n')).toEqual([
      ['A', '1'],
      ['B', '2:3'],
      ['C', ''],
    ]);
  });
});
