/** Ruleset + servers + observers → a running proxy. */

import { randomBytes } from 'node:crypto';
import { lookup as systemLookup } from 'node:dns';
import type { LookupFunction } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Exchange, Observer, Running } from './exchange.ts';
import type { Listener } from './http/request-head.ts';
import type { OwnEndpoints } from './own-endpoint.ts';
import type { CertificateOptions } from './proxy/certificate.ts';
import { type CloseReport, drain, type Open, openNow } from './proxy/drain.ts';
import { listen } from './proxy/listen.ts';
import { healthEndpoint } from './proxy/own.ts';
import { adjustParser, createHttpServer, type ServerState } from './proxy/server.ts';
import { type TlsListener, tlsListener } from './proxy/tls-listener.ts';
import { UnderwayList } from './proxy/underway.ts';
import { Upstreams } from './proxy/upstream.ts';
import type { Tunnels } from './proxy/websocket.ts';
import type { Ruleset } from './ruleset.ts';

export interface AppOptions {
  /** Called once for each exchange, after its end. */
  readonly observe?: Observer;
  /** Called for what is worth a line without being an exchange: a parser error, a dropped connection. */
  readonly notice?: (notice: Notice) => void;
  /** What `/__cors-proxy/health` says of the config: its file, or how it was given. */
  readonly configName?: string;
  /** What is served below `/__cors-proxy/` beside `health`: the inspector. Nothing by default. */
  readonly endpoints?: OwnEndpoints;
  /** Asked for each request: whether the beginnings of its bodies are to be kept for the observer. Default: never. */
  readonly keepsBodies?: () => boolean;
  /** Name resolution; the system's by default. */
  readonly lookup?: LookupFunction;
  /** Where the certificate of `listen.https: true` is kept and signed; the user's own folders by default. */
  readonly certificate?: Omit<CertificateOptions, 'now'>;
}

export interface Notice {
  readonly level: 'info' | 'warn';
  readonly message: string;
}

export interface App {
  /** `http://localhost:8010` */
  readonly url: string;
  readonly port: number;
  /** `127.0.0.1:8010`, `[::1]:8010` */
  readonly addresses: readonly string[];
  readonly ruleset: () => Ruleset;
  /** One assignment: requests that are under way end on the rules that they began with. */
  readonly reload: (next: Ruleset) => void;
  /** Takes up certificate files, for new connections: whether they have changed; rejects where they cannot be read. */
  readonly renewCertificate: () => Promise<boolean>;
  /** Forwarded requests that have taken `leastMs` and go on, as they are by now: the hundred oldest. And open WebSockets. */
  readonly running: (leastMs: number) => Running;
  /** What is under way, and how long `close` would wait for it at most. */
  readonly open: () => Open;
  /** Stops accepting, waits for open requests up to `listen.timeouts.drain`, then destroys the rest. */
  readonly close: () => Promise<CloseReport>;
}

/** Rejects with Node's error (`EADDRINUSE`, `EACCES`, `EADDRNOTAVAIL`) where it cannot listen. */
export async function startApp(initial: Ruleset, options: AppOptions = {}): Promise<App> {
  let ruleset = initial;
  const { lookup = systemLookup as LookupFunction } = options;
  const notice = guarded(options.notice, () => {});
  const observe = guarded(options.observe, (error) => {
    notice({ level: 'warn', message: `an observer failed: ${String(error)}` });
  });
  const upstreams = new Upstreams({ lookup });
  const sockets = new Set<Duplex>();
  const tunnels: Tunnels = new Map();
  const endless = new Set<() => void>();
  const underway = new UnderwayList();
  let requests = 0;
  const stops = new Set<() => void>();
  const state: ServerState = {
    ruleset: () => ruleset,
    listener: listenerOf(initial),
    upstreams,
    lookup,
    sockets,
    tunnels,
    stops,
    endless,
    underway,
    // The inspector's own, its feed above all, end at once: nobody is to wait for them.
    began: ({ kind }) => {
      if (kind !== 'own') requests += 1;
    },
    observe: (exchange) => {
      if (exchange.plan.kind !== 'own') requests -= 1;
      observe(exchange);
    },
    notice: (level, message) => notice({ level, message }),
    noticeOnce: once((message) => notice({ level: 'warn', message })),
    nextId: idSource(),
    endpoints: endpointsOf(options),
    keepsBodies: options.keepsBodies ?? (() => false),
  };
  // Before the port is bound: a tab that polls while this proxy restarts is served, or finds nobody.
  const tls = await tlsOf(initial, state, options);
  const { port, addresses, servers } = await listen(
    initial.listen,
    tls?.create ?? (() => createHttpServer(state)),
  );
  const url = urlOf(initial, port);
  if (tls !== undefined) notice({ level: 'info', message: tls.note(url) });
  return {
    url,
    port,
    addresses,
    ruleset: () => ruleset,
    reload: (next) => {
      ruleset = next;
      upstreams.retain(next.routes);
      for (const server of servers) adjustParser(server, next);
    },
    running: (leastMs) => ({ requests: longest(underway, leastMs), sockets: idsOf(tunnels) }),
    renewCertificate: async () => (await tls?.renew()) ?? false,
    open: () => openNow({ requests, tunnels, endless, timeoutMs: ruleset.listen.drainTimeoutMs }),
    close: () => {
      const timeoutMs = ruleset.listen.drainTimeoutMs;
      return drain({ servers, sockets, tunnels, stops, endless, upstreams, timeoutMs });
    },
  };
}

/** More than a person watches; each is copied, with what is kept of its bodies. */
const mostTold = 100;

function longest(underway: UnderwayList, leastMs: number): readonly Exchange[] {
  const begun = underway.begunBefore(performance.now() - leastMs);
  return begun.slice(0, mostTold).map((request) => request.soFar());
}

function idsOf(tunnels: Tunnels): ReadonlySet<string> {
  return new Set([...tunnels.values()].flatMap((tunnel) => (tunnel === undefined ? [] : [tunnel.id])));
}

/** Who listens in has a bug of their own, thrown or rejected; the exchange that they are told of has not. */
function guarded<Told>(
  hook: ((told: Told) => unknown) | undefined,
  failed: (error: unknown) => void,
): (told: Told) => void {
  return (told) => {
    try {
      const result = hook?.(told);
      if (result instanceof Promise) result.catch(failed);
    } catch (error) {
      failed(error);
    }
  };
}

async function tlsOf(
  { listen: { https } }: Ruleset,
  state: ServerState,
  { certificate = { env: process.env } }: AppOptions,
): Promise<TlsListener | undefined> {
  return https === false ? undefined : tlsListener(https, state, certificate);
}

function endpointsOf({ configName = '', endpoints = () => undefined }: AppOptions): OwnEndpoints {
  const health = healthEndpoint(configName);
  return (request) => health(request) ?? endpoints(request);
}

function listenerOf({ listen: { https } }: Ruleset): Listener {
  // The name in Via must differ between two proxies, or each would take the other's requests for a loop.
  return { scheme: https === false ? 'http' : 'https', via: `cors-proxy-${randomBytes(4).toString('hex')}` };
}

/** Request ids: unique for this machine, cheap to make. */
function idSource(): () => string {
  const run = randomBytes(4).toString('hex');
  let count = 0;
  return () => {
    count += 1;
    return `${run}-${count.toString(36)}`;
  };
}

function urlOf({ listen: { host, https } }: Ruleset, port: number): string {
  const isWildcard = host === '0.0.0.0' || host === '::' || host === '[::]';
  const name = isWildcard ? 'localhost' : host.includes(':') && !host.startsWith('[') ? `[${host}]` : host;
  return `${https === false ? 'http' : 'https'}://${name}:${port}`;
}

/** Warnings that are remembered; a peer that makes up names must not fill the memory. */
const mostRemembered = 500;

function once(say: (message: string) => void): (message: string) => void {
  const said = new Set<string>();
  return (message) => {
    if (said.has(message) || said.size >= mostRemembered) return;
    said.add(message);
    say(message);
  };
}
