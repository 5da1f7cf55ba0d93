import { describe, expect, it } from 'vitest';
import type { Problem } from '../../src/config/problem.ts';
import { type Painter, problemJson, renderProblems } from '../../src/config/render.ts';
import { problemsOf } from './report.ts';

const same = (text: string) => text;
const plain: Painter = { red: same, yellow: same, cyan: same, dim: same, bold: same };
const ansi = (code: number) => (text: string) => `\u001b[${code}m${text}\u001b[0m`;
const colored: Painter = { red: ansi(31), yellow: ansi(33), cyan: ansi(36), dim: ansi(2), bold: ansi(1) };

const file = 'cors-proxy.config.json';

function report(
  text: string,
  { width = 100, color = plain }: { width?: number; color?: Painter } = {},
): string {
  return renderProblems(problemsOf(text, {}, { file }), { text, file, color, width });
}

function problem(more: Partial<Problem>): Problem {
  const place = { file, line: 1, column: 1, length: 1, key: 'target' };
  return { code: 'CP999', severity: 'error', place, said: 'Said', mend: 'mend', ...more };
}

const twoProblems = `{
  "listen": { "port": 8010 },

  "routes": [
    { "match": "/gh/**", "target": "https://api.github.com",
      "cors": { "allowOrigin": "http://localhost:5173", "allowCredentails": true } },
    { "match": "/pay/**", "target": 5 },
  ]
}`;

describe('renderProblems', () => {
  it('says place, key, code, what, the source with a caret, and the mend', () => {
    expect(`\n${report(twoProblems)}\n`).toBe(`
✗ cors-proxy.config.json: 2 problems

cors-proxy.config.json:6:57  routes[0].cors.allowCredentails   CP103
  Unknown key "allowCredentails"
    5 |     { "match": "/gh/**", "target": "https://api.github.com",
  > 6 |       "cors": { "allowOrigin": "http://localhost:5173", "allowCredentails": true } },
      |                                                         ^^^^^^^^^^^^^^^^^^
  Mend: did you mean "allowCredentials"?

cors-proxy.config.json:7:37  routes[1].target   CP102
  "target" must be a text, not 5
  > 7 |     { "match": "/pay/**", "target": 5 },
      |                                     ^
  Mend: write "https://api.example.com"
`);
  });

  it('marks warnings and notices, and counts them apart', () => {
    const problems = [
      problem({}),
      problem({ severity: 'warning', place: { file, line: 2, column: 1, length: 1, key: 'cors' } }),
      problem({ severity: 'notice', place: { file, line: 3, column: 1, length: 1, key: '' } }),
    ];
    const text = renderProblems(problems, { text: '', file, color: plain, width: 80 });
    expect(text.split('\n').filter((line) => line.startsWith('✗') || line.startsWith(file))).toEqual([
      '✗ cors-proxy.config.json: 1 problem, 1 warning, 1 notice',
      'cors-proxy.config.json:1:1  target   CP999',
      'cors-proxy.config.json:2:1  cors   CP999  warning',
      'cors-proxy.config.json:3:1   CP999  notice',
    ]);
  });

  it('says nothing where there is nothing', () => {
    expect(renderProblems([], { text: '', file, color: plain, width: 80 })).toBe('');
  });

  it('shows no source for the value of a flag', () => {
    const place = { file: '--port', line: 0, column: 0, length: 1, key: 'listen.port' };
    expect(
      renderProblems([problem({ place })], { text: 'x', file: undefined, color: plain, width: 80 }),
    ).toBe('✗ 1 problem\n\n--port  listen.port   CP999\n  Said\n  Mend: mend');
  });

  it('counts a tab as one column, so that the caret stands below its token', () => {
    const lines = report('{\n\t\t"target":\t5\n}').split('\n');
    const source = lines.findIndex((line) => line.startsWith('  > 2'));
    expect(lines[source]?.indexOf('5')).toBe(lines[source + 1]?.indexOf('^'));
  });

  it('gives wide signs two columns in front of the caret', () => {
    const lines = report('{ "target": "漢字😀", "x": 1 }').split('\n');
    const source = lines.findIndex((line) => line.startsWith('  > 1'));
    // Three signs that a terminal shows in two columns each; the picture is two units long already.
    expect((lines[source + 1]?.indexOf('^') ?? 0) - (lines[source]?.indexOf('"x"') ?? 0)).toBe(2);
  });

  it.each([30, 60, 80, 100, 140])('cuts a wide line around the caret at %d columns', (width) => {
    const before = `"match": "/${'a'.repeat(200)}", `;
    const text = `{ "routes": [ { ${before}"traget": "x", "target": "${'b'.repeat(200)}" } ] }`;
    const lines = report(text, { width }).split('\n');
    const source = lines.findIndex((line) => line.startsWith('  > 1'));
    const [shown = '', carets = ''] = lines.slice(source, source + 2);
    expect(shown.length).toBeLessThanOrEqual(width);
    expect(shown.slice(carets.indexOf('^'), carets.lastIndexOf('^') + 1)).toBe('"traget"');
    expect(shown).toContain('…');
  });

  it('keeps the carets of a token that is wider than the terminal in view', () => {
    const lines = report(`{ "target": "x", "${'k'.repeat(300)}": 1 }`, { width: 60 }).split('\n');
    const carets = lines.find((line) => line.includes('^')) ?? '';
    expect(carets.length).toBeLessThanOrEqual(60);
    expect(carets).toContain('^^^^');
  });

  it('breaks sentences between words, below their beginning, and not at all where nobody counts columns', () => {
    const said = `Cannot combine allowOrigin "*" with a secret: any web page could spend \${KEY}`;
    const mend = 'list the page’s origin, e.g. "allowOrigin": ["http://localhost:5173"]';
    const at = (width: number) =>
      renderProblems([problem({ said, mend })], { text: '', file, color: plain, width })
        .split('\n')
        .slice(3);
    expect(at(60)).toEqual([
      '  Cannot combine allowOrigin "*" with a secret: any web page',
      '  could spend ${KEY}',
      '  Mend: list the page’s origin, e.g. "allowOrigin":',
      '        ["http://localhost:5173"]',
    ]);
    expect(at(Number.POSITIVE_INFINITY)).toEqual([`  ${said}`, `  Mend: ${mend}`]);
  });

  it('takes 80 columns where the terminal says 0', () => {
    const text = `{ "target": 5, "cors": { "allowOrigin": "${'x'.repeat(200)}" } }`;
    expect(report(text, { width: 0 })).toBe(report(text, { width: 80 }));
  });

  // A config from a repository that one has just cloned can hold a key that clears the screen, or text that is
  // shown from right to left, so that another thing is read than is meant.
  it('lets no control character of a file reach the terminal', () => {
    const text = '{ "target": "x", "\\u001b[2J\\u202e": 1, // \u001b]0;title\u0007\u202e\n"\u009b31m": 2 }';
    const shown = report(text);
    expect(shown).toContain('\\u001b[2J\\u202e');
    expect(shown.replaceAll('\n', '')).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u202a-\u202e]/);
  });

  it('is the same text with and without colour', () => {
    const stripped = report(twoProblems, { color: colored }).replace(/\u001b\[\d+m/g, '');
    expect(stripped).toBe(report(twoProblems));
  });
});

describe('problemJson', () => {
  it('is flat, with numbers for places', () => {
    expect(problemJson(problem({}))).toEqual({
      code: 'CP999',
      severity: 'error',
      place: 'cors-proxy.config.json:1:1',
      file,
      line: 1,
      column: 1,
      length: 1,
      key: 'target',
      said: 'Said',
      mend: 'mend',
    });
  });

  it('has no numbers for the value of a flag', () => {
    const place = { file: '--port', line: 0, column: 0, length: 1, key: 'listen.port' };
    expect(problemJson(problem({ place }))).toMatchObject({
      place: '--port',
      file: '--port',
      line: null,
      column: null,
    });
  });
});
