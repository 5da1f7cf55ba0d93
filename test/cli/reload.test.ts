/** The config as editors save it: in place, beside and renamed, deleted and made again, by way of a link. */

import { mkdirSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { follow } from '../../src/cli/reload.ts';
import { newWatch } from '../support/watch.ts';
import { folderWith } from './run-main.ts';

const deadlineMs = 5000;

/** Follows `a.json` and `.env` of a folder; keeps what `a.json` held at each change. */
async function followed(folder: string, debounceMs = 20) {
  const file = join(folder, 'a.json');
  const watch = newWatch();
  const seen: string[] = [];
  const follower = await follow({
    files: [file, join(folder, '.env')],
    changed: async () => {
      seen.push(textOf(file));
      watch.changed();
    },
    failed: (error) => {
      throw error;
    },
    debounceMs,
  });
  onTestFinished(() => follower.close());
  const until = (text: string) =>
    watch.within(
      deadlineMs,
      () => (seen.at(-1) === text ? seen : undefined),
      () => `saw ${JSON.stringify(seen)}, not ${text}`,
    );
  return { file, seen, until };
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return 'missing';
  }
}

describe('following a config', () => {
  it('sees every way of saving', async () => {
    const folder = folderWith({ 'a.json': '1' });
    const { file, until } = await followed(folder);
    writeFileSync(file, 'in place');
    await until('in place');
    writeFileSync(`${file}.tmp`, 'renamed');
    renameSync(`${file}.tmp`, file);
    await until('renamed');
    writeFileSync(file, 'in place again');
    await until('in place again');
    rmSync(file);
    writeFileSync(file, 'made again');
    await until('made again');
  });

  it('sees a link that is swapped, and the file behind it', async () => {
    const folder = folderWith({ 'one/a.json': 'one', 'two/a.json': 'two' });
    mkdirSync(join(folder, 'here'));
    symlinkSync(join(folder, 'one'), join(folder, 'here/data'));
    symlinkSync('data/a.json', join(folder, 'here/a.json'));
    const { until } = await followed(join(folder, 'here'));
    writeFileSync(join(folder, 'one/a.json'), 'one, written');
    await until('one, written');
    symlinkSync(join(folder, 'two'), join(folder, 'here/next'));
    renameSync(join(folder, 'here/next'), join(folder, 'here/data'));
    await until('two');
  });

  it('says nothing of a touch, of other files, and of what was there at the start', async () => {
    const folder = folderWith({ 'a.json': '1', 'sub/a.json': '1' });
    const { file, seen } = await followed(folder);
    writeFileSync(file, '1');
    writeFileSync(join(folder, 'other.json'), 'x');
    // A second follower with more patience: when it speaks, the first has had its time.
    const later = await followed(join(folder, 'sub'), 100);
    writeFileSync(later.file, '2');
    await later.until('2');
    expect(seen).toEqual([]);
  });

  it('sees an .env file that comes to be', async () => {
    const folder = folderWith({ 'a.json': '1' });
    const { until } = await followed(folder);
    writeFileSync(join(folder, '.env'), 'A=1');
    await until('1');
  });

  it('does not take an editor half way through a save for an empty config', async () => {
    const folder = folderWith({ 'a.json': '1' });
    const { file, seen, until } = await followed(folder);
    writeFileSync(file, '');
    // Within the moment for which an empty file is not believed.
    setImmediate(() => writeFileSync(file, '2'));
    await until('2');
    expect(seen).toEqual(['2']);
  });

  it('believes an empty config that stays', async () => {
    const folder = folderWith({ 'a.json': '1' });
    const { file, until } = await followed(folder);
    writeFileSync(file, '');
    await until('');
  });
});
