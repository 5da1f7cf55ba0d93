import { describe, expect, it } from 'vitest';
import type { Config } from '../../src/config/config.ts';
import type { GivenValues } from '../../src/config/given.ts';
import { parseConfig } from '../../src/config/parse.ts';
import { placeText } from '../../src/config/problem.ts';
import { line, problemsOf } from './report.ts';

const from = (flag: string) => ({ from: flag });
const target = (value: string, n = 1) => ({ value, from: `argument ${n}` });

function configOf(text: string | undefined, given: GivenValues): Config {
  const parsed = parseConfig(text, { file: 'c.json', given });
  if (!parsed.ok) throw new Error(parsed.problems.map(line).join('\n'));
  return parsed.value;
}

describe('flags over the file', () => {
  const text = `{ "target": "https://file.test", "listen": { "port": 1 },
    "cors": { "maxAge": 5 }, "routes": [ { "match": "/f", "target": "https://f.test" } ] }`;

  it('set the keys of the same names and leave the others', () => {
    const { values } = configOf(text, {
      targets: [target('https://given.test')],
      port: { value: 0, ...from('--port') },
      host: { value: '127.0.0.1', ...from('--host') },
      allowOrigin: { value: ['http://a.test', 'http://b.test'], ...from('--allow-origin') },
      exposeHeaders: { value: ['*'], ...from('--expose-headers') },
      allowCredentials: { value: true, ...from('--allow-credentials') },
      https: { value: true, ...from('--https') },
    });
    expect(values).toEqual({
      target: 'https://given.test',
      listen: { port: 0, host: '127.0.0.1', https: true },
      cors: {
        maxAge: 5,
        allowOrigin: ['http://a.test', 'http://b.test'],
        exposeHeaders: '*',
        allowCredentials: true,
      },
      routes: [{ match: '/f', target: 'https://f.test' }],
    });
  });

  it('take away what routes say for themselves, and that alone', () => {
    const own = `{ "cors": { "allowOrigin": "http://top.test" }, "routes": [
      { "match": "/a", "target": "https://a.test", "cors": { "allowOrigin": "*", "maxAge": 5 } },
      { "match": "/b", "target": "https://b.test", "cors": { "exposeHeaders": ["A"] } },
      { "match": "/c", "target": "https://c.test", "cors": "passthrough" } ] }`;
    const { values } = configOf(own, {
      targets: [target('/d=https://d.test')],
      allowOrigin: { value: ['http://flag.test'], ...from('--allow-origin') },
    });
    expect(values.cors).toEqual({ allowOrigin: 'http://flag.test' });
    expect(values.routes?.map(({ cors }) => cors)).toEqual([
      undefined,
      { maxAge: 5 },
      { exposeHeaders: ['A'] },
      'passthrough',
    ]);
  });

  it('are the place of their values, and of no other', () => {
    const { placeOf } = configOf(text, { targets: [], port: { value: 0, ...from('CORS_PROXY_PORT') } });
    expect(placeOf(['listen', 'port'])).toEqual({
      file: 'CORS_PROXY_PORT',
      line: 0,
      column: 0,
      length: 1,
      key: 'listen.port',
    });
    expect(placeText(placeOf(['listen', 'host']))).toBe('c.json:1:44');
    expect(placeText(placeOf(['target']))).toBe('c.json:1:13');
  });

  it('are not the place of what is left out beside them', () => {
    const { placeOf } = configOf('{ "target": "https://a.test" }', {
      targets: [],
      allowOrigin: { value: ['*'], ...from('--allow-origin') },
    });
    expect(placeText(placeOf(['cors', 'maxAge']))).toBe('c.json:1:1');
  });

  it('make a config without a file', () => {
    const { values, placeOf } = configOf(undefined, { targets: [target('https://a.test')] });
    expect(values).toEqual({ target: 'https://a.test' });
    expect(placeText(placeOf(['target']))).toBe('argument 1');
    expect(placeText(placeOf(['cors']))).toBe('the command line');
  });

  it('are checked like the file, at their names', () => {
    const problems = problemsOf(
      '{ "target": 5 }',
      {},
      {
        given: { targets: [], port: { value: 99_999, ...from('--port') } },
      },
    );
    expect(problems.map(line)).toEqual([
      '--port listen.port CP102 "port" must be a port, a whole number from 0 to 65535, not 99999 · write 8010',
      'c.json:1:13 target CP102 "target" must be a text, not 5 · write "https://api.example.com"',
    ]);
  });

  it('do not hide a value of the wrong kind that is in their way', () => {
    const given = { targets: [], port: { value: 80, ...from('--port') } };
    expect(problemsOf('{ "target": "x", "listen": 5 }', {}, { given }).map(line)).toEqual([
      'c.json:1:28 listen CP102 "listen" must be an object, not 5 · write { … }',
    ]);
  });

  it('are not filled in: the shell has done so', () => {
    const { values, substitutions } = configOf(undefined, { targets: [target('https://a.test/${X}')] });
    expect(values.target).toBe('https://a.test/${X}');
    expect(substitutions).toEqual([]);
  });
});

describe('--https, --cert and --key', () => {
  const written = '{ "target": "x", "listen": { "https": { "cert": "c.pem", "key": "k.pem" } } }';
  const https = (value: boolean) => ({ https: { value, ...from('--https') } });
  const cert = { cert: { value: '/given.pem', ...from('--cert') } };
  const key = { key: { value: '/given-key.pem', ...from('--key') } };
  const inFile = { cert: 'c.pem', key: 'k.pem' };

  it.each([
    ['--https keeps the files that the config names', written, https(true), inFile],
    ['--no-https switches them off', written, https(false), false],
    ['--cert replaces one of them', written, cert, { ...inFile, cert: '/given.pem' }],
    [
      '--cert and --key are https',
      '{ "target": "x" }',
      { ...cert, ...key },
      { cert: '/given.pem', key: '/given-key.pem' },
    ],
    ['--https alone makes a certificate', '{ "target": "x" }', https(true), true],
  ])('%s', (_, text, flags, expected) => {
    expect(configOf(text, { targets: [], ...flags }).values.listen?.https).toEqual(expected);
  });

  it('A3 --cert without a key', () => {
    expect(problemsOf('{ "target": "x" }', {}, { given: { targets: [], ...cert } }).map(line)).toEqual([
      '--cert listen.https CP107 Cannot use listen.https: it has no "key" · give --key too',
    ]);
  });
});

describe('targets', () => {
  it('PREFIX=URL makes routes, before those of the file', () => {
    const text = '{ "routes": [ { "match": "/f",\n"target": "https://f.test" } ] }';
    const { values, placeOf } = configOf(text, {
      targets: [target('/gh=https://api.github.com/?a=b'), target('/x/y/=http://x.test', 2)],
    });
    expect(values.routes).toEqual([
      { match: '/gh/**', target: 'https://api.github.com/?a=b', stripPrefix: '/gh' },
      { match: '/x/y/**', target: 'http://x.test', stripPrefix: '/x/y' },
      { match: '/f', target: 'https://f.test' },
    ]);
    expect(placeOf(['routes', 1, 'target'])).toMatchObject({ file: 'argument 2', line: 0 });
    expect(placeOf(['routes', 2, 'target'])).toMatchObject({
      file: 'c.json',
      line: 2,
      column: 11,
      key: 'routes[0].target',
    });
  });

  it('a problem in a route of the file keeps its number, whatever was put before it', () => {
    const given = { targets: [target('/gh=https://api.github.com')] };
    const text = '{ "routes": [ { "match": "/f", "target": 5 } ] }';
    expect(problemsOf(text, {}, { given })[0]?.place.key).toBe('routes[0].target');
  });

  it('a substitution is listed by its number among all routes', () => {
    const text = '{ "routes": [ { "match": "/f", "target": "${T:-x}" } ] }';
    const { substitutions } = configOf(text, { targets: [target('/gh=https://api.github.com')] });
    expect(substitutions).toEqual([{ path: ['routes', 1, 'target'], names: ['T'], values: ['x'] }]);
  });

  it('"/" as PREFIX is the plain target', () => {
    expect(configOf(undefined, { targets: [target('/=https://a.test')] }).values).toEqual({
      target: 'https://a.test',
    });
  });

  it.each([
    [
      'a PREFIX without its slash',
      ['gh=https://a.test'],
      'argument 1 target CP109 Cannot read the target "gh=https://a.test": a PREFIX begins with "/" · write /gh=https://a.test',
    ],
    [
      'no URL',
      ['/gh='],
      'argument 1 target CP109 Cannot read the target "/gh=": it has no URL · write /gh=https://api.example.com',
    ],
    [
      'a glob as PREFIX',
      ['/gh/**=https://a.test'],
      'argument 1 target CP109 Cannot read the target "/gh/**=https://a.test": a PREFIX is a plain path, not a glob · write /api=URL, or a route in the config file',
    ],
    [
      'a second target for all paths',
      ['https://a.test', 'https://b.test'],
      'argument 2 target CP109 Cannot forward to "https://b.test": "https://a.test" takes every path already · give it a prefix: /api=https://b.test',
    ],
  ])('%s', (_, targets, report) => {
    const given = { targets: targets.map((value, i) => target(value, i + 1)) };
    expect(parseConfig(undefined, { given }).problems.map(line)).toEqual([report]);
  });

  it('A4 no target and no file', () => {
    expect(parseConfig(undefined).problems.map(line)).toEqual([
      'the command line  CP108 Nothing to forward to: no target was given, and no cors-proxy.config.json was found here or above · cors-proxy https://api.example.com, or write a config: cors-proxy init',
    ]);
  });
});
