/** `cors-proxy allow`: an edit of somebody's file, so the file is looked at afterwards, byte for byte. */

import {
  chmodSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { replaceFile } from '../../../src/cli/allow/replace-file.ts';
import { folderWith, runMain } from '../run-main.ts';

const name = 'cors-proxy.config.json';
const origin = 'http://localhost:4200';
const secretEnv = { KEY: 'sk-live-7' };

const config = `{
  // the shop's front end
  "cors": { "allowOrigin": "http://localhost:5173" },
  "routes": [
    { "match": "/gh/**", "target": "https://gh.test" },
    { "match": "/pay/**", "target": "https://pay.test", /* guarded */
      "request": { "headers": { "Authorization": "Bearer \${KEY}" } },
      "cors": { "allowOrigin": ["http://localhost:5173"], "allowCredentials": true } }
  ],
}
`;

async function allow(argv: readonly string[], text: string = config) {
  const cwd = folderWith({ [name]: text });
  const ran = await runMain(['allow', ...argv], { cwd, env: secretEnv });
  return { ...ran, cwd, text: readFileSync(join(cwd, name), 'utf8') };
}

describe('allow', () => {
  it('asks for the route where several rules refuse the origin, and writes nothing', async () => {
    const { code, stderr, text } = await allow([origin]);
    expect(code).toBe(2);
    expect(stderr).toContain(
      'Cannot tell which rule is meant: routes[0] "/gh/**" and routes[1] "/pay/**" have different ones',
    );
    expect(stderr).toContain(`Mend: name the route: cors-proxy allow ${origin} --route '/gh/**'`);
    expect(text).toBe(config);
  });

  it('says which rule was changed, where, and what the origin may spend', async () => {
    const { code, stdout, stderr, text, cwd } = await allow([origin, '--route', '/pay/**']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toBe(
      [
        `Added "${origin}" to routes[1].cors.allowOrigin  ${name}:8:58`,
        'For routes[1] "/pay/**" (credentials, secret: KEY)',
        'A running proxy takes it up by itself.',
        '',
      ].join('\n'),
    );
    expect(text).toBe(config.replace('["http://localhost:5173"]', `["http://localhost:5173", "${origin}"]`));
    expect((await runMain(['check'], { cwd, env: secretEnv })).code).toBe(0);
    expect(readdirSync(cwd).sort()).toEqual(['.git', name]);
  });

  it('gives a route a rule of its own where the one at the top serves others', async () => {
    const { code, text } = await allow([origin, '--route', '/gh/**']);
    expect(code).toBe(0);
    expect(text).toContain(
      `"target": "https://gh.test", "cors": { "allowOrigin": ["http://localhost:5173", "${origin}"] } }`,
    );
  });

  it('changes the only rule there is without being told', async () => {
    const { code, stdout } = await allow(['https://app.test'], '{ "target": "https://api.test" }');
    expect(code).toBe(0);
    expect(stdout).toContain('Added "https://app.test" to cors.allowOrigin');
  });

  it('has nothing to do a second time, nor where a pattern or "*" allows it', async () => {
    for (const rule of [`"${origin}"`, '"http://localhost:*"', '"*"']) {
      const before = `{ "target": "https://api.test", "cors": { "allowOrigin": ${rule} } }`;
      const { code, stdout, text } = await allow([origin], before);
      expect({ code, text }).toEqual({ code: 0, text: before });
      expect(stdout).toContain(`Nothing to do: ${origin} is allowed already  ${name}:1:`);
    }
  });

  it('writes an origin as browsers send it', async () => {
    const { text } = await allow(
      ['HTTPS://App.test:443/'],
      '{ "target": "https://api.test", "cors": { "allowOrigin": "http://a.test" } }',
    );
    expect(text).toContain('["http://a.test", "https://app.test"]');
  });

  it.each([
    ['no origin', [], config, 'allow needs an origin', 'write cors-proxy allow http://localhost:5173'],
    [
      'an origin with a path',
      ['http://localhost:4200/app'],
      config,
      'an origin has no path, query or fragment',
      'write "http://localhost:4200"',
    ],
    ['no scheme', ['localhost:4200'], config, 'it has no scheme', 'write "http://localhost:4200"'],
    ['"null"', ['null'], config, 'Cannot allow "null"', 'serve the page over http'],
    [
      '"*" where a secret would be spent',
      ['*', '--route', '/pay/**'],
      config,
      'Cannot combine allowOrigin "*" with',
      'list the',
    ],
    [
      '"*" with credentials',
      ['*'],
      '{ "target": "https://a.test", "cors": { "allowOrigin": "https://a.test", "allowCredentials": true } }',
      'browsers refuse that pair',
      'list the origins',
    ],
    [
      'a route that is not there',
      [origin, '--route', '/nope/**'],
      config,
      'There is no route "/nope/**"',
      'write one of "/gh/**", "/pay/**"',
    ],
    [
      'a route that leaves CORS to the API',
      [origin],
      '{ "routes": [ { "match": "/**", "target": "https://a.test", "cors": "passthrough" } ] }',
      'cors is "passthrough" on every route',
      'give the route a "cors" section first',
    ],
    ['a config with problems', [origin], '{ "target": 1 }', '"target" must be', 'Mend'],
  ])('refuses %s, and writes nothing', async (_sentence, argv, before, said, mend) => {
    const { code, stdout, stderr, text } = await allow(argv, before);
    expect({ code, stdout, text }).toEqual({ code: 2, stdout: '', text: before });
    expect(stderr).toContain(said);
    expect(stderr).toContain(mend);
    expect(stderr).not.toContain('sk-live-7');
  });

  it('says what to do where there is no file', async () => {
    const none = await runMain(['allow', origin]);
    // Without a config there is nothing to forward to either: that is said first.
    expect(none.code).toBe(2);
    expect(none.stderr).toContain('cors-proxy init');
    const piped = await runMain(['allow', origin, '-c', '-'], {
      stdin: '{ "target": "https://a.test", "cors": { "allowOrigin": "http://a.test" } }',
    });
    expect(piped.code).toBe(2);
    expect(piped.stderr).toContain('Cannot write into the config: it came from standard input');
  });

  it.skipIf(process.platform === 'win32')('keeps the mode, and a link a link', async () => {
    const cwd = folderWith({});
    mkdirSync(join(cwd, 'shared'));
    const real = join(cwd, 'shared', 'rules.json');
    writeFileSync(real, '{ "target": "https://a.test", "cors": { "allowOrigin": "http://a.test" } }');
    chmodSync(real, 0o640);
    symlinkSync(real, join(cwd, name));
    expect((await runMain(['allow', origin], { cwd })).code).toBe(0);
    expect(lstatSync(join(cwd, name)).isSymbolicLink()).toBe(true);
    expect(readFileSync(real, 'utf8')).toContain(origin);
    expect((statSync(real).mode & 0o777).toString(8)).toBe('640');
    expect(readdirSync(join(cwd, 'shared'))).toEqual(['rules.json']);
  });
});

describe('a file replaced', () => {
  it('stays what somebody else made of it in the meantime', async () => {
    const path = join(folderWith({ 'a.json': 'theirs' }), 'a.json');
    expect(await replaceFile(path, { before: 'mine', after: 'new' })).toBe('changed meanwhile');
    expect(readFileSync(path, 'utf8')).toBe('theirs');
  });
});
