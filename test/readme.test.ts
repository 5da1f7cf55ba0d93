/** The README says what the code does: its table of keys is made from the declaration, its config blocks compile. */

import { readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { commandNames } from '../src/cli/command-names.ts';
import { exitCode } from '../src/cli/exit-code.ts';
import { compile } from '../src/compile.ts';
import { configKeys } from '../src/config/keys.ts';
import { parseConfig } from '../src/config/parse.ts';
import { environment } from '../src/config/variables.ts';
import { formatExchange } from '../src/observe/formatter.ts';
import { plainPaint } from '../src/observe/paint.ts';
import { folderWith, runMain } from './cli/run-main.ts';
import { exchangeOf } from './observe/exchange-of.ts';
import { request } from './support/ruleset.ts';

const file = new URL('../README.md', import.meta.url);
const begin = '<!-- keys:begin (made by npm run write) -->';
const end = '<!-- keys:end -->';

/** Defaults of a section hold the same keys as a route's own: one row serves both. */
function keyTable(): string {
  const rows = configKeys()
    .filter(({ key, type }) => key.startsWith('routes[].') || key.startsWith('listen.') || type !== 'object')
    .filter(({ key }) => !/^(?:cors|request|response|timeouts|limits)\./.test(key))
    .map(({ key, type, default: fallback, description }) => {
      return `| \`${key}\` | ${cell(type)} | ${fallback === '' ? '–' : cell(fallback)} | ${cell(description)} |`;
    });
  return ['| key | type | default | meaning |', '| --- | --- | --- | --- |', ...rows].join('\n');
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('<', '&lt;');
}

function withTable(readme: string): string {
  const [before = '', rest = ''] = readme.split(begin);
  const after = rest.slice(rest.indexOf(end));
  const note =
    '`cors`, `request`, `response`, `timeouts` and `limits` may also stand at the top level: they are the defaults of every route.';
  return `${before}${begin}\n\n${keyTable()}\n\n${note}\n\n${after}`;
}

// npm names the script that runs: an environment variable of our own would need another syntax on Windows.
if (process.env.npm_lifecycle_event === 'write') writeFileSync(file, withTable(readFileSync(file, 'utf8')));

const readme = readFileSync(file, 'utf8');

describe('README.md', () => {
  it('has the table of keys that the declaration gives today (npm run write)', () => {
    expect(readme).toBe(withTable(readme));
    expect(readme).toContain('| `listen.port` | number | 8010 |');
  });

  it('shows configs that compile without a problem', () => {
    const blocks = [...readme.matchAll(/```jsonc\n(.*?)```/gs)].map(([, text = '']) => text);
    expect(blocks.length).toBeGreaterThan(0);
    for (const text of blocks) {
      const options = {
        file: 'README.md',
        directory: '.',
        variables: [environment({ STRIPE_KEY: 'sk_test_1' })],
      };
      const parsed = parseConfig(text, options);
      expect(parsed.problems).toEqual([]);
      if (!parsed.ok) continue;
      expect(compile(parsed.value).problems).toEqual([]);
    }
  });

  it('shows what a newcomer of a Vite project will see', async () => {
    const blocks = [...readme.matchAll(/```console\n(.*?)```/gs)].map(([, text = '']) => text);
    expect(blocks.length).toBeGreaterThan(1);
    const cwd = folderWith({ 'package.json': '{ "devDependencies": { "vite": "^8.0.0" } }' });
    for (const transcript of blocks.flatMap((text) => text.split(/^\$ cors-proxy /m).slice(1))) {
      const [argv = '', ...printed] = transcript.split('\n');
      expect(await runMain(argv.split(' '), { cwd }), argv).toMatchObject({
        code: 0,
        stdout: printed.join('\n'),
        stderr: '',
      });
    }
  });

  it('shows a refusal as it is printed, by the rules that it shows', () => {
    const [, shown = ''] = /```text\n(.*?)```/s.exec(readme) ?? [];
    const [, rules = ''] = /## Rules.*?```jsonc\n(.*?)```/s.exec(readme) ?? [];
    const parsed = parseConfig(rules, { variables: [environment({ STRIPE_KEY: 'sk_test_1' })] });
    const compiled = parsed.ok ? compile(parsed.value) : parsed;
    if (!compiled.ok) throw new Error(JSON.stringify(compiled.problems));
    const exchange = exchangeOf(
      request('GET /gh/repos', { Origin: 'http://localhost:4200' }),
      compiled.value,
    );
    // Time and duration are the moment's own.
    const timeless = (text: string) =>
      text
        .trimEnd()
        .replace(/^\S+/, '')
        .replace(/ +\S+ +(?=cors ✗)/, ' ');
    expect(timeless(shown)).toBe(timeless(formatExchange(exchange, { width: 80, paint: plainPaint })));
  });

  it('has a row for each command', () => {
    const section = readme.slice(readme.indexOf('## Commands'), readme.indexOf('## Recipes'));
    const named = [...section.matchAll(/^\| `cors-proxy ([a-z]+)/gm)].map(([, name]) => name ?? '');
    expect(named.sort()).toEqual(commandNames.filter((name) => name !== 'serve').sort());
  });

  it('has a row for each exit code', () => {
    const rows = [...readme.matchAll(/^\| ([0-9]+) +\|/gm)].map(([, code]) => Number(code));
    expect(rows).toEqual(Object.values(exitCode));
  });

  it('names every error code, and no other', async () => {
    const source = readFileSync(new URL('../src/http/error-code.ts', import.meta.url), 'utf8');
    const codes = [...source.matchAll(/\| '([a-z_]+)'/g)].map(([, code]) => code ?? '').sort();
    const section = readme.slice(
      readme.indexOf('## Errors made by the proxy'),
      readme.indexOf('## Dependencies'),
    );
    const named = [...section.matchAll(/`([a-z]+_[a-z_]+)`/g)].map(([, code]) => code ?? '');
    expect(
      codes.filter(
        (code) =>
          !named.includes(code) && code !== 'connection_read_timeout' && code !== 'http_response_incomplete',
      ),
    ).toEqual([]);
    expect(named.filter((code) => !codes.includes(code))).toEqual([]);
  });

  it('has a row for each dependency', () => {
    const { dependencies } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
    const section = readme.slice(readme.indexOf('## Dependencies'), readme.indexOf('## More'));
    expect(Object.keys(dependencies).filter((name) => !section.includes(`\`${name}\``))).toEqual([]);
  });
});
