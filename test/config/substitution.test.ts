import { describe, expect, it } from 'vitest';
import { parseConfig } from '../../src/config/parse.ts';
import type { VariableSource } from '../../src/config/substitution.ts';
import { literalOffset } from '../../src/config/template.ts';
import { environment } from '../../src/config/variables.ts';
import { type Environment, line, problemsOf, withRoute } from './report.ts';

const withHeader = (value: string) => withRoute(`"request": { "headers": { "X-A": "${value}" } }`);
const key = 'routes[0].request.headers["X-A"]';

function headerOf(value: string, variables: readonly VariableSource[]): string | null | undefined {
  const parsed = parseConfig(withHeader(value), { variables });
  return parsed.ok ? parsed.value.values.routes?.[0]?.request?.headers?.['X-A'] : undefined;
}

describe('${NAME} in a text', () => {
  const values = { NAME: 'value', OTHER: 'second', lower_1: 'low', NESTED: '${NAME}', EMPTY: '' };

  it.each([
    ['alone', '${NAME}', 'value'],
    ['among other text', 'Bearer ${NAME}!', 'Bearer value!'],
    ['twice and beside another', '${NAME}${OTHER}-${NAME}', 'valuesecond-value'],
    ['in lower case with a digit', '${lower_1}', 'low'],
    ['set, its default unused', '${NAME:-default}', 'value'],
    ['unset, with a default', '${NONE:-a default: b}', 'a default: b'],
    ['empty, with a default', '${EMPTY:-default}', 'default'],
    ['unset, with an empty default', 'x${NONE:-}', 'x'],
    ['behind a dollar, which is not special', '$${NAME}', '$value'],
    ['a dollar without a brace is text', '$NAME {NAME} $', '$NAME {NAME} $'],
    ['a value is not filled in again', '${NESTED}', '${NAME}'],
  ])('%s', (_, text, filled) => {
    expect(headerOf(text, [environment(values)])).toBe(filled);
  });

  it('stands in every text, also in a list, and in no key', () => {
    const text = withRoute('"cors": { "allowOrigin": ["${A}", "http://b"] }, "rewrite": { "${A}": "${A}" }');
    const parsed = parseConfig(text, { variables: [environment({ A: 'http://a' })] });
    expect(parsed).toMatchObject({
      ok: true,
      value: {
        values: {
          routes: [{ cors: { allowOrigin: ['http://a', 'http://b'] }, rewrite: { '${A}': 'http://a' } }],
        },
        substitutions: [
          { path: ['routes', 0, 'cors', 'allowOrigin', 0], names: ['A'], values: ['http://a'] },
          { path: ['routes', 0, 'rewrite', '${A}'], names: ['A'], values: ['http://a'] },
        ],
      },
    });
  });

  it('is listed by path and names, each once, also where its default was taken', () => {
    const parsed = parseConfig(withHeader('${NAME}${NONE:-d}${NAME}'), {
      variables: [environment({ NAME: 'x' })],
    });
    expect(parsed).toMatchObject({
      value: {
        substitutions: [
          { path: ['routes', 0, 'request', 'headers', 'X-A'], names: ['NAME', 'NONE'], values: ['x', 'd'] },
        ],
      },
    });
  });

  it('comes from the first place that has the name', () => {
    const places: VariableSource[] = [
      environment({ A: 'environment' }),
      { name: '.env.local', kind: 'file', values: { A: 'local', B: 'local' } },
      { name: '.env', kind: 'file', values: { A: 'shared', B: 'shared', C: 'shared' } },
    ];
    expect(headerOf('${A} ${B} ${C}', places)).toBe('environment local shared');
  });

  it('finds no variable on the prototype of an object', () => {
    expect(headerOf('${toString}', [environment({})])).toBeUndefined();
  });
});

type Row = readonly [sentence: string, value: string, env: Environment, report: string];

const rows: readonly Row[] = [
  [
    'V52 unset, at the ${…} itself',
    'Bearer ${API_KEY}',
    {},
    `c.json:2:42 ${key} CP120 Cannot fill in \${API_KEY}: it is not set (looked in the environment) · export API_KEY=…, or give a default: \${API_KEY:-…}`,
  ],
  [
    'V52 set and empty',
    '${API_KEY}',
    { API_KEY: '' },
    `c.json:2:35 ${key} CP120 Cannot fill in \${API_KEY}: it is empty in the environment · export API_KEY=…, or give a default: \${API_KEY:-…}`,
  ],
  [
    'V52 behind escapes, whose columns count as they are written',
    '\\u0041\\t${API_KEY}',
    {},
    `c.json:2:43 ${key} CP120 Cannot fill in \${API_KEY}: it is not set (looked in the environment) · export API_KEY=…, or give a default: \${API_KEY:-…}`,
  ],
  [
    'A2 without its end',
    'Bearer ${API_KEY',
    {},
    `c.json:2:42 ${key} CP121 Cannot read "\${API_KEY": the "}" is missing · write \${NAME} or \${NAME:-default}`,
  ],
  [
    'A2 a name with a hyphen',
    '${API-KEY}',
    {},
    `c.json:2:35 ${key} CP121 Cannot read "\${API-KEY}": the name of a variable is made of letters, digits and "_", and begins with no digit · write \${NAME} or \${NAME:-default}`,
  ],
  [
    'A2 a name that begins with a digit',
    '${1A}',
    {},
    `c.json:2:35 ${key} CP121 Cannot read "\${1A}": the name of a variable is made of letters, digits and "_", and begins with no digit · write \${NAME} or \${NAME:-default}`,
  ],
  [
    'A2 no name',
    '${}',
    {},
    `c.json:2:35 ${key} CP121 Cannot read "\${}": the name of a variable is made of letters, digits and "_", and begins with no digit · write \${NAME} or \${NAME:-default}`,
  ],
  [
    'A2 one in another',
    '${A:-${B}}',
    { B: 'b' },
    `c.json:2:35 ${key} CP121 Cannot read "\${A:-\${B}}": one \${…} cannot stand in another · write \${NAME}, or \${NAME:-default} with a plain text as its default`,
  ],
  [
    'V53 a line break that came from a variable',
    'Bearer ${API_KEY}',
    { API_KEY: 'sesame\r\nX-Injected: 1' },
    `c.json:2:42 ${key} CP122 "X-A" cannot hold the value of \${API_KEY}: it contains a line break · is there a stray newline behind API_KEY in the environment?`,
  ],
  [
    'V53 a control character that came from a variable',
    '${API_KEY}',
    { API_KEY: 'sesame\u0000' },
    `c.json:2:35 ${key} CP122 "X-A" cannot hold the value of \${API_KEY}: it contains a control character · set API_KEY again in the environment; it may have been copied with an invisible character`,
  ],
  [
    'V53 beyond Latin-1, from the second of two variables',
    '${GOOD} ${API_KEY}',
    { GOOD: 'fine', API_KEY: 'sesame…' },
    `c.json:2:43 ${key} CP122 "X-A" cannot hold the value of \${API_KEY}: it contains a character beyond Latin-1 · check API_KEY in the environment: a header holds Latin-1 only, and keys are ASCII`,
  ],
  [
    'V53 written out',
    'a\\nb',
    {},
    `c.json:2:34 ${key} CP122 "X-A" cannot go into a header: it contains a line break · remove it`,
  ],
  [
    'V53 in a default',
    '${NONE:-→}',
    {},
    `c.json:2:35 ${key} CP122 "X-A" cannot go into a header: it contains a character beyond Latin-1 · write it in ASCII, percent-encoded for one`,
  ],
];

describe('${NAME} that cannot be filled in', () => {
  it.each(rows)('%s', (_, value, env, report) => {
    expect(problemsOf(withHeader(value), env).map(line)).toEqual([report]);
  });

  it('underlines the ${…} alone', () => {
    expect(problemsOf(withHeader('\\tBearer ${API_KEY}!'))[0]?.place.length).toBe('${API_KEY}'.length);
  });

  // A key in a message ends in a terminal's scrollback, in a CI log, in a bug report.
  it('is never said with its value', () => {
    const text = `{ "listen": { "host": "\${K}", "port": "\${K}" }, "target": "\${K}",
      "routes": [ { "match": "/", "target": "x", "response": { "cookies": "\${K}" }, "preflight": "\${K}",
      "request": { "headers": { "A": "\${K}" } }, "limits": { "requestBody": "\${K}" } } ] }`;
    const problems = problemsOf(text, { K: 'sesame\n' });
    expect(problems.map(({ code }) => code)).toEqual(['CP102', 'CP106', 'CP106', 'CP122', 'CP171']);
    expect(JSON.stringify(problems)).not.toContain('sesame');
  });

  it('V52 lists where it was looked for, and names the file to mend', () => {
    const variables: VariableSource[] = [
      environment({}),
      { name: '.env.local', kind: 'file', values: { STRIPE_KEYS: 'x' } },
      { name: '.env (no such file)', kind: 'file', values: {} },
    ];
    const said = 'it is not set (looked in the environment, .env.local, .env (no such file))';
    expect(problemsOf(withHeader('${STRIPE_KEY}'), {}, { variables })[0]).toMatchObject({
      said: `Cannot fill in \${STRIPE_KEY}: ${said}`,
      mend: 'did you mean ${STRIPE_KEYS}?',
    });
    expect(problemsOf(withHeader('${UNLIKE}'), {}, { variables })[0]?.mend).toBe(
      'add the line UNLIKE=… to .env.local, or give a default: ${UNLIKE:-…}',
    );
  });
});

describe('literalOffset', () => {
  it('points at the character of the literal for every unit of its text', () => {
    const text = 'a"\\\n\t\u0001é😀/$';
    const literal = JSON.stringify(text);
    for (let unit = 0; unit < text.length; unit += 1) {
      const rest = literal.slice(literalOffset(literal, unit));
      expect(JSON.parse(`"${rest}`)).toBe(text.slice(unit));
    }
  });
});
