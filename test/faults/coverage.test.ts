/** Every row that must or should hold has a test that names it, or a line in README.md that says where it went. */

import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { faults } from './fault-table.ts';

/** Where rows are tested; not `conformance`, whose own cases have ids of the same form. */
const folders = ['./', '../proxy/', '../cli/'].map((path) => new URL(path, import.meta.url));

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
  'websocket',
  'http2-inbound',
  'lifecycle',
]);

/** Runs of many thousand messages, which belong to the soak and the fuzz, and the matrix of CI. */
const elsewhere: ReadonlySet<string> = new Set(['RX-07', 'RX-09', 'RX-10', 'LC-26']);

/** Without comments: there a row may be mentioned that no test stands for. */
const tests = folders
  .flatMap((folder) =>
    readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.test.ts'))
      .map((name) => readFileSync(new URL(name, folder), 'utf8')),
  )
  .join('\n')
  .replaceAll(/^ *(?:\/\*\*|\*|\/\/).*$/gm, '');

describe('faults.json', () => {
  const rows = faults.filter(({ priority }) => priority !== 'could');

  it('has the groups that are known', () => {
    expect(new Set(faults.map(({ group }) => group))).toEqual(groups);
  });

  it('gives each row a test', () => {
    const missing = rows.filter(({ id }) => !elsewhere.has(id) && !new RegExp(`\\b${id}\\b`).test(tests));
    expect(missing.map(({ id }) => id)).toEqual([]);
  });

  it('is explained where a row is somewhere else', () => {
    const readme = readFileSync(new URL('README.md', folders[0]), 'utf8');
    expect([...elsewhere].filter((id) => !readme.includes(id))).toEqual([]);
  });
});
