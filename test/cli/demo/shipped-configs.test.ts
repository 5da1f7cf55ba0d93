import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { experiments } from '../../../src/cli/demo/experiments.ts';
import { compile } from '../../../src/compile.ts';
import { parseConfig } from '../../../src/config/parse.ts';

const folder = new URL('../../../config/', import.meta.url);
const presets = readdirSync(new URL('presets/', folder)).map((file) => `presets/${file}`);

const values = {
  API_KEY: 'a-key-for-tests',
  DEMO_API: 'http://127.0.0.1:4000',
  DEMO_PAGE: 'http://localhost:4001',
};

describe('the configs that are shipped', () => {
  it.each(['demo.config.json', ...presets])('%s parses and compiles without a word', (file) => {
    const text = readFileSync(new URL(file, folder), 'utf8');
    const parsed = parseConfig(text, { variables: [{ name: 'the test', kind: 'environment', values }] });
    expect(parsed.problems).toEqual([]);
    if (parsed.ok) expect(compile(parsed.value)).toMatchObject({ ok: true, problems: [] });
  });

  const ruled = experiments.filter(({ rule }) => rule.startsWith('"match"'));
  it.each(ruled)('demo.config.json has the rule that the page shows for "$title"', ({ rule }) => {
    const text = readFileSync(new URL('demo.config.json', folder), 'utf8');
    const parsed = parseConfig(text, { variables: [{ name: 'the test', kind: 'environment', values }] });
    const routes = parsed.ok ? parsed.value.values.routes : [];
    expect(routes).toContainEqual(expect.objectContaining(JSON.parse(`{${rule}}`)));
  });

  it('has presets', () => {
    expect(presets.length).toBeGreaterThan(0);
  });
});
