/** From the vocabulary of the cases to a config of this proxy. */

import type { ConfigFile, RouteRules } from '../../src/config/schema.ts';
import type { Case, CaseConfig, CaseRoute } from './case-shape.ts';

/** Where the hosts of the cases really are: `api.example.com` → `http://127.0.0.1:49152`. */
export type Targets = (host: string) => string;

export interface CaseSetup {
  readonly values: ConfigFile;
  readonly env: Readonly<Record<string, string>>;
}

export interface SetupFiles {
  /** PEM files of a certificate for localhost. */
  readonly certificate: { readonly cert: string; readonly key: string };
  /** PEM file of the authority that the upstream's expired certificate comes from. */
  readonly expired: string;
}

/** `[]` inside a route means "nobody"; here an empty list is an error, so somebody is named who never comes. */
const nobody = 'https://never.example';

export function caseSetup({ config, upstream }: Case, targets: Targets, files: SetupFiles): CaseSetup {
  const isSecret =
    config.inject !== undefined || routesOf(config).some((route) => route.inject !== undefined);
  const values: ConfigFile = {
    listen: listenOf(config, files, isSecret ? 'secret' : 'plain'),
    cors: corsOf(config),
    routes: [
      ...routesOf(config).map((route) => routeRules(config, route, targets)),
      ...redirectRoute(config, targets),
    ],
    ...(config.redirects === undefined ? {} : { response: { redirects: config.redirects } }),
    ...(config.timeoutMs === undefined ? {} : { timeouts: { headers: config.timeoutMs } }),
    ...(config.maxBody === undefined ? {} : { limits: { requestBody: `${config.maxBody}b` } }),
  };
  const routes = values.routes?.map((route) =>
    upstream?.error === 'CERT_HAS_EXPIRED' ? { ...route, tls: { ca: files.expired } } : route,
  );
  return {
    values: { ...values, ...(routes === undefined ? {} : { routes }) },
    env: isSecret ? { API_SECRET: 'SECRET' } : {},
  };
}

function listenOf(
  { https, listen, allowedHosts }: CaseConfig,
  { certificate }: SetupFiles,
  kind: 'secret' | 'plain',
): NonNullable<ConfigFile['listen']> {
  return {
    port: 0,
    ...(https === true ? { https: { cert: certificate.cert, key: certificate.key } } : {}),
    ...(listen === undefined ? {} : { host: listen }),
    ...(listen !== undefined && kind === 'secret' ? { dangerouslyAllowSecretsOnLan: true } : {}),
    ...(allowedHosts === undefined ? {} : { allowedHosts: [...allowedHosts] }),
  };
}

function corsOf(config: CaseConfig): NonNullable<ConfigFile['cors']> {
  return {
    // Loopback origins on any port are the default, which has no name.
    ...(config.origins.includes('loopback') ? {} : { allowOrigin: [...config.origins] }),
    allowMethods: [...config.methods],
    allowHeaders: [...config.headers],
    exposeHeaders: [...config.expose],
    allowCredentials: config.credentials,
    ...(config.maxAge === null ? {} : { maxAge: config.maxAge }),
  };
}

function routesOf(config: CaseConfig): readonly CaseRoute[] {
  if (config.routes === undefined) {
    return [{ match: config.mount === '/' ? '/**' : `${config.mount}/**` }];
  }
  return config.routes.map((route) => (typeof route === 'string' ? { match: route } : route));
}

function routeRules(config: CaseConfig, route: CaseRoute, targets: Targets): RouteRules {
  const [, method, glob = route.match] = /^([A-Z]+) (.*)$/.exec(route.match) ?? [];
  // Where the routes name their own secrets, the case's common one stands for one of them.
  const hasOwnSecrets = routesOf(config).some(({ inject }) => inject !== undefined);
  const inject = hasOwnSecrets ? route.inject : config.inject;
  return {
    match: glob,
    ...(method === undefined ? {} : { methods: [method] }),
    target: targets(hostOf(route.upstream ?? config.upstream)),
    ...(config.stripPrefix === true ? { stripPrefix: config.mount } : {}),
    ...routeCors(config, route),
    ...(route.ws === undefined ? {} : { websocket: route.ws }),
    ...(inject === undefined
      ? {}
      : { request: { headers: { Authorization: secretText(inject.authorization) } } }),
  };
}

function routeCors(config: CaseConfig, { origins }: CaseRoute): Pick<RouteRules, 'cors'> {
  if (config.cors !== undefined) return { cors: config.cors };
  if (origins === undefined) return {};
  return { cors: { allowOrigin: origins.length === 0 ? [nobody] : [...origins] } };
}

/** A server-side redirect may go to a private address only where that is configured, and all of ours are loopback. */
function redirectRoute(config: CaseConfig, targets: Targets): readonly RouteRules[] {
  if (config.redirects === undefined) return [];
  return [{ match: '/configured-for-redirects/**', target: targets('cdn.example.net') }];
}

function secretText(authorization: string): string {
  return authorization.replace('SECRET', '${API_SECRET}');
}

export function hostOf(url: string): string {
  return new URL(url).host;
}
