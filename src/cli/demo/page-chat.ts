/**
 * The browser's half of the chat, served as /chat.js: plain JavaScript of the browser, as in `page-run.ts`. socket.io's
 * own script is imported from this page's server: the page loads nothing from elsewhere.
 */
export const chatScript = String.raw`
import { io } from './socket.io.js';

/** Long enough for a slow machine; only bounds a silence. */
const patienceMs = 10000;

/** Two guests meet in a room of their own: Ada speaks, Grace hears. */
export async function converse(base, id, onLine) {
  const started = performance.now();
  const lines = [];
  const note = (text) => {
    lines.push('+' + Math.round(performance.now() - started) + ' ms  ' + text);
    onLine(lines);
  };
  const guests = [];
  try {
    for (const name of ['Ada', 'Grace']) guests.push(await enter(base, { name, id, note }));
    const [ada, grace] = guests;
    const heard = next(grace, 'said');
    ada.emit('say', 'Can you hear me?');
    const [name, text] = await heard;
    note('Grace hears ' + name + ': ' + text);
    return { ok: true, headers: [], bodyTitle: 'The conversation', body: lines.join('\n'), landed: '' };
  } catch (error) {
    return { error: error.message };
  } finally {
    for (const guest of guests) guest.close();
  }
}

/** Connects as socket.io does by default: requests first, then a WebSocket in their place. */
async function enter(base, { name, id, note }) {
  const socket = io(base, { query: { call: id }, forceNew: true, reconnection: false });
  try {
    await next(socket, 'connect');
    note(name + ' connects by ' + socket.io.engine.transport.name);
    await upgraded(socket);
    note(name + ' goes on by ' + socket.io.engine.transport.name);
    socket.emit('join', name, id);
    await next(socket, 'joined');
    return socket;
  } catch (error) {
    socket.close();
    throw error;
  }
}

/** Before this, a page that is closed is missed only when socket.io's next ping stays unanswered. */
async function upgraded(socket) {
  const { engine } = socket.io;
  if (engine.transport.name !== 'websocket') await next(engine, 'upgrade');
}

/** What comes with the next such event, or the error that comes instead. */
function next(emitter, event) {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error('No ' + event + ' within ' + patienceMs / 1000 + ' s')), patienceMs);
    const settle = (end) => (value) => { clearTimeout(timer); end(value); };
    emitter.once(event, (...values) => settle(resolve)(values));
    emitter.once('connect_error', (error) => settle(reject)(new Error('connect_error: ' + error.message)));
    emitter.once('upgradeError', (error) => settle(reject)(new Error('upgradeError: ' + error.message)));
    emitter.once('disconnect', (reason) => settle(reject)(new Error('disconnect: ' + reason)));
  });
}

/** A guest in the room of everybody who has this page open; onLine is told what is said, onEnd why it is over. */
export function join(base, { onLine, onEnd }) {
  const socket = io(base, { forceNew: true, reconnection: false });
  const name = 'Guest ' + Math.ceil(Math.random() * 999);
  socket.on('connect', () => upgraded(socket).then(() => socket.emit('join', name, 'everybody'), (error) => onEnd(error.message)));
  socket.on('joined', (guest) => onLine(guest + ' has joined' + (guest === name ? ': this is you' : '')));
  socket.on('said', (guest, text) => onLine(guest + ': ' + text));
  socket.on('left', (guest) => onLine(guest + ' has left'));
  socket.on('connect_error', (error) => onEnd('connect_error: ' + error.message));
  socket.on('disconnect', onEnd);
  return { say: (text) => socket.emit('say', text), leave: () => socket.close() };
}
`;
