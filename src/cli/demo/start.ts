/** `cors-proxy demo` without its proxy: an API that knows nothing of CORS, and a page on another origin that calls it. */

import { startApi } from './api.ts';
import type { SeenRequest } from './journal.ts';
import { startPage } from './page.ts';

export interface Demo {
  /** `http://127.0.0.1:41234` */
  readonly apiUrl: string;
  /** `http://localhost:41235`: what to open, and the origin that the config allows. */
  readonly pageUrl: string;
  /** What `config/demo.config.json` names as `${DEMO_API}` and `${DEMO_PAGE}`. */
  readonly env: { readonly DEMO_API: string; readonly DEMO_PAGE: string };
  /** Everything that reached the API, oldest first. */
  readonly seen: () => readonly SeenRequest[];
  /** To be called once the proxy listens, with its URL: the page answers 503 before. */
  readonly connect: (proxyUrl: string) => void;
  /** Ends the chat alone, whose WebSockets would end by themselves only with their pages. */
  readonly endChat: () => void;
  readonly close: () => Promise<void>;
}

/** Starts both servers on free ports of this machine alone. */
export async function startDemo(): Promise<Demo> {
  const api = await startApi();
  const page = await startPage(api);
  return {
    apiUrl: api.url,
    pageUrl: page.url,
    env: { DEMO_API: api.url, DEMO_PAGE: page.url },
    seen: api.journal.all,
    connect: page.connect,
    endChat: () => api.chat?.close(),
    close: async () => {
      await Promise.all([page.close(), api.close()]);
    },
  };
}
