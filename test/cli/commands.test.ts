/** argv → exit code and texts, command by command. */

import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { folderWith, runMain, type World } from './run-main.ts';

const config = `{
  "routes": [
    { "match": "/pay/**", "target": "https://api.stripe.com", "stripPrefix": "/pay",
      "request": { "headers": { "Authorization": "Bearer \${STRIPE_KEY}" } },
      "cors": { "allowOrigin": "http://localhost:5173", "allowMethods": ["GET", "POST"] } },
    { "match": "/**", "target": "https://api.github.com" }
  ]
}`;
const secret = 'sk_live_do_not_print';

function project(extra: World = {}): World {
  const cwd = folderWith({ 'cors-proxy.config.json': config, '.env.local': `STRIPE_KEY=${secret}\n` });
  return { cwd, ...extra };
}

describe('usage', () => {
  it.each([
    ['a port that is no number', ['--port', 'abc', 'http://x.test'], /"abc".*--port/],
    ['a port given twice', ['--port', '1', '--port', '2', 'http://x.test'], /more than once/],
    ['a misspelt flag, with the one that was meant', ['--prot', '1', 'http://x.test'], /did you mean --port/],
    ['a word that is no command and no target', ['servve'], /no command "servve"/],
    ['nothing to forward to', [], /Nothing to forward to/],
    ['a config that is not there', ['-c', 'nowhere.json'], /nowhere\.json/],
    [
      '"*" with credentials',
      ['http://x.test', '--allow-origin', '*', '--allow-credentials'],
      /Cannot combine/,
    ],
    ['a variable that is no port', ['http://x.test'], /CORS_PROXY_PORT/, { CORS_PROXY_PORT: 'many' }],
  ] as [string, string[], RegExp, Record<string, string>?][])(
    'exits with 2 and says why: %s',
    async (_, argv, said, env = {}) => {
      const { code, stdout, stderr } = await runMain(argv, { env });
      expect(stderr).toMatch(said);
      expect(stderr).toMatch(/Mend:/);
      expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    },
  );

  it('prints the help with examples before flags and the exit codes at its end', async () => {
    const { code, stdout } = await runMain(['--help']);
    expect(code).toBe(0);
    const [examples, flags, codes] = ['Examples:', 'Flags:', 'Exit codes:'].map((text) =>
      stdout.indexOf(text),
    );
    expect(examples).toBeGreaterThan(0);
    expect(flags).toBeGreaterThan(examples ?? 0);
    expect(codes).toBeGreaterThan(flags ?? 0);
    expect(stdout).toContain('CORS_PROXY_ALLOW_ORIGIN');
  });

  it('prints the version of the package', async () => {
    const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
    expect(await runMain(['-V'])).toMatchObject({ code: 0, stdout: `${version}\n`, stderr: '' });
  });
});

describe('check', () => {
  it('counts the routes of a config without problems', async () => {
    const { code, stdout } = await runMain(['check'], project());
    expect({ code, stdout }).toEqual({ code: 0, stdout: 'cors-proxy.config.json: 2 routes, no problems\n' });
  });

  it('reads standard input', async () => {
    const { code } = await runMain(['check', '-c', '-'], {
      stdin: '{ "target": "https://api.example.com" }',
    });
    expect(code).toBe(0);
  });

  it('LC-04 shows every problem with file, line, column, caret and mend, and exits with 2', async () => {
    const text = '{\n  "target": "api.example.com",\n  "corss": {}\n}\n';
    const { code, stderr } = await runMain(['check'], {
      cwd: folderWith({ 'cors-proxy.config.json': text }),
    });
    expect(code).toBe(2);
    expect(stderr).toContain('cors-proxy.config.json:2:13  target');
    expect(stderr).toContain('did you mean "https://api.example.com"?');
    expect(stderr).toContain('cors-proxy.config.json:3:3  corss');
    expect(stderr).toContain('did you mean "cors"?');
    expect(stderr).toMatch(/\^{17}/);
  });

  it('names an unset variable and where it was looked for', async () => {
    const { code, stderr } = await runMain(['check'], {
      cwd: folderWith({ 'cors-proxy.config.json': config }),
    });
    expect(code).toBe(2);
    expect(stderr).toContain('${STRIPE_KEY}');
    expect(stderr).toContain('.env.local');
  });
});

describe('explain', () => {
  it('says that a listed origin may read, with the route and the headers', async () => {
    const { code, stdout } = await runMain(
      ['explain', 'GET', '/pay/v1/charges', '--origin', 'http://localhost:5173'],
      project(),
    );
    expect(code).toBe(0);
    expect(stdout).toContain('cors-proxy.config.json:3:5');
    expect(stdout).toContain('Access-Control-Allow-Origin: http://localhost:5173');
    expect(stdout).not.toContain(secret);
  });

  it('says which rule refuses a method, where it stands and what the browser will say, and exits with 4', async () => {
    const { code, stdout } = await runMain(
      [
        'explain',
        'PUT',
        '/pay/v1/charges',
        '--origin',
        'http://localhost:5173',
        '-H',
        'content-type: application/json',
      ],
      project(),
    );
    expect(code).toBe(4);
    expect(stdout).toContain('PUT is not in allowMethods');
    expect(stdout).toMatch(/cors-proxy\.config\.json:5:\d+/);
    expect(stdout).toContain(
      'Method PUT is not allowed by Access-Control-Allow-Methods in preflight response.',
    );
  });

  it('prints the plan as data, the secret masked', async () => {
    const { code, stdout } = await runMain(
      ['explain', 'GET', '/pay/x', '--origin', 'http://localhost:5173', '--json'],
      project(),
    );
    const answer = JSON.parse(stdout);
    expect(code).toBe(0);
    expect(answer.request.plan.kind).toBe('forward');
    expect(answer.request.plan.upstream.origin).toBe('https://api.stripe.com');
    expect(stdout).not.toContain(secret);
  });

  it('exits with 4 where the origin is not listed', async () => {
    const { code } = await runMain(
      ['explain', 'GET', '/pay/x', '--origin', 'http://localhost:4200', '--json'],
      project(),
    );
    expect(code).toBe(4);
  });
});

describe('routes, schema, completion', () => {
  it('lists the routes in their order, secrets by name alone', async () => {
    const { code, stdout } = await runMain(['routes'], project());
    expect(code).toBe(0);
    expect(stdout.indexOf('/pay/**')).toBeLessThan(stdout.indexOf('https://api.github.com'));
    expect(stdout).toContain('STRIPE_KEY');
    expect(stdout).not.toContain(secret);
  });

  it('prints the schema that is shipped', async () => {
    const { stdout } = await runMain(['schema']);
    const shipped = readFileSync(new URL('../../config/cors-proxy.schema.json', import.meta.url), 'utf8');
    expect(JSON.parse(stdout)).toEqual(JSON.parse(shipped));
  });

  it.each(['bash', 'zsh', 'fish'])(
    'prints a completion script for %s that knows the commands',
    async (shell) => {
      const { code, stdout } = await runMain(['completion', shell]);
      expect(code).toBe(0);
      for (const word of ['explain', 'check', '--allow-origin'.slice(2)]) expect(stdout).toContain(word);
    },
  );
});
