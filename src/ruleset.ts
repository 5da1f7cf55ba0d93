/** What a config compiles to: everything that can be decided before the first request, frozen. */

import type { CorsPolicy } from './cors/policy.ts';
import type { HostRules } from './guard/host-rules.ts';
import type { RouteIndex } from './routing/route-index.ts';

export interface Ruleset {
  readonly listen: ListenOptions;
  readonly hosts: HostRules;
  /** In file order; `routes[i].ref.index === i`. */
  readonly routes: readonly Route[];
  readonly index: RouteIndex;
  /** Top-level `cors`: speaks for paths that no route matches, so that a 404 of ours can be read. */
  readonly defaultPolicy: CorsPolicy;
  /** Values that came from `${NAME}` in `request.headers` or from a target's user info: masked wherever they would be printed. */
  readonly secrets: readonly Secret[];
  readonly hasSecretRoute: boolean;
}

export interface Secret {
  /** `API_KEY`, or `target` for user info in a URL. */
  readonly name: string;
  readonly value: string;
}

export interface ListenOptions {
  readonly host: string;
  readonly port: number;
  readonly https: false | true | { readonly certFile: string; readonly keyFile: string };
  readonly urlBytes: number;
  readonly headBytes: number;
  readonly headerCount: number;
  readonly connections: number;
  readonly headTimeoutMs: number;
  readonly drainTimeoutMs: number;
}

/** The part of a route that is plain data: what plans, logs and `explain` carry. */
export interface RouteRef {
  readonly index: number;
  /** The globs as written, joined by a comma. */
  readonly match: string;
  /** `cors-proxy.config.json:7:5`, or the flag that made the route. */
  readonly place: string;
}

export interface Route {
  readonly ref: RouteRef;
  readonly globs: readonly string[];
  /** Upper case; `undefined` = every method. */
  readonly methods: ReadonlySet<string> | undefined;
  readonly target: Target;
  /** The path for the upstream, base path included, or `undefined` where the rewrite does not give a path. */
  readonly mapPath: (path: string) => string;
  /** The listener's path for an upstream path, for Location and cookies; `undefined` where it cannot be said. */
  readonly unmapPath: (upstreamPath: string) => string | undefined;
  /** The listener's path that the whole of the upstream stands under, for cookies: "/gh", or "/". */
  readonly root: string;
  readonly policy: CorsPolicy;
  readonly preflight: 'answer' | 'forward';
  readonly request: RequestEdits;
  readonly response: ResponseEdits;
  readonly websocket: boolean;
  /** Names of the `${NAME}`s in `request.headers`: the route carries a secret where there is one. */
  readonly secretNames: readonly string[];
  /** The proxy of the user's network that the target is reached by; `undefined` = directly. */
  readonly forwardProxy: ForwardProxy | undefined;
  readonly tls: TlsOptions;
  readonly timeouts: { readonly connectMs: number; readonly headersMs: number; readonly bodyMs: number };
  readonly limits: {
    readonly requestBodyBytes: number;
    readonly connections: number;
    readonly queue: number;
    readonly informational: number;
  };
}

export interface Target {
  /** As in the config, user info removed: for people. */
  readonly text: string;
  readonly scheme: 'http' | 'https';
  /** Without brackets. */
  readonly hostname: string;
  readonly port: number;
  /** `api.github.com`, `localhost:3000`: the upstream's own Host. */
  readonly hostHeader: string;
  /** `https://api.github.com`: serialized, default port left out. */
  readonly origin: string;
  /** Without a slash at its end; the empty string for the root. */
  readonly basePath: string;
}

export interface RequestEdits {
  /** Lower-case names to drop from the client's head: those removed and those set. */
  readonly drop: ReadonlySet<string>;
  /** Flat list of what is set, in the case of the config. */
  readonly set: readonly string[];
  /** `upstream`, `keep`, or a value. */
  readonly host: string;
  /** `upstream`, `keep`, `remove`, or a value. */
  readonly origin: string;
}

export interface ResponseEdits {
  readonly drop: ReadonlySet<string>;
  readonly set: readonly string[];
  readonly cookies: 'rewrite' | 'keep' | 'drop';
  readonly redirects: 'rewrite' | 'keep' | 'follow';
}

export interface ForwardProxy {
  /** It may hold credentials, so it is never printed whole. */
  readonly url: string;
  /** `HTTPS_PROXY`, or `config`. */
  readonly from: string;
}

export interface TlsOptions {
  readonly verify: boolean;
  /** PEM text; `undefined` = the system's authorities. */
  readonly ca: string | undefined;
  readonly cert: string | undefined;
  readonly key: string | undefined;
}
