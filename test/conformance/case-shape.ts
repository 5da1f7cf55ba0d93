/** The rows of cors-cases.json: their own vocabulary, independent of this proxy's config. */

import { readFileSync } from 'node:fs';

export interface Case {
  readonly id: string;
  readonly group: string;
  readonly level: 'must' | 'should' | 'choice';
  readonly title: string;
  readonly config: CaseConfig;
  readonly request: CaseRequest;
  readonly upstream: CaseUpstream | null;
  readonly expect: Expectation;
}

export interface CaseConfig {
  readonly upstream: string;
  readonly mount: string;
  readonly stripPrefix?: boolean;
  readonly origins: readonly string[];
  readonly methods: readonly string[];
  readonly headers: readonly string[];
  readonly expose: readonly string[];
  readonly credentials: boolean;
  readonly maxAge: number | null;
  readonly cors?: 'passthrough';
  readonly routes?: readonly (string | CaseRoute)[];
  readonly inject?: { readonly authorization: string };
  readonly redirects?: 'follow';
  readonly https?: boolean;
  readonly listen?: string;
  readonly allowedHosts?: readonly string[];
  readonly timeoutMs?: number;
  readonly maxBody?: number;
}

export interface CaseRoute {
  /** A glob, or a method and a glob. */
  readonly match: string;
  readonly origins?: readonly string[];
  readonly upstream?: string;
  readonly inject?: { readonly authorization: string };
  readonly ws?: boolean;
}

export interface CaseRequest {
  readonly method: string;
  readonly target: string;
  readonly headers: Readonly<Record<string, string | readonly string[]>>;
  readonly rawNote?: string;
}

export interface CaseUpstream {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
  readonly body?: string;
  readonly error?: 'ENOTFOUND' | 'CERT_HAS_EXPIRED' | 'TIMEOUT' | 'ECONNRESET' | 'ECONNREFUSED';
}

export type HeaderWish =
  | string
  | { readonly includes: readonly string[] }
  | { readonly tokens: readonly string[] }
  | { readonly oneOf: readonly (HeaderWish | null)[] };

export type StatusWish = number | 'any' | 'closed';

export interface Expectation {
  readonly status?: StatusWish | readonly StatusWish[];
  readonly orStatus?: number;
  readonly headers?: Readonly<Record<string, HeaderWish>>;
  readonly absent?: readonly string[];
  readonly lacks?: Readonly<Record<string, readonly string[]>>;
  readonly count?: Readonly<Record<string, number>>;
  readonly vary?: 'any' | 'choice' | VaryWish;
  /** `empty`, `same text for every path`, or the text. */
  readonly body?: string;
  /** A number, `0 or 1`, `<= 21`. */
  readonly upstreamCalls?: number | string;
  readonly upstreamRequest?: UpstreamRequestWish;
  readonly secondUpstream?: { readonly host: string; readonly status: number };
  readonly secondUpstreamRequest?: UpstreamRequestWish;
  readonly setCookie?: SetCookieWish;
  /** `name: value` pairs of which at most one may stand. */
  readonly neverTogether?: readonly string[];
  readonly never?: string;
  readonly alsoNever?: string;
  readonly browser?: string;
  readonly configError?: boolean;
  readonly configWarning?: boolean;
  readonly processAlive?: boolean;
  readonly timeMs?: string;
  readonly diagnostic?: string;
  readonly choice?: boolean;
  readonly options?: readonly string[];
}

export interface VaryWish {
  readonly includes?: readonly string[];
  readonly excludes?: readonly string[];
  readonly noDuplicates?: boolean;
  readonly unchanged?: boolean;
}

export interface UpstreamRequestWish {
  readonly host?: string;
  readonly target?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly absentHeaders?: readonly string[];
}

export interface SetCookieWish {
  readonly lines?: readonly string[];
  readonly count?: number;
  readonly lacksAttr?: readonly string[];
  readonly containsAttr?: readonly string[];
  readonly neverTogether?: string;
  readonly invariant?: string;
  readonly options?: readonly string[];
}

export function readCases(): readonly Case[] {
  // The file is ours; a key that the checks do not know fails its row (see `checks.ts`).
  return JSON.parse(readFileSync(new URL('cors-cases.json', import.meta.url), 'utf8')) as readonly Case[];
}

/** Field values as lines: a list in a row means one line each. */
export function headerLines(
  headers: Readonly<Record<string, string | readonly string[]>>,
): readonly (readonly [string, string])[] {
  return Object.entries(headers).flatMap(([name, value]) =>
    typeof value === 'string' ? [[name, value] as const] : value.map((line) => [name, line] as const),
  );
}
