/** Completion scripts: read by their shells, and driven in bash. */

import { type SpawnSyncOptions, spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { commandNames } from '../../src/cli/command-names.ts';
import { flagsOf } from '../../src/cli/flags.ts';
import { builtExecutable } from '../support/built.ts';
import { folderWith, runMain } from './run-main.ts';

let executable = '';
beforeAll(() => {
  executable = builtExecutable();
}, 120_000);

async function script(shell: string): Promise<string> {
  return (await runMain(['completion', shell])).stdout;
}

/** A shell by its name, if it is on PATH. */
function ran(shell: string, args: readonly string[], options: SpawnSyncOptions = {}) {
  return spawnSync(shell, args, { ...options, encoding: 'utf8' });
}

function has(shell: string): boolean {
  return spawnSync(shell, ['-c', 'true']).status === 0;
}

const config = `{ "routes": [
  { "match": "/gh/**", "target": "https://gh.test" },
  { "match": ["/pay/**", "/a';touch$HOME'/*"], "target": "https://pay.test" } ] }`;

/** A folder with a config, and the command on PATH. */
function project(): { readonly cwd: string; readonly env: NodeJS.ProcessEnv } {
  const cwd = folderWith({ 'cors-proxy.config.json': config, 'some-file.pem': '' });
  mkdirSync(join(cwd, 'bin'));
  writeFileSync(join(cwd, 'bin/cors-proxy'), `#!/bin/sh\nexec "${process.execPath}" "${executable}" "$@"\n`);
  chmodSync(join(cwd, 'bin/cors-proxy'), 0o755);
  return { cwd, env: { PATH: `${join(cwd, 'bin')}:${process.env.PATH}`, HOME: cwd, LANG: 'C.UTF-8' } };
}

/** What bash would offer for these words, the last of which is being typed. */
async function offered(words: readonly string[], { cwd, env } = project()): Promise<readonly string[]> {
  const quoted = ['cors-proxy', ...words].map((word) => `'${word.replaceAll("'", "'\\''")}'`).join(' ');
  const text = `${await script('bash')}
COMP_WORDS=(${quoted}); COMP_CWORD=${words.length}
_cors_proxy
printf '%s\\n' "\${COMPREPLY[@]}"`;
  const said = ran('bash', ['--norc', '--noprofile', '-c', text], { cwd, env });
  expect(said.stderr).toBe('');
  return said.stdout.split('\n').filter((line) => line !== '');
}

describe.runIf(has('bash'))('in bash', () => {
  it('is a script that bash reads', async () => {
    expect(ran('bash', ['-n'], { input: await script('bash') })).toMatchObject({
      status: 0,
      stderr: '',
    });
  });

  it.each<[string, readonly string[], readonly string[]]>([
    ['commands', ['ex'], ['explain']],
    ['commands, all of them', [''], [...commandNames, 'help']],
    ['commands to be helped with', ['help', 'ch'], ['check']],
    ['flags of the command that runs without a name', ['--allow-c'], ['--allow-credentials']],
    ['flags of the command, and of no other', ['allow', 'http://a.test', '--ro'], ['--route']],
    ['no flags of another command', ['serve', '--rou'], []],
    ['choices', ['--log-format', 'j'], ['json']],
    ['choices behind "="', ['--log-format', '=', 'p'], ['pretty']],
    ['choices right behind "="', ['--log-format', '='], ['pretty', 'json']],
    ['ports', ['-p', 'a'], ['auto']],
    ['shells', ['completion', 'z'], ['zsh']],
    ['methods', ['explain', 'P'], ['POST', 'PUT', 'PATCH']],
    ['nothing of ours for a path, so that files are offered', ['--cert', 'some'], []],
    ['nothing of ours for a target', ['https://a.test', ''], []],
  ])('offers %s', async (_sentence, words, replies) => {
    expect(await offered(words)).toEqual(replies);
  });

  it('offers the globs of the config that is there', async () => {
    expect(await offered(['allow', 'http://a.test', '--route', '/g'])).toEqual(["'/gh/**'"]);
    expect(await offered(['allow', 'http://a.test', '--route', "'/p"])).toEqual(["'/pay/**'"]);
  });

  /** A config that somebody else wrote holds a command where a glob should be: neither Tab nor Enter may run it. */
  it('quotes whatever stands in a config', async () => {
    const place = project();
    expect(await offered(['allow', 'http://a.test', '--route', '/a'], place)).toEqual([
      "'/a'\\'';touch$HOME'\\''/*'",
    ]);
  });

  it('offers nothing, and says nothing, where the config has problems', async () => {
    const place = project();
    writeFileSync(join(place.cwd, 'cors-proxy.config.json'), '{');
    expect(await offered(['allow', 'http://a.test', '--route', '/'], place)).toEqual([]);
  });
});

describe.runIf(has('zsh'))('in zsh', () => {
  it('is a script that zsh reads, and takes up', async () => {
    const text = await script('zsh');
    expect(ran('zsh', ['-n'], { input: text })).toMatchObject({
      status: 0,
      stderr: '',
    });
    const { cwd, env } = project();
    const load = `autoload -U compinit && compinit -u -D\n${text}\nprint -r -- $_comps[cors-proxy]`;
    const said = ran('zsh', ['-f', '-c', load], { cwd, env });
    expect(said).toMatchObject({ status: 0, stderr: '', stdout: '_cors_proxy\n' });
  });
});

describe.runIf(has('fish'))('in fish', () => {
  it('is a script that fish reads, and completes with', async () => {
    const text = await script('fish');
    const { cwd, env } = project();
    writeFileSync(join(cwd, 'completion.fish'), text);
    expect(ran('fish', ['-n', join(cwd, 'completion.fish')], {})).toMatchObject({
      status: 0,
      stderr: '',
    });
    const complete = (line: string) =>
      ran('fish', ['--no-config', '-c', `source completion.fish; complete -C '${line}'`], {
        cwd,
        env,
        encoding: 'utf8',
      })
        .stdout.split('\n')
        .map((each) => each.split('\t')[0])
        .filter((each) => each !== '');
    expect(complete('cors-proxy expl')).toEqual(['explain']);
    expect(complete('cors-proxy --log-format j')).toEqual(['json']);
    expect(complete('cors-proxy allow http://a.test --route /g')).toEqual(['/gh/**']);
    expect(complete('cors-proxy completion z')).toEqual(['zsh']);
  });
});

describe('every shell', () => {
  it.each(['bash', 'zsh', 'fish'])('%s knows every command and every flag', async (shell) => {
    const text = await script(shell);
    for (const name of commandNames) {
      expect(text).toContain(name);
      for (const flag of flagsOf(name)) expect(text).toContain(flag.name);
    }
  });

  it('asks for the globs one a line, whatever is wrong', async () => {
    const ran = await runMain(['completion', 'route-globs'], { files: { 'cors-proxy.config.json': config } });
    expect(ran).toMatchObject({ code: 0, stdout: "/gh/**\n/pay/**\n/a';touch$HOME'/*\n", stderr: '' });
    expect(await runMain(['completion', 'route-globs'])).toMatchObject({ code: 0, stdout: '', stderr: '' });
  });
});
