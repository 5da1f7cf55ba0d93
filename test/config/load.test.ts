import { mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type LoadRequest, loadConfig } from '../../src/config/load.ts';
import { line } from './report.ts';

let root = '';

beforeEach(async () => {
  root = await realpath(await mkdtemp(join(tmpdir(), 'cors-proxy-load-')));
});

afterEach(() => rm(root, { recursive: true, force: true }));

async function write(files: Readonly<Record<string, string | Uint8Array>>): Promise<void> {
  for (const [name, text] of Object.entries(files)) {
    const path = join(root, name);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, text);
  }
}

function load(more: Partial<LoadRequest> = {}) {
  const request: LoadRequest = {
    file: undefined,
    envFile: undefined,
    given: { targets: [] },
    cwd: root,
    env: {},
    readStdin: () => Promise.reject(new Error('standard input was not asked for')),
    ...more,
  };
  return loadConfig(request);
}

async function refusal(more: Partial<LoadRequest> = {}): Promise<readonly string[]> {
  const loaded = await load(more);
  expect(loaded.ok).toBe(false);
  return loaded.problems.map(line);
}

async function accepted(more: Partial<LoadRequest> = {}) {
  const loaded = await load(more);
  if (!loaded.ok) throw new Error(loaded.problems.map(line).join('\n'));
  return { ...loaded.value, problems: loaded.problems };
}

const config = (target: string) => `{ "target": "${target}" }`;

describe('the file that is looked for', () => {
  it('lies in the working directory', async () => {
    await write({ 'cors-proxy.config.json': config('https://here.test') });
    const { config: found, file, text } = await accepted();
    expect(found.values.target).toBe('https://here.test');
    expect(found.directory).toBe(root);
    expect(file).toBe('cors-proxy.config.json');
    expect(text).toBe(config('https://here.test'));
  });

  it('or above it, up to the root of the repository', async () => {
    await write({
      'repo/.git/HEAD': '',
      'repo/cors-proxy.config.jsonc': config('https://above.test'),
      'repo/a/b/x': '',
    });
    const cwd = join(root, 'repo/a/b');
    const { config: found, file } = await accepted({ cwd });
    expect(found.values.target).toBe('https://above.test');
    expect(found.directory).toBe(join(root, 'repo'));
    expect(file).toBe(join(root, 'repo/cors-proxy.config.jsonc'));
  });

  // A file that somebody else left above the repository must not decide where one's requests go.
  it('and never above the repository', async () => {
    await write({
      'cors-proxy.config.json': config('https://outside.test'),
      'repo/.git/HEAD': '',
      'repo/a/x': '',
    });
    expect(await refusal({ cwd: join(root, 'repo/a') })).toEqual([
      'the command line  CP108 Nothing to forward to: no target was given, and no cors-proxy.config.json was found here or above · cors-proxy https://api.example.com, or write a config: cors-proxy init',
    ]);
  });

  it('a worktree has a file .git: it ends the way too', async () => {
    await write({ 'cors-proxy.config.json': config('https://outside.test'), 'repo/.git': 'gitdir: x' });
    expect((await load({ cwd: join(root, 'repo') })).ok).toBe(false);
  });

  it('.json goes before .jsonc, and the other is said not to be read', async () => {
    await write({
      'cors-proxy.config.json': config('https://json.test'),
      'cors-proxy.config.jsonc': config('https://jsonc.test'),
    });
    const { config: found, problems } = await accepted();
    expect(found.values.target).toBe('https://json.test');
    expect(problems).toMatchObject([{ code: 'CP200', severity: 'warning' }]);
  });

  it('is not needed where a target is given', async () => {
    await write({ '.git/HEAD': '' });
    const {
      config: found,
      file,
      text,
    } = await accepted({
      given: { targets: [{ value: 'https://given.test', from: 'argument 1' }] },
    });
    expect(found.values).toEqual({ target: 'https://given.test' });
    // Followed all the same: one may be written.
    const files = ['cors-proxy.config.json', 'cors-proxy.config.jsonc'].map((name) => join(root, name));
    expect({ file, text, files: found.files }).toEqual({ file: undefined, text: '', files });
  });

  it('a directory of its name is not it', async () => {
    await write({ '.git/HEAD': '', 'cors-proxy.config.json/x': '' });
    expect((await refusal())[0]).toContain('CP108');
  });
});

describe('-c', () => {
  it('names a file from the working directory; .env lies beside the file', async () => {
    await write({ 'sub/my.json': config('https://${HOST}'), 'sub/.env': 'HOST=env.test' });
    const { config: found, file } = await accepted({ file: 'sub/my.json' });
    expect(found.values.target).toBe('https://env.test');
    expect(file).toBe(join('sub', 'my.json'));
    expect(found.directory).toBe(join(root, 'sub'));
    expect(found.files).toEqual([
      join(root, 'sub/my.json'),
      join(root, 'sub/.env.local'),
      join(root, 'sub/.env'),
    ]);
  });

  it('- reads standard input', async () => {
    const { config: found, file } = await accepted({
      file: '-',
      readStdin: () => Promise.resolve(`\uFEFF${config('https://stdin.test')}`),
    });
    expect(found.values.target).toBe('https://stdin.test');
    expect({ file, directory: found.directory }).toEqual({ file: '<stdin>', directory: root });
    expect(found.files).toEqual([join(root, '.env.local'), join(root, '.env')]);
  });

  it.each([
    [
      'a file that is not there',
      'none.json',
      'none.json  CP100 Cannot read "none.json": there is no such file · check the path, or write a config: cors-proxy init',
    ],
    ['a directory', 'dir', 'dir  CP100 Cannot read "dir": it is a directory · name a file in it'],
    [
      'UTF-16, as an old PowerShell writes it',
      'utf16.json',
      'utf16.json  CP100 Cannot read "utf16.json": it is not UTF-8 (an editor or a shell may have written UTF-16) · save it as UTF-8',
    ],
    [
      'a file without an end',
      '/dev/zero',
      '/dev/zero  CP100 Cannot read "/dev/zero": it has more than 1 MB · is this the right file?',
    ],
  ])('%s', async (_, file, report) => {
    await write({ 'dir/x': '', 'utf16.json': Buffer.from(`\uFEFF${config('x')}`, 'utf16le') });
    expect(await refusal({ file })).toEqual([report]);
  });

  it('accepts a byte order mark, which counts as no column', async () => {
    await write({ 'bom.json': '\uFEFF{ "target": 5 }' });
    const loaded = await load({ file: 'bom.json' });
    expect(loaded.problems.map(line)[0]).toMatch(/^bom\.json:1:13 target CP102/);
    expect(loaded.text).toBe('{ "target": 5 }');
  });

  it('gives the text beside the problems, for the lines around them', async () => {
    await write({ 'bad.json': '{ "target": 5 }' });
    expect((await load({ file: 'bad.json' })).text).toBe('{ "target": 5 }');
  });
});

describe('variables', () => {
  const text = config('https://${A}/${B}/${C}');

  it('come from the environment, then .env.local, then .env', async () => {
    await write({
      'cors-proxy.config.json': text,
      '.env.local': 'A=local\nB=local',
      '.env': 'A=shared\nB=shared\nC="shared" # comment',
    });
    expect((await accepted({ env: { A: 'environment' } })).config.values.target).toBe(
      'https://environment/local/shared',
    );
  });

  it('are never written into the environment of the process', async () => {
    await write({
      'cors-proxy.config.json': config('${CORS_PROXY_LOAD_TEST}'),
      '.env': 'CORS_PROXY_LOAD_TEST=x',
    });
    await accepted();
    expect(process.env.CORS_PROXY_LOAD_TEST).toBeUndefined();
  });

  it('V52 says where they were looked for, and which file is not there', async () => {
    await write({ 'cors-proxy.config.json': config('${A}'), '.env': 'X=1' });
    expect(await refusal()).toEqual([
      'cors-proxy.config.json:1:14 target CP120 Cannot fill in ${A}: it is not set (looked in the environment, .env.local (no such file), .env) · add the line A=… to .env.local, or give a default: ${A:-…}',
    ]);
  });

  it('come from --env-file alone where it is given', async () => {
    await write({ 'cors-proxy.config.json': config('${A}'), '.env': 'A=shared', 'other.env': 'A=other' });
    const { config: found } = await accepted({ envFile: 'other.env' });
    expect(found.values.target).toBe('other');
    expect(found.files).toEqual([join(root, 'cors-proxy.config.json'), join(root, 'other.env')]);
  });

  it('--env-file must be there', async () => {
    await write({ 'cors-proxy.config.json': config('x') });
    expect(await refusal({ envFile: 'none.env' })).toEqual([
      '--env-file  CP123 Cannot read "none.env": there is no such file · check the path',
    ]);
  });

  it('a directory .env, as Python makes one, is no mistake', async () => {
    await write({ 'cors-proxy.config.json': config('${A:-default}'), '.env/pyvenv.cfg': '' });
    expect((await accepted()).config.values.target).toBe('default');
  });
});

describe('flags', () => {
  it('name files from the working directory, not from the config’s', async () => {
    await write({
      'sub/my.json': '{ "target": "x", "listen": { "https": { "cert": "c.pem", "key": "k.pem" } } }',
    });
    const { config: found } = await accepted({
      file: 'sub/my.json',
      given: { targets: [], cert: { value: 'given.pem', from: '--cert' } },
    });
    expect(found.values.listen?.https).toEqual({ cert: join(root, 'given.pem'), key: 'k.pem' });
  });
});
