import { once } from 'node:events';
import { connect, type Socket as NetSocket } from 'node:net';
import { io, type Socket } from 'socket.io-client';
import { describe, expect, it, onTestFinished } from 'vitest';
import { type DemoApi, startApi } from '../../../src/cli/demo/api.ts';

async function started(): Promise<DemoApi> {
  const api = await startApi();
  onTestFinished(api.close);
  return api;
}

/** A guest who is in the room, and all that this guest is told from then on. */
async function guest(
  { url }: Pick<DemoApi, 'url'>,
  name: string,
  room = 'lobby',
): Promise<{ readonly socket: Socket; readonly told: string[] }> {
  const socket = io(url, { forceNew: true, reconnection: false, query: { call: name } });
  onTestFinished(() => {
    socket.close();
  });
  const told: string[] = [];
  const joined = new Promise((resolve) => socket.once('joined', resolve));
  socket.onAny((event: string, ...words: readonly string[]) => told.push([event, ...words].join(' ')));
  socket.emit('join', name, room);
  await joined;
  return { socket, told };
}

/** Resolves with the words of the next such event. */
function next(socket: Socket, event: string): Promise<readonly string[]> {
  return new Promise((resolve) => {
    socket.once(event, (...words: string[]) => resolve(words));
  });
}

/** Resolves when the requests of the beginning have given way to a WebSocket. */
async function byWebSocket({ io: { engine } }: Socket): Promise<void> {
  if (engine.transport.name === 'websocket') return;
  await new Promise<void>((resolve) => engine.once('upgrade', () => resolve()));
}

describe('the chat', () => {
  it('tells everybody in a room what one of them says, and nobody outside', async () => {
    const api = await started();
    const ada = await guest(api, 'Ada');
    const grace = await guest(api, 'Grace');
    const hedy = await guest(api, 'Hedy', 'elsewhere');
    const heard = Promise.all([ada, grace].map(({ socket }) => next(socket, 'said')));
    ada.socket.emit('say', 'Can you hear me?');
    const words = ['Ada', 'Can you hear me?'];
    expect(await heard).toEqual([words, words]);
    expect(ada.told).toEqual(['joined Ada', 'joined Grace', 'said Ada Can you hear me?']);
    expect(hedy.told).toEqual(['joined Hedy']);
  });

  it('tells the others when a connection ends', async () => {
    const api = await started();
    const ada = await guest(api, 'Ada');
    const grace = await guest(api, 'Grace');
    const left = next(ada.socket, 'left');
    grace.socket.close();
    expect(await left).toEqual(['Grace']);
  });

  it.each([
    ['nothing', []],
    ['numbers', [1, 2]],
    ['objects', [{ length: 1e9 }, null]],
  ])('is not upset by a guest whose name and room are %s', async (_what, words) => {
    const api = await started();
    const socket = io(api.url, { forceNew: true, reconnection: false });
    onTestFinished(() => {
      socket.close();
    });
    const joined = next(socket, 'joined');
    socket.emit('join', ...words);
    expect(await joined).toEqual(['']);
    const said = next(socket, 'said');
    socket.emit('say', 'x'.repeat(1000));
    expect((await said)[1]).toHaveLength(200);
  });

  it('puts its requests in the journal, the WebSocket among them', async () => {
    const api = await started();
    const { socket } = await guest(api, 'Ada');
    await byWebSocket(socket);
    const seen = api.journal.ofCall('Ada').map(({ method, status }) => `${method} ${status}`);
    expect(seen).toEqual(expect.arrayContaining(['GET 200', 'POST 200', 'GET 101']));
  });

  it('has no word of CORS, and asks no page where it comes from', async () => {
    const { url } = await started();
    const response = await fetch(`${url}/socket.io/?EIO=4&transport=polling`, {
      headers: { Origin: 'https://elsewhere.example' },
    });
    expect(response.status).toBe(200);
    expect([...response.headers.keys()].filter((name) => name.startsWith('access-control-'))).toEqual([]);
  });

  it('leaves the rest of the API as it is', async () => {
    const { url, journal } = await started();
    expect((await fetch(`${url}/weather?call=1`)).status).toBe(200);
    expect(journal.ofCall('1')).toHaveLength(1);
  });
});

describe('the end of the API', () => {
  it('ends open WebSockets', async () => {
    const api = await startApi();
    const { socket } = await guest(api, 'Ada');
    await byWebSocket(socket);
    const ended = next(socket, 'disconnect');
    await api.close();
    await ended;
  });

  it('does not wait for a client that answers nothing, not even the closing of its WebSocket', async () => {
    const api = await startApi();
    const socket = await mute(api);
    const ended = once(socket, 'close');
    await api.close();
    await ended;
  });
});

describe('the end of the chat', () => {
  it('ends its sessions, by WebSocket or between two polls, and leaves the API as it is', async () => {
    const { chat, url } = await started();
    const { socket } = await guest({ url }, 'Ada');
    await byWebSocket(socket);
    const session = await pollOnce(url);
    const ended = next(socket, 'disconnect');
    chat?.close();
    await ended;
    const gone = await fetch(`${url}/socket.io/?EIO=4&transport=polling&sid=${session}`);
    expect(await gone.json()).toMatchObject({ message: 'Session ID unknown' });
    expect((await fetch(`${url}/weather`)).status).toBe(200);
  });
});

/** The id of a session whose client does not poll again. */
async function pollOnce(url: string): Promise<string> {
  const opening = await (await fetch(`${url}/socket.io/?EIO=4&transport=polling`)).text();
  const [, session = ''] = /"sid":"([^"]+)"/.exec(opening) ?? [];
  return session;
}

/** A WebSocket whose client sends nothing after the handshake. */
async function mute({ port }: DemoApi): Promise<NetSocket> {
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => {});
  const lines = [
    'GET /socket.io/?EIO=4&transport=websocket HTTP/1.1',
    `Host: 127.0.0.1:${port}`,
    'Connection: Upgrade',
    'Upgrade: websocket',
    'Sec-WebSocket-Version: 13',
    'Sec-WebSocket-Key: AQIDBAUGBwgJCgsMDQ4PEA==',
  ];
  socket.write(`${lines.join('\r\n')}\r\n\r\n`);
  const [head] = await once(socket, 'data');
  expect(String(head)).toMatch(/^HTTP\/1\.1 101 /);
  return socket;
}
