/** `cors` of the top level and of a route → one policy: key by key, the route's over the default's. */

import { wayOf } from '../config/as-given.ts';
import { type KeyPath, keyText, placeText } from '../config/problem.ts';
import type { CorsRules } from '../config/schema.ts';
import type { Verdicts } from '../config/verdict.ts';
import { compileAllowHeaders, compileExposeHeaders, compileMaxAge } from './header-rule.ts';
import { compileAllowMethods } from './method-rule.ts';
import { compileOrigins, loopbackOrigins, type Origins, originRule } from './origin-rule.ts';
import type { CorsPolicy, NameRule, PolicyKey, RulePlace } from './policy.ts';

/** One `cors` object, compiled by itself; `undefined` where a key is absent. */
export interface CorsSection {
  /** `cors`, `routes[0].cors`. */
  readonly at: KeyPath;
  readonly allowOrigin: Origins | undefined;
  readonly allowMethods: NameRule | undefined;
  readonly allowHeaders: NameRule | undefined;
  readonly exposeHeaders: NameRule | undefined;
  readonly allowCredentials: boolean | undefined;
  readonly maxAge: number | undefined;
  readonly allowNullOrigin: boolean | undefined;
}

export function compileCorsSection(rules: CorsRules, at: KeyPath, verdicts: Verdicts): CorsSection {
  return {
    at,
    allowOrigin: ifGiven(rules.allowOrigin, (v) => compileOrigins(v, [...at, 'allowOrigin'], verdicts)),
    allowMethods: ifGiven(rules.allowMethods, (v) =>
      compileAllowMethods(v, [...at, 'allowMethods'], verdicts),
    ),
    allowHeaders: ifGiven(rules.allowHeaders, (v) =>
      compileAllowHeaders(v, [...at, 'allowHeaders'], verdicts),
    ),
    exposeHeaders: ifGiven(rules.exposeHeaders, (v) =>
      compileExposeHeaders(v, [...at, 'exposeHeaders'], verdicts),
    ),
    allowCredentials: rules.allowCredentials,
    maxAge: ifGiven(rules.maxAge, (v) => compileMaxAge(v, [...at, 'maxAge'], verdicts)),
    allowNullOrigin: rules.dangerouslyAllowNullOrigin,
  };
}

function ifGiven<V, R>(value: V | undefined, compile: (value: V) => R): R | undefined {
  return value === undefined ? undefined : compile(value);
}

/** A policy beside what the verdicts that need a whole policy must know. */
export interface MergedPolicy {
  readonly policy: CorsPolicy;
  /** `undefined`: the default, loopback origins. */
  readonly origins: Origins | undefined;
  /** The section that speaks for the route: where a missing key would be written. */
  readonly at: KeyPath;
  /** The path of each key where it really stands. */
  readonly paths: Readonly<Record<PolicyKey, KeyPath>>;
  readonly allowNullOrigin: boolean;
  /** As written, whatever the origins are. */
  readonly asksCredentials: boolean;
}

interface MergeSections {
  readonly top: CorsSection;
  /** The route's; the same as `top` where the default policy is meant. */
  readonly own: CorsSection;
  readonly mode: CorsPolicy['mode'];
}

export function mergePolicy({ top, own, mode }: MergeSections, verdicts: Verdicts): MergedPolicy {
  const origins = own.allowOrigin ?? top.allowOrigin;
  const allowNullOrigin = own.allowNullOrigin ?? top.allowNullOrigin ?? false;
  const asksCredentials = own.allowCredentials ?? top.allowCredentials ?? false;
  const isAny = origins?.kind === 'any';
  const policy: CorsPolicy = {
    mode,
    origins: origins === undefined ? loopbackOrigins : originRule(origins, { allowNull: allowNullOrigin }),
    methods: own.allowMethods ?? top.allowMethods ?? '*',
    headers: own.allowHeaders ?? top.allowHeaders ?? '*',
    expose: own.exposeHeaders ?? top.exposeHeaders ?? [],
    // The pair is refused in `policy-verdicts.ts`; the invariant of the type holds here all the same.
    allowCredentials: asksCredentials && !isAny,
    maxAgeSeconds: own.maxAge ?? top.maxAge,
    places: eachKey((key) => rulePlace(key, { top, own }, verdicts)),
  };
  const paths = eachKey((key) => [...sectionOf(key, { top, own }).at, key]);
  return { policy, origins, at: own.at, paths, allowNullOrigin, asksCredentials };
}

type Sections = Pick<MergeSections, 'top' | 'own'>;

/** The section in which a key stands; the route's own where it stands in none. */
function sectionOf(key: PolicyKey, { top, own }: Sections): CorsSection {
  return own[key] === undefined && top[key] !== undefined ? top : own;
}

function rulePlace(key: PolicyKey, sections: Sections, verdicts: Verdicts): RulePlace {
  const section = sectionOf(key, sections);
  const path = [...section.at, key];
  const place = verdicts.placeOf(path);
  const written = section[key] !== undefined;
  return {
    place: written ? placeText(place) : 'default',
    key: keyText(path),
    written,
    way: wayOf(place),
  };
}

function eachKey<T>(make: (key: PolicyKey) => T): Readonly<Record<PolicyKey, T>> {
  return {
    allowOrigin: make('allowOrigin'),
    allowMethods: make('allowMethods'),
    allowHeaders: make('allowHeaders'),
    exposeHeaders: make('exposeHeaders'),
    allowCredentials: make('allowCredentials'),
    maxAge: make('maxAge'),
  };
}
