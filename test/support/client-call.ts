/** A request to an upstream whose handler remembers all that it hears, in that order. */

import { Buffer } from 'node:buffer';
import { type LookupAddress, lookup } from 'node:dns';
import type { LookupFunction } from 'node:net';
import { Call, type CallRequest, type Controller, type Handler } from '../../src/proxy/client/call.ts';
import { type Destination, type Dial, dialTo } from '../../src/proxy/client/dial.ts';
import { newWatch } from './watch.ts';

export interface Asked {
  readonly call: Call;
  readonly handler: Handler;
  /** `start`, `head 200`, `data 5`, `end`, `error ECONNRESET`. */
  readonly heard: readonly string[];
  readonly body: () => string;
  readonly hears: (what: string) => Promise<void>;
  /** Resolves when the handler has heard an end, with all that it heard. */
  readonly over: () => Promise<readonly string[]>;
}

export interface AskOptions extends Partial<CallRequest> {
  /** Called with each thing that is heard, after it was written down. */
  readonly on?: (what: string, controller: Controller) => void;
  readonly done?: () => void;
}

const deadlineMs = 10_000;

export function ask({ on = () => {}, done = () => {}, ...request }: AskOptions = {}): Asked {
  const watch = newWatch();
  const heard: string[] = [];
  const chunks: Buffer[] = [];
  const hear = (what: string, controller: Controller) => {
    heard.push(what);
    on(what, controller);
    queueMicrotask(watch.changed);
  };
  const asked = { method: 'GET', path: '/', headers: ['Host', 'api.test'], body: null, ...request };
  const handler: Handler = {
    onRequestStart: (controller) => hear('start', controller),
    onResponseStart: (controller, { status }) => hear(`head ${status}`, controller),
    onResponseData: (controller, chunk) => {
      chunks.push(chunk);
      hear(`data ${chunk.length}`, controller);
    },
    onResponseEnd: (controller) => hear('end', controller),
    onResponseError: (controller, error) => hear(`error ${nameOf(error)}`, controller),
  };
  const wait = (what: string, look: () => boolean) =>
    watch.within(
      deadlineMs,
      () => look() || undefined,
      () => `${what} was not heard, but ${heard.join(', ')}`,
    );
  return {
    call: new Call(asked, handler, done),
    handler,
    heard,
    body: () => Buffer.concat(chunks).toString('latin1'),
    hears: async (what) => void (await wait(what, () => heard.includes(what))),
    over: async () => {
      await wait('an end', () => heard.some((what) => what === 'end' || what.startsWith('error')));
      return heard;
    },
  };
}

function nameOf(error: Error): string {
  return 'code' in error ? String(error.code) : error.message;
}

export interface DialOptions extends Partial<Omit<Destination, 'target'>> {
  /** Default: 127.0.0.1. */
  readonly hostname?: string;
}

/** How the proxy would open connections to an upstream of this machine; its certificate, if any, is believed. */
export function dialOf(
  { origin, port }: { readonly origin: string; readonly port: number },
  options: DialOptions = {},
): Dial {
  const { hostname = '127.0.0.1', ...more } = options;
  const scheme = origin.startsWith('https') ? 'https' : 'http';
  const tls = { verify: false, ca: undefined, cert: undefined, key: undefined };
  const standing = { tls, connectMs: 10_000, lookup: lookup as LookupFunction };
  return dialTo({ ...standing, target: { scheme, hostname, port, origin }, ...more });
}

/** A name that leads to these addresses, in this order. */
export function leadingTo(...addresses: readonly LookupAddress[]): LookupFunction {
  return (_name, _options, callback) => callback(null, [...addresses]);
}
