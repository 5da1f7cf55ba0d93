import { createServer } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { clockFinding, nodeFinding, proxyFindings, watchFinding } from '../../../src/cli/doctor/machine.ts';
import { certificateFinding } from '../../../src/cli/doctor/project.ts';
import { listen } from '../../../src/proxy/listen.ts';
import { folderWith, runMain } from '../run-main.ts';

const name = 'cors-proxy.config.json';

function configOn(port: number): string {
  return `{ "listen": { "port": ${port} }, "routes": [
    { "match": "/pay/**", "target": "https://u:hunter2@pay.test", "request": { "headers": { "X-Key": "\${KEY}" } },
      "cors": { "allowOrigin": "http://localhost:5173" } } ] }`;
}

/** A port that nobody had a moment ago; 0 would have nothing to be looked at. */
async function portOnce(): Promise<number> {
  const { port, servers } = await listen({ host: 'localhost', port: 0 }, createServer);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return port;
}

const env = { KEY: 'sk-live-secret', HTTPS_PROXY: 'http://me:pa@ss@proxy.test:3128', HOME: '/nowhere' };

describe('doctor', () => {
  it('finds nothing in the way, and prints no secret', async () => {
    const port = await portOnce();
    const { code, stdout, stderr } = await runMain(['doctor'], { files: { [name]: configOn(port) }, env });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toContain(`✓ node         Node ${process.versions.node}`);
    expect(stdout).toContain('✓ proxy        HTTPS_PROXY=http://***@proxy.test:3128');
    expect(stdout).toContain(`✓ config       ${name}: 1 route, `);
    expect(stdout).toContain(
      '✓ route        /pay/** → https://pay.test  for http://localhost:5173  secret: KEY',
    );
    expect(stdout).toContain(`✓ port         localhost:${port} is free`);
    expect(stdout).toContain('– certificate  none: http is served');
    expect(stdout).toContain('✓ watch        saves of the config can be followed');
    expect(stdout).toMatch(/\nNothing is in the way\n$/);
    expect(stdout).not.toMatch(/sk-live|hunter2|pa@ss/);
  });

  it('says who holds the port, and how to get it', async () => {
    const { port, servers } = await listen({ host: 'localhost', port: 0 }, createServer);
    onTestFinished(() => {
      for (const server of servers) server.close();
    });
    const { code, stdout } = await runMain(['doctor', '--json'], { files: { [name]: configOn(port) }, env });
    expect(code).toBe(1);
    const found = (JSON.parse(stdout) as { name: string }[]).find((each) => each.name === 'port');
    expect(found).toMatchObject({
      ok: false,
      said: expect.stringContaining(`localhost:${port}: the port is in use`),
      mend: expect.stringContaining('cors-proxy --port 0'),
    });
  });

  it.each([
    ['', '– editor       no "$schema": it completes no keys'],
    ['"$schema": "./s.json",', '✓ editor       completes the keys from ./s.json'],
    [
      '"$schema": "./node_modules/cors-dev-proxy/config/cors-proxy.schema.json",',
      '– editor       completes no keys: ./node_modules/cors-dev-proxy/config/cors-proxy.schema.json is not there\n               Mend: install cors-dev-proxy here; or cors-proxy schema > FILE,',
    ],
  ])('says whether an editor can complete the keys: %s', async (schema, said) => {
    const config = `{ ${schema} "listen": { "port": 0 }, "target": "https://api.test" }`;
    const { code, stdout } = await runMain(['doctor'], { files: { [name]: config, 's.json': '{}' } });
    expect(code).toBe(0);
    expect(stdout).toContain(said);
  });

  it('leads to check where the config has problems', async () => {
    const { code, stdout } = await runMain(['doctor'], { files: { [name]: '{ "target": 1 }' } });
    expect(code).toBe(1);
    expect(stdout).toContain(`✗ config       ${name}: 1 problem\n               Mend: cors-proxy check`);
    expect(stdout).toContain('1 in the way');
  });

  it('needs no config', async () => {
    const { code, stdout } = await runMain(['doctor']);
    expect(code).toBe(0);
    expect(stdout).toContain('– config       none here or above; cors-proxy init writes one');
  });
});

describe('the machine', () => {
  it.each([
    ['20.18.3', '✗'],
    ['20.19.0', '✓'],
    ['21.7.0', '✗'],
    ['22.11.0', '✗'],
    ['22.12.0', '✓'],
    ['24.1.0', '✓'],
  ])('Node %s: %s', (version, mark) => {
    expect(nodeFinding(version).mark).toBe(mark);
  });

  it('does not believe a clock from before the package was built', () => {
    const built = new Date('2026-01-10T00:00:00Z');
    expect(clockFinding(new Date('2026-01-09T12:00:00Z'), built).mark).toBe('✓');
    expect(clockFinding(new Date('2001-01-01T00:00:00Z'), built)).toMatchObject({
      mark: '✗',
      said: '2001-01-01T00:00Z is before this package was built (2026-01-10)',
    });
  });

  it.each([
    [{}, '– no HTTP_PROXY, HTTPS_PROXY, ALL_PROXY: targets are reached directly'],
    [{ http_proxy: 'proxy.test:3128' }, '✓ http_proxy=proxy.test:3128'],
    [{ http_proxy: 'me:secret@proxy.test:3128' }, '✓ http_proxy=***@proxy.test:3128'],
    [
      { ALL_PROXY: 'socks5://me:secret@proxy.test' },
      '✗ ALL_PROXY=socks5://***@proxy.test is no HTTP proxy, and is not used',
    ],
    [{ HTTP_PROXY: 'http://' }, '✗ HTTP_PROXY=http:// is no URL, and is not used'],
    [{ NO_PROXY: 'localhost,.test' }, '✓ NO_PROXY=localhost,.test'],
  ])('%j', (variables, line) => {
    const [found] = proxyFindings(variables);
    expect(`${found?.mark} ${found?.said}`).toBe(line);
  });

  it('tries whether a folder can be followed', () => {
    expect(watchFinding(folderWith({})).mark).toBe('✓');
    expect(watchFinding('/nowhere/at/all')).toMatchObject({
      mark: '✗',
      said: expect.stringContaining('ENOENT'),
    });
  });
});

describe('the certificate', () => {
  const listening = { host: 'localhost', port: 0 } as Parameters<typeof certificateFinding>[0];

  it('is looked at, not made', async () => {
    const home = folderWith({});
    const found = await certificateFinding({ ...listening, https: true }, { HOME: home }, new Date());
    expect(found).toMatchObject({ mark: '–', said: 'none yet: it is made at the first start' });
  });

  it('is judged by its time', async () => {
    const { generate } = await import('selfsigned');
    const pems = await generate([{ name: 'commonName', value: 'localhost' }], {
      notBeforeDate: new Date('2026-01-01T00:00:00Z'),
      notAfterDate: new Date('2026-03-01T00:00:00Z'),
    });
    const folder = folderWith({ 'cert.pem': pems.cert, 'bad.pem': 'nonsense' });
    const on = async (file: string, day: string) => {
      const https = { certFile: `${folder}/${file}`, keyFile: '' };
      const { mark, said } = await certificateFinding(
        { ...listening, https },
        {},
        new Date(`${day}T00:00:00Z`),
      );
      return `${mark} ${said}`;
    };
    expect(await on('cert.pem', '2026-02-01')).toMatch(/^✓ .*until Mar {2}1/);
    expect(await on('cert.pem', '2026-02-20')).toMatch(/^✗ expires soon/);
    expect(await on('cert.pem', '2026-03-02')).toMatch(/^✗ expired/);
    expect(await on('cert.pem', '2025-12-01')).toMatch(/^✗ not valid before/);
    expect(await on('bad.pem', '2026-02-01')).toMatch(/^✗ it is no PEM text/);
    expect(await on('none.pem', '2026-02-01')).toMatch(/^✗ .*none\.pem cannot be read/);
  });
});
