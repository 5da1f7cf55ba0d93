import { readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { configKeys } from '../../src/config/keys.ts';
import { jsonSchemaText } from '../support/json-schema.ts';

const file = new URL('../../config/cors-proxy.schema.json', import.meta.url);

// npm names the script that runs: an environment variable of our own would need another syntax on Windows.
if (process.env.npm_lifecycle_event === 'write') writeFileSync(file, jsonSchemaText());

/** Every schema object in a JSON Schema, with the way to it. */
function* objectsIn(value: unknown, way = '$'): Generator<readonly [string, Record<string, unknown>]> {
  if (typeof value !== 'object' || value === null) return;
  if (!Array.isArray(value)) yield [way, value as Record<string, unknown>];
  for (const [key, inner] of Object.entries(value)) yield* objectsIn(inner, `${way}.${key}`);
}

describe('config/cors-proxy.schema.json', () => {
  it('is what the declaration gives today (npm run write)', () => {
    expect(readFileSync(file, 'utf8')).toBe(jsonSchemaText());
  });

  it('closes every object, so that an editor marks a misspelt key', () => {
    const open = [...objectsIn(JSON.parse(jsonSchemaText()))]
      .filter(([, schema]) => schema.type === 'object' && !('additionalProperties' in schema))
      .map(([way]) => way);
    expect(open).toEqual([]);
  });

  it('describes every key', () => {
    const silent = [...objectsIn(JSON.parse(jsonSchemaText()))]
      .filter(([way]) => /\.properties\.[^.]+$/.test(way))
      .filter(([, schema]) => typeof schema.description !== 'string')
      .map(([way]) => way);
    expect(silent).toEqual([]);
  });

  it('says draft-07, which editors complete from, and keeps none of our own words', () => {
    const text = jsonSchemaText();
    expect(JSON.parse(text).$schema).toBe('http://json-schema.org/draft-07/schema#');
    expect(text).not.toMatch(/"(?:defaultText|isHeaderValue|code)":/);
  });
});

describe('configKeys', () => {
  it('lists every key with its type, default and meaning', () => {
    const keys = new Map(configKeys().map((row) => [row.key, row]));
    expect(keys.get('listen.port')).toEqual({
      key: 'listen.port',
      type: 'number',
      default: '8010',
      description: 'Port to listen on; 0 takes any free one.',
    });
    expect(keys.get('routes[].target')?.default).toBe('required');
    expect(keys.get('routes[].cors.allowOrigin')).toMatchObject({
      type: 'text or list of texts',
      default: 'loopback origins on any port',
    });
    expect(keys.get('response.cookies')).toMatchObject({
      type: '"rewrite" | "keep" | "drop"',
      default: '"rewrite"',
    });
    expect(configKeys().filter(({ description }) => description === '')).toEqual([]);
  });
});
