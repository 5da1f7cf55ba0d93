import { describe, expect, it } from 'vitest';
import { type Underway, UnderwayList } from '../../src/proxy/underway.ts';

describe('the list of what is under way', () => {
  function begun(startedAt: number): Underway {
    const soFar = () => {
      throw new Error('not asked');
    };
    return { startedAt, soFar, place: -1 };
  }

  it('tells the oldest first, whatever was taken out in between', () => {
    const list = new UnderwayList();
    const items = [1, 2, 3, 4, 5].map(begun);
    for (const item of items) list.add(item);
    for (const i of [0, 2]) list.delete(items[i] ?? begun(0));
    list.add(begun(6));
    expect(list.begunBefore(5).map(({ startedAt }) => startedAt)).toEqual([2, 4, 5]);
    for (const i of [4, 1, 3]) list.delete(items[i] ?? begun(0));
    expect(list.begunBefore(9).map(({ startedAt }) => startedAt)).toEqual([6]);
  });

  it('knows what is not in it, or not any more', () => {
    const list = new UnderwayList();
    const [first, second] = [begun(1), begun(2)];
    list.add(first);
    list.delete(second);
    list.delete(first);
    list.add(second);
    list.delete(first);
    expect(list.begunBefore(9)).toEqual([second]);
  });
});
