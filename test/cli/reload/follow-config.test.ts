/** A config that is saved while the proxy runs: what is put in force, what is said of it, and what is not. */

import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { renameSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { connect } from 'node:tls';
import { describe, expect, it, onTestFinished } from 'vitest';
import { validCertificate } from '../../support/certificates.ts';
import { type Started, startMain } from '../run-main.ts';

const page = 'http://localhost:5173';
const configName = 'cors-proxy.config.json';

async function api(): Promise<string> {
  const server = createServer({ maxHeaderSize: 1024 * 1024 }, (request, response) =>
    response.end(String(request.headers['x-key'] ?? 'hello')),
  );
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function urlOf(started: Started): Promise<string> {
  const [, url = ''] = await started.printed(/(?:Local +|"url":")(https?:\/\/[^/"\s]+)/);
  return url;
}

/** Saves as most editors do. */
function save(started: Started, name: string, text: string): void {
  const file = join(started.cwd, name);
  writeFileSync(`${file}.tmp`, text);
  renameSync(`${file}.tmp`, file);
}

const rules = (target: string, more: object = {}) =>
  JSON.stringify({ target, cors: { allowOrigin: page }, ...more }, undefined, 1);

async function statusFor(url: string, origin: string): Promise<number> {
  const answer = await fetch(`${url}/a`, { headers: { Origin: origin, Connection: 'close' } });
  await answer.text();
  return answer.status;
}

describe('a config that is deleted while the proxy runs', () => {
  it('leaves the last rules in force, not those of a config further up, and says so once', async () => {
    const target = await api();
    const further = rules(target, { cors: { allowOrigin: 'http://localhost:1' } });
    const files = { [configName]: further, [`below/${configName}`]: rules(target) };
    const started = startMain(['--port', '0'], { files, below: 'below' });
    const url = await urlOf(started);
    const file = join(started.cwd, configName);
    rmSync(file);
    await started.printed(
      /config not reloaded[\s\S]*cors-proxy\.config\.json {3}CP100\n.*there is no such file/,
    );
    expect(await statusFor(url, page)).toBe(200);
    expect(await statusFor(url, 'http://localhost:1')).toBe(403);
    writeFileSync(file, rules(target, { cors: { allowOrigin: 'http://localhost:2' } }));
    await started.printed(/config reloaded {4}~ routes\[0\] allowOrigin \+http:\/\/localhost:2 -/);
    expect(started.stderr().match(/CP100/g)).toHaveLength(1);
  });
});

describe('what a config stands on', () => {
  const secret = (target: string) => rules(target, { request: { headers: { 'X-Key': '${KEY}' } } });

  it('is followed: .env.local goes before .env, and a name that is gone is gone', async () => {
    const target = await api();
    const started = startMain(['--port', '0'], {
      files: { [configName]: secret(target), '.env': 'KEY=shared-key\n' },
    });
    const url = await urlOf(started);
    const key = async () =>
      (await fetch(`${url}/a`, { headers: { Origin: page, Connection: 'close' } })).text();
    expect(await key()).toBe('shared-key');
    writeFileSync(join(started.cwd, '.env.local'), 'KEY=own-key\n');
    await started.printed(/config reloaded {4}~ routes\[0\] request/);
    expect(await key()).toBe('own-key');
    rmSync(join(started.cwd, '.env.local'));
    await expect.poll(key).toBe('shared-key');
    writeFileSync(join(started.cwd, '.env'), 'OTHER=1\n');
    await started.printed(/config not reloaded[\s\S]*CP120/);
    expect(await key()).toBe('shared-key');
    expect(started.stdout() + started.stderr()).not.toMatch(/shared-key|own-key/);
  });

  it('is no news where it changes no rule', async () => {
    const target = await api();
    const started = startMain(['--port', '0'], { files: { [configName]: rules(target), '.env': 'A=1\n' } });
    await urlOf(started);
    writeFileSync(join(started.cwd, '.env'), 'A=2\n');
    // What is said next is of the next save.
    save(started, configName, `${rules(target)}\n`);
    await started.printed(/config reloaded {4}no rule changed/);
    expect(started.stdout().match(/config reloaded/g)).toHaveLength(1);
  });

  it('may be written while the proxy runs on its flags alone', async () => {
    const target = await api();
    const started = startMain([target, '--port', '0']);
    const url = await urlOf(started);
    save(started, configName, '{ "cors": { "allowOrigin": "https://app.test" } }');
    await started.printed(/allowOrigin \+https:\/\/app\.test -loopback origins/);
    expect(await statusFor(url, 'https://app.test')).toBe(200);
    expect(await statusFor(url, page)).toBe(403);
  });
});

describe('the files that a config names', () => {
  const tlsOf = (target: string, ca: string) =>
    JSON.stringify({ routes: [{ match: '/**', target, cors: { allowOrigin: page }, tls: { ca } }] });

  it('are followed: a certificate that is renewed, another authority of the API', async () => {
    const [first, second] = await Promise.all([validCertificate(), validCertificate()]);
    const started = startMain(['--port', '0', '--cert', 'cert.pem', '--key', 'key.pem'], {
      files: {
        [configName]: tlsOf('https://api.test', 'ca.pem'),
        'ca.pem': first.cert,
        'cert.pem': first.cert,
        'key.pem': first.key,
      },
    });
    const { port } = new URL(await urlOf(started));
    save(started, 'ca.pem', second.cert);
    await started.printed(/config reloaded {4}~ routes\[0\] tls\n/);
    // One after the other, as most tools write them: in between they do not belong together.
    save(started, 'key.pem', second.key);
    save(started, 'cert.pem', second.cert);
    await started.printed(/~ listen\.https certificate renewed/);
    expect(await certificateAt(Number(port))).toBe(new X509Certificate(second.cert).fingerprint256);
  });
});

/** The fingerprint of what a TLS server shows. */
async function certificateAt(port: number): Promise<string> {
  const socket = connect({ port, host: '127.0.0.1', rejectUnauthorized: false });
  await once(socket, 'secureConnect');
  const { fingerprint256 } = socket.getPeerCertificate();
  socket.destroy();
  return fingerprint256;
}

describe('a reload', () => {
  it('warns of what the new config has to be warned of, and of nothing twice', async () => {
    const target = await api();
    const started = startMain(['--port', '0'], { files: { [configName]: rules(target) } });
    await urlOf(started);
    const unverified = { routes: [{ match: '/x/**', target: 'https://x.test', tls: { verify: false } }] };
    save(started, configName, rules(target, unverified));
    await started.printed(/routes\[0\]\.tls\.verify {3}CP214 {2}warning/);
    await started.printed(/\+ routes\[0\] \/x\/\*\*/);
    save(started, configName, rules(target, { ...unverified, timeouts: { body: 5 } }));
    await started.printed(/routes\[1\] timeouts/);
    expect(started.stderr().match(/CP214/g)).toHaveLength(1);
  });

  it('takes up limits of the listener', async () => {
    const target = await api();
    const started = startMain(['--port', '0'], { files: { [configName]: rules(target) } });
    const url = await urlOf(started);
    const long = { 'X-Long': 'x'.repeat(400_000), Origin: page, Connection: 'close' };
    const status = async () => (await fetch(`${url}/a`, { headers: long })).status;
    expect(await status()).toBe(431);
    save(started, configName, rules(target, { listen: { limits: { headers: '1mb' } } }));
    await started.printed(/config reloaded {4}~ listen\.limits/);
    expect(await status()).toBe(200);
    expect(started.stderr()).not.toContain('restart');
  });

  it('says of browsers that they may go by an old answer', async () => {
    const target = await api();
    const started = startMain(['--port', '0'], {
      files: { [configName]: rules(target, { cors: { allowOrigin: page, maxAge: 600 } }) },
    });
    await urlOf(started);
    save(
      started,
      configName,
      rules(target, { cors: { allowOrigin: page, maxAge: 600, allowMethods: ['GET'] } }),
    );
    await started.printed(/browsers may go by an old preflight answer for up to 600 s \(maxAge\)/);
  });
});
