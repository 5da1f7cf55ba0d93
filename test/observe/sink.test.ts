import { Writable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { boundedSink } from '../../src/observe/sink.ts';

/** A stream whose reader reads only when told to. */
function slowStream() {
  const pending: (() => void)[] = [];
  const seen: string[] = [];
  const stream = new Writable({
    decodeStrings: false,
    write: (chunk, _encoding, done) => {
      seen.push(String(chunk));
      pending.push(done);
    },
  });
  return { stream, seen, read: () => pending.shift()?.() };
}

const nextTurn = () => new Promise((resolve) => setImmediate(resolve));

describe('a sink', () => {
  it('writes what is said in one turn in one go, in order', async () => {
    const { stream, seen } = slowStream();
    const sink = boundedSink(stream);
    for (const text of ['a', 'b', 'c']) sink.write(text);
    expect(seen).toEqual([]);
    await nextTurn();
    expect(seen).toEqual(['abc']);
  });

  it('drops what a reader that does not read would make it keep, and counts it', async () => {
    const { stream } = slowStream();
    const sink = boundedSink(stream, 100);
    for (let turn = 0; turn < 2; turn += 1) {
      for (let i = 0; i < 500; i += 1) sink.write('0123456789');
      await nextTurn();
    }
    expect(stream.writableLength).toBeLessThanOrEqual(110);
    expect(sink.dropped()).toBe(1000 - stream.writableLength / 10);
  });

  it('makes a line when it writes it, in its place among the others', async () => {
    const { stream, seen } = slowStream();
    const sink = boundedSink(stream);
    let made = 0;
    sink.write('a');
    sink.write(() => {
      made += 1;
      return String(made);
    });
    sink.write('b');
    expect(made).toBe(0);
    await nextTurn();
    expect(seen).toEqual(['a1b']);
  });

  it('says so where a line cannot be made, and goes on', async () => {
    const { stream, seen } = slowStream();
    const sink = boundedSink(stream);
    sink.write(() => {
      throw new Error('no words');
    });
    sink.write('b');
    await nextTurn();
    expect(seen).toEqual(['a line of the log could not be made: Error: no words\nb']);
  });

  it('lets no more wait than a thousand lines', () => {
    const { stream, seen } = slowStream();
    const sink = boundedSink(stream);
    for (let i = 0; i < 2500; i += 1) sink.write('.');
    // What the stream was given at once, and the first of it: the rest is in the stream's own hands.
    expect([seen.join('').length, stream.writableLength]).toEqual([1000, 2000]);
  });

  it('survives a reader that goes away', async () => {
    const stream = new Writable({
      write: (_chunk, _encoding, done) => done(Object.assign(new Error('gone'), { code: 'EPIPE' })),
    });
    const sink = boundedSink(stream);
    sink.write('a');
    await new Promise((resolve) => stream.once('close', resolve));
    sink.write('b');
    expect(sink.dropped()).toBe(1);
    await sink.flush(10_000);
  });

  it('flushes what is written', async () => {
    const { stream, read } = slowStream();
    const sink = boundedSink(stream);
    sink.write('a');
    let isFlushed = false;
    const flushed = sink.flush(10_000).then(() => {
      isFlushed = true;
    });
    await Promise.resolve();
    expect(isFlushed).toBe(false);
    read();
    setImmediate(read);
    await flushed;
  });

  it('waits for a reader only so long', async () => {
    const { stream } = slowStream();
    const sink = boundedSink(stream);
    sink.write('a');
    await sink.flush(10);
    expect(stream.writableLength).toBeGreaterThan(0);
  });
});
