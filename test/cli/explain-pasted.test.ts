/** The red line of a browser, as people paste it. */

import { describe, expect, it } from 'vitest';
import { readPasted } from '../../src/cli/explain/pasted.ts';
import { runMain } from './run-main.ts';

const page = 'http://localhost:4200';
const plain = {
  url: 'https://api.test/a?q=1',
  origin: page,
  method: undefined,
  header: undefined,
  credentials: 'omit',
  blockedAt: 'response',
} as const;

const rows: Readonly<Record<string, readonly [line: string, read: object]>> = {
  'Chrome, fetch': [
    `index.js:12 Access to fetch at 'https://api.test/a?q=1' from origin '${page}' has been blocked by CORS policy: No 'Access-Control-Allow-Origin' header is present on the requested resource.`,
    plain,
  ],
  'Chrome, in words that a shell took the quotes from': [
    `Access to fetch at https://api.test/a?q=1 from origin ${page} has been blocked by CORS policy: No Access-Control-Allow-Origin header`,
    plain,
  ],
  'Chrome, XMLHttpRequest, over two lines': [
    `Access to XMLHttpRequest at 'https://api.test/a?q=1'\n from origin '${page}' has been blocked by CORS policy: x`,
    plain,
  ],
  'Chrome, a redirect: the page asked for the first address': [
    `Access to fetch at 'https://cdn.test/b' (redirected from 'https://api.test/a?q=1') from origin '${page}' has been blocked by CORS policy: x`,
    plain,
  ],
  'Chrome, credentials': [
    `Access to fetch at 'https://api.test/a?q=1' from origin '${page}' has been blocked by CORS policy: The value of the 'Access-Control-Allow-Origin' header in the response must not be the wildcard '*' when the request's credentials mode is 'include'.`,
    { ...plain, credentials: 'include' },
  ],
  'Chrome, a method': [
    `Access to fetch at 'https://api.test/a?q=1' from origin '${page}' has been blocked by CORS policy: Method PUT is not allowed by Access-Control-Allow-Methods in preflight response.`,
    { ...plain, method: 'PUT', blockedAt: 'preflight' },
  ],
  'Chrome, a header': [
    `Access to fetch at 'https://api.test/a?q=1' from origin '${page}' has been blocked by CORS policy: Request header field x-a is not allowed by Access-Control-Allow-Headers in preflight response.`,
    { ...plain, header: 'x-a', blockedAt: 'preflight' },
  ],
  'Chrome, a sandboxed frame': [
    "Access to fetch at 'https://api.test/a?q=1' from origin 'null' has been blocked by CORS policy: x",
    { ...plain, origin: 'null' },
  ],
  'Chrome, WebSocket': [
    "WebSocket connection to 'ws://localhost:8010/live' failed: Error during WebSocket handshake: Unexpected response code: 403",
    { ...plain, url: 'ws://localhost:8010/live', origin: undefined },
  ],
  Firefox: [
    'Cross-Origin Request Blocked: The Same Origin Policy disallows reading the remote resource at https://api.test/a?q=1. (Reason: CORS header ‘Access-Control-Allow-Origin’ missing). Status code: 200.',
    { ...plain, origin: undefined },
  ],
  'Firefox, a header': [
    'Cross-Origin Request Blocked: The Same Origin Policy disallows reading the remote resource at https://api.test/a?q=1. (Reason: header ‘x-a’ is not allowed according to header ‘Access-Control-Allow-Headers’ from CORS preflight response).',
    { ...plain, origin: undefined, header: 'x-a', blockedAt: 'preflight' },
  ],
  'Safari, its first line alone': [
    `Origin ${page} is not allowed by Access-Control-Allow-Origin. Status code: 200`,
    { ...plain, url: undefined },
  ],
  'Safari, both lines': [
    `Origin ${page} is not allowed by Access-Control-Allow-Origin. Status code: 200\nFetch API cannot load https://api.test/a?q=1 due to access control checks.`,
    plain,
  ],
};

describe('a red line', () => {
  it.each(Object.entries(rows))('%s', (_sentence, [line, read]) => {
    expect(readPasted(line)).toEqual(read);
  });

  it.each(['GET /a', 'GET', '', 'PUT /a b'])('is not what people write themselves: %j', (text) => {
    expect(readPasted(text)).toBeUndefined();
  });

  it('is read in linear time, whatever stands in it', () => {
    const long = `Access to ${'at '.repeat(50_000)} cannot load ${'x'.repeat(50_000)}`;
    const begin = performance.now();
    readPasted(long);
    expect(performance.now() - begin).toBeLessThan(2000);
  });
});

const config = `{
  "routes": [
    { "match": "/gh/**", "target": "https://api.test/v3", "stripPrefix": "/gh",
      "cors": { "allowOrigin": "http://localhost:5173", "allowMethods": ["GET", "HEAD", "POST"] } }
  ]
}`;

function explain(...argv: readonly string[]) {
  return runMain(['explain', ...argv], { files: { 'cors-proxy.config.json': config } });
}

function blocked(url: string, origin: string, why = 'No header is present') {
  return `Access to fetch at '${url}' from origin '${origin}' has been blocked by CORS policy: ${why}`;
}

describe('explain, given a red line', () => {
  it('explains a request to this proxy', async () => {
    const { code, stdout } = await explain(blocked('http://localhost:8010/gh/user?a=1', page));
    expect(code).toBe(4);
    expect(stdout).toContain(`GET http://localhost:8010/gh/user?a=1  for a page on ${page}`);
    expect(stdout).toContain(`✗ refused: ${page} is not in allowOrigin`);
    expect(stdout).toContain('mend        add "http://localhost:4200" to routes[0].cors.allowOrigin');
  });

  it('takes a line without quotes', async () => {
    const words = blocked('http://127.0.0.1:8010/gh/user', page).replaceAll("'", '').split(' ');
    expect((await explain(...words)).stdout).toContain('✗ refused');
  });

  it('finds the way through the proxy where the page asked the API itself', async () => {
    const { code, stdout } = await explain(blocked('https://api.test/v3/user', 'http://localhost:5173'));
    expect(code).toBe(0);
    expect(stdout).toContain('The page asked https://api.test/v3/user itself, past this proxy.');
    expect(stdout).toContain('Through it the same is http://localhost:8010/gh/user: change it in your app.');
    expect(stdout).toContain('✓ allowed');
  });

  it('says that no route leads there', async () => {
    const { code, stderr } = await explain(blocked('https://other.test/user', page));
    expect(code).toBe(4);
    expect(stderr).toContain('which is neither this proxy nor below a target of its routes');
    expect(stderr).toContain('"target": "https://other.test"');
  });

  it('fills in the page where it sends people to probe', async () => {
    const { stderr } = await explain(blocked('https://other.test/user', page));
    expect(stderr).toContain(`cors-proxy probe https://other.test/user --origin ${page}`);
  });

  // The newcomer: a red line, a deadline, and nothing set up.
  it('says how to begin where there is no config', async () => {
    const { code, stderr } = await runMain(['explain', blocked('https://api.test/user?key=1', page)]);
    expect(code).toBe(2);
    expect(stderr).toBe(
      `✗ ${page} asked https://api.test itself, which does not let it read the answer; no config of a proxy is here or above\n` +
        '  Mend: cors-proxy https://api.test, and in your app http://localhost:8010/user instead; ' +
        `to ask the API first: cors-proxy probe https://api.test/user --origin ${page}\n`,
    );
  });

  it('knows no way where the line is about a server of this machine and there is no config', async () => {
    const { code, stderr } = await runMain(['explain', blocked('http://localhost:8010/user', page)]);
    expect(code).toBe(2);
    expect(stderr).toContain('Nothing to forward to');
  });

  it('asks with the method that the line names', async () => {
    const line = blocked(
      'http://localhost:8010/gh/user',
      'http://localhost:5173',
      'Method PUT is not allowed by Access-Control-Allow-Methods in preflight response.',
    );
    const { code, stdout } = await explain(line);
    expect(code).toBe(4);
    expect(stdout).toContain('PUT is not in allowMethods');
  });

  it('says what it took for granted where the line keeps the reason of the preflight to itself', async () => {
    const line = blocked(
      'http://localhost:8010/gh/user',
      'http://localhost:5173',
      "Response to preflight request doesn't pass access control check: It does not have HTTP ok status.",
    );
    expect((await explain(line)).stdout).toContain('taken as POST with content-type: application/json');
    expect((await explain(line, '-H', 'x-a: 1')).stdout).not.toContain('taken as');
  });

  it('wants the origin that Firefox leaves out, and the URL that Safari writes below', async () => {
    const [firefox = ''] = rows.Firefox ?? [];
    const without = await explain(firefox);
    expect({ code: without.code, stdout: without.stdout }).toEqual({ code: 2, stdout: '' });
    expect(without.stderr).toContain('Mend: add it: --origin');
    expect(
      (await explain(firefox.replace('https://api.test/a', 'http://localhost:8010/gh/a'), '--origin', page))
        .code,
    ).toBe(4);
    const [safari = ''] = rows['Safari, its first line alone'] ?? [];
    expect((await explain(safari)).stderr).toContain('does not name the URL');
  });

  it('gives JSON, too', async () => {
    const { code, stdout } = await explain(blocked('http://localhost:8010/gh/user', page), '--json');
    expect(code).toBe(4);
    expect(JSON.parse(stdout)).toMatchObject({ path: '/gh/user', origin: page, verdict: 'refused' });
  });
});
