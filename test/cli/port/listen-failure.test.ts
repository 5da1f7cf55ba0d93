import { createServer } from 'node:http';
import { describe, expect, it, onTestFinished } from 'vitest';
import { explainListenFailure, inUse } from '../../../src/cli/port/listen-failure.ts';
import { findPortHolder, type PortHolder } from '../../../src/cli/port/port-holder.ts';
import { listeningSockets, readLsof, readNetstat } from '../../../src/cli/port/system-holder.ts';

const listen = { host: 'localhost', port: 8010 };
const nobody: PortHolder = { command: undefined, pid: undefined, corsProxy: undefined };
const wanted = { listen, configName: '/project/cors-proxy.config.json' };

async function serverWith(body: string): Promise<number> {
  const server = createServer((_request, response) => response.end(body));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  const address = server.address();
  return address !== null && typeof address === 'object' ? address.port : 0;
}

describe('a port in use', () => {
  it.each<[string, PortHolder, string, string]>([
    [
      'by whom nobody knows',
      nobody,
      'Cannot listen on localhost:8010: the port is in use',
      'take any free port: cors-proxy --port 0',
    ],
    [
      'by another program',
      { ...nobody, command: 'nginx', pid: 7 },
      'Cannot listen on localhost:8010: the port is in use by nginx (pid 7)',
      'stop it (kill 7), or take any free port: cors-proxy --port 0',
    ],
    [
      'by a proxy with the same config',
      {
        command: 'node',
        pid: 7,
        corsProxy: { pid: 7, config: '/project/cors-proxy.config.json', scheme: 'http' },
      },
      'Cannot listen on localhost:8010: the port is in use by node (pid 7): a cors-proxy with this same config',
      'use that one (http://localhost:8010/), stop it (kill 7), or take any free port: cors-proxy --port 0',
    ],
    [
      'by a proxy with another config, on a system that tells nothing',
      { command: undefined, pid: 7, corsProxy: { pid: 7, config: '/other.json', scheme: 'https' } },
      'Cannot listen on localhost:8010: the port is in use by a process (pid 7): a cors-proxy with /other.json',
      'use that one (https://localhost:8010/), stop it (kill 7), or take any free port: cors-proxy --port 0',
    ],
  ])('%s', (_sentence, holder, said, mend) => {
    expect(inUse(holder, wanted)).toEqual({ said, mend, code: 3 });
  });

  it('asks whether it is one of us', async () => {
    const port = await serverWith('{"name":"cors-proxy","pid":4711,"config":"a.json"}');
    expect(await findPortHolder(port)).toMatchObject({ pid: 4711, corsProxy: { config: 'a.json' } });
  });

  it.each([
    '',
    '{',
    'null',
    '[]',
    '{"name":"other"}',
    '{"name":"cors-proxy","pid":"1"}',
    'x'.repeat(100_000),
  ])('is not led astray by a server that answers %j', async (body) => {
    expect((await findPortHolder(await serverWith(body))).corsProxy).toBeUndefined();
  });

  it('reads what the system says', () => {
    expect(readLsof('p41822\ncnode\nf18\n')).toEqual({ pid: 41822, command: 'node' });
    expect(readLsof('')).toBeUndefined();
    const windows = `
  Proto  Local Address          Foreign Address        State           PID
  TCP    127.0.0.1:80100        0.0.0.0:0              LISTENING       1
  TCP    127.0.0.1:8010         127.0.0.1:50000        ESTABLISHED     2
  TCP    [::1]:8010             [::]:0                 ABH\u00d6REN         41822\r
`;
    expect(readNetstat(windows, 8010)).toEqual({ pid: 41822, command: undefined });
    expect(readNetstat('', 8010)).toBeUndefined();
    const proc = `  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0100007F:1F4A 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 74711 1 0 100 0 0 10 0
   1: 0100007F:1F4A 0100007F:C350 01 00000000:00000000 00:00000000 00000000     0        0 74712 1 0 100 0 0 10 0
`;
    expect(listeningSockets(proc, 8010)).toEqual(['74711']);
  });

  it.runIf(process.platform === 'linux')('finds a process by its socket, without any tool', async () => {
    const port = await serverWith('something else');
    expect(await findPortHolder(port)).toEqual({
      pid: process.pid,
      command: expect.stringMatching(/./),
      corsProxy: undefined,
    });
  });
});

describe('other reasons', () => {
  it.each([
    ['EACCES', 80, 'Cannot listen on localhost:80: this user may not use ports below 1024'],
    [
      'EADDRNOTAVAIL',
      8010,
      'Cannot listen on localhost:8010: no network interface of this machine has the address "localhost"',
    ],
    ['ENOTFOUND', 8010, 'Cannot listen on localhost:8010: "localhost" cannot be resolved to an address'],
  ])('LC-03 %s is a failure at run time', async (code, port, said) => {
    const error = Object.assign(new Error(code), { code });
    const failure = await explainListenFailure(error, { ...wanted, listen: { ...listen, port } });
    expect(failure).toMatchObject({ said, code: 1 });
  });

  it('leaves a bug to be a bug', async () => {
    expect(await explainListenFailure(new TypeError('x'), wanted)).toBeUndefined();
  });
});
