import { describe, expect, it } from 'vitest';
import type { Carrier } from '../../../src/proxy/client/call.ts';
import { ask } from '../../support/client-call.ts';

function carrier() {
  const told: string[] = [];
  const one: Carrier = {
    pauseReading: () => told.push('pause'),
    resumeReading: () => told.push('resume'),
    drop: () => told.push('drop'),
  };
  return { one, told };
}

const head = { status: 200, reason: 'OK', headers: [] } as never;
const no = new Error('no');

describe('a call', () => {
  it.each([
    ['end', (call: ReturnType<typeof ask>['call']) => call.end([])],
    ['error no', (call: ReturnType<typeof ask>['call']) => call.fail(no)],
    ['error no', (call: ReturnType<typeof ask>['call']) => call.abort(no)],
  ] as const)(
    'hears one end and nothing behind it, and gives its place back once: %s (%#)',
    (last, finish) => {
      let done = 0;
      const { call, heard } = ask({ done: () => (done += 1) });
      call.start(carrier().one, false);
      call.head(head);
      finish(call);
      call.head(head);
      call.data(Buffer.from('x'));
      call.end([]);
      call.fail(no);
      call.abort(no);
      expect(heard).toEqual(['start', 'head 200', last]);
      expect(done).toBe(1);
    },
  );

  it('gives its place back in front of its last word, so that the next may have it', () => {
    const order: string[] = [];
    const { call } = ask({ done: () => order.push('done'), on: (what) => order.push(what) });
    call.start(carrier().one, false);
    call.end([]);
    expect(order).toEqual(['start', 'done', 'end']);
  });

  it('that is aborted hears of it first, then its connection is dropped', () => {
    const { one, told } = carrier();
    const before: number[] = [];
    const { call } = ask({ on: (what) => what.startsWith('error') && before.push(told.length) });
    call.start(one, false);
    call.abort(no);
    expect({ told, before }).toEqual({ told: ['drop'], before: [0] });
  });

  it('that is aborted as it begins is not wanted, and leaves the connection alone', () => {
    const { one, told } = carrier();
    const { call, heard } = ask({ on: (what, self) => what === 'start' && self.abort(no) });
    expect(call.start(one, false)).toBe(false);
    expect({ heard, told }).toEqual({ heard: ['start', 'error no'], told: [] });
  });

  it('that is over does not touch a connection which another has by now', () => {
    const { one, told } = carrier();
    const { call } = ask();
    call.start(one, false);
    call.pause();
    call.end([]);
    call.resume();
    call.pause();
    call.abort(no);
    expect(told).toEqual(['pause']);
  });
});
