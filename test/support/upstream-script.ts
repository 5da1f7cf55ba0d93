/** What a scripted upstream does on one connection, step by step. */

import type { Buffer } from 'node:buffer';
import type { Socket } from 'node:net';
import { dripTo, writeTo } from './raw-socket.ts';

export type Step =
  /** Waits for a request's head, for a whole request, or for a text in what was received and not yet used up. */
  | { readonly kind: 'expect'; readonly what: 'head' | 'request' | { readonly text: string } }
  | { readonly kind: 'send'; readonly bytes: Buffer | string }
  /** Byte by byte, each in its own turn of the event loop. */
  | { readonly kind: 'drip'; readonly bytes: Buffer | string }
  /** Says `reached(name)` and waits for `release(name)`. */
  | { readonly kind: 'barrier'; readonly name: string }
  /** Stops reading. */
  | { readonly kind: 'pause' }
  | { readonly kind: 'resume' }
  | { readonly kind: 'fin' }
  | { readonly kind: 'rst' };

export const expectHead: Step = { kind: 'expect', what: 'head' };
export const expectRequest: Step = { kind: 'expect', what: 'request' };
export const expectText = (text: string): Step => ({ kind: 'expect', what: { text } });
export const send = (bytes: Buffer | string): Step => ({ kind: 'send', bytes });
export const drip = (bytes: Buffer | string): Step => ({ kind: 'drip', bytes });
export const barrier = (name: string): Step => ({ kind: 'barrier', name });
export const pause: Step = { kind: 'pause' };
export const resume: Step = { kind: 'resume' };
export const fin: Step = { kind: 'fin' };
export const rst: Step = { kind: 'rst' };

/** One script for every connection, or one chosen by the connection's number, from 1. */
export type Script = readonly Step[] | ((connection: number) => readonly Step[]);

/** What the steps need of the connection that they are played on. */
export interface Stage {
  readonly socket: Socket;
  readonly expectHead: () => Promise<unknown>;
  readonly expectRequest: () => Promise<unknown>;
  readonly expectText: (text: string) => Promise<unknown>;
  readonly barrier: (name: string) => Promise<unknown>;
}

export async function play(steps: readonly Step[], stage: Stage): Promise<void> {
  for (const step of steps) await playStep(step, stage);
}

async function playStep(step: Step, stage: Stage): Promise<unknown> {
  const { socket } = stage;
  switch (step.kind) {
    case 'expect':
      if (step.what === 'head') return stage.expectHead();
      return step.what === 'request' ? stage.expectRequest() : stage.expectText(step.what.text);
    case 'send':
      return writeTo(socket, step.bytes);
    case 'drip':
      return dripTo(socket, step.bytes);
    case 'barrier':
      return stage.barrier(step.name);
    case 'pause':
      return socket.pause();
    case 'resume':
      return socket.resume();
    case 'fin':
      return socket.end();
    case 'rst':
      return socket.resetAndDestroy();
  }
}
