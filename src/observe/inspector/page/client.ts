/** What the page asks of the proxy. The key stands in the page alone; see the door. */

import type { Batch, Detail, ReplayWish, Told } from '../wire.ts';

const base = '/__cors-proxy';
const key = document.querySelector<HTMLMetaElement>('meta[name="key"]')?.content ?? '';
const headers = { 'Cors-Proxy-Inspector': key };

export interface FeedListener {
  readonly batch: (batch: Batch) => void;
  /** `lost`: the browser tries again; `ended`: the proxy does not know this page any more. */
  readonly connection: (state: 'live' | 'lost' | 'ended') => void;
}

export function listen({ batch, connection }: FeedListener): void {
  const source = new EventSource(`${base}/events?key=${encodeURIComponent(key)}`);
  source.addEventListener('open', () => connection('live'));
  source.addEventListener('error', () => connection(source.readyState === source.CLOSED ? 'ended' : 'lost'));
  source.addEventListener('message', ({ data }: MessageEvent<string>) => batch(JSON.parse(data)));
}

/** The detail, or the sentence that says why there is none. */
export async function fetchDetail(n: number): Promise<Detail | string> {
  return answer<Detail>(await fetch(`${base}/exchanges/${n}`, { headers }));
}

export function replay(wish: ReplayWish): Promise<Told> {
  return act('replay', wish);
}

export function allow(n: number): Promise<Told> {
  return act('allow', { n });
}

async function act(path: string, wish: unknown): Promise<Told> {
  try {
    const told = await answer<Told>(
      await fetch(`${base}/${path}`, { method: 'POST', headers, body: JSON.stringify(wish) }),
    );
    return typeof told === 'string' ? { ok: false, text: told, mend: '' } : told;
  } catch {
    return { ok: false, text: 'The proxy does not answer', mend: 'is it still running?' };
  }
}

async function answer<T>(response: Response): Promise<T | string> {
  return response.ok ? response.json() : (await response.text()).trim();
}

/** Saves a HAR of the marked exchanges, or of all that are kept. */
export async function saveHar(marked: ReadonlySet<number>): Promise<void> {
  const query = marked.size === 0 ? '' : `?n=${[...marked].join(',')}`;
  const response = await fetch(`${base}/har${query}`, { headers });
  const link = document.createElement('a');
  link.href = URL.createObjectURL(await response.blob());
  link.download =
    /filename="([^"]+)"/.exec(response.headers.get('content-disposition') ?? '')?.[1] ?? 'cors-proxy.har';
  link.click();
  URL.revokeObjectURL(link.href);
}
