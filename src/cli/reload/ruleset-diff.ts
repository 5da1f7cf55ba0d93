/** What a reload changed, what widened access first. Pure; values of headers are never said. */

import type { ListenOptions, Route, Ruleset } from '../../ruleset.ts';

export interface RulesetDiff {
  /** `~ routes[1] allowOrigin +http://localhost:4200` */
  readonly changes: readonly string[];
  /** For so long a browser may go by an answer to a preflight from before; 0 where none says how long. */
  readonly preflightCacheSeconds: number;
}

interface Change {
  readonly text: string;
  readonly widens: boolean;
}

export function diffRulesets(before: Ruleset, after: Ruleset): RulesetDiff {
  const changes = [...routeChanges(before.routes, after.routes), ...listenChanges(before, after)];
  const ordered = [...changes.filter(({ widens }) => widens), ...changes.filter(({ widens }) => !widens)];
  return {
    changes: ordered.map(({ text }) => text),
    preflightCacheSeconds: preflightCacheSeconds(before.routes, after.routes),
  };
}

/** What a listener takes up only where no HTTP/2 session was told of it. */
const sessionKeys = {
  'listen.limits.url': 'urlBytes',
  'listen.limits.headers': 'headBytes',
  'listen.limits.headerCount': 'headerCount',
  'listen.timeouts.head': 'headTimeoutMs',
} as const;

/** The keys that a running listener cannot take up: `listen.port`. */
export function restartKeys(running: ListenOptions, next: ListenOptions): readonly string[] {
  const keys = (['host', 'port', 'https'] as const).filter((key) => differ(running[key], next[key]));
  const ofSessions = Object.entries(sessionKeys).filter(([, key]) => running[key] !== next[key]);
  return [
    ...keys.map((key) => `listen.${key}`),
    ...(running.https === false ? [] : ofSessions.map(([name]) => name)),
  ];
}

function differ(was: unknown, is: unknown): boolean {
  return JSON.stringify(was) !== JSON.stringify(is);
}

/** What holds for every route at once. */
function listenChanges(before: Ruleset, after: Ruleset): readonly Change[] {
  const [was, is] = [hostTexts(before), hostTexts(after)];
  const pairs = [
    [
      'limits',
      ({ urlBytes, headBytes, headerCount, connections }) => [urlBytes, headBytes, headerCount, connections],
    ],
    ['timeouts', ({ headTimeoutMs, drainTimeoutMs }) => [headTimeoutMs, drainTimeoutMs]],
  ] as const satisfies readonly (readonly [string, (listen: ListenOptions) => unknown])[];
  const names = pairs.filter(([, of]) => differ(of(before.listen), of(after.listen)));
  // Another host brings its own names along; it holds after a restart.
  const isSameHost = before.listen.host === after.listen.host;
  return [
    ...(isSameHost ? listChange('listen.allowedHosts', was, is) : []).map(({ text, widens }) => ({
      text: `~ ${text}`,
      widens,
    })),
    ...names.map(([name]) => narrowing(`~ listen.${name}`)),
  ];
}

function hostTexts({ hosts: { names, subtrees, any } }: Ruleset): readonly string[] {
  return [...names, ...subtrees, ...(any ? ['*'] : [])];
}

/** Browsers keep an answer for five seconds unasked; up to here nobody is surprised. */
const unsurprisingSeconds = 60;

/** The longest that a browser may go by what it was told before, where it would be told something else now. */
function preflightCacheSeconds(before: readonly Route[], after: readonly Route[]): number {
  const now = new Map(after.map((route) => [routeKey(route), route]));
  const moved = differ(before.map(routeKey), after.map(routeKey));
  const stale = before.filter((route) => {
    const next = now.get(routeKey(route));
    return moved || next === undefined || differ(preflightAnswer(route), preflightAnswer(next));
  });
  const longest = Math.max(0, ...stale.map(({ policy }) => policy.maxAgeSeconds ?? 0));
  return longest > unsurprisingSeconds ? longest : 0;
}

/** All that decides on an answer to a preflight. */
function preflightAnswer({ policy, preflight }: Route): unknown {
  const { mode, methods, headers, allowCredentials, maxAgeSeconds } = policy;
  return [mode, originTexts({ policy }), methods, headers, allowCredentials, maxAgeSeconds, preflight];
}

function routeChanges(before: readonly Route[], after: readonly Route[]): readonly Change[] {
  const old = new Map(before.map((route) => [routeKey(route), route]));
  const kept = new Set(after.map(routeKey));
  const changes = after.flatMap((route): readonly Change[] => {
    const was = old.get(routeKey(route));
    return was === undefined ? [added(route)] : fieldChanges(was, route);
  });
  const gone = before.filter((route) => !kept.has(routeKey(route)));
  return [...changes, ...gone.map(({ ref }) => narrowing(`- ${ref.match}`)), ...orderChange(before, after)];
}

function routeKey({ ref, methods }: Route): string {
  return JSON.stringify([ref.match, methods === undefined ? [] : [...methods].sort()]);
}

function added({ ref, secretNames }: Route): Change {
  const secret = secretNames.length === 0 ? '' : ` (secret: ${secretNames.join(', ')})`;
  return { text: `+ routes[${ref.index}] ${ref.match}${secret}`, widens: true };
}

/** The first match wins: a route that moved may take what another took. */
function orderChange(before: readonly Route[], after: readonly Route[]): readonly Change[] {
  const known = new Set(before.map(routeKey));
  const staying = after.map(routeKey).filter((key) => known.has(key));
  const was = before.map(routeKey).filter((key) => staying.includes(key));
  return was.join() === staying.join() ? [] : [narrowing('~ the order of the routes')];
}

function fieldChanges(before: Route, after: Route): readonly Change[] {
  const say = (words: string): string => `~ routes[${after.ref.index}] ${words}`;
  const changes = [
    ...originChanges(before, after),
    ...switchChanges(before, after),
    ...secretChanges(before, after),
    ...plainChanges(before, after).map(narrowing),
  ];
  return changes.map(({ text, widens }) => ({ text: say(text), widens }));
}

function narrowing(text: string): Change {
  return { text, widens: false };
}

function originChanges(before: Route, after: Route): readonly Change[] {
  return listChange('allowOrigin', originTexts(before), originTexts(after));
}

/** `allowOrigin +http://localhost:4200 -http://localhost:5173` */
function listChange(name: string, was: readonly string[], is: readonly string[]): readonly Change[] {
  const more = is.filter((text) => !was.includes(text));
  const less = was.filter((text) => !is.includes(text));
  if (more.length + less.length === 0) return [];
  const words = [...more.map((text) => `+${text}`), ...less.map((text) => `-${text}`)];
  return [{ text: `${name} ${words.join(' ')}`, widens: more.length > 0 }];
}

function originTexts({ policy: { origins } }: Pick<Route, 'policy'>): readonly string[] {
  return origins.kind === 'any' ? ['*'] : origins.written;
}

function switchChanges(before: Route, after: Route): readonly Change[] {
  const pairs = [
    ['allowCredentials', before.policy.allowCredentials, after.policy.allowCredentials],
    ['websocket', before.websocket, after.websocket],
    ['cors passthrough', before.policy.mode === 'passthrough', after.policy.mode === 'passthrough'],
  ] as const;
  return pairs
    .filter(([, was, is]) => was !== is)
    .map(([name, , is]) => ({ text: `${name} ${is ? 'on' : 'off'}`, widens: is }));
}

function secretChanges(before: Route, after: Route): readonly Change[] {
  return listChange('secret', before.secretNames, after.secretNames);
}

function plainChanges(before: Route, after: Route): readonly string[] {
  const target =
    before.target.text === after.target.text ? [] : [`target ${before.target.text} → ${after.target.text}`];
  const pairs: readonly (readonly [string, unknown, unknown])[] = [
    ['allowMethods', before.policy.methods, after.policy.methods],
    ['allowHeaders', before.policy.headers, after.policy.headers],
    ['exposeHeaders', before.policy.expose, after.policy.expose],
    ['maxAge', before.policy.maxAgeSeconds, after.policy.maxAgeSeconds],
    ['preflight', before.preflight, after.preflight],
    ['request', editsText(before.request), editsText(after.request)],
    ['response', editsText(before.response), editsText(after.response)],
    ['forwardProxy', before.forwardProxy, after.forwardProxy],
    ['tls', before.tls, after.tls],
    ['timeouts', before.timeouts, after.timeouts],
    ['limits', before.limits, after.limits],
    ['rewrite', mappedSample(before), mappedSample(after)],
  ];
  const names = pairs
    .filter(([, was, is]) => JSON.stringify(was) !== JSON.stringify(is))
    .map(([name]) => name);
  return [...target, ...(names.length === 0 ? [] : [names.join(', ')])];
}

/** Functions cannot be compared; what they make of a path that the route takes can. */
function mappedSample({ globs, mapPath, target }: Route): string {
  const sample = (globs[0] ?? '').replace(/[*?[\]{}()!+@].*$/, 'a/b');
  return mapPath(sample.startsWith('/') ? sample : `/${sample}`).slice(target.basePath.length);
}

/** A set has no text of its own. */
function editsText({ drop, ...rest }: Route['request'] | Route['response']): unknown {
  return { drop: [...drop], ...rest };
}
