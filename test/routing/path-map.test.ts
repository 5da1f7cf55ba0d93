import { describe, expect, it } from 'vitest';
import { Verdicts } from '../../src/config/verdict.ts';
import { compilePathMap, type PathRules } from '../../src/routing/path-map.ts';
import { configOf } from '../support/config.ts';

function mapOf(rules: Partial<PathRules>) {
  const verdicts = new Verdicts(configOf({}));
  const all = { globs: ['/**'], stripPrefix: undefined, rewrite: undefined, basePath: '', ...rules };
  return compilePathMap(all, ['routes', 0], verdicts);
}

type Row = readonly [name: string, rules: Partial<PathRules>, path: string, upstream: string];

const up: readonly Row[] = [
  ['nothing to do', {}, '/a/b', '/a/b'],
  ['nothing is decoded or collapsed', {}, '/a%2Fb//c/', '/a%2Fb//c/'],
  ['a base path', { basePath: '/v3' }, '/user', '/v3/user'],
  ['a base path and the root', { basePath: '/v3' }, '/', '/v3/'],
  ['a prefix', { stripPrefix: '/gh' }, '/gh/user', '/user'],
  ['a prefix alone', { stripPrefix: '/gh' }, '/gh', '/'],
  ['a prefix with its slash', { stripPrefix: '/gh' }, '/gh/', '/'],
  ['half a segment is no prefix', { stripPrefix: '/gh' }, '/ghost', '/ghost'],
  ['another path', { stripPrefix: '/gh' }, '/x/gh', '/x/gh'],
  ['a prefix and a base path', { stripPrefix: '/gh', basePath: '/v3' }, '/gh/user', '/v3/user'],
  ['a prefix alone and a base path', { stripPrefix: '/gh', basePath: '/v3' }, '/gh', '/v3'],
  ['a prefix before two slashes', { stripPrefix: '/gh' }, '/gh//evil.test', '//evil.test'],
  ['a rewrite', { rewrite: { '^/gh/(.*)': '/$1' } }, '/gh/user', '/user'],
  ['a rewrite and a base path', { rewrite: { '^/gh/(.*)': '/$1' }, basePath: '/v3' }, '/gh/user', '/v3/user'],
  ['a rewrite to nothing', { rewrite: { '^/gh': '' } }, '/gh', '/'],
  ['a rewrite that loses the slash', { rewrite: { '^/gh/': '' } }, '/gh/user', '/user'],
  ['a rewrite that does not match', { rewrite: { '^/gh/': '/' } }, '/x', '/x'],
  ['the first that matches, and no other', { rewrite: { '^/a': '/b', '^/b': '/c' } }, '/a/x', '/b/x'],
  ['a later one', { rewrite: { '^/a': '/b', '^/z': '/c' } }, '/z', '/c'],
];

const down: readonly (readonly [string, Partial<PathRules>, string, string | undefined])[] = [
  ['nothing to do', {}, '/a/b', '/a/b'],
  ['a base path', { basePath: '/v3' }, '/v3/user', '/user'],
  ['a base path alone', { basePath: '/v3' }, '/v3', '/'],
  ['outside the base path', { basePath: '/v3' }, '/v4/user', undefined],
  ['half a segment is not inside', { basePath: '/v3' }, '/v33', undefined],
  ['a prefix', { stripPrefix: '/gh' }, '/user', '/gh/user'],
  ['a prefix and the root', { stripPrefix: '/gh' }, '/', '/gh/'],
  ['a prefix and a base path', { stripPrefix: '/gh', basePath: '/v3' }, '/v3/user', '/gh/user'],
  ['a prefix and a base path alone', { stripPrefix: '/gh', basePath: '/v3' }, '/v3', '/gh'],
  ['two slashes are another host in a Location', {}, '//evil.test/x', undefined],
  ['two slashes after a base path too', { basePath: '/v3' }, '/v3//evil.test', undefined],
  ['two slashes below a prefix are a path', { stripPrefix: '/gh' }, '//evil.test', '/gh//evil.test'],
  ['a simple rewrite', { rewrite: { '^/gh/(.*)': '/$1' } }, '/user', '/gh/user'],
  ['a simple rewrite with its end', { rewrite: { '^/gh/(.*)$': '/api/$1' } }, '/api/user', '/gh/user'],
  ['a simple rewrite, elsewhere', { rewrite: { '^/gh/(.*)$': '/api/$1' } }, '/other', undefined],
  ['a prefix rewrite', { rewrite: { '^/gh': '' } }, '/user', '/gh/user'],
  ['a prefix rewrite with an escape', { rewrite: { '^\\/v1\\.0': '/x' } }, '/x/user', '/v1.0/user'],
  ['a rewrite that cannot be undone', { rewrite: { '^/(a|b)/': '/' } }, '/user', undefined],
  ['several rewrites', { rewrite: { '^/a': '', '^/b': '' } }, '/user', undefined],
];

describe("the upstream's path", () => {
  it.each(up)('%s', (_name, rules, path, upstream) => {
    expect(mapOf(rules).mapPath(path)).toBe(upstream);
  });
});

describe("the listener's path for one of the upstream", () => {
  it.each(down)('%s', (_name, rules, upstream, path) => {
    expect(mapOf(rules).unmapPath(upstream)).toBe(path);
  });

  it('is the one that was asked for, where it can be said', () => {
    const maps = [mapOf({}), mapOf({ stripPrefix: '/gh' }), mapOf({ stripPrefix: '/gh', basePath: '/v3' })];
    for (const map of maps) {
      for (const path of ['/gh/', '/gh/user', '/gh/a//b', '/gh/%2F']) {
        expect(map.unmapPath(map.mapPath(path))).toBe(path);
      }
    }
  });
});
