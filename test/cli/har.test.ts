import { existsSync, readFileSync } from 'node:fs';
import { get } from 'node:http';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readHar } from '../support/har.ts';
import { runMain, startMain } from './run-main.ts';

const serving = ['http://127.0.0.1:1', '--port', '0', '--har', 'traffic.har', '--log-format', 'json'];

function ask(url: string): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    get(url, (response) => {
      response.resume().on('end', () => resolve(response.statusCode));
    }).on('error', reject);
  });
}

describe('--har', () => {
  it('writes every exchange with its bodies, and is whole when the proxy stops', async () => {
    const started = startMain(serving);
    const [, url = ''] = await started.printed(/"url":"([^"]+)"/);
    expect(await ask(`${url}/x`)).toBe(502);
    started.signal('SIGTERM');
    expect(await started.ended).toBe(0);
    const { entries } = readHar(readFileSync(join(started.cwd, 'traffic.har'), 'utf8')).log;
    expect(entries.map(({ response: { status } }) => status)).toEqual([502]);
    expect(entries[0]?.response.content.text).toContain('connection_refused');
  });

  it('takes the place of a HAR of another run', async () => {
    const started = startMain(serving, { files: { 'traffic.har': '{ "log": { "entries": [] } }' } });
    await started.printed(/"ready"/);
    started.signal('SIGTERM');
    expect(await started.ended).toBe(0);
    readHar(readFileSync(join(started.cwd, 'traffic.har'), 'utf8'));
  });

  it('does not take the place of anything else', async () => {
    const config = '{ "target": "http://127.0.0.1:1" }';
    const files = { 'cors-proxy.config.json': config };
    const ran = await runMain(['--har', 'cors-proxy.config.json', '--port', '0'], { files });
    expect(ran.code).toBe(2);
    expect(ran.stderr).toContain(
      'Cannot write "cors-proxy.config.json": what stands there is no HAR, and would be lost',
    );
    expect(readFileSync(join(ran.cwd, 'cors-proxy.config.json'), 'utf8')).toBe(config);
  });

  it('says where it cannot be written, before anything is served', async () => {
    const ran = await runMain(['http://127.0.0.1:1', '--har', 'no/such/traffic.har', '--port', '0']);
    expect(ran.code).toBe(2);
    expect(ran.stderr).toContain('Cannot write "no/such/traffic.har": ENOENT');
    expect(existsSync(join(ran.cwd, 'no'))).toBe(false);
  });
});
