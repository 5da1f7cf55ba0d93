/** Every row that must or should hold has a test that names it, or a line in README.md that says where it went. */

import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { faults } from './fault-table.ts';

const folder = new URL('./', import.meta.url);

const groups: ReadonlySet<string> = new Set([
  'client-framing',
  'client-target-headers',
  'client-lifecycle',
  'upstream-connect',
  'upstream-response',
  'upstream-body',
  'keepalive-retry',
  'cors-errors',
  'security',
  'resource-exhaustion',
]);

/** Runs of many thousand messages: they belong to the soak, which is started by hand. */
const elsewhere: ReadonlySet<string> = new Set(['RX-07', 'RX-09', 'RX-10']);

const tests = readdirSync(folder)
  .filter((name) => name.endsWith('.test.ts'))
  .map((name) => readFileSync(new URL(name, folder), 'utf8'))
  .join('\n');

describe('faults.json', () => {
  const rows = faults.filter(({ group, priority }) => groups.has(group) && priority !== 'could');

  it('has rows in every group', () => {
    expect(new Set(rows.map(({ group }) => group))).toEqual(groups);
  });

  it('gives each row a test', () => {
    const missing = rows.filter(({ id }) => !elsewhere.has(id) && !new RegExp(`\\b${id}\\b`).test(tests));
    expect(missing.map(({ id }) => id)).toEqual([]);
  });

  it('is explained where a row is somewhere else', () => {
    const readme = readFileSync(new URL('README.md', folder), 'utf8');
    expect([...elsewhere].filter((id) => !readme.includes(id))).toEqual([]);
  });
});
