/** One route of the config → one Route, and the verdicts that need several of its keys. */

import { defaults } from '../config/defaults.ts';
import { keyText, placeText } from '../config/problem.ts';
import type { ConfigFile, RouteRules } from '../config/schema.ts';
import { sizeInBytes } from '../config/size.ts';
import type { Verdicts } from '../config/verdict.ts';
import { compileCorsSection, mergePolicy } from '../cors/compile-policy.ts';
import { compileRouteMethods } from '../cors/method-rule.ts';
import { checkPolicy } from '../cors/policy-verdicts.ts';
import { compileMatchKey, type MatchRule } from '../routing/match-rules.ts';
import { compilePathMap, type PathMap } from '../routing/path-map.ts';
import type { Route, Secret, Target } from '../ruleset.ts';
import { compileForwardProxy } from './forward-proxy.ts';
import { compileRequest, compileResponse, type Sections } from './message-edits.ts';
import { checkRoute } from './route-verdicts.ts';
import { type CompiledTarget, compileTarget } from './target.ts';
import { compileTls } from './tls.ts';
import { basicCredentials } from './user-info.ts';
import type { RouteContext, WrittenRoute } from './written-route.ts';

export interface CompiledRoute {
  /** `undefined` where the target is none; the rest was checked all the same. */
  readonly route: Route | undefined;
  readonly match: MatchRule;
  readonly secrets: readonly Secret[];
}

export function compileRoute(written: WrittenRoute, context: RouteContext): CompiledRoute {
  const { rules, at } = written;
  const { verdicts } = context;
  const match = compileMatch(written, verdicts);
  const compiled = compileTarget(rules.target, {
    at: written.targetAt,
    verdicts,
    listener: context.listener,
  });
  const request = compileRequest(sectionsOf('request', written, context), compiled?.basic, verdicts);
  const policy = compilePolicy(written, { context, compiled, secretNames: request.secretNames });
  const { globs, methods } = match;
  const basePath = compiled?.target.basePath ?? '';
  const paths = compilePathMap(
    { globs, stripPrefix: rules.stripPrefix, rewrite: rules.rewrite, basePath },
    at,
    verdicts,
  );
  const parts = {
    ref: { index: written.index, match: globs.join(', '), place: placeText(verdicts.placeOf(at)) },
    globs,
    methods,
    paths,
    policy,
    preflight: rules.preflight ?? defaults.preflight,
    request: request.edits,
    response: compileResponse(sectionsOf('response', written, context), verdicts),
    // Under "passthrough" nobody would look at the Origin of a handshake.
    websocket: rules.websocket ?? (policy.mode === 'enforce' && policy.origins.kind !== 'any'),
    secretNames: request.secretNames,
    tls: compileTls(rules.tls, {
      at: [...at, 'tls'],
      route: nameOf(written, compiled),
      verdicts,
      files: context.files,
    }),
    timeouts: timeoutsOf(rules, context.values),
    limits: limitsOf(rules, context.values),
  };
  const route = compiled === undefined ? undefined : reach(parts, compiled.target, written, context);
  if (route !== undefined) checkRoute(route, written, context);
  return { route, match, secrets: [...request.secrets, ...networkSecrets(route)] };
}

/** The password of the network's own proxy is sent to nobody but it; it is masked like any other. */
function networkSecrets(route: Route | undefined): readonly Secret[] {
  const url = route?.forwardProxy?.url;
  const basic = url === undefined ? undefined : basicCredentials(new URL(url));
  return (basic?.secrets ?? []).map((value) => ({ name: 'forwardProxy', value }));
}

/**
 * Each name is written out: an object that is made of another one's spread gets a shape of its own in V8, and many
 * routes that differ in shape are large, and slow to read.
 */
function reach(
  parts: Omit<Route, 'target' | 'forwardProxy' | keyof PathMap> & { readonly paths: PathMap },
  target: Target,
  { rules, at }: WrittenRoute,
  { env, verdicts }: RouteContext,
): Route {
  const options = { target, env, at: [...at, 'forwardProxy'], verdicts };
  return {
    ref: parts.ref,
    globs: parts.globs,
    methods: parts.methods,
    target,
    mapPath: parts.paths.mapPath,
    unmapPath: parts.paths.unmapPath,
    root: parts.paths.root,
    policy: parts.policy,
    preflight: parts.preflight,
    request: parts.request,
    response: parts.response,
    websocket: parts.websocket,
    secretNames: parts.secretNames,
    forwardProxy: compileForwardProxy(rules.forwardProxy, options),
    tls: parts.tls,
    timeouts: parts.timeouts,
    limits: parts.limits,
  };
}

function compileMatch({ rules, at, matchAt }: WrittenRoute, verdicts: Verdicts): MatchRule {
  const globs = compileMatchKey(rules.match, matchAt, verdicts);
  const methods =
    rules.methods === undefined
      ? undefined
      : compileRouteMethods(rules.methods, [...at, 'methods'], verdicts);
  return {
    at,
    methods,
    globs: globs.map(({ text }) => text),
    placesOfGlobs: globs.map((glob) => glob.at),
  };
}

interface PolicyInput {
  readonly context: RouteContext;
  readonly compiled: CompiledTarget | undefined;
  readonly secretNames: readonly string[];
}

function compilePolicy({ rules, at, corsAt }: WrittenRoute, input: PolicyInput) {
  const { topCors: top, verdicts, listener } = input.context;
  const isPassthrough = rules.cors === 'passthrough';
  const own = compileCorsSection(typeof rules.cors === 'object' ? rules.cors : {}, corsAt, verdicts);
  const merged = mergePolicy({ top, own, mode: isPassthrough ? 'passthrough' : 'enforce' }, verdicts);
  const context = {
    at,
    secretNames: input.secretNames,
    ownOrigins: listener.origins,
    isLoopbackListener: listener.isLoopback,
    targetOrigin: input.compiled?.target.origin,
  };
  checkPolicy(merged, context, verdicts);
  return merged.policy;
}

function sectionsOf<Key extends 'request' | 'response'>(
  key: Key,
  { rules, at }: WrittenRoute,
  { values }: RouteContext,
): Sections<NonNullable<ConfigFile[Key]>> {
  return { top: values[key], own: rules[key], topAt: [key], ownAt: [...at, key] };
}

function nameOf({ at }: WrittenRoute, compiled: CompiledTarget | undefined): string {
  return compiled === undefined ? keyText(at) : `${keyText(at)} (${compiled.target.origin})`;
}

function timeoutsOf({ timeouts: own }: RouteRules, { timeouts: top }: ConfigFile): Route['timeouts'] {
  return {
    connectMs: own?.connect ?? top?.connect ?? defaults.timeouts.connect,
    headersMs: own?.headers ?? top?.headers ?? defaults.timeouts.headers,
    bodyMs: own?.body ?? top?.body ?? defaults.timeouts.body,
  };
}

function limitsOf({ limits: own }: RouteRules, { limits: top }: ConfigFile): Route['limits'] {
  return {
    requestBodyBytes: sizeInBytes(own?.requestBody ?? top?.requestBody ?? defaults.limits.requestBody),
    connections: own?.connections ?? top?.connections ?? defaults.limits.connections,
    queue: own?.queue ?? top?.queue ?? defaults.limits.queue,
    informational: own?.informational ?? top?.informational ?? defaults.limits.informational,
  };
}
