import { Buffer } from 'node:buffer';
import { describe, expect, it } from 'vitest';
import { siftContinue } from '../../src/proxy/continue-filter.ts';

const hundred = 'HTTP/1.1 100 Continue\r\n\r\n';
const wordy = 'HTTP/1.1 100 Continue\r\nServer: x\r\nVia: y\r\n\r\n';
const hints = 'HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n';
const ok = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok';

/** What gets through of texts that come one after the other, and what is held back in the end. */
function through(...texts: string[]): { passed: string; held: string; isOver: boolean } {
  let passed = '';
  let held: Buffer = Buffer.alloc(0);
  let isOver = false;
  for (const text of texts) {
    if (isOver) {
      passed += text;
      continue;
    }
    const sifted = siftContinue(Buffer.concat([held, Buffer.from(text, 'latin1')]));
    passed += sifted.passed.toString('latin1');
    held = sifted.held;
    isOver = sifted.isOver;
  }
  return { passed, held: held.toString('latin1'), isOver };
}

describe('siftContinue', () => {
  const rows: readonly (readonly [name: string, texts: readonly string[], passed: string])[] = [
    ['a final head passes', [ok], ok],
    ['a 100 is taken out', [hundred, ok], ok],
    ['a 100 in the same segment is taken out', [hundred + ok], ok],
    ['a 100 with fields is taken out', [wordy + ok], ok],
    ['several are taken out', [hundred + wordy + hundred, ok], ok],
    ['a 100 of HTTP/1.0 is taken out', ['HTTP/1.0 100 Go on\r\n\r\n', ok], ok],
    ['a 100 without a reason is taken out', [`HTTP/1.1 100\r\n\r\n${ok}`], ok],
    ['a 100 whose lines end in bare LF is taken out', [`HTTP/1.1 100 Continue\n\n${ok}`], ok],
    ['a 103 passes', [hints, ok], hints + ok],
    ['a 100 behind a 103 is taken out', [hints + hundred + ok], hints + ok],
    ['a 100 between 103s is taken out', [hints, hundred + hints, ok], hints + hints + ok],
    [
      'a 101 and all behind it pass',
      [`HTTP/1.1 101 X\r\n\r\n${hundred}`],
      `HTTP/1.1 101 X\r\n\r\n${hundred}`,
    ],
    ['a 100 in the body of a final answer stays', [`${ok}${hundred}`], `${ok}${hundred}`],
    ['a 100 behind a final answer stays', [ok, hundred], ok + hundred],
    ['what is not HTTP passes', ['SSH-2.0-x\r\n'], 'SSH-2.0-x\r\n'],
    [
      'a status of four digits is the affair of the parser',
      ['HTTP/1.1 2000 X\r\n\r\n'],
      'HTTP/1.1 2000 X\r\n\r\n',
    ],
    ['HTTP/2.0 is the affair of the parser', ['HTTP/2.0 100 X\r\n\r\n'], 'HTTP/2.0 100 X\r\n\r\n'],
  ];
  it.each(rows)('%s', (_name, texts, passed) => {
    expect(through(...texts).passed).toBe(passed);
    // One byte a segment comes to the same.
    expect(through(...texts.join('')).passed).toBe(passed);
  });

  it('a final head that comes alone is not copied', () => {
    const bytes = Buffer.from(ok);
    expect(siftContinue(bytes).passed.buffer).toBe(bytes.buffer);
  });

  it('holds back the beginning of a 1xx head, and of what may become one', () => {
    for (const start of [
      'H',
      'HTTP/1.',
      'HTTP/1.1 1',
      'HTTP/1.1 100',
      hundred.slice(0, -1),
      hints.slice(0, -1),
    ]) {
      expect(through(start)).toEqual({ passed: '', held: start, isOver: false });
    }
    expect(through('HTTP/1.1 2')).toEqual({ passed: 'HTTP/1.1 2', held: '', isOver: true });
  });

  it('holds back no more than 8 KiB', () => {
    const start = `HTTP/1.1 100 ${'x'.repeat(8 * 1024)}`;
    expect(through(start)).toEqual({ passed: start, held: '', isOver: true });
  });
});
