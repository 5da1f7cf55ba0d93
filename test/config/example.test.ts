import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { compile } from '../../src/compile.ts';
import { configKeys } from '../../src/config/keys.ts';
import { parseConfig } from '../../src/config/parse.ts';

const text = readFileSync(new URL('../../cors-proxy.config.example.json', import.meta.url), 'utf8');

describe('cors-proxy.config.example.json', () => {
  it('parses and compiles without a word, in an empty environment', () => {
    const parsed = parseConfig(text);
    expect(parsed.problems).toEqual([]);
    if (!parsed.ok) throw new Error('refused');
    expect(compile(parsed.value)).toMatchObject({ ok: true, problems: [] });
  });

  it('shows every key', () => {
    const names = new Set(configKeys().map(({ key }) => key.slice(key.lastIndexOf('.') + 1)));
    expect([...names].filter((name) => !text.includes(`"${name}":`))).toEqual([]);
  });

  it('switches no protection off', () => {
    expect(text).not.toMatch(/"dangerously\w+": true|"verify": false/);
  });
});
