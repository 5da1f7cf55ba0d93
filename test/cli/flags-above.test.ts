/** Flag > variable > config > default, on every route; and a contradiction names what was written. */

import { describe, expect, it } from 'vitest';
import { compile } from '../../src/compile.ts';
import { parseConfig } from '../../src/config/parse.ts';
import { plan } from '../../src/plan.ts';
import { request } from '../support/ruleset.ts';
import { runMain, type World } from './run-main.ts';

const target = 'https://api.test';

/** A config whose routes have rules of their own. */
function world(routes: readonly object[], env: Readonly<Record<string, string>> = {}): World {
  const config = { cors: { allowOrigin: 'https://top.test' }, routes };
  return { files: { 'cors-proxy.config.json': JSON.stringify(config, undefined, 1) }, env };
}

const open = { match: '/open/**', target, cors: { allowOrigin: '*', exposeHeaders: ['ETag'] } };
const login = {
  match: '/login/**',
  target,
  cors: { allowOrigin: 'https://own.test', allowCredentials: true },
};
const secret = {
  match: '/key/**',
  target,
  cors: { allowOrigin: 'https://own.test' },
  request: { headers: { 'X-Key': '${KEY}' } },
};
const passing = { match: '/pass/**', target, cors: 'passthrough' };

async function routesOf(argv: readonly string[], from: World) {
  const { stdout, stderr } = await runMain(['routes', '--json', ...argv], from);
  expect(stderr.replace(/! 1 warning[\s\S]*CP234[\s\S]*/, '')).toBe('');
  return JSON.parse(stdout) as readonly { allowOrigin: unknown; allowCredentials: boolean; match: unknown }[];
}

describe('a flag', () => {
  it('sets the origins of every route, whatever the route says', async () => {
    const from = world([open, login, secret], {
      KEY: 'a-key',
      CORS_PROXY_ALLOW_ORIGIN: 'https://variable.test',
    });
    const origins = async (argv: readonly string[]) =>
      (await routesOf(argv, from)).map(({ allowOrigin }) => allowOrigin);
    expect(await origins(['--allow-origin', 'http://localhost:1,http://localhost:2'])).toEqual(
      [0, 1, 2].map(() => ['http://localhost:1', 'http://localhost:2']),
    );
    expect(await origins([])).toEqual([0, 1, 2].map(() => ['https://variable.test']));
  });

  it('switches credentials on and off on every route', async () => {
    const from = world([login, secret], { KEY: 'a-key' });
    const credentials = async (argv: readonly string[]) =>
      (await routesOf(argv, from)).map(({ allowCredentials }) => allowCredentials);
    expect(await credentials(['--allow-credentials'])).toEqual([true, true]);
    expect(await credentials(['--allow-credentials=false'])).toEqual([false, false]);
    expect(await credentials(['--allow-credentials=yes'])).toEqual([true, true]);
    expect(await credentials(['--allow-credentials=0'])).toEqual([false, false]);
  });

  it('sets what scripts may read on every route', async () => {
    const from = world([{ ...open, cors: { exposeHeaders: ['ETag'] } }, login]);
    for (const path of ['/open/a', '/login/a']) {
      const asked = [
        'explain',
        'GET',
        path,
        '--origin',
        'https://flag.test',
        '--allow-origin',
        'https://flag.test',
      ];
      const { stdout } = await runMain([...asked, '--expose-headers', 'X-Flag'], from);
      expect(stdout).toContain('Access-Control-Expose-Headers: X-Flag\n');
    }
  });

  it('is not taken by the demo, whose rules are its own', async () => {
    const { code, stderr } = await runMain(['demo', '--allow-origin', '*']);
    expect({ code, stderr }).toEqual({
      code: 2,
      stderr: expect.stringContaining('Cannot use --allow-origin with "demo"'),
    });
  });
});

interface Row {
  readonly routes: readonly object[];
  readonly argv?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Place, code, sentence and mend. */
  readonly said: readonly [place: string, code: string, said: string, mend: string];
}

const example = 'http://localhost:5173';

const contradictions: Readonly<Record<string, Row>> = {
  '"*" on a route with credentials': {
    routes: [login],
    argv: ['--allow-origin', '*'],
    said: [
      '--allow-origin',
      'CP130',
      'Cannot combine --allow-origin "*" with "allowCredentials": true (cors-proxy.config.json:11:25): browsers refuse that pair',
      `list the origins, e.g. --allow-origin ${example}`,
    ],
  },
  'credentials on a route that is open to all': {
    routes: [open],
    env: { CORS_PROXY_ALLOW_CREDENTIALS: '1' },
    said: [
      'CORS_PROXY_ALLOW_CREDENTIALS',
      'CP130',
      'Cannot combine CORS_PROXY_ALLOW_CREDENTIALS=1 with allowOrigin "*" (cors-proxy.config.json:10:20): browsers refuse that pair',
      `list the origins, e.g. "allowOrigin": ["${example}"]`,
    ],
  },
  'both by flag': {
    routes: [open],
    argv: ['--allow-origin', '*', '--allow-credentials'],
    said: [
      '--allow-origin',
      'CP130',
      'Cannot combine --allow-origin "*" with --allow-credentials: browsers refuse that pair',
      `list the origins, e.g. --allow-origin ${example}`,
    ],
  },
  '"*" on a route with a secret, by a variable': {
    routes: [secret],
    env: { KEY: 'a-key', CORS_PROXY_ALLOW_ORIGIN: '*' },
    said: [
      'CORS_PROXY_ALLOW_ORIGIN',
      'CP132',
      'Cannot combine allowOrigin "*" with a secret: any web page could spend ${KEY} through routes[0]',
      `list the page's origin, e.g. CORS_PROXY_ALLOW_ORIGIN=${example}`,
    ],
  },
  'origins for a route that leaves CORS to the API': {
    routes: [passing],
    argv: ['--allow-origin', example],
    said: [
      '--allow-origin',
      'CP109',
      'Cannot apply --allow-origin to routes[0]: its "cors" is "passthrough" (cors-proxy.config.json:9:12), which leaves CORS to the API',
      'leave --allow-origin out, or write rules in place of "passthrough"',
    ],
  },
  'credentials for a page of the network over http': {
    routes: [{ match: '/a/**', target, cors: { allowOrigin: 'http://own.test' } }],
    argv: ['--allow-credentials'],
    said: [
      'cors-proxy.config.json:10:20',
      'CP138',
      'Cannot combine "http://own.test" with --allow-credentials: whoever controls the network is that origin',
      'use https, or open the page under a *.localhost name, e.g. "http://app.localhost:5173"',
    ],
  },
};

describe('a contradiction between a flag and a route is an error that names the flag', () => {
  it.each(Object.entries(contradictions))('%s', async (_sentence, { routes, argv = [], env, said }) => {
    const { code, stdout } = await runMain(['check', '--json', ...argv], world(routes, env));
    const problems: readonly Record<string, string>[] = JSON.parse(stdout).problems;
    const errors = problems.filter(({ severity }) => severity === 'error');
    expect(errors.map((each) => [each.place, each.code, each.said, each.mend])).toEqual([said]);
    expect(code).toBe(2);
  });
});

describe('without a config file, a mend names the flag', () => {
  const withoutFile = (env: Readonly<Record<string, string>> = {}): World => ({
    env: { CORS_PROXY_TARGET: target, ...env },
  });

  it.each([
    ['of an origin that is not the default', {}, 'add --allow-origin http://far.test'],
    [
      'of an origin that a variable does not list',
      { CORS_PROXY_ALLOW_ORIGIN: example },
      'add "http://far.test" to CORS_PROXY_ALLOW_ORIGIN',
    ],
  ])('%s', async (_sentence, env, mend) => {
    const asked = ['explain', 'GET', '/a', '--origin', 'http://far.test', '--json'];
    const { code, stdout } = await runMain(asked, withoutFile(env));
    expect(code).toBe(4);
    expect(stdout).toContain(JSON.stringify(mend).slice(1, -1));
  });

  it('of credentials that the page asks for', async () => {
    const asked = ['explain', 'GET', '/a', '--origin', example, '--credentials'];
    expect((await runMain(asked, withoutFile())).stdout).toContain(
      'mend        add --allow-credentials, and list the origin\n',
    );
  });

  it('of a WebSocket that "*" does not open', () => {
    const given = {
      targets: [{ value: target, from: 'argument 1' }],
      allowOrigin: { value: ['*'], from: '--allow-origin' },
    };
    const parsed = parseConfig(undefined, { given });
    const compiled = parsed.ok ? compile(parsed.value) : parsed;
    if (!compiled.ok) throw new Error('The rules do not compile');
    const handshake = { Origin: example, Connection: 'Upgrade', Upgrade: 'websocket' };
    expect(plan(request('GET /a', handshake), compiled.value)).toMatchObject({
      refusal: { hint: `list the page's origin, e.g. --allow-origin ${example}; "*" alone opens none` },
    });
  });

  it('of a file that a flag names', async () => {
    const { stderr } = await runMain(['check', '--cert', 'no.pem', '--key', 'no.pem'], withoutFile());
    expect(stderr).toMatch(
      /^--cert {2}listen\.https\.cert {3}CP115\n.*ENOENT\)\n {2}Mend: .*the folder that you are in$/m,
    );
  });
});
