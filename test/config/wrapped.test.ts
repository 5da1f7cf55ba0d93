import { describe, expect, it } from 'vitest';
import { folded, hanging, wrapped } from '../../src/config/wrapped.ts';

const command = "cors-proxy allow http://localhost:4200 --route '/gh/**'";

describe('lines of whole words', () => {
  const rows: readonly (readonly [sentence: string, text: string, lines: readonly string[]])[] = [
    ['what fits is one line', 'as short as this', ['as short as this']],
    ['a line ends before the word that is too much', 'no word of this is cut', ['no word of this is', 'cut']],
    [
      'an address has a line of its own, whole',
      `see http://localhost:8010/__cors-proxy/ there`,
      ['see', 'http://localhost:8010/__cors-proxy/', 'there'],
    ],
    ['a command is one word', `name it: ${command}`, ['name it:', command]],
    ['a command ends with its comma', 'cors-proxy init, or so', ['cors-proxy init,', 'or so']],
    [
      'the name of the config is no command',
      'in cors-proxy.config.json here',
      ['in', 'cors-proxy.config.json', 'here'],
    ],
    [
      'colours have no width',
      '\u001b[31mno word\u001b[39m of this is cut',
      ['\u001b[31mno word\u001b[39m of this is', 'cut'],
    ],
    ['blanks in front stay', '  blanks in front', ['  blanks in front']],
    ['nothing is nothing', '', ['']],
  ];
  it.each(rows)('%s', (_sentence, text, lines) => {
    expect(wrapped(text, 18)).toEqual(lines);
  });

  it('go on below their beginning', () => {
    expect(`  Mend: ${hanging('one two three four', { indent: 8, width: 18 })}`).toBe(
      '  Mend: one two\n        three four',
    );
  });

  it('go on behind the labels of a report', () => {
    expect(folded('label     one two three\n          four', { indent: 10, width: 20 })).toBe(
      'label     one two\n          three\n          four',
    );
  });

  it('are found in linear time', () => {
    const begin = performance.now();
    wrapped(`${' '.repeat(200_000)}cors-proxy${' '.repeat(200_000)},${' cors-proxy'.repeat(20_000)}`, 80);
    expect(performance.now() - begin).toBeLessThan(2000);
  });

  it('are not broken where nobody counts columns', () => {
    const text = 'word '.repeat(100).trimEnd();
    expect(folded(text, { indent: 4, width: Number.POSITIVE_INFINITY })).toBe(text);
  });
});
