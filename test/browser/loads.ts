/** What else than fetch loads across origins, asked of a page; the browser's side is in `in-page.js`. */

import type { OpenedPage } from './page-origin.ts';

export interface XhrInit {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly withCredentials?: boolean;
  /** Listens on `xhr.upload`. */
  readonly watchesUpload?: boolean;
}

export interface XhrResult {
  readonly ended: 'load' | 'error';
  readonly status: number;
  readonly body: string;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
  /** Bytes that `xhr.upload` said were sent, at its `load`; -1 where it said nothing. */
  readonly uploaded: number;
}

interface Element {
  readonly url: string;
  readonly crossOrigin?: 'anonymous' | 'use-credentials';
}

/** Name, what it is asked, what it reports. */
interface Loads {
  readonly xhr: (ask: XhrInit & { readonly url: string }) => XhrResult;
  /** `shown`: it is on the page, and its pixels are not for scripts. */
  readonly image: (ask: Element) => 'readable' | 'shown' | 'error';
  readonly script: (ask: Element & { readonly type?: 'module' }) => 'load' | 'error';
  readonly scriptError: (ask: Element) => string;
  readonly style: (ask: Element) => 'readable' | 'empty' | 'shown' | 'error';
  readonly font: (ask: Element) => 'load' | 'error';
  readonly events: (ask: EventsAsk) => readonly string[];
  readonly socket: (ask: Element) => string;
  readonly beacon: (ask: BeaconAsk) => boolean;
  readonly streamed: (ask: { readonly url: string; readonly chunks: readonly string[] }) => string;
  readonly firstChunk: (ask: { readonly url: string }) => string;
  readonly sandboxed: (ask: { readonly script: string }) => string;
  readonly form: (ask: { readonly url: string; readonly body: string }) => 'loaded';
  readonly frame: (ask: { readonly url: string }) => 'loaded';
}

export interface EventsAsk {
  readonly url: string;
  readonly count: number;
  readonly withCredentials?: boolean;
}

export interface BeaconAsk {
  readonly url: string;
  readonly type: string;
  readonly body: string;
}

/** `load(page, 'image', { url })` */
export async function load<Name extends keyof Loads>(
  { page }: Pick<OpenedPage, 'page'>,
  name: Name,
  ask: Parameters<Loads[Name]>[0],
): Promise<ReturnType<Loads[Name]>> {
  const result = await page.evaluate(`loads.${name}(${JSON.stringify(ask)})`);
  return result as ReturnType<Loads[Name]>;
}
