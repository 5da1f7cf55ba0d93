import { describe, expect, it } from 'vitest';
import { whyPreflightFails, whyUnreadable } from '../../src/cors/browser-check.ts';
import { preflightNeed } from '../../src/http/preflight-need.ts';
import { headerList, response } from '../support/ruleset.ts';
import { unsafeNames } from '../support/simulated-browser.ts';
import { runMain } from './run-main.ts';

const page = 'http://localhost:5173';
const config = `{
  "cors": { "allowOrigin": "${page}" },
  "routes": [
    { "match": "/open/**", "target": "https://open.test", "stripPrefix": "/open", "cors": { "allowOrigin": "*" } },
    { "match": "/pay/**", "target": "https://pay.test", "request": { "headers": { "Authorization": "Bearer \${PAY}" } },
      "cors": { "allowOrigin": "${page}", "allowCredentials": true, "allowMethods": ["GET"], "allowHeaders": ["X-A"] } },
    { "match": "/ask/**", "target": "https://ask.test", "preflight": "forward" },
    { "match": "/raw/**", "target": "https://raw.test", "cors": "passthrough" }
  ]
}`;
const world = { files: { 'cors-proxy.config.json': config }, env: { PAY: 'sk-live-9' } };

function explain(...argv: readonly string[]) {
  return runMain(['explain', ...argv], world);
}

interface Row {
  readonly argv: readonly string[];
  readonly code: number;
  readonly has: readonly string[];
  readonly lacks?: readonly string[];
}

const rows: Readonly<Record<string, Row>> = {
  'a simple request of a listed origin': {
    argv: ['GET', '/pay/a', '--origin', page, '--credentials'],
    code: 0,
    has: [
      'routes[1] "/pay/**" → https://pay.test  (cors-proxy.config.json:5:5)',
      'preflight   none: the browser sends the request at once',
      'forwarded: GET https://pay.test/pay/a',
      `✓ allowed: ${page} is allowed  (cors-proxy.config.json:6:32)`,
      `Access-Control-Allow-Origin: ${page}`,
      'Access-Control-Allow-Credentials: true',
      'Authorization: ***',
      'Cookie: session=***',
      'lets the page read the answer',
    ],
    lacks: ['sk-live-9'],
  },
  'an origin that is not listed': {
    argv: ['GET', '/pay/a', '--origin', 'http://localhost:4200'],
    code: 4,
    has: [
      'not forwarded',
      '✗ refused: http://localhost:4200 is not in allowOrigin',
      'mend        add "http://localhost:4200" to routes[1].cors.allowOrigin',
      "will say: No 'Access-Control-Allow-Origin' header is present on the requested resource.",
    ],
  },
  'a method that is not allowed': {
    argv: ['put', '/pay/a', '--origin', page],
    code: 4,
    has: [
      'the browser asks first, because of method PUT',
      'request     never sent',
      'will say: Method PUT is not allowed by Access-Control-Allow-Methods in preflight response.',
    ],
    lacks: ['forwarded:'],
  },
  'a header that is not allowed': {
    argv: ['GET', '/pay/a', '--origin', page, '-H', 'X-A: 1', '-H', 'x-b: 2'],
    code: 4,
    has: [
      'because of header x-a, header x-b',
      'will say: Request header field x-b is not allowed by Access-Control-Allow-Headers in preflight response.',
    ],
  },
  'a method that fetch does not upper-case': {
    argv: ['patch', '/pay/a', '--origin', page],
    code: 4,
    has: ['because of method patch', "write method: 'PATCH'"],
  },
  'credentials where the rule is "*"': {
    argv: ['GET', '/open/a', '--origin', page, '--credentials'],
    code: 4,
    has: [
      'forwarded: GET https://open.test/a',
      "must not be the wildcard '*' when the request's credentials mode is 'include'",
      'set "allowCredentials": true and list the origin in routes[0].cors',
    ],
  },
  'a preflight that the API answers': {
    argv: ['PUT', '/ask/a', '--origin', page],
    code: 0,
    has: ['forwarded: PUT https://ask.test/ask/a', 'goes by what the API answers'],
  },
  'a route that leaves CORS to the API': {
    argv: ['GET', '/raw/a', '--origin', page],
    code: 0,
    has: ['cors is "passthrough"', 'goes by what the API answers'],
  },
  'a path without a route': {
    argv: ['GET', '/nothing', '--origin', page],
    code: 4,
    has: ['route       none matches', 'No route matches GET /nothing'],
  },
  'no page at all': {
    argv: ['GET', '/open/a'],
    code: 0,
    has: ['no page (curl, a navigation)', '– not needed: no other origin is involved'],
    lacks: ['browser     '],
  },
  'a page of the proxy itself': {
    argv: ['PUT', '/open/a', '--origin', 'http://localhost:8010'],
    code: 0,
    has: ['none: the browser sends the request at once', '– not needed'],
  },
  'a header that no page can set': {
    argv: ['GET', '/pay/a', '--origin', page, '-H', 'Cookie: a=b'],
    code: 0,
    has: ['no page can set Cookie: left out'],
    lacks: ['Cookie: a'],
  },
  'a whole URL': {
    argv: ['GET', 'http://localhost:8010/open/a?q=1', '--origin', page],
    code: 0,
    has: ['forwarded: GET https://open.test/a?q=1'],
  },
};

describe('a secret in the question itself', () => {
  it.each([
    ['a path of a route', ['GET', '/pay/sk-live-9?x=sk%2Dlive-9', '--origin', page]],
    ['a path of none', ['GET', '/none/sk-live-9', '--origin', page]],
    ['an origin', ['GET', '/pay/a', '--origin', 'http://sk-live-9']],
    ['a header', ['GET', '/pay/a', '--origin', page, '-H', 'X-A: sk-live-9']],
    ['a header name', ['GET', '/pay/a', '--origin', page, '-H', 'sk-live-9: 1']],
    ['a method', ['sk-live-9', '/pay/a', '--origin', page]],
  ])('in %s: is masked in both forms', async (_, argv) => {
    for (const form of [[], ['--json']]) {
      const { stdout, stderr } = await explain(...argv, ...form);
      expect(stdout).toContain('***');
      expect(stdout + stderr).not.toMatch(/sk(?:-|%2D)live-9/);
    }
  });
});

describe('explain', () => {
  it.each(Object.entries(rows))('%s', async (_sentence, { argv, code, has, lacks = [] }) => {
    const ran = await explain(...argv);
    expect({ code: ran.code, stderr: ran.stderr }).toEqual({ code, stderr: '' });
    for (const text of has) expect(ran.stdout).toContain(text);
    for (const text of lacks) expect(ran.stdout).not.toContain(text);
  });

  it.each([
    [['GET'], 'explain needs a method and a path'],
    [['GET', 'open/a'], 'Mend: write /open/a'],
    [['G T', '/a'], 'Cannot use "G T" as a method'],
    [['TRACE', '/a'], 'No page can send TRACE'],
    [['GET', '/a', '-H', 'nonsense'], 'Cannot read the header "nonsense"'],
    [['GET', '/a', '-H', 'a: b\r\nc: d'], 'Cannot read the header'],
  ])('cannot be asked %j', async (argv, said) => {
    const ran = await explain(...argv);
    expect(ran.code).toBe(2);
    expect(ran.stderr).toContain(said);
  });

  it('gives the plan as data, secrets masked', async () => {
    const ran = await explain('GET', '/pay/sk-live-9?token=t', '--origin', page, '--json');
    expect(ran.stdout).not.toContain('sk-live-9');
    expect(JSON.parse(ran.stdout)).toMatchObject({
      method: 'GET',
      path: '/pay/***?token=***',
      origin: page,
      verdict: 'allowed',
      preflight: null,
      request: {
        plan: {
          kind: 'forward',
          route: { index: 1, match: '/pay/**' },
          decision: { kind: 'allowed', origin: page },
          upstream: { origin: 'https://pay.test', path: '/pay/***?token=***' },
        },
        browserSays: null,
      },
    });
  });
});

describe('whether a browser asks first', () => {
  it.each([
    [{}],
    [{ Accept: 'text/html' }],
    [{ Accept: 'text/html"' }],
    [{ 'Content-Type': 'application/json' }],
    [{ 'Content-Type': 'text/plain; charset=utf-8' }],
    [{ 'Content-Type': 'Text/Plain' }],
    [{ 'Content-Type': 'text/plain"' }],
    [{ 'Accept-Language': 'de-DE, en;q=0.5' }],
    [{ 'Accept-Language': 'de_DE' }],
    [{ Range: 'bytes=0-' }],
    [{ Range: 'bytes=-5' }],
    [{ Authorization: 'Bearer x', 'X-B': '1', 'x-a': '2' }],
    [{ Accept: 'a'.repeat(129) }],
    [{ Accept: 'a'.repeat(128) }],
  ])('agrees with the simulated browser on %j', (fields) => {
    expect(preflightNeed('GET', headerList(fields)).unsafeNames).toEqual(unsafeNames(Object.entries(fields)));
  });

  it('asks for a range that ends before it begins', () => {
    expect(preflightNeed('GET', ['Range', 'bytes=5-2']).unsafeNames).toEqual(['range']);
  });

  it('asks for many small safelisted values together', () => {
    const many = Array.from({ length: 9 }, () => ['Accept', 'a'.repeat(120)]).flat();
    expect(preflightNeed('GET', many).unsafeNames).toEqual(['accept']);
  });
});

describe('what a browser makes of an answer', () => {
  const asker = { origin: page, method: 'PUT', credentials: 'omit' } as const;
  const allow = (fields: Readonly<Record<string, string>>) =>
    response(204, { 'Access-Control-Allow-Origin': page, ...fields });

  it('wants the origin byte for byte', () => {
    const other = response(200, { 'Access-Control-Allow-Origin': `${page}/` });
    expect(whyUnreadable(other, asker)).toBe(
      `The 'Access-Control-Allow-Origin' header has a value '${page}/' that is not equal to the supplied origin.`,
    );
  });

  it('wants an ok status of a preflight, whatever its headers', () => {
    const moved = { ...allow({ 'Access-Control-Allow-Methods': 'PUT' }), status: 301 };
    expect(whyPreflightFails(moved, asker, [])).toContain('It does not have HTTP ok status.');
  });

  it('takes "*" for methods and headers without credentials, and never for Authorization', () => {
    const wild = allow({ 'Access-Control-Allow-Methods': '*', 'Access-Control-Allow-Headers': '*' });
    expect(whyPreflightFails(wild, asker, ['x-a'])).toBeUndefined();
    expect(whyPreflightFails(wild, asker, ['authorization'])).toContain('Request header field authorization');
    const trusted = allow({
      'Access-Control-Allow-Methods': '*',
      'Access-Control-Allow-Headers': '*',
      'Access-Control-Allow-Credentials': 'true',
    });
    expect(whyPreflightFails(trusted, { ...asker, credentials: 'include' }, [])).toContain('Method PUT');
  });
});

describe('a rule that nobody wrote', () => {
  const ofDefaults = (origin: string) =>
    runMain(['explain', 'GET', '/x', '--origin', origin, '-c', '-'], {
      stdin: '{ "target": "https://api.test" }',
    });

  it('has no place in the file, and is called the default', async () => {
    expect((await ofDefaults(page)).stdout).toContain(`✓ allowed: ${page} is allowed  (default)\n`);
    expect((await ofDefaults('http://evil.test')).stdout).toContain(
      '✗ refused: http://evil.test is not a loopback origin, and no allowOrigin is set  (default)\n',
    );
  });
});
