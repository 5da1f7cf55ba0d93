/** `cors-proxy init`: what it writes, for whom, and where it writes nothing. */

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { folderWith, runMain, type World } from './run-main.ts';

describe('init', () => {
  const init = async (world: World, argv: readonly string[] = ['https://api.github.com']) => {
    const ran = await runMain(['init', ...argv], world);
    const file = join(ran.cwd, 'cors-proxy.config.json');
    return { ...ran, config: existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : undefined };
  };

  it('writes a config that has no problems', async () => {
    const { code, stdout, config: written } = await init({});
    expect(code).toBe(0);
    expect(written).toEqual({
      $schema: './node_modules/cors-dev-proxy/config/cors-proxy.schema.json',
      target: 'https://api.github.com',
    });
    expect(stdout).toContain('Wrote cors-proxy.config.json: https://api.github.com');
    expect(stdout).toContain('Now: cors-proxy');
    const checked = await runMain(['check'], {
      files: { 'cors-proxy.config.json': JSON.stringify(written) },
    });
    expect(checked).toMatchObject({ code: 0, stderr: '' });
  });

  it.each([
    ['dependencies', 'next', 3000],
    ['devDependencies', 'vite', 5173],
    ['devDependencies', '@angular/cli', 4200],
    ['dependencies', 'astro', 4321],
    ['dependencies', 'react-scripts', 3000],
    ['devDependencies', '@vue/cli-service', 8080],
  ])('finds the front end in %s: %s', async (section, name, port) => {
    const packageJson = JSON.stringify({ [section]: { [name]: '1' } });
    const { config: written } = await init({ files: { 'package.json': packageJson } });
    expect(written.cors).toEqual({ allowOrigin: `http://localhost:${port}` });
  });

  it.each(['{', '[]', 'null', '{"dependencies":null}', '{"dependencies":"vite"}'])(
    'leaves the origins at their default beside the package.json %s',
    async (text) => {
      expect((await init({ files: { 'package.json': text } })).config.cors).toBeUndefined();
    },
  );

  it.each(['cors-proxy.config.json', 'cors-proxy.config.jsonc'])(
    'never writes beside or over %s',
    async (name) => {
      const ran = await runMain(['init'], { files: { [name]: 'mine' } });
      expect(ran.code).toBe(2);
      expect(ran.stderr).toContain(`${name} is there already`);
      expect(readFileSync(join(ran.cwd, name), 'utf8')).toBe('mine');
      expect(existsSync(join(ran.cwd, 'cors-proxy.config.json'))).toBe(name.endsWith('.json'));
    },
  );

  it.each([
    ['api.example.com', 'did you mean "https://api.example.com"?'],
    ['localhost:3000', 'did you mean "http://localhost:3000"?'],
    ['https://api.example.com/v1?key=1', 'write "https://api.example.com/v1"'],
    ['ftp://api.example.com', 'write e.g. "https://api.example.com"'],
  ])('writes nothing where the target is none: %s', async (target, mend) => {
    const cwd = folderWith({});
    const { code, stderr } = await runMain(['init', target], { cwd });
    expect(code).toBe(2);
    expect(stderr).toContain(`Mend: ${mend}`);
    expect(existsSync(join(cwd, 'cors-proxy.config.json'))).toBe(false);
  });

  it('writes the file that --config names, and says how to use it', async () => {
    const cwd = folderWith({});
    const argv = ['init', 'https://api.github.com', '--config', 'proxy.json'];
    expect(await runMain(argv, { cwd })).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^Wrote proxy\.json: .*\nNow: cors-proxy --config proxy\.json\n/),
    });
    expect(existsSync(join(cwd, 'cors-proxy.config.json'))).toBe(false);
    expect((await runMain(['check', '--config', 'proxy.json'], { cwd })).code).toBe(0);
    expect(await runMain(argv, { cwd })).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('proxy.json is there already'),
    });
    expect((await runMain(['init', '--config', '-'], { cwd })).code).toBe(2);
  });

  it('names the schema of the workspace that has the package', async () => {
    const shipped = 'node_modules/cors-dev-proxy/config/cors-proxy.schema.json';
    const cwd = join(folderWith({ [shipped]: '{}', 'apps/web/package.json': '{}' }), 'apps/web');
    expect((await runMain(['init'], { cwd })).code).toBe(0);
    const { $schema } = JSON.parse(readFileSync(join(cwd, 'cors-proxy.config.json'), 'utf8'));
    expect($schema).toBe(`../../${shipped}`);
  });
});
