import { describe, expect, it } from 'vitest';
import { commandNames } from '../../src/cli/command-names.ts';
import { flags } from '../../src/cli/flags.ts';
import { runMain, type World } from './run-main.ts';

const target = 'https://api.test';
const config = JSON.stringify({ target, cors: { allowOrigin: 'http://localhost:5173' } });
const withConfig: World = { files: { 'cors-proxy.config.json': config } };

interface Row {
  readonly argv: readonly string[];
  readonly code: number;
  readonly world?: World;
  readonly out?: string | RegExp;
  readonly err?: string | RegExp;
}

const rows: Readonly<Record<string, Row>> = {
  'a port that is no number': {
    argv: ['--port', 'abc'],
    code: 2,
    err: 'Cannot use "abc" as a port (--port)',
  },
  'a port out of range': { argv: ['--port', '65536'], code: 2, err: 'from 0 to 65535' },
  'a port in hexadecimal': { argv: ['--port', '0x10'], code: 2, err: '"0x10"' },
  'a negative port': { argv: ['--port', '-1'], code: 2, err: '"-1"' },
  'a port from a variable': {
    argv: [target],
    code: 2,
    world: { env: { CORS_PROXY_PORT: 'eighty' } },
    err: '"eighty" as a port (CORS_PROXY_PORT)',
  },
  'a flag twice': {
    argv: ['--port', '1', '--port', '2'],
    code: 2,
    err: 'Cannot take --port more than once: "1" and "2"',
  },
  'a flag twice, by its short name too': { argv: ['-p', '1', '--port', '2'], code: 2, err: 'more than once' },
  'a flag without a value': { argv: ['--port'], code: 2, err: 'Mend: write --port 8010' },
  'a flag without a value, with another behind it': {
    argv: ['--port', '--https'],
    code: 2,
    err: '--port has no value',
  },
  'a misspelt flag': { argv: ['--prot', '8010'], code: 2, err: 'Mend: did you mean --port?' },
  'a flag that nothing resembles': {
    argv: ['--zzzzzzzz'],
    code: 2,
    err: 'Mend: write cors-proxy --help for the flags',
  },
  'a short flag that is none': { argv: ['-x'], code: 2, err: 'There is no flag -x' },
  '--json where lines are logged': {
    argv: ['serve', '--json'],
    code: 2,
    err: 'Mend: write --log-format json',
  },
  'a flag of another command': { argv: ['check', '--open'], code: 2, err: 'Cannot use --open with "check"' },
  'a flag named like a property of every object': {
    argv: ['--constructor'],
    code: 2,
    err: 'Cannot read the flags of: --constructor',
  },
  'a misspelt command': { argv: ['chekc'], code: 2, err: 'Mend: did you mean "cors-proxy check"?' },
  'a word that is neither command nor target': {
    argv: ['bananas'],
    code: 2,
    err: 'There is no command "bananas"',
  },
  'too many arguments': {
    argv: ['check', 'that'],
    code: 2,
    err: 'Cannot take "that": "check" has no arguments',
  },
  'a log format that is none': { argv: ['--log-format', 'xml'], code: 2, err: 'write one of pretty, json' },
  'a switch with a value that is neither on nor off': {
    argv: ['check', '--https=maybe'],
    code: 2,
    err: 'Cannot use "maybe" for --https\n  Mend: write --https alone, or --https=false',
  },
  'a switch with a value that says neither, by its short name': {
    argv: ['-q=perhaps'],
    code: 2,
    err: 'Cannot use "perhaps" for --quiet',
  },
  'a switch from a variable that is neither on nor off': {
    argv: ['check'],
    code: 2,
    world: { env: { CORS_PROXY_QUIET: 'maybe' } },
    err: 'Cannot use "maybe" for CORS_PROXY_QUIET',
  },
  'nothing to forward to': { argv: [], code: 2, err: 'Mend' },
  'a config that is not there': { argv: ['-c', 'no.json'], code: 2, err: 'no.json' },
  'a target that is no URL': { argv: ['api.test'], code: 2, err: 'Mend: did you mean "https://api.test"?' },
  'the version': { argv: ['--version'], code: 0, out: /^\d+\.\d+\.\d+\n$/ },
  'the version, in short': { argv: ['-V'], code: 0, out: /^\d+\.\d+\.\d+\n$/ },
  'the help': { argv: ['--help'], code: 0, out: 'Usage: cors-proxy [target..] [flags]' },
  'the help of a command': {
    argv: ['explain', '-h'],
    code: 0,
    out: 'Usage: cors-proxy explain METHOD PATH [flags]',
  },
  'the help as a command': {
    argv: ['help', 'init'],
    code: 0,
    out: 'Usage: cors-proxy init [target] [flags]',
  },
  'the help beside nonsense': { argv: ['--help', '--zzzz'], code: 0, out: 'Usage' },
  'a good config': {
    argv: ['check'],
    code: 0,
    world: withConfig,
    out: 'cors-proxy.config.json: 1 route, no problems\n',
  },
  'a good config, as JSON': {
    argv: ['check', '--json'],
    code: 0,
    world: withConfig,
    out: '{"ok":true,"routes":1,"problems":[]}\n',
  },
  'a config from standard input': {
    argv: ['check', '-c', '-'],
    code: 0,
    world: { stdin: config },
    out: '<stdin>: 1 route, no problems\n',
  },
  'a variable that takes the place of an argument': {
    argv: ['check'],
    code: 0,
    world: { env: { CORS_PROXY_TARGET: '/a=https://a.test /b=https://b.test' } },
    out: 'the command line: 2 routes, no problems\n',
  },
  'a bad config': {
    argv: ['check'],
    code: 2,
    world: { files: { 'cors-proxy.config.json': '{\n  "target": "https://api.test",\n  "corss": {}\n}' } },
    err: /cors-proxy\.config\.json:3:3 .*\n.*"corss"[\s\S]*Mend: did you mean "cors"\?/,
  },
  'routes as a table': {
    argv: ['routes'],
    code: 0,
    world: withConfig,
    out: /^# {2}match {2}methods[^\n]*\n0 {2}\/\*\* {4}all {6}https:\/\/api\.test {2}http:\/\/localhost:5173/,
  },
  'routes as JSON': {
    argv: ['routes', '--json'],
    code: 0,
    world: withConfig,
    out: '"match":["/**"],"methods":null,"target":"https://api.test"',
  },
  'the schema': { argv: ['schema'], code: 0, out: /^\{[\s\S]*"\$schema"[\s\S]*\}\n$/ },
  'a completion': {
    argv: ['completion', 'bash'],
    code: 0,
    out: 'complete -o default -F _cors_proxy cors-proxy',
  },
  'a completion for the shell that runs': {
    argv: ['completion'],
    code: 0,
    world: { env: { SHELL: '/usr/bin/fish' } },
    out: 'complete -c cors-proxy',
  },
  'a completion for a shell that is not known': { argv: ['completion', 'tcsh'], code: 2, err: '"tcsh"' },
};

describe('main', () => {
  it.each(Object.entries(rows))('%s', async (_sentence, { argv, code, world, out, err }) => {
    const ran = await runMain(argv, world);
    expect({ code: ran.code, stderr: err === undefined ? ran.stderr : '' }).toEqual({ code, stderr: '' });
    if (typeof out === 'string') expect(ran.stdout).toContain(out);
    else expect(ran.stdout).toMatch(out ?? /^$/);
    if (typeof err === 'string') expect(ran.stderr).toContain(err);
    else if (err !== undefined) expect(ran.stderr).toMatch(err);
  });

  it('prints problems as JSON where the log is JSON', async () => {
    const { code, stdout, stderr } = await runMain(['check', '--log-format', 'json', 'x'].slice(0, 3), {
      files: { 'cors-proxy.config.json': '{ "target": 1 }' },
    });
    expect({ code, stderr }).toEqual({ code: 2, stderr: '' });
    expect(JSON.parse(stdout)).toMatchObject({
      ok: false,
      routes: null,
      problems: [{ severity: 'error', line: 1, column: 13, key: 'target' }],
    });
  });

  it('lets a flag stand above its variable, and a variable above the config', async () => {
    const files = {
      'cors-proxy.config.json':
        '{ "target": "https://api.test", "cors": { "allowOrigin": "http://a.test" } }',
    };
    const originOf = async (argv: readonly string[], env: Readonly<Record<string, string>>) => {
      const { stdout } = await runMain(['routes', '--json', ...argv], { files, env });
      return JSON.parse(stdout)[0].allowOrigin;
    };
    const env = { CORS_PROXY_ALLOW_ORIGIN: 'http://b.test, http://c.test' };
    expect(await originOf([], {})).toEqual(['http://a.test']);
    expect(await originOf([], env)).toEqual(['http://b.test', 'http://c.test']);
    expect(await originOf(['--allow-origin', 'http://d.test'], env)).toEqual(['http://d.test']);
    expect(await originOf([], { CORS_PROXY_ALLOW_ORIGIN: '' })).toEqual(['http://a.test']);
  });

  it('colours for a terminal alone', async () => {
    const colored = '\u001b[';
    expect((await runMain(['chekc'], { columns: 80 })).stderr).toContain(colored);
    expect((await runMain(['chekc'])).stderr).not.toContain(colored);
    expect((await runMain(['chekc', '--no-color'], { columns: 80 })).stderr).not.toContain(colored);
    expect((await runMain(['chekc'], { columns: 80, env: { NO_COLOR: '1' } })).stderr).not.toContain(colored);
    expect((await runMain(['chekc'], { env: { FORCE_COLOR: '1' } })).stderr).toContain(colored);
  });
});

describe('the help', () => {
  it('shows examples before flags, and exit codes at its end', async () => {
    const { stdout } = await runMain(['--help'], { columns: 80 });
    const order = ['Usage:', 'Examples:', 'Commands:', 'Flags:', 'Exit codes:'].map((text) =>
      stdout.indexOf(text),
    );
    expect(order).toEqual([...order].sort((a, b) => a - b));
    expect(order[0]).toBe(0);
    expect(stdout.trimEnd().endsWith('forced by a second SIGINT')).toBe(true);
    expect(stdout.split('\n').filter((line) => line.length > 100)).toEqual([]);
  });

  it('names every command, and every flag in the help of a command that takes it', async () => {
    const texts = new Map<string, string>();
    for (const name of commandNames) texts.set(name, (await runMain([name, '--help'])).stdout);
    for (const name of commandNames.slice(1)) expect(texts.get('serve')).toContain(`  ${name}`);
    for (const { name, commands } of flags) {
      for (const command of commands) expect(texts.get(command)).toContain(`--${name}`);
    }
  });
});
