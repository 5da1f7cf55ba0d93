/** What a reload changed, what widened access first. Pure; values of headers are never said. */

import type { Route, Ruleset } from '../ruleset.ts';

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
  const changes = routeChanges(before.routes, after.routes);
  const ordered = [...changes.filter(({ widens }) => widens), ...changes.filter(({ widens }) => !widens)];
  const ages = before.routes.map(({ policy }) => policy.maxAgeSeconds ?? 0);
  return {
    changes: ordered.map(({ text }) => text),
    preflightCacheSeconds: changes.length === 0 ? 0 : Math.max(0, ...ages),
  };
}

/** The keys that a running listener cannot take up: `listen.port`. */
export function restartKeys({ listen: before }: Ruleset, { listen: after }: Ruleset): readonly string[] {
  const keys = (['host', 'port', 'https'] as const).filter(
    (key) => JSON.stringify(before[key]) !== JSON.stringify(after[key]),
  );
  return keys.map((key) => `listen.${key}`);
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
  const [was, is] = [originTexts(before), originTexts(after)];
  const more = is.filter((text) => !was.includes(text));
  const less = was.filter((text) => !is.includes(text));
  if (more.length + less.length === 0) return [];
  const words = [...more.map((text) => `+${text}`), ...less.map((text) => `-${text}`)];
  return [{ text: `allowOrigin ${words.join(' ')}`, widens: more.length > 0 }];
}

function originTexts({ policy: { origins } }: Route): readonly string[] {
  return origins.kind === 'any' ? ['*'] : origins.written;
}

function switchChanges(before: Route, after: Route): readonly Change[] {
  const pairs = [
    ['allowCredentials', before.policy.allowCredentials, after.policy.allowCredentials],
    ['websocket', before.websocket, after.websocket],
  ] as const;
  return pairs
    .filter(([, was, is]) => was !== is)
    .map(([name, , is]) => ({ text: `${name} ${is ? 'on' : 'off'}`, widens: is }));
}

function secretChanges(before: Route, after: Route): readonly Change[] {
  const more = after.secretNames.filter((name) => !before.secretNames.includes(name));
  const less = before.secretNames.filter((name) => !after.secretNames.includes(name));
  if (more.length + less.length === 0) return [];
  const words = [...more.map((name) => `+${name}`), ...less.map((name) => `-${name}`)];
  return [{ text: `secret ${words.join(' ')}`, widens: more.length > 0 }];
}

function plainChanges(before: Route, after: Route): readonly string[] {
  const target =
    before.target.text === after.target.text ? [] : [`target ${before.target.text} → ${after.target.text}`];
  const pairs: readonly (readonly [string, unknown, unknown])[] = [
    ['allowMethods', before.policy.methods, after.policy.methods],
    ['allowHeaders', before.policy.headers, after.policy.headers],
    ['exposeHeaders', before.policy.expose, after.policy.expose],
    ['maxAge', before.policy.maxAgeSeconds, after.policy.maxAgeSeconds],
    ['cors', before.policy.mode, after.policy.mode],
    ['preflight', before.preflight, after.preflight],
    ['request', editsText(before.request), editsText(after.request)],
    ['response', editsText(before.response), editsText(after.response)],
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
