/** The routes of the tables, one for each set of rules, named for what they allow. */

import type { Cast, Routes } from './stage.ts';

/** The pages at `origins.localhost` and `origins.secure` are the ones that may. */
export function tableRoutes({ origins, api, second, dead }: Cast): Routes {
  const mine = [origins.localhost, origins.secure];
  const rules: Record<string, Omit<Routes[number], 'match' | 'stripPrefix' | 'target'>> = {
    any: { cors: { allowOrigin: '*', exposeHeaders: '*' } },
    plain: { cors: { allowOrigin: mine } },
    exposed: { cors: { allowOrigin: mine, exposeHeaders: ['ETag', 'X-Total'] } },
    login: {
      cors: {
        allowOrigin: [...mine, origins.loopbackAddress],
        exposeHeaders: '*',
        allowCredentials: true,
      },
    },
    strict: { cors: { allowOrigin: mine, allowMethods: ['PUT', 'PATCH'], allowHeaders: ['X-Known'] } },
    remembered: { cors: { allowOrigin: mine, maxAge: 600 } },
    forgotten: { cors: { allowOrigin: mine, maxAge: 0 } },
    opaque: { cors: { allowOrigin: ['null', ...mine], dangerouslyAllowNullOrigin: true } },
    shared: { cors: { allowOrigin: [...mine, origins.otherPort, origins.loopbackAddress] } },
    followed: { cors: { allowOrigin: mine }, response: { redirects: 'follow' } },
    kept: { cors: { allowOrigin: mine }, response: { redirects: 'keep' } },
    small: { cors: { allowOrigin: mine }, limits: { requestBody: '1kb' } },
    quick: { cors: { allowOrigin: mine }, timeouts: { headers: 50 } },
  };
  const named = Object.entries(rules).map(([name, rest]) => ({
    match: `/${name}/**`,
    stripPrefix: `/${name}`,
    target: api,
    ...rest,
  }));
  return [
    ...named,
    { match: '/second/**', stripPrefix: '/second', target: `${second}/base`, cors: { allowOrigin: mine } },
    { match: '/dead/**', stripPrefix: '/dead', target: dead, cors: { allowOrigin: mine } },
  ];
}
