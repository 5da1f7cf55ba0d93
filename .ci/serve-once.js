// The command on this Node, where every deprecation is an error: starts, serves a request and a WebSocket, stops.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, request } from 'node:http';
import { createInterface } from 'node:readline';

const fail = (why) => {
  console.error(`✗ Node ${process.version}: ${why}`);
  process.exit(1);
};
const timer = setTimeout(() => fail('the command did not serve and stop within 60 s'), 60_000);

const api = createServer((_request, response) => response.end('ok'));
api.on('upgrade', (_request, socket) => {
  socket.end('HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n');
});
api.listen(0, '127.0.0.1');
await once(api, 'listening');

const target = `http://127.0.0.1:${api.address().port}`;
const proxy = spawn(
  process.execPath,
  ['--throw-deprecation', 'bin/cors-proxy.js', target, '--port', '0', '--log-format', 'json', '-c', '-'],
  { stdio: ['pipe', 'pipe', 'pipe'] },
);
proxy.stdin.write('{}');
proxy.stdin.end();
let said = '';
proxy.stderr.setEncoding('utf8').on('data', (text) => {
  said += text;
});
const lines = createInterface({ input: proxy.stdout });
const [ready] = await once(lines, 'line');
const { url } = JSON.parse(ready);

const headers = { Origin: 'http://localhost:5173' };
const [answer] = await once(request(`${url}/x`, { headers }).end(), 'response');
answer.resume();
if (answer.statusCode !== 200) fail(`a request was answered with ${answer.statusCode}`);

const handshake = {
  ...headers,
  Connection: 'Upgrade',
  Upgrade: 'websocket',
  'Sec-WebSocket-Version': '13',
  'Sec-WebSocket-Key': 'dGhlIHNhbXBsZSBub25jZQ==',
};
const asked = request(`${url}/ws`, { headers: handshake }).end();
asked.on('response', ({ statusCode }) => fail(`a WebSocket was answered with ${statusCode}`));
const [, socket] = await once(asked, 'upgrade');
socket.destroy();

proxy.kill('SIGINT');
const [code] = await once(proxy, 'exit');
if (code !== 0 || said !== '') fail(`it ended with ${code} and said: ${said}`);
api.close();
api.closeAllConnections();
clearTimeout(timer);
console.log(`✓ cors-proxy serves and stops on Node ${process.version} without a warning`);
