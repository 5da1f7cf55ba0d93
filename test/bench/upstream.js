/** The API behind every proxy: a bare socket server that answers with prepared bytes, so that it is never what is measured. */

import { createHash } from 'node:crypto';
import { createServer } from 'node:net';
import { isLargeBody, MessageReader, saysClose, sendLargeBody } from './messages.js';

export const smallBody = jsonOf(1024);
export const mediumBody = jsonOf(64 * 1024);

/** What an API of today sends beside its body. */
export const apiFields = [
  ['Date', new Date().toUTCString()],
  ['Content-Type', 'application/json; charset=utf-8'],
  ['Cache-Control', 'private, max-age=0'],
  ['ETag', 'W/"6b1-0f2c"'],
  ['Vary', 'Accept-Encoding'],
  ['X-Request-Id', '4f1d7c0a9b3e'],
  ['Server', 'bench'],
];

/** What a proxy without CORS of its own passes on. */
export const corsFields = [
  ['Access-Control-Allow-Origin', 'http://localhost:5173'],
  ['Access-Control-Allow-Credentials', 'true'],
  ['Access-Control-Allow-Methods', 'POST'],
  ['Access-Control-Allow-Headers', 'content-type,authorization'],
  ['Access-Control-Max-Age', '600'],
];

function jsonOf(bytes) {
  const text = JSON.stringify({ items: Array.from({ length: bytes / 16 }, (_, id) => ({ id })) });
  return Buffer.from(`${text.slice(0, bytes - 3)}"]}`);
}

function head(status, fields) {
  return `HTTP/1.1 ${status}\r\n${fields.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n`;
}

function answer(body) {
  const fields = [...apiFields, ['Content-Length', body.length]];
  return Buffer.concat([Buffer.from(head('200 OK', fields)), body]);
}

const small = answer(smallBody);
const medium = answer(mediumBody);
const preflight = Buffer.from(head('204 No Content', corsFields));
const closing = Buffer.from(
  head('200 OK', [...apiFields, ['Connection', 'close'], ['Content-Length', smallBody.length]]) + smallBody,
);
const event = ': open\n\n';
const eventStream = head('200 OK', [
  ['Content-Type', 'text/event-stream'],
  ['Transfer-Encoding', 'chunked'],
  // nginx would wait for more.
  ['X-Accel-Buffering', 'no'],
]);

/** `events` and `tunnels` hold the open streams, for the one who writes to them. */
export async function startUpstream() {
  const state = { events: [], tunnels: [] };
  const server = createServer({ noDelay: true }, (socket) => serve(socket, state));
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { ...state, port: server.address().port, close: () => server.close() };
}

function serve(socket, state) {
  let request = { line: '', head: '' };
  let received = 0;
  let isWhole = true;
  const reader = new MessageReader({
    onHead(text) {
      request = { line: text.slice(0, text.indexOf('\r\n')), head: text };
      received = 0;
      isWhole = true;
      if (request.line.includes('/socket ')) accept(socket, request.head, state);
    },
    onBody(piece) {
      if (request.line.includes('/upload ')) isWhole &&= isLargeBody(piece, received);
      received += piece.length;
    },
    onEnd: () => reply(socket, request, { received, isWhole, state }),
    onSwitch: (bytes) => socket.write(bytes),
  });
  socket.on('data', (chunk) => reader.push(chunk));
  socket.on('error', () => {});
}

function reply(socket, { line, head: text }, { received, isWhole, state }) {
  if (line.startsWith('OPTIONS ')) socket.write(preflight);
  else if (line.includes('/64k ')) socket.write(medium);
  else if (line.includes('/large/')) sendLarge(socket, Number(/\/large\/([0-9]+) /.exec(line)?.[1]));
  else if (line.includes('/upload '))
    socket.write(answer(Buffer.from(JSON.stringify({ received, isWhole }))));
  else if (line.includes('/events ')) openEvents(socket, state);
  else if (saysClose(text)) socket.end(closing);
  else socket.write(small);
}

function sendLarge(socket, bytes) {
  socket.write(head('200 OK', [...apiFields, ['Content-Length', bytes]]));
  sendLargeBody(socket, bytes);
}

function openEvents(socket, { events }) {
  socket.write(`${eventStream}${event.length.toString(16)}\r\n${event}\r\n`);
  events.push(socket);
  socket.once('close', () => remove(events, socket));
}

function accept(socket, text, { tunnels }) {
  const key = /\r\nsec-websocket-key: *([^\r]+)\r\n/i.exec(text)?.[1] ?? '';
  // RFC 6455 §4.2.2
  const proof = createHash('sha1').update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64');
  const fields = [
    ['Upgrade', 'websocket'],
    ['Connection', 'Upgrade'],
    ['Sec-WebSocket-Accept', proof],
  ];
  socket.write(head('101 Switching Protocols', fields));
  tunnels.push(socket);
  socket.once('close', () => remove(tunnels, socket));
}

function remove(list, element) {
  const index = list.indexOf(element);
  if (index !== -1) list.splice(index, 1);
}
