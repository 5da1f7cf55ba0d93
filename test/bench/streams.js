/** Many connections that stay open: what each costs in memory while it is idle, and how long a message is under way. */

import { connect } from 'node:net';
import { sleep } from './load.js';
import { MessageReader } from './messages.js';
import { residentKilobytes } from './processes.js';
import { requestBytes } from './requests.js';
import { percentile } from './statistics.js';

const patienceMs = 5000;

/** So many are opened and closed first, that the code is compiled and the pools are there. */
const warmUp = 50;

/** `kind` is `events` or `tunnels`; `upstream` holds the API's ends of what is open. */
export async function measureStreams(runner, upstream, { kind, count, messages = 2000 }) {
  for (const client of await openAll(runner, kind, warmUp)) client.destroy();
  await cleared(upstream[kind]);
  await sleep(1000);
  const before = residentKilobytes(runner.pid);
  const clients = await openAll(runner, kind, count);
  await until(() => upstream[kind].length === count);
  await sleep(2000);
  const kilobytesEach = (residentKilobytes(runner.pid) - before) / count;
  const latencies =
    kind === 'events' ? await deliveries(clients, upstream, messages) : await echoes(clients, messages);
  for (const client of clients) client.destroy();
  await cleared(upstream[kind]);
  return { kilobytesEach, p50: percentile(latencies, 0.5), p99: percentile(latencies, 0.99) };
}

async function openAll(runner, kind, count) {
  const clients = [];
  for (let i = 0; i < count; i += 1) clients.push(await open(runner, kind));
  return clients;
}

const handshake = [
  'Upgrade: websocket',
  'Sec-WebSocket-Version: 13',
  'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
];

function open({ port, path }, kind) {
  const isTunnel = kind === 'tunnels';
  const request = requestBytes('GET', path(isTunnel ? '/api/socket' : '/api/events'), {
    port,
    fields: isTunnel ? handshake : [],
    connection: isTunnel ? 'Upgrade' : 'keep-alive',
  });
  return new Promise((resolve, reject) => {
    const client = {
      onMessage: () => {},
      send: (bytes) => socket.write(bytes),
      destroy: () => socket.destroy(),
    };
    const wanted = isTunnel ? '101' : '200';
    const reader = new MessageReader({
      onHead: (head) =>
        head.slice(9, 12) === wanted ? resolve(client) : reject(new Error(head.split('\r\n', 1)[0])),
      onBody: () => client.onMessage(),
      onEnd: () => {},
      onSwitch: () => client.onMessage(),
    });
    const socket = connect({ port, host: '127.0.0.1', noDelay: true }, () => socket.write(request));
    socket.on('data', (chunk) => reader.push(chunk));
    socket.on('error', reject);
    socket.on('close', () => reject(new Error('closed before it was open')));
    socket.setTimeout(patienceMs, () => reject(new Error('it was not opened in time')));
  });
}

const event = Buffer.from('a\r\ndata: 42\n\n\r\n');

/** The API sends an event on one stream after another; whichever client hears of it, it is that one. */
async function deliveries(clients, { events }, messages) {
  let heard = () => {};
  for (const client of clients) client.onMessage = () => heard();
  return oneByOne(messages, (i, done) => {
    heard = done;
    events[i % events.length].write(event);
  });
}

/** A frame of 32 bytes, masked as a browser does; the API sends it back as it is. */
const frame = Buffer.concat([Buffer.from([0x82, 0xa0, 1, 2, 3, 4]), Buffer.alloc(32, 7)]);

async function echoes(clients, messages) {
  return oneByOne(messages, (i, done) => {
    const client = clients[i % clients.length];
    client.onMessage = done;
    client.send(frame);
  });
}

/** Milliseconds of each message, in rising order; the next is sent when the last has come. */
async function oneByOne(messages, send) {
  const latencies = [];
  for (let i = 0; i < messages; i += 1) {
    const begin = performance.now();
    await new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error('a message did not come')), patienceMs);
      send(i, () => {
        clearTimeout(timer);
        resolve();
      });
    });
    latencies.push(performance.now() - begin);
  }
  return latencies.sort((a, b) => a - b);
}

/** The API's ends go with the clients'; where a proxy keeps them, they are closed from here. */
async function cleared(ends) {
  await until(() => ends.length === 0).catch(() => {});
  for (const socket of [...ends]) socket.destroy();
  await until(() => ends.length === 0);
}

async function until(isDone) {
  const deadline = performance.now() + patienceMs;
  while (!isDone()) {
    if (performance.now() > deadline) throw new Error('the streams did not come to rest in time');
    await sleep(10);
  }
}
