import { describe, expect, it } from 'vitest';
import { ChunkedBody } from '../../src/http/chunked-body.ts';

const latin1 = (text: string) => Buffer.from(text, 'latin1');

describe('a body in chunks', () => {
  it('ends at its last line, and leaves what stands behind', () => {
    const body = new ChunkedBody();
    const bytes = latin1('xx2\r\nab\r\n3;x\r\ncde\r\n0\r\nT: u\r\n\r\nHTTP/1.1');
    const { at, data, problem } = body.read(bytes, 2);
    expect({ data: String(data), problem }).toEqual({ data: 'abcde', problem: undefined });
    expect(bytes.toString('latin1', at)).toBe('HTTP/1.1');
    expect({ isOver: body.isOver, trailers: body.trailers }).toEqual({ isOver: true, trailers: ['T', 'u'] });
  });

  it('reads on from the line whose end had not come', () => {
    const rows: readonly (readonly [beginning: string, from: number])[] = [
      ['', 0],
      ['1', 0],
      ['1;abc\r', 0],
      ['2\r\na', 4],
      ['1\r\na\r', 4],
      ['1\r\na\r\n0', 6],
      ['1\r\na\r\n0\r\nT: u\r', 9],
      ['1\r\na\r\n0\r\nT: u\r\n\r', 15],
    ];
    for (const [beginning, from] of rows) {
      const body = new ChunkedBody();
      const { at, problem } = body.read(latin1(beginning), 0);
      expect({ at, problem, isOver: body.isOver }, beginning).toEqual({
        at: from,
        problem: undefined,
        isOver: false,
      });
    }
  });

  it('gives what it has read in front of a wrong line', () => {
    const { data, problem } = new ChunkedBody().read(latin1('2\r\nab\r\nx'), 0);
    expect(String(data)).toBe('ab');
    expect(problem).toMatchObject({ code: 'INVALID_RESPONSE' });
  });

  it('gives a copy', () => {
    const bytes = latin1('2\r\nab\r\n');
    const { data } = new ChunkedBody().read(bytes, 0);
    bytes.fill(0);
    expect(String(data)).toBe('ab');
  });

  it('gives no empty piece', () => {
    for (const text of ['1', '1\r\n', '0\r\n\r\n', 'x'])
      expect(new ChunkedBody().read(latin1(text), 0).data).toBeUndefined();
  });

  it('gives a byte without the room of the framing around it, which who keeps it would keep', () => {
    const extended = latin1(`1;${'x'.repeat(15_000)}\r\na\r\n`);
    const many = Buffer.concat([extended, extended, extended, extended]);
    const { data } = new ChunkedBody().read(many, 0);
    expect(String(data)).toBe('aaaa');
    expect(data?.buffer.byteLength).toBeLessThanOrEqual(Buffer.poolSize);
  });

  it('makes no room while it waits for a line', () => {
    const body = new ChunkedBody();
    const waiting = latin1(`1;${'x'.repeat(10_000)}`);
    expect(body.read(waiting, 0)).toEqual({ at: 0, data: undefined, problem: undefined });
  });

  it('of 2^52 bytes has an exact size, and 14 digits are refused', () => {
    const body = new ChunkedBody();
    expect(body.read(latin1('fffffffffffff\r\na'), 0)).toMatchObject({ problem: undefined });
    expect(new ChunkedBody().read(latin1('ffffffffffffff\r\na'), 0).problem).toBeDefined();
  });
});
