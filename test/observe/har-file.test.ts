import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { type HarFile, openHarFile } from '../../src/observe/har-file.ts';
import { type Har, readHar } from '../support/har.ts';
import { request, rulesetOf } from '../support/ruleset.ts';
import { exchangeOf } from './exchange-of.ts';

const rules = rulesetOf({ target: 'https://api.test' });

interface Opened {
  readonly har: HarFile;
  readonly path: string;
  readonly read: () => Har;
}

async function opened(): Promise<Opened> {
  const folder = mkdtempSync(join(tmpdir(), 'cors-proxy-har-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const path = join(folder, 'traffic.har');
  const failed = (error: Error) => {
    throw error;
  };
  const har = await openHarFile(path, { version: '0.1.0', failed });
  return { har, path, read: () => readHar(readFileSync(path, 'utf8')) };
}

function exchanged(path: string) {
  return exchangeOf(request(`GET ${path}`), rules);
}

describe('the HAR file', () => {
  it('is whole from the beginning, and after every write', async () => {
    const { har, read } = await opened();
    expect(read().log.entries).toEqual([]);
    har.observe(exchanged('/a'));
    await expect.poll(() => read().log.entries.length).toBe(1);
    har.observe(exchanged('/ä-and-more'));
    har.observe(exchanged('/c'));
    await expect.poll(() => read().log.entries.length).toBe(3);
    await har.close();
    expect(read().log.entries.map(({ request: { url } }) => url.slice(url.lastIndexOf('/')))).toEqual([
      '/a',
      '/ä-and-more',
      '/c',
    ]);
  });

  it('holds at its close what came last', async () => {
    const { har, read } = await opened();
    har.observe(exchanged('/last'));
    await har.close();
    expect(read().log.entries).toHaveLength(1);
  });

  it('leaves out what the inspector asks', async () => {
    const { har, read } = await opened();
    har.observe(exchanged('/__cors-proxy/health'));
    await har.close();
    expect(read().log.entries).toEqual([]);
  });

  it.skipIf(process.platform === 'win32')('is for nobody else to read', async () => {
    const { har, path } = await opened();
    await har.close();
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });
});
