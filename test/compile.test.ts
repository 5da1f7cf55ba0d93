/** The verdicts of the whole config, one row for each. The names of the rows are those of the docs on configs. */

import { describe, expect, it } from 'vitest';
import { type CompileOptions, compile } from '../src/compile.ts';
import { parseConfig } from '../src/config/parse.ts';
import type { Problem, Severity } from '../src/config/problem.ts';
import type { ConfigFile, CorsRules, RouteRules } from '../src/config/schema.ts';
import { environment } from '../src/config/variables.ts';
import { validCertificate, weakCertificate } from './support/certificates.ts';
import { type ConfigOfOptions, configOf } from './support/config.ts';

const api = 'https://api.example.com';
const page = 'http://localhost:5173';

function withCors(cors: CorsRules): ConfigFile {
  return { target: api, cors };
}

function withRoute(rules: Partial<RouteRules>): ConfigFile {
  return { routes: [{ match: '/gh/**', target: api, ...rules }] };
}

/** A route with a secret, and how its header came to be. */
function withSecret(rules: Partial<RouteRules>, rest: ConfigFile = {}): ConfigFile {
  const headers = { Authorization: 'Bearer s3cr3t-value' };
  return { ...rest, ...withRoute({ request: { headers }, ...rules }) };
}

const fromKey: ConfigOfOptions = {
  substitutions: [
    {
      path: ['routes', 0, 'request', 'headers', 'Authorization'],
      names: ['API_KEY'],
      values: ['s3cr3t-value'],
    },
  ],
};

type Row = readonly [
  name: string,
  config: ConfigFile,
  expected: readonly [severity: Severity, code: string, key: string, said: RegExp],
  options?: ConfigOfOptions,
];

const origins: readonly Row[] = [
  [
    'V01 a route with a secret names no origin',
    withSecret({}),
    ['error', 'CP133', 'routes[0]', /\$\{API_KEY\}.*names no origin/],
    fromKey,
  ],
  [
    'V02 "*" beside credentials',
    withCors({ allowOrigin: '*', allowCredentials: true }),
    ['error', 'CP130', 'cors.allowOrigin', /"allowCredentials": true .*browsers refuse that pair/],
  ],
  [
    'V02 "*" of the top level beside the route\'s credentials',
    { cors: { allowOrigin: '*' }, ...withRoute({ cors: { allowCredentials: true } }) },
    ['error', 'CP130', 'routes[0].cors.allowCredentials', /allowOrigin "\*"/],
  ],
  [
    'V03 "reflect"',
    withCors({ allowOrigin: 'reflect' }),
    ['error', 'CP131', 'cors.allowOrigin', /echoing any/],
  ],
  ['V03 "true"', withCors({ allowOrigin: ['true'] }), ['error', 'CP131', 'cors.allowOrigin[0]', /"true"/]],
  [
    'V04 "*" on a route with a secret',
    withSecret({ cors: { allowOrigin: '*' } }),
    ['error', 'CP132', 'routes[0].cors.allowOrigin', /any web page could spend \$\{API_KEY\}/],
    fromKey,
  ],
  [
    'T5 any port on a route with a secret: another project of this machine could spend it',
    withSecret({ cors: { allowOrigin: ['https://app.test', 'http://localhost:*'] } }),
    ['warning', 'CP236', 'routes[0].cors.allowOrigin[1]', /"http:\/\/localhost:\*".*any port.*\$\{API_KEY\}/],
    fromKey,
  ],
  [
    'V04 passthrough on a route with a secret',
    withSecret({ cors: 'passthrough' }),
    ['error', 'CP132', 'routes[0].cors', /passthrough.*\$\{API_KEY\}/],
    fromKey,
  ],
  ['V05 "null"', withCors({ allowOrigin: ['null'] }), ['error', 'CP134', 'cors.allowOrigin[0]', /sandboxed/]],
  [
    'V05 "null" with its escape',
    withCors({ allowOrigin: [page, 'null'], dangerouslyAllowNullOrigin: true }),
    ['warning', 'CP235', 'cors.allowOrigin[1]', /"null" is allowed/],
  ],
  [
    'V05 "null" with its escape and credentials',
    withCors({ allowOrigin: ['null'], dangerouslyAllowNullOrigin: true, allowCredentials: true }),
    ['error', 'CP134', 'cors.allowOrigin[0]', /beside "allowCredentials": true/],
  ],
  [
    'V05 "null" with its escape and a secret',
    withSecret({ cors: { allowOrigin: ['null'], dangerouslyAllowNullOrigin: true } }),
    ['error', 'CP134', 'routes[0].cors.allowOrigin[0]', /beside a secret/],
    fromKey,
  ],
  ['V06 file:', withCors({ allowOrigin: 'file:///app' }), ['error', 'CP134', 'cors.allowOrigin', /opaque/]],
  ['V07 a path', withCors({ allowOrigin: `${page}/app` }), ['error', 'CP135', 'cors.allowOrigin', /no path/]],
  [
    'V07 a lone slash',
    withCors({ allowOrigin: `${page}/` }),
    ['notice', 'CP330', 'cors.allowOrigin', /slash/],
  ],
  [
    'V08 no scheme',
    withCors({ allowOrigin: 'localhost:5173' }),
    ['error', 'CP135', 'cors.allowOrigin', /scheme/],
  ],
  [
    'V09 :80',
    withCors({ allowOrigin: 'http://localhost:80' }),
    ['notice', 'CP331', 'cors.allowOrigin', /port out/],
  ],
  [
    'V10 upper case',
    withCors({ allowOrigin: 'HTTP://App.Test' }),
    ['notice', 'CP332', 'cors.allowOrigin', /lower/],
  ],
  [
    'V11 Unicode',
    withCors({ allowOrigin: 'http://bücher.test' }),
    ['notice', 'CP333', 'cors.allowOrigin', /xn--/],
  ],
  [
    'V12 port 0',
    withCors({ allowOrigin: 'http://localhost:0' }),
    ['error', 'CP136', 'cors.allowOrigin', /"0"/],
  ],
  [
    'V13 IPv4',
    withCors({ allowOrigin: 'http://127.1:80' }),
    ['notice', 'CP334', 'cors.allowOrigin', /127\.0\.0\.1/],
  ],
  [
    'V14 glob',
    withCors({ allowOrigin: 'http://*a.test' }),
    ['error', 'CP137', 'cors.allowOrigin', /whole labels/],
  ],
  [
    'V15 TLD',
    withCors({ allowOrigin: 'https://*.com' }),
    ['warning', 'CP230', 'cors.allowOrigin', /anyone can/],
  ],
  [
    'V15 a hoster with credentials',
    withCors({ allowOrigin: 'https://*.vercel.app', allowCredentials: true }),
    ['error', 'CP138', 'cors.allowOrigin', /anyone can register/],
  ],
  [
    'V16 http beyond loopback with credentials',
    withCors({ allowOrigin: ['http://app.test'], allowCredentials: true }),
    ['error', 'CP138', 'cors.allowOrigin[0]', /controls the network/],
  ],
  [
    'V17 regexp',
    withCors({ allowOrigin: '/^http:.*$/' }),
    ['error', 'CP137', 'cors.allowOrigin', /regular exp/],
  ],
  [
    'V19 twice',
    withCors({ allowOrigin: [page, page] }),
    ['warning', 'CP231', 'cors.allowOrigin[1]', /already covered by .*5173" at cors-proxy\.config\.json:1:1/],
  ],
  [
    'V19 covered by a pattern that stands later',
    withCors({ allowOrigin: [page, 'http://localhost:*'] }),
    ['warning', 'CP231', 'cors.allowOrigin[0]', /localhost:\*/],
  ],
  [
    "V21 the listener's own origin",
    withCors({ allowOrigin: 'http://localhost:8010' }),
    ['warning', 'CP232', 'cors.allowOrigin', /own origin/],
  ],
  [
    "V22 the API's own origin",
    { target: 'https://api.test', cors: { allowOrigin: 'https://api.test' } },
    ['warning', 'CP233', 'cors.allowOrigin', /does not run there/],
  ],
  [
    'V61 a public page and a loopback listener',
    withCors({ allowOrigin: 'https://app.example.com' }),
    ['warning', 'CP234', 'cors.allowOrigin', /Local Network Access/],
  ],
  ['V64 []', withCors({ allowOrigin: [] }), ['error', 'CP139', 'cors.allowOrigin', /empty list/]],
  [
    'V64 "*" beside names',
    withCors({ allowOrigin: ['*', page] }),
    ['error', 'CP138', 'cors.allowOrigin[0]', /beside/],
  ],
];

const names: readonly Row[] = [
  [
    'V23 no token',
    withCors({ allowMethods: 'GET, PUT' }),
    ['error', 'CP140', 'cors.allowMethods', /GET, PUT/],
  ],
  [
    'V24 TRACE',
    withCors({ allowMethods: ['GET', 'POST', 'TRACE'] }),
    ['error', 'CP141', 'cors.allowMethods[2]', /forbidden method/],
  ],
  [
    'V25 put',
    withCors({ allowMethods: ['GET', 'POST', 'put'] }),
    ['notice', 'CP340', 'cors.allowMethods[2]', /"put" is applied as "PUT"/],
  ],
  [
    'V26 patch',
    withCors({ allowMethods: ['GET', 'POST', 'patch'] }),
    ['warning', 'CP240', 'cors.allowMethods[2]', /case-sensitive/],
  ],
  [
    'V27 a method that Node cannot read',
    withCors({ allowMethods: ['GET', 'POST', 'CHICKEN'] }),
    ['error', 'CP142', 'cors.allowMethods[2]', /parser/],
  ],
  [
    'V28 OPTIONS',
    withCors({ allowMethods: ['GET', 'POST', 'OPTIONS'] }),
    ['warning', 'CP241', 'cors.allowMethods[2]', /OPTIONS/],
  ],
  [
    'V29 no POST',
    withCors({ allowMethods: ['GET'] }),
    ['warning', 'CP242', 'cors.allowMethods', /HEAD and POST/],
  ],
  ['V64 no method', withCors({ allowMethods: [] }), ['error', 'CP143', 'cors.allowMethods', /empty list/]],
  [
    'V30 no token',
    withCors({ allowHeaders: ['X A'] }),
    ['error', 'CP144', 'cors.allowHeaders[0]', /every preflight/],
  ],
  [
    'V31 Cookie',
    withCors({ allowHeaders: ['Cookie'] }),
    ['error', 'CP145', 'cors.allowHeaders[0]', /never set/],
  ],
  [
    'V31 Sec-*',
    withCors({ allowHeaders: ['Sec-Foo'] }),
    ['error', 'CP145', 'cors.allowHeaders[0]', /never set/],
  ],
  [
    'V32 a header of the protocol',
    withCors({ allowHeaders: ['Access-Control-Allow-Origin'] }),
    ['error', 'CP146', 'cors.allowHeaders[0]', /protocol itself/],
  ],
  [
    'V33 ["*"]',
    withCors({ allowHeaders: ['*'] }),
    ['notice', 'CP341', 'cors.allowHeaders', /applied as "\*"/],
  ],
  [
    'V33 "*" beside names',
    withCors({ allowHeaders: ['X-A', '*'] }),
    ['warning', 'CP243', 'cors.allowHeaders[1]', /say nothing/],
  ],
  [
    'V34 no token',
    withCors({ exposeHeaders: ['a b'] }),
    ['error', 'CP147', 'cors.exposeHeaders[0]', /whole list/],
  ],
  [
    'V35 Set-Cookie',
    withCors({ exposeHeaders: ['Set-Cookie'] }),
    ['warning', 'CP244', 'cors.exposeHeaders[0]', /never read/],
  ],
  [
    'V36 Origin',
    withCors({ exposeHeaders: ['Origin'] }),
    ['error', 'CP148', 'cors.exposeHeaders[0]', /not a header of the answer/],
  ],
  [
    'V38 "*" beside names',
    withCors({ exposeHeaders: ['*', 'ETag'] }),
    ['warning', 'CP243', 'cors.exposeHeaders[0]', /say nothing/],
  ],
  ['V39 too long', withCors({ maxAge: 100_000 }), ['error', 'CP149', 'cors.maxAge', /100000/]],
  ['V39 below -1', withCors({ maxAge: -2 }), ['error', 'CP149', 'cors.maxAge', /-2/]],
  ['V39 longer than Chromium', withCors({ maxAge: 7201 }), ['warning', 'CP245', 'cors.maxAge', /7200/]],
  ['V39 -1', withCors({ maxAge: -1 }), ['notice', 'CP342', 'cors.maxAge', /applied as 0/]],
];

const secrets: readonly Row[] = [
  [
    'V48 a secret in clear text',
    withSecret({ target: 'http://api.test', cors: { allowOrigin: page } }),
    ['error', 'CP125', 'routes[0].target', /\$\{API_KEY\}.*clear text/],
    fromKey,
  ],
  [
    'V48 a secret in clear text, with its escape',
    withSecret({
      target: 'http://api.test',
      cors: { allowOrigin: page },
      dangerouslyAllowPlainHttpSecrets: true,
    }),
    ['warning', 'CP226', 'routes[0].target', /clear text/],
    fromKey,
  ],
  [
    'V51 a secret written out',
    withRoute({ request: { headers: { 'X-Api-Key': 'abc' } } }),
    ['warning', 'CP225', 'routes[0].request.headers["X-Api-Key"]', /not treated as carrying a secret/],
  ],
  [
    'V53 a line break from the environment',
    withSecret({ cors: { allowOrigin: page }, request: { headers: { Authorization: 'Bearer s3cr3t\n' } } }),
    ['error', 'CP165', 'routes[0].request.headers.Authorization', /\$\{API_KEY\}.*line break/],
    fromKey,
  ],
  [
    'V54 Content-Length',
    withRoute({ request: { headers: { 'Content-Length': '3' } } }),
    ['error', 'CP161', 'routes[0].request.headers["Content-Length"]', /frames the message/],
  ],
  [
    'V54 Host',
    withRoute({ request: { headers: { Host: 'x' } } }),
    ['error', 'CP161', 'routes[0].request.headers.Host', /key of its own/],
  ],
  [
    'V54 a name that is no token',
    withRoute({ request: { headers: { 'X A': '1' } } }),
    ['error', 'CP160', 'routes[0].request.headers["X A"]', /header name/],
  ],
  [
    'V54 one name in two cases',
    withRoute({ request: { headers: { 'X-A': '1', 'x-a': '2' } } }),
    ['error', 'CP166', 'routes[0].request.headers["x-a"]', /any case/],
  ],
  [
    'V54 a CORS header on responses',
    withRoute({ response: { headers: { 'Access-Control-Allow-Origin': '*' } } }),
    ['error', 'CP162', 'routes[0].response.headers["Access-Control-Allow-Origin"]', /"cors" alone/],
  ],
  [
    'V54 request.host is a URL',
    withRoute({ request: { host: 'https://x.test' } }),
    ['error', 'CP163', 'routes[0].request.host', /no URL/],
  ],
  [
    'V54 request.origin has a path',
    { target: api, request: { origin: 'https://x.test/' } },
    ['error', 'CP164', 'request.origin', /never write/],
  ],
  [
    'V65 redirects followed with a secret',
    withSecret({ cors: { allowOrigin: page }, response: { redirects: 'follow' } }),
    ['warning', 'CP260', 'routes[0].response.redirects', /\$\{API_KEY\} is dropped/],
    fromKey,
  ],
  [
    'A8 preflights forwarded with a secret',
    withSecret({ cors: { allowOrigin: page }, preflight: 'forward' }),
    ['warning', 'CP255', 'routes[0].preflight', /no credentials/],
    fromKey,
  ],
];

const listenerAndTarget: readonly Row[] = [
  ['V46 no scheme', { target: 'api.stripe.com' }, ['error', 'CP116', 'target', /full URL/]],
  ['V46 a query', { target: `${api}/?a=1` }, ['error', 'CP116', 'target', /no query/]],
  ['V46 another scheme', { target: 'ftp://x.test' }, ['error', 'CP116', 'target', /"ftp"/]],
  [
    'V46b a user, and the route names its origin',
    { target: 'https://me:pass@api.test', cors: { allowOrigin: page } },
    ['warning', 'CP212', 'target', /Basic credentials/],
  ],
  ['V47 itself', { target: 'http://localhost:8010/api' }, ['error', 'CP117', 'target', /this proxy itself/]],
  ['V49 metadata', { target: 'http://169.254.169.254' }, ['warning', 'CP213', 'target', /metadata/]],
  [
    'V50 tls',
    withRoute({ tls: { verify: false } }),
    ['warning', 'CP214', 'routes[0].tls.verify', /routes\[0\]/],
  ],
  [
    'V50 half a pair',
    withRoute({ tls: { cert: 'a.pem' } }),
    ['error', 'CP118', 'routes[0].tls.cert', /pair/],
  ],
  [
    'V55 wide',
    { target: api, listen: { host: '0.0.0.0' } },
    ['warning', 'CP211', 'listen.host', /everybody/],
  ],
  [
    'V55 wide with a secret',
    withSecret({ cors: { allowOrigin: page } }, { listen: { host: '::' } }),
    ['error', 'CP114', 'listen.host', /secret on routes\[0\]/],
    fromKey,
  ],
  [
    'V55 wide with a secret and its escape',
    withSecret(
      { cors: { allowOrigin: page } },
      { listen: { host: '::', dangerouslyAllowSecretsOnLan: true } },
    ),
    ['warning', 'CP215', 'listen.host', /secret of routes\[0\]/],
    fromKey,
  ],
  [
    'T1 a name over plain http, to which browsers send no Sec-Fetch-Site, with a secret',
    withSecret({ cors: { allowOrigin: page } }, { listen: { allowedHosts: ['a.localhost', '.dev.test'] } }),
    [
      'warning',
      'CP216',
      'listen.allowedHosts[1]',
      /"\.dev\.test".*any website can spend the secret of routes\[0\]/,
    ],
    fromKey,
  ],
  [
    'V55 no host',
    { target: api, listen: { host: 'http://x' } },
    ['error', 'CP112', 'listen.host', /Cannot listen/],
  ],
  ['V56 bad port', { target: api, listen: { port: 6000 } }, ['error', 'CP113', 'listen.port', /6000/]],
  [
    'V57 "*"',
    { target: api, listen: { allowedHosts: ['*'] } },
    ['error', 'CP110', 'listen.allowedHosts[0]', /DNS rebinding/],
  ],
  [
    'V57 "*" with its escape',
    { target: api, listen: { allowedHosts: ['*'], dangerouslyAllowAnyHost: true } },
    ['warning', 'CP210', 'listen.allowedHosts[0]', /DNS rebinding/],
  ],
  [
    'V57 .com',
    { target: api, listen: { allowedHosts: ['.com'] } },
    ['error', 'CP110', 'listen.allowedHosts[0]', /"\.com"/],
  ],
  [
    'V58 a port',
    { target: api, listen: { allowedHosts: ['https://app.dev.test:80/'] } },
    ['error', 'CP111', 'listen.allowedHosts[0]', /name alone/],
  ],
];

const routes: readonly Row[] = [
  [
    'V18 cannot be compiled',
    withRoute({ rewrite: { '(': '/' } }),
    ['error', 'CP155', 'routes[0].rewrite["("]', /regular expression/],
  ],
  [
    'V18 nested quantifiers',
    withRoute({ rewrite: { '^/(a+)+$': '/' } }),
    ['warning', 'CP253', 'routes[0].rewrite["^/(a+)+$"]', /exponential/],
  ],
  [
    'V18 an unescaped dot',
    withRoute({ rewrite: { '^/a.json': '/' } }),
    ['warning', 'CP254', 'routes[0].rewrite["^/a.json"]', /any character/],
  ],
  [
    'V18 a replacement with a query',
    withRoute({ rewrite: { '^/gh/(.*)': '/?q=$1' } }),
    ['error', 'CP156', 'routes[0].rewrite["^/gh/(.*)"]', /path alone/],
  ],
  [
    'V43 taken whole by an earlier route',
    {
      routes: [
        { match: '/api/**', target: api },
        { match: '/api/users/**', target: api },
      ],
    },
    ['warning', 'CP250', 'routes[1].match', /routes\[0\] "\/api\/\*\*" takes every such path first/],
  ],
  [
    'V43 the shorthand beside a catch-all route',
    { target: api, routes: [{ match: '/**', target: 'https://other.test' }] },
    ['warning', 'CP250', 'target', /shorthand "target"/],
  ],
  ['V44 no slash', withRoute({ match: 'gh/**' }), ['error', 'CP150', 'routes[0].match', /begins with "\/"/]],
  [
    'V44 in a list',
    withRoute({ match: ['/a/**', '/b#c'] }),
    ['error', 'CP150', 'routes[0].match[1]', /fragment/],
  ],
  ['V44 a bar', withRoute({ match: '/a|b/c' }), ['error', 'CP150', 'routes[0].match', /percent-encode/]],
  ['V44 a group', withRoute({ match: '/!(a)/c' }), ['error', 'CP151', 'routes[0].match', /groups/]],
  [
    'V45 only the case differs',
    {
      routes: [
        { match: '/Api/**', target: api },
        { match: '/api/**', target: api },
      ],
    },
    ['warning', 'CP251', 'routes[1].match', /only in case/],
  ],
  [
    'V62 all sockets of a dev server',
    withRoute({ match: '/**', target: 'http://localhost:3000', websocket: true }),
    ['warning', 'CP256', 'routes[0].websocket', /hot reload/],
  ],
  [
    'V62 sockets under "*"',
    withRoute({ websocket: true, cors: { allowOrigin: '*' } }),
    ['warning', 'CP257', 'routes[0].websocket', /does not open/],
  ],
  ['A4 nothing', {}, ['error', 'CP119', '', /Nothing to forward to/]],
  ['A4 no route', { routes: [] }, ['error', 'CP119', 'routes', /Nothing to forward to/]],
  [
    'A5 both',
    withRoute({ stripPrefix: '/gh', rewrite: { '^/gh': '' } }),
    ['error', 'CP153', 'routes[0].stripPrefix', /Cannot combine/],
  ],
  [
    'A6 half a segment',
    withRoute({ stripPrefix: '/g' }),
    ['error', 'CP154', 'routes[0].stripPrefix', /whole segments/],
  ],
  [
    'A6 a slash at its end',
    withRoute({ stripPrefix: '/gh/' }),
    ['notice', 'CP350', 'routes[0].stripPrefix', /slash/],
  ],
  ['A7 no wildcard', withRoute({ match: '/api' }), ['warning', 'CP252', 'routes[0].match', /"\/api" alone/]],
  ['A9 no method', withRoute({ methods: [] }), ['error', 'CP152', 'routes[0].methods', /empty list/]],
  ['A9 no glob', withRoute({ match: [] }), ['error', 'CP157', 'routes[0].match', /empty list/]],
  [
    'V26 on a route',
    withRoute({ methods: ['patch'] }),
    ['warning', 'CP240', 'routes[0].methods[0]', /case-sensitive/],
  ],
];

const tables = { origins, names, secrets, listenerAndTarget, routes };

for (const [title, rows] of Object.entries(tables)) {
  describe(`verdicts on configs: ${title}`, () => {
    for (const [name, config, [severity, code, key, said], options] of rows) {
      it(name, () => {
        const checked = compile(configOf(config, options));
        expect(checked.problems.map(brief)).toEqual([{ severity, code, key }]);
        expect(checked.problems[0]?.said).toMatch(said);
        expect(checked.problems[0]?.mend).not.toBe('');
        expect(checked.ok).toBe(severity !== 'error');
      });
    }
  });
}

function brief({ severity, code, place }: Problem) {
  return { severity, code, key: place.key };
}

const sound: readonly (readonly [name: string, config: ConfigFile, options?: ConfigOfOptions])[] = [
  ['only a target', { target: api }],
  ['"*" for everybody', withCors({ allowOrigin: '*' })],
  ['"*" in a list of its own', withCors({ allowOrigin: ['*'] })],
  ['two exact origins', withCors({ allowOrigin: [page, 'http://127.0.0.1:5173'] })],
  ['both kinds of patterns', withCors({ allowOrigin: ['http://localhost:*', 'https://*.example.test'] })],
  [
    'credentials for loopback pages',
    withCors({ allowOrigin: ['http://app.localhost:3000'], allowCredentials: true }),
  ],
  ['credentials for the default origins', withCors({ allowCredentials: true })],
  ['V33 allowHeaders "*"', withCors({ allowHeaders: '*' })],
  ['no header at all', withCors({ allowHeaders: [] })],
  ['V37 safelisted names are dropped in silence', withCors({ exposeHeaders: ['Content-Type', 'ETag'] })],
  ['V38 exposeHeaders "*" with credentials', withCors({ exposeHeaders: '*', allowCredentials: true })],
  ['HEAD forgotten', withCors({ allowMethods: ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] })],
  ['a day in Chromium', withCors({ maxAge: 7200 })],
  [
    'a secret under a name that https makes trustworthy',
    withSecret({ cors: { allowOrigin: [page] } }, { listen: { https: true, allowedHosts: ['.dev.test'] } }),
    fromKey,
  ],
  ['a secret with its origin, on https', withSecret({ cors: { allowOrigin: [page] } }), fromKey],
  [
    'a secret on clear text to this machine',
    withSecret({ cors: { allowOrigin: [page] }, target: 'http://127.0.0.1:3000' }),
    fromKey,
  ],
  [
    'a narrow route before a broad one',
    { target: api, routes: [{ match: '/gh/**', target: 'https://api.github.com/v3', stripPrefix: '/gh' }] },
  ],
  [
    'the same glob for other methods',
    {
      routes: [
        { match: '/a/**', methods: ['GET'], target: api },
        { match: '/a/**', methods: ['POST'], target: api },
      ],
    },
  ],
  ['a prefix with its subtree', withRoute({ match: ['/api', '/api/**'] })],
  ['any free port', { target: 'http://localhost:8010', listen: { port: 0 } }],
  ['a pass for the API', withRoute({ cors: 'passthrough' })],
];

describe('sound configs', () => {
  for (const [name, config, options] of sound) {
    it(`${name}: nothing is said`, () => {
      expect(compile(configOf(config, options)).problems).toEqual([]);
    });
  }
});

describe('the whole report', () => {
  it('holds every problem of the file, in the order of the file', () => {
    const lines: Readonly<Record<string, number>> = { 'listen.port': 9, 'cors.maxAge': 3, target: 5 };
    const checked = compile(
      configOf(
        { listen: { port: 6000 }, cors: { maxAge: -7 }, target: 'nowhere' },
        {
          placeOf: (path) => ({
            file: 'c.json',
            line: lines[path.join('.')] ?? 1,
            column: 1,
            length: 1,
            key: path.join('.'),
          }),
        },
      ),
    );
    expect(checked.problems.map(({ code }) => code)).toEqual(['CP149', 'CP116', 'CP113']);
  });

  it('says a rule that many routes inherit once', () => {
    const shared: ConfigFile = {
      cors: { allowOrigin: ['https://*.com'] },
      routes: ['a', 'b', 'c'].map((name) => ({ match: `/${name}/**`, target: api })),
    };
    expect(compile(configOf(shared)).problems).toHaveLength(1);
  });

  it('T2 refuses any host beside a secret, its escape or not: a page that rebinds its name reads what it gets', () => {
    const listen = { allowedHosts: ['*'], dangerouslyAllowAnyHost: true };
    const checked = compile(configOf(withSecret({ cors: { allowOrigin: page } }, { listen }), fromKey));
    expect(checked.problems.map(({ severity, code }) => [severity, code])).toEqual([
      ['warning', 'CP210'],
      ['error', 'CP110'],
    ]);
    expect(checked.problems[1]?.said).toMatch(/secret on routes\[0\].*DNS rebinding/);
  });

  it('never prints a value that came from the environment', () => {
    const substitutions = [
      { path: ['target'], names: ['API_URL'], values: [] },
      { path: ['cors', 'allowOrigin'], names: ['PAGE'], values: [] },
      { path: ['routes', 0, 'match'], names: ['GLOB'], values: [] },
      { path: ['routes', 0, 'target'], names: ['URL_2'], values: [] },
    ];
    const config: ConfigFile = {
      target: 'hidden-one',
      cors: { allowOrigin: 'hidden-two' },
      routes: [{ match: 'hidden-three', target: 'https://u:hidden-four@x/?hidden-five' }],
    };
    const text = JSON.stringify(compile(configOf(config, { substitutions })).problems);
    expect(text).not.toContain('hidden');
    expect(text).toContain('${PAGE}');
  });

  it('never prints the password of a URL, whatever else is wrong with it', () => {
    const checked = compile(configOf({ target: 'https://me:hunter2@api.test/?x' }));
    expect(JSON.stringify(checked.problems)).not.toContain('hunter2');
  });
});

function rulesetOf(config: ConfigFile, options?: ConfigOfOptions, compileOptions?: CompileOptions) {
  const checked = compile(configOf(config, options), compileOptions);
  if (!checked.ok) throw new Error(JSON.stringify(checked.problems));
  return checked.value;
}

describe('a ruleset', () => {
  it('has the defaults of the docs where a key is left out', () => {
    const { listen, routes: compiled } = rulesetOf({ target: api });
    expect(listen).toEqual({
      host: 'localhost',
      port: 8010,
      https: false,
      urlBytes: 16_384,
      headBytes: 65_536,
      headerCount: 1000,
      connections: 10_000,
      headTimeoutMs: 10_000,
      drainTimeoutMs: 5_000,
    });
    expect(compiled[0]).toMatchObject({
      ref: { index: 0, match: '/**', place: 'cors-proxy.config.json:1:1' },
      preflight: 'answer',
      websocket: true,
      request: { host: 'upstream', origin: 'keep' },
      response: { cookies: 'rewrite', redirects: 'rewrite' },
      timeouts: { connectMs: 10_000, headersMs: 60_000, bodyMs: 0 },
      limits: { requestBodyBytes: 104_857_600, connections: 256, queue: 1024 },
      tls: { verify: true, ca: undefined, cert: undefined, key: undefined },
      target: { text: api, scheme: 'https', hostname: 'api.example.com', port: 443, basePath: '' },
    });
  });

  it('takes the routes in file order, the shorthand last', () => {
    const { routes: compiled, index } = rulesetOf({
      target: api,
      routes: [{ match: '/gh/**', target: 'wss://[::1]:9000/v3/', stripPrefix: '/gh' }],
    });
    expect(compiled.map(({ ref }) => ref.index)).toEqual([0, 1]);
    expect(compiled[0]?.target).toEqual({
      text: 'wss://[::1]:9000/v3/',
      scheme: 'https',
      hostname: '::1',
      port: 9000,
      hostHeader: '[::1]:9000',
      origin: 'https://[::1]:9000',
      basePath: '/v3',
    });
    expect(compiled[0]?.mapPath('/gh/user')).toBe('/v3/user');
    expect([index.find('/gh/user', 'GET'), index.find('/other', 'GET')]).toEqual([0, 1]);
  });

  it('closes WebSockets by default where every origin may read', () => {
    expect(rulesetOf(withCors({ allowOrigin: '*' })).routes[0]?.websocket).toBe(false);
    expect(rulesetOf(withCors({ allowOrigin: page })).routes[0]?.websocket).toBe(true);
  });

  it("merges headers whatever their case, the route's over the top level's; null removes", () => {
    const { routes: compiled } = rulesetOf({
      request: { headers: { 'X-Debug': '1', 'x-team': 'a' } },
      ...withRoute({ request: { headers: { 'x-debug': null, 'X-Team': 'b', 'X-New': 'c' } } }),
    });
    expect(compiled[0]?.request.set).toEqual(['X-Team', 'b', 'X-New', 'c']);
    expect([...(compiled[0]?.request.drop ?? [])]).toEqual(['x-debug', 'x-team', 'x-new']);
  });

  it('knows a secret by its whole value and by what follows the scheme', () => {
    const ruleset = rulesetOf(withSecret({ cors: { allowOrigin: page } }), fromKey);
    expect(ruleset.hasSecretRoute).toBe(true);
    expect(ruleset.routes[0]?.secretNames).toEqual(['API_KEY']);
    expect(ruleset.secrets).toEqual([
      { name: 'API_KEY', value: 'Bearer s3cr3t-value' },
      { name: 'API_KEY', value: 's3cr3t-value' },
    ]);
  });

  it('knows each value of several in one field, and what a Basic value says', () => {
    const text = JSON.stringify(
      withRoute({
        cors: { allowOrigin: page },
        request: { headers: { 'X-Sign': 'id=${ID};key=${KEY}', Authorization: 'Basic ${PAIR}' } },
      }),
    );
    const PAIR = Buffer.from('me:p4ssw0rd').toString('base64');
    const variables = [environment({ ID: 'client-17', KEY: 's3cr3t', PAIR })];
    const parsed = parseConfig(text, { variables });
    const compiled = parsed.ok ? compile(parsed.value) : parsed;
    const values = compiled.ok ? compiled.value.secrets.map(({ value }) => value) : [];
    expect(values).toEqual(
      expect.arrayContaining([
        'id=client-17;key=s3cr3t',
        'client-17',
        's3cr3t',
        PAIR,
        'me:p4ssw0rd',
        'p4ssw0rd',
      ]),
    );
  });

  it('masks the password of a forward proxy, which makes no route one with a secret', () => {
    const text = JSON.stringify(withRoute({ forwardProxy: 'http://me:hunter%232@proxy.test:3128' }));
    const parsed = parseConfig(text, {});
    const compiled = parsed.ok ? compile(parsed.value) : parsed;
    const ruleset = compiled.ok ? compiled.value : undefined;
    expect(ruleset?.hasSecretRoute).toBe(false);
    expect(ruleset?.secrets.map(({ value }) => value)).toEqual(
      expect.arrayContaining(['hunter#2', 'hunter%232', Buffer.from('me:hunter#2').toString('base64')]),
    );
  });

  it('does not call a route secret whose inherited secret is taken away', () => {
    const ruleset = rulesetOf(
      {
        request: { headers: { Authorization: 'Bearer s3cr3t-value' } },
        ...withRoute({ request: { headers: { authorization: null } } }),
      },
      {
        substitutions: [
          { path: ['request', 'headers', 'Authorization'], names: ['API_KEY'], values: ['s3cr3t-value'] },
        ],
      },
    );
    expect(ruleset.hasSecretRoute).toBe(false);
  });

  it('sends the user of a URL as Basic credentials, which makes the route one with a secret', () => {
    const ruleset = rulesetOf({ target: 'https://me:p%40ss@api.test', cors: { allowOrigin: page } });
    const basic = Buffer.from('me:p@ss').toString('base64');
    expect(ruleset.routes[0]?.request.set).toEqual(['Authorization', `Basic ${basic}`]);
    expect(ruleset.routes[0]?.target.text).toBe('https://api.test');
    expect(ruleset.routes[0]?.secretNames).toEqual(['target']);
    expect(ruleset.secrets.map(({ value }) => value)).toEqual([`Basic ${basic}`, basic, 'p@ss', 'p%40ss']);
  });
});

describe('Authorization', () => {
  it('by name stands before the user of a URL, whose password is masked all the same', () => {
    const ruleset = rulesetOf({
      target: 'https://me:passw0rd@api.test',
      request: { headers: { authorization: 'x' } },
    });
    expect(ruleset.routes[0]?.request.set).toEqual(['authorization', 'x']);
    expect(ruleset.hasSecretRoute).toBe(false);
    expect(ruleset.secrets.map(({ value }) => value)).toContain('passw0rd');
  });
});

describe('files that the config names (A3)', () => {
  const https: ConfigFile = { target: api, listen: { https: { cert: 'a.crt', key: '/abs/a.key' } } };

  it('says which one cannot be read, at its own place', () => {
    const checked = compile(configOf(https), {
      readFile: () => {
        throw Object.assign(new Error('no such file'), { code: 'ENOENT' });
      },
    });
    expect(checked.problems.map(brief)).toEqual([
      { severity: 'error', code: 'CP115', key: 'listen.https.cert' },
      { severity: 'error', code: 'CP115', key: 'listen.https.key' },
    ]);
    expect(checked.problems[0]?.said).toBe('Cannot read "a.crt" (ENOENT)');
  });

  it('refuses what is no certificate and no key', () => {
    const checked = compile(configOf(https), { readFile: () => 'not PEM' });
    expect(checked.problems.map(({ code }) => code)).toEqual(['CP118', 'CP118']);
  });

  it('takes a pair that belongs together, and refuses a key of another certificate', async () => {
    const [one, two] = await Promise.all([validCertificate(), validCertificate()]);
    const withKey = (key: string) =>
      compile(configOf(https), { readFile: (path) => (path.endsWith('.key') ? key : one.cert) }).problems;
    expect(withKey(one.key)).toEqual([]);
    expect(withKey(two.key).map(brief)).toEqual([
      { severity: 'error', code: 'CP118', key: 'listen.https.key' },
    ]);
  });

  it('refuses a pair that TLS finds too weak: each connection would throw', async () => {
    const { cert, key } = await weakCertificate();
    const config = withRoute({ tls: { cert: 'c.pem', key: 'k.pem' } });
    const checked = compile(configOf(config), { readFile: (path) => (path.endsWith('k.pem') ? key : cert) });
    expect(checked.problems.map(brief)).toEqual([
      { severity: 'error', code: 'CP118', key: 'routes[0].tls.key' },
    ]);
    expect(checked.problems[0]?.said).toContain('ERR_SSL_EE_KEY_TOO_SMALL');
  });

  it('are handed on as text for the connections to a target', async () => {
    const { cert, key } = await validCertificate();
    const config = withRoute({ tls: { ca: 'ca.pem', cert: 'c.pem', key: 'k.pem' } });
    const readFile = (path: string) => (path === '/project/k.pem' ? key : cert);
    const { routes: compiled } = rulesetOf(config, undefined, { readFile });
    expect(compiled[0]?.tls).toEqual({ verify: true, ca: cert, cert, key });
  });

  it('gives the paths as this process can open them', () => {
    expect(rulesetOf(https).listen.https).toEqual({ certFile: '/project/a.crt', keyFile: '/abs/a.key' });
  });
});
