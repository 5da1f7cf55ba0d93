/** The config as editors save it: in place, beside and renamed, deleted and made again, by way of a link. */

import { mkdirSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { type Fingerprint, fingerprint, follow } from '../../../src/cli/reload/follow-files.ts';
import { newWatch } from '../../support/watch.ts';
import { folderWith } from '../run-main.ts';

const deadlineMs = 10_000;

interface Options {
  readonly debounceMs?: number;
  /** Files that the config names, asked for after each change. */
  readonly more?: () => readonly string[];
  /** What was read before. */
  readonly seen?: Fingerprint;
}

/** Follows `a.json` and `.env` of a folder; keeps what `a.json` held at each change. */
async function followed(folder: string, { debounceMs = 20, more = () => [], seen: before }: Options = {}) {
  const file = join(folder, 'a.json');
  const watch = newWatch();
  const seen: string[] = [];
  const follower = await follow({
    files: () => [file, join(folder, '.env'), ...more()],
    ...(before === undefined ? {} : { seen: before }),
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
  it('LC-09 sees every way of saving', async () => {
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
    const later = await followed(join(folder, 'sub'), { debounceMs: 100 });
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

  it('LC-10 does not take an editor half way through a save for an empty config', async () => {
    const folder = folderWith({ 'a.json': '1' });
    const { file, seen, until } = await followed(folder);
    writeFileSync(file, '');
    // Within the moment for which an empty file is not believed.
    setImmediate(() => writeFileSync(file, '2'));
    await until('2');
    expect(seen).toEqual(['2']);
  });

  it('does not take a config that is written anew for a deleted one', async () => {
    const folder = folderWith({ 'a.json': '1' });
    const { file, seen, until } = await followed(folder, { debounceMs: 50 });
    rmSync(file);
    setImmediate(() => writeFileSync(file, '2'));
    await until('2');
    expect(seen).toEqual(['2']);
  });

  it('says that a config is gone, and that it is back, the same as before', async () => {
    const folder = folderWith({ 'a.json': '1' });
    const { file, seen, until } = await followed(folder);
    rmSync(file);
    await until('missing');
    writeFileSync(file, '1');
    await until('1');
    expect(seen).toEqual(['missing', '1']);
  });

  it('sees a mounted volume that is swapped again and again, and what is written behind the link', async () => {
    const folder = folderWith({ '..1/a.json': 'one', '..2/a.json': 'two', '..3/a.json': 'three' });
    symlinkSync('..1', join(folder, '..data'));
    symlinkSync('..data/a.json', join(folder, 'a.json'));
    const { until } = await followed(folder);
    const swap = (to: string) => {
      symlinkSync(to, join(folder, '..next'));
      renameSync(join(folder, '..next'), join(folder, '..data'));
    };
    swap('..2');
    await until('two');
    rmSync(join(folder, '..1'), { recursive: true });
    swap('..3');
    await until('three');
    writeFileSync(join(folder, '..3/a.json'), 'three, written');
    await until('three, written');
  });

  it('sees a folder that is a link, when it leads elsewhere', async () => {
    const folder = folderWith({ 'v1/a.json': 'one', 'v2/a.json': 'two' });
    symlinkSync('v1', join(folder, 'current'));
    const { until } = await followed(join(folder, 'current'));
    symlinkSync('v2', join(folder, 'next'));
    renameSync(join(folder, 'next'), join(folder, 'current'));
    await until('two');
  });

  it('sees a folder that is deleted and made again, as when a branch is changed', async () => {
    const folder = folderWith({ 'config/a.json': 'one' });
    const { until } = await followed(join(folder, 'config'));
    for (const text of ['two', 'three']) {
      rmSync(join(folder, 'config'), { recursive: true });
      await until('missing');
      mkdirSync(join(folder, 'config'));
      writeFileSync(join(folder, 'config/a.json'), text);
      await until(text);
    }
  });

  it('looks into a storm of saves before it is over, and at what other files do not at all', async () => {
    const folder = folderWith({ 'a.json': '1' });
    const { file, until } = await followed(folder);
    let count = 0;
    const storm = setInterval(() => {
      count += 1;
      writeFileSync(join(folder, 'some.log'), `${count}`);
      if (count > 5) writeFileSync(`${file}`, 'saved');
    }, 5);
    onTestFinished(() => clearInterval(storm));
    await until('saved');
  });

  it('sees what was saved after it was read, and before it was followed', async () => {
    const folder = folderWith({ 'a.json': '1' });
    const seen = await fingerprint([join(folder, 'a.json'), join(folder, '.env')]);
    writeFileSync(join(folder, 'a.json'), '2');
    const { until } = await followed(folder, { seen });
    await until('2');
  });

  it('follows the files that a config names once it names them', async () => {
    const folder = folderWith({ 'a.json': '1', 'pems/ca.pem': 'A' });
    let pems: readonly string[] = [];
    const { file, seen, until } = await followed(folder, { more: () => pems });
    pems = [join(folder, 'pems/ca.pem')];
    writeFileSync(file, '2');
    await until('2');
    writeFileSync(join(folder, 'pems/ca.pem'), 'B');
    await expect.poll(() => seen).toEqual(['2', '2']);
  });

  it('believes an empty config that stays', async () => {
    const folder = folderWith({ 'a.json': '1' });
    const { file, until } = await followed(folder);
    writeFileSync(file, '');
    await until('');
  });
});
