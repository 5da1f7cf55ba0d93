/** The inspector of a proxy that was started from the command line: where it is told, and what it may change. */

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Told } from '../../src/observe/inspector/wire.ts';
import { navigation, request, type Visitor, visit } from '../support/inspected-app.ts';
import { type Started, startMain } from './run-main.ts';

const config = `{
  // The front end's own.
  "routes": [{ "match": "/api/**", "target": "http://127.0.0.1:1", "cors": { "allowOrigin": "http://localhost:5173" } }]
}
`;

interface Ready {
  readonly url: string;
  readonly port: number;
  readonly inspector: string | null;
}

async function served(argv: readonly string[] = []): Promise<Started & { readonly ready: Ready }> {
  const started = startMain(['--port', '0', '--log-format', 'json', ...argv], {
    files: { 'cors-proxy.config.json': config },
  });
  const [line] = await started.printed(/\{.*"event":"ready".*\}/);
  return { ...started, ready: JSON.parse(line) };
}

function entered({ url, port, inspector }: Ready): Promise<Visitor> {
  return visit({ url, port, entrance: inspector ?? '' });
}

describe('the address', () => {
  it('stands in the line for machines, and opens the inspector', async () => {
    const { ready } = await served();
    expect(ready.inspector).toMatch(new RegExp(`^${ready.url}/__cors-proxy/\\?t=[\\w-]{24}$`));
    const visitor = await entered(ready);
    expect((await visitor.get('/har')).status).toBe(200);
  });

  it('stands in the banner', async () => {
    const started = startMain(['http://127.0.0.1:1', '--port', '0']);
    const [, address = ''] = await started.printed(/Inspector +(http:\S+)/);
    expect(address).toMatch(/^http:\/\/localhost:\d+\/__cors-proxy\/\?t=[\w-]{24}$/);
  });

  it('is none where the inspector is switched off', async () => {
    const { ready } = await served(['--no-inspector']);
    expect(ready.inspector).toBeNull();
    expect((await request(ready, 'GET /__cors-proxy/', navigation)).status).toBe(404);
    expect((await request(ready, 'GET /__cors-proxy/health')).status).toBe(200);
  });

  it('is in no line about its own requests, however much is logged', async () => {
    const { ready, stdout, printed } = await served(['--log-level', 'debug']);
    await entered(ready);
    await printed(/"path":"\/__cors-proxy\/\?\*\*\*"/);
    const token = new URL(ready.inspector ?? '').searchParams.get('t') ?? '';
    expect(stdout().split(token)).toHaveLength(2);
  });
});

describe('a click on "allow"', () => {
  it('edits the config where the rule stands, comments kept, and the running proxy takes it up', async () => {
    const { ready, cwd, printed } = await served();
    const visitor = await entered(ready);
    await request(ready, 'GET /api/x', [['Origin', 'http://localhost:4200']]);
    const told: Told = JSON.parse((await visitor.post('/allow', { n: 1 })).body.toString('utf8'));
    expect(told.text).toMatch(
      /^Added "http:\/\/localhost:4200" to routes\[0\]\.cors\.allowOrigin {2}cors-proxy\.config\.json:3:\d+\. For routes\[0\]/,
    );
    const text = readFileSync(join(cwd, 'cors-proxy.config.json'), 'utf8');
    expect(text).toContain("// The front end's own.");
    expect(text).toContain('"allowOrigin": ["http://localhost:5173", "http://localhost:4200"]');
    await printed(/"event":"reload"/);
    const client = await visitor.watch();
    await client.until('routes[0] allowOrigin +http://localhost:4200');
  });
});

describe('a save that is not taken up', () => {
  it('stays in the inspector', async () => {
    const { ready, cwd, printed } = await served();
    writeFileSync(join(cwd, 'cors-proxy.config.json'), '{ "routess": [] }');
    await printed(/"event":"reload_failed"/);
    const client = await (await entered(ready)).watch();
    await client.until('Unknown key');
  });
});
