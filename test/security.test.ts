/** SECURITY.md makes no promise without a test, and names none that is not there. */

import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

const root = new URL('../', import.meta.url);
const text = readFileSync(new URL('SECURITY.md', root), 'utf8');
const [, promised = ''] = /## What is promised\n([\s\S]*?)\n## /.exec(text) ?? [];
const promises = promised.split('\n').filter((line) => line.startsWith('- '));

describe('SECURITY.md', () => {
  it('has promises', () => {
    expect(promises.length).toBeGreaterThan(5);
  });

  it.each(promises)('%s', (promise) => {
    const [, tests = ''] = /Tests: (.*)\.$/.exec(promise) ?? [];
    const files = [...tests.matchAll(/`([^`]+)`/g)].map(([, file = '']) => file);
    const named = files.filter((file) => file.startsWith('test/'));
    expect(named).not.toEqual([]);
    expect(named.filter((file) => !existsSync(new URL(file, root)))).toEqual([]);
  });

  it('names a row only where the test has it', () => {
    for (const [, file = '', ids = ''] of text.matchAll(/`(test\/[^`]+\.ts)` \(([^)]+)\)/g)) {
      const tests = readFileSync(new URL(file, root), 'utf8');
      expect(tests, `${file} ${ids}`).toMatch(new RegExp(/^\d+$/.test(ids) ? `'${ids}\\. ` : ids));
    }
  });
});
