/**
 * The chat of the demo's API: the only file that knows socket.io. An installed package does not bring it along, so it is
 * loaded where it is found; without it the chat is missing, and nothing else of the demo is.
 */

import { readFile } from 'node:fs/promises';
import type { Server } from 'node:http';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { Server as ChatServer, Socket } from 'socket.io';
import type { Journal } from './journal.ts';

export interface Chat {
  /** socket.io's script for browsers, as a module. */
  readonly clientScript: string;
  /** Ends every session, also those that poll and have no connection at the moment: their timers would go on. */
  readonly close: () => void;
}

/** Opens the chat at `/socket.io/` of the server; `undefined` where socket.io cannot be loaded. */
export async function openChat(server: Server, journal: Journal): Promise<Chat | undefined> {
  const library = await loadSocketIo();
  if (library === undefined) return undefined;
  const { create, clientScript } = library;
  const chat = create(server);
  chat.engine.on('headers', (_headers: unknown, request: ChatRequest) => {
    const { method = '', url: target = '', headers } = request;
    const status = headers.upgrade === undefined ? 200 : 101;
    journal.add({ method, target, origin: headers.origin, status, sent: [] });
  });
  chat.on('connection', admit);
  return { clientScript, close: () => chat.engine.close() };
}

/** What Engine.IO hands its listeners: Node's request, of which this is used. */
interface ChatRequest {
  readonly method?: string;
  readonly url?: string;
  readonly headers: { readonly origin?: string; readonly upgrade?: string };
}

interface Library {
  readonly create: (server: Server) => ChatServer;
  readonly clientScript: string;
}

async function loadSocketIo(): Promise<Library | undefined> {
  try {
    const { Server } = await import('socket.io');
    const folder = join(createRequire(import.meta.url).resolve('socket.io/package.json'), '..');
    const clientScript = await readFile(join(folder, 'client-dist', 'socket.io.esm.min.js'), 'utf8');
    // Its own `cors` and `allowRequest` stay unset: like the rest of this API it does not ask where a page comes from.
    const create = (server: Server) => new Server(server, { serveClient: false, maxHttpBufferSize: 65_536 });
    return { create, clientScript };
  } catch {
    return undefined;
  }
}

/** A guest joins one room under one name, says what it likes, and is told off when its connection ends. */
function admit(socket: Socket): void {
  socket.once('join', (givenName: unknown, givenRoom: unknown) => {
    const name = short(givenName);
    // A socket's own id is a room too, which must not be joined by others.
    const room = `room ${short(givenRoom)}`;
    void socket.join(room);
    const tell = (event: string, ...words: readonly string[]): void => {
      socket.to(room).emit(event, name, ...words);
      socket.emit(event, name, ...words);
    };
    tell('joined');
    socket.on('say', (text: unknown) => tell('said', short(text)));
    socket.once('disconnect', () => tell('left'));
  });
}

/** A chat line, not a load test. */
const longestWords = 200;

function short(words: unknown): string {
  return typeof words === 'string' ? words.slice(0, longestWords) : '';
}
