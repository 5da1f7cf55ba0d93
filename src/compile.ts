/** Config → Ruleset: joins what the parts below return, and adds the verdicts that need two of them. */

import type { Environment } from './compile/forward-proxy.ts';
import { checkNames, checkWidth, compileListen, type Listener, listenerOf } from './compile/listen.ts';
import { pemFiles } from './compile/pem.ts';
import { type CompiledRoute, compileRoute } from './compile/route.ts';
import type { WrittenRoute } from './compile/written-route.ts';
import type { Config } from './config/config.ts';
import { type Checked, keyText } from './config/problem.ts';
import type { ConfigFile } from './config/schema.ts';
import { Verdicts } from './config/verdict.ts';
import { type CorsSection, compileCorsSection, mergePolicy } from './cors/compile-policy.ts';
import type { CorsPolicy } from './cors/policy.ts';
import { checkPolicy } from './cors/policy-verdicts.ts';
import { compileHostRules } from './guard/host-rules.ts';
import { checkMatches } from './routing/match-rules.ts';
import { buildRouteIndex } from './routing/route-index.ts';
import type { Ruleset, Secret } from './ruleset.ts';

/** Files named in the config (tls.ca, https.cert) are read by `readFile`, so that this stays free of I/O in tests. */
export interface CompileOptions {
  /** Throws where the file cannot be read; without it no file is read and none is reported. */
  readonly readFile?: (path: string) => string;
  /** The environment, for HTTP_PROXY, HTTPS_PROXY, ALL_PROXY and NO_PROXY; without it every target is reached directly. */
  readonly env?: Environment;
  /** This machine's own addresses, to which a listener on every interface answers. */
  readonly localAddresses?: readonly string[];
}

/** The rules, or every problem of the config in the order of the file; warnings stand beside the rules. */
export function compile(config: Config, options: CompileOptions = {}): Checked<Ruleset> {
  const { values } = config;
  const { localAddresses = [] } = options;
  const verdicts = new Verdicts(config);
  const files = pemFiles({ directory: config.directory, readFile: options.readFile }, verdicts);
  const listen = compileListen(values.listen ?? {}, verdicts, files);
  const hosts = compileHostRules(values.listen ?? {}, verdicts, { localAddresses });
  const listener = listenerOf(listen, localAddresses);
  const topCors = compileCorsSection(values.cors ?? {}, ['cors'], verdicts);
  const defaultPolicy = compileDefaultPolicy(topCors, listener, verdicts);
  const { env = {} } = options;
  const context = { values, topCors, listener, verdicts, files, env };
  const compiled = writtenRoutes(values).map((written) => compileRoute(written, context));
  checkTogether(compiled, values, verdicts);

  const problems = verdicts.sorted();
  if (verdicts.hasErrors()) return { ok: false, problems };
  const routes = compiled.flatMap(({ route }) => (route === undefined ? [] : [route]));
  const value: Ruleset = {
    listen,
    hosts,
    routes,
    index: buildRouteIndex(routes),
    defaultPolicy,
    secrets: distinct(compiled.flatMap(({ secrets }) => secrets)),
    hasSecretRoute: routes.some(({ secretNames }) => secretNames.length > 0),
  };
  return { ok: true, value, problems };
}

/** What speaks for paths without a route; it has no secret and no target. */
function compileDefaultPolicy(top: CorsSection, listener: Listener, verdicts: Verdicts): CorsPolicy {
  const merged = mergePolicy({ top, own: top, mode: 'enforce' }, verdicts);
  const context = {
    at: [],
    secretNames: [],
    ownOrigins: listener.origins,
    isLoopbackListener: listener.isLoopback,
    targetOrigin: undefined,
  };
  checkPolicy(merged, context, verdicts);
  return merged.policy;
}

/** The routes of the file, and the `target` shorthand as a last one for every path. */
function writtenRoutes({ routes = [], target }: ConfigFile): readonly WrittenRoute[] {
  const written = routes.map((rules, index): WrittenRoute => {
    const at = ['routes', index];
    return {
      rules,
      index,
      at,
      targetAt: [...at, 'target'],
      matchAt: [...at, 'match'],
      corsAt: [...at, 'cors'],
    };
  });
  if (target === undefined) return written;
  const at = ['target'];
  const shorthand: WrittenRoute = {
    rules: { match: '/**', target },
    index: routes.length,
    at,
    targetAt: at,
    matchAt: at,
    corsAt: ['cors'],
  };
  return [...written, shorthand];
}

/** What can be said only of all routes, or of the listener beside them. */
function checkTogether(compiled: readonly CompiledRoute[], values: ConfigFile, verdicts: Verdicts): void {
  if (compiled.length === 0) {
    verdicts.error(values.routes === undefined ? [] : ['routes'], {
      code: 'CP119',
      said: 'Nothing to forward to: there is neither a "target" nor a route',
      mend: 'run cors-proxy https://api.example.com, or cors-proxy init to write a config',
    });
  }
  checkMatches(
    compiled.map(({ match }) => match),
    verdicts,
  );
  const secret = compiled.find(({ route }) => (route?.secretNames.length ?? 0) > 0);
  const secretRoute = secret === undefined ? undefined : keyText(secret.match.at);
  checkWidth(values.listen ?? {}, secretRoute, verdicts);
  checkNames(values.listen ?? {}, secretRoute, verdicts);
}

function distinct(secrets: readonly Secret[]): readonly Secret[] {
  return [...new Map(secrets.map((secret) => [secret.value, secret])).values()];
}
