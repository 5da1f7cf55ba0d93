/** Twenty saves while requests, an upload, a download and a WebSocket are under way: nobody notices. */

import { once } from 'node:events';
import { renameSync, writeFileSync } from 'node:fs';
import {
  Agent,
  createServer,
  type IncomingMessage,
  request,
  type Server,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { connectRaw } from '../../support/raw-client.ts';
import { type Started, startMain } from '../run-main.ts';

const page = 'http://localhost:5173';
const reloads = 20;
const askers = 3;

interface Api {
  readonly url: string;
  readonly connections: () => number;
  readonly download: Promise<ServerResponse>;
}

/** Answers; holds one download open; speaks back on an upgraded connection. */
async function api(): Promise<Api> {
  const server = createServer();
  const open = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    open.add(socket);
    socket.once('close', () => open.delete(socket));
  });
  const download = new Promise<ServerResponse>((resolve) => {
    server.on('request', (incoming: IncomingMessage, response: ServerResponse) => {
      if (incoming.url !== '/download') response.end('hello');
      else {
        response.writeHead(200);
        response.write('first ');
        resolve(response);
      }
    });
  });
  server.on('upgrade', (_incoming: IncomingMessage, socket: Socket) => {
    socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n');
    socket.on('data', (bytes) => socket.write(bytes));
    socket.on('error', () => {});
  });
  return { url: `http://127.0.0.1:${await portOf(server)}`, connections: () => open.size, download };
}

async function portOf(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  return (server.address() as AddressInfo).port;
}

/** The n-th version: other origins, and every other time other connections to the API. */
function config(target: string, n: number): string {
  const allowOrigin = [page, `http://localhost:${1000 + n}`];
  return JSON.stringify({ target, cors: { allowOrigin }, timeouts: { connect: 9000 + (n % 2) } });
}

function save(started: Started, text: string): void {
  const file = join(started.cwd, 'cors-proxy.config.json');
  writeFileSync(`${file}.tmp`, text);
  renameSync(`${file}.tmp`, file);
}

/** Asks again and again until it is told to stop; gives the answers that were not as they should be. */
async function load(
  url: string,
  isOver: () => boolean,
): Promise<{ readonly count: number; readonly bad: readonly string[] }> {
  const agent = new Agent({ keepAlive: true });
  onTestFinished(() => agent.destroy());
  const bad: string[] = [];
  let count = 0;
  for (; !isOver(); count += 1) {
    const answer = await answerOf(url, agent, count % 3 === 0 ? 'upload' : '').catch(String);
    if (answer !== '200 hello') bad.push(answer);
  }
  return { count, bad };
}

async function answerOf(url: string, agent: Agent, body: string): Promise<string> {
  const asked = request(`${url}/a`, {
    agent,
    method: body === '' ? 'GET' : 'POST',
    headers: { Origin: page },
  });
  asked.end(body);
  const [response] = (await once(asked, 'response')) as [IncomingMessage];
  let text = '';
  for await (const chunk of response) text += String(chunk);
  return `${response.statusCode} ${text}`;
}

async function inForce(url: string, origin: string): Promise<void> {
  const headers = { Origin: origin, Connection: 'close' };
  for (;;) {
    const answer = await fetch(`${url}/a`, { headers });
    await answer.text();
    if (answer.status === 200) return;
  }
}

it('LC-06 20 reloads under load: no request fails, what is open stays, and no connection is left behind', async () => {
  const { url: target, connections, download } = await api();
  const files = { 'cors-proxy.config.json': config(target, 0) };
  // A line for each request would be most of what this test does.
  const started = startMain(['--port', '0', '--log-format', 'json', '-q'], { files });
  const [, url = ''] = await started.printed(/"url":"([^"]+)"/);
  const { port } = new URL(url);
  const socket = await connectRaw({ port: Number(port) });
  onTestFinished(() => {
    socket.socket.destroy();
  });
  const key = 'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n';
  const upgrade = 'Connection: Upgrade\r\nUpgrade: websocket\r\n';
  await socket.write(`GET /ws HTTP/1.1\r\nHost: localhost\r\nOrigin: ${page}\r\n${upgrade}${key}\r\n`);
  await socket.until('\r\n\r\n');
  const downloading = fetch(`${url}/download`, { headers: { Origin: page, Connection: 'close' } });
  const rest = await download;

  let isOver = false;
  const loads = Array.from({ length: askers }, () => load(url, () => isOver));
  for (let n = 1; n <= reloads; n += 1) {
    save(started, config(target, n));
    await inForce(url, `http://localhost:${1000 + n}`);
  }
  isOver = true;
  const results = await Promise.all(loads);
  expect(results.flatMap(({ bad }) => bad)).toEqual([]);
  expect(Math.min(...results.map(({ count }) => count))).toBeGreaterThan(reloads);

  await socket.write('still there');
  await socket.until('still there');
  rest.end('last');
  expect(await (await downloading).text()).toBe('first last');
  // The tunnel, and the pool of the rules in force: a connection for each asker, and one for the question above.
  await expect.poll(connections).toBeLessThanOrEqual(2 + askers);
}, 60_000);
