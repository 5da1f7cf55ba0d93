import { describe, expect, it } from 'vitest';
import { compileGlob, pathSegments } from '../../src/routing/glob.ts';
import { buildRouteIndex, type IndexedRoute } from '../../src/routing/route-index.ts';
import { findShadows } from '../../src/routing/shadowing.ts';

function route(globs: string | readonly string[], methods?: readonly string[]): IndexedRoute {
  return {
    globs: typeof globs === 'string' ? [globs] : globs,
    methods: methods === undefined ? undefined : new Set(methods),
  };
}

/** What the index must give, said without any cleverness. */
function naiveFind(routes: readonly IndexedRoute[], path: string, method: string): number {
  return routes.findIndex(
    ({ globs, methods }) =>
      (methods === undefined || methods.has(method)) &&
      globs.some((glob) => compileGlob(glob).matches(pathSegments(path))),
  );
}

/** A small generator with a seed, so that a failure can be seen again. */
function randomOf(seed: number) {
  let state = seed;
  return <T>(list: readonly T[]): T => {
    state = (state * 1103515245 + 12345) % 2 ** 31;
    const item = list[Math.floor((state / 2 ** 31) * list.length)];
    if (item === undefined) throw new Error('empty list');
    return item;
  };
}

const globParts = [
  'a',
  'b',
  'ab',
  '',
  '*',
  '*',
  '**',
  'a*',
  '?',
  '[ab]',
  '{a,b}',
  'constructor',
  '__proto__',
];
const pathParts = ['a', 'b', 'ab', 'c', '', 'aa', 'constructor', '__proto__', 'A'];

function pathOf(pick: ReturnType<typeof randomOf>, parts: readonly string[]): string {
  const length = pick([1, 1, 2, 3, 4]);
  return `/${Array.from({ length }, () => pick(parts)).join('/')}`;
}

describe('the route of a path', () => {
  it('is the first in file order, however narrow a later one is', () => {
    const index = buildRouteIndex([route('/a/**'), route('/a/b'), route('/**')]);
    expect([index.find('/a/b', 'GET'), index.find('/a', 'GET'), index.find('/', 'GET')]).toEqual([0, 0, 2]);
  });

  it('is one that takes the method', () => {
    const index = buildRouteIndex([route('/a', ['POST']), route('/a', ['GET', 'PUT']), route('/b')]);
    expect(['GET', 'POST', 'DELETE'].map((method) => index.find('/a', method))).toEqual([1, 0, -1]);
  });

  it('is none where no glob matches', () => {
    expect(buildRouteIndex([route('/a')]).find('/b', 'GET')).toBe(-1);
    expect(buildRouteIndex([]).find('/', 'GET')).toBe(-1);
  });

  it('is the same that asking every glob in turn would give', () => {
    const pick = randomOf(20260101);
    const differing: string[] = [];
    for (let round = 0; round < 120; round += 1) {
      const routes = Array.from({ length: 12 }, () => {
        const globs = Array.from({ length: pick([1, 1, 2]) }, () => pathOf(pick, globParts));
        return pick([route(globs), route(globs), route(globs, ['GET']), route(globs, ['POST', 'PUT'])]);
      });
      const index = buildRouteIndex(routes);
      for (let i = 0; i < 40; i += 1) {
        const path = pathOf(pick, pathParts);
        const method = pick(['GET', 'POST']);
        const [found, wanted] = [index.find(path, method), naiveFind(routes, path, method)];
        if (found !== wanted) differing.push(`${method} ${path}: ${found}, not ${wanted}`);
      }
    }
    expect(differing).toEqual([]);
  });

  it('is found in microseconds among ten thousand', () => {
    const routes = Array.from({ length: 10_000 }, (_, i) =>
      route([`/api/v${i % 10}/things${i}/**`, `/teams/*/things${i}`]),
    );
    const index = buildRouteIndex([...routes, route('/**')]);
    expect(index.find('/api/v9/things9999/x', 'GET')).toBe(9999);
    expect(index.find('/teams/red/things9999', 'GET')).toBe(9999);
    const microseconds = fastestOf(5, () => {
      for (let i = 0; i < 1000; i += 1) index.find('/teams/red/things9999', 'GET');
    });
    expect(microseconds).toBeLessThan(20);
  });
});

/** Milliseconds for a thousand calls, which are microseconds for one. */
function fastestOf(runs: number, action: () => void): number {
  const times = Array.from({ length: runs }, () => {
    const start = performance.now();
    action();
    return performance.now() - start;
  });
  return Math.min(...times);
}

type ShadowRow = readonly [
  name: string,
  routes: readonly IndexedRoute[],
  dead: readonly (readonly [number, number])[],
];

/** Routes → pairs of a dead route and the one that takes it. */
const shadows: readonly ShadowRow[] = [
  ['the same glob twice', [route('/a/*'), route('/a/*')], [[1, 0]]],
  ['a broader prefix first', [route('/a/**'), route('/a/b/**')], [[1, 0]]],
  ['a narrower prefix first', [route('/a/b/**'), route('/a/**')], []],
  [
    'everything first',
    [route('/**'), route('/a/*/c'), route('/**/x')],
    [
      [1, 0],
      [2, 0],
    ],
  ],
  ['the prefix itself', [route('/a/**'), route('/a')], [[1, 0]]],
  ['a literal under "*"', [route('/a/*'), route('/a/b')], [[1, 0]]],
  ['a partly wild segment under "*"', [route('/*/x'), route('/a*/x')], [[1, 0]]],
  ['a "*" under a literal', [route('/a/b'), route('/a/*')], []],
  ['an empty segment is not taken by "*"', [route('/a/*'), route('/a/')], []],
  ['"**" is not taken by "*"', [route('/a/*'), route('/a/**')], []],
  ['another beginning', [route('/ab/**'), route('/a/**')], []],
  ['fewer methods first', [route('/a/**', ['GET']), route('/a/**')], []],
  ['other methods first', [route('/a/**', ['GET']), route('/a/b', ['POST'])], []],
  ['more methods first', [route('/a/**', ['GET', 'POST']), route('/a/b', ['POST'])], [[1, 0]]],
  ['all methods first', [route('/a/**'), route('/a/b', ['POST'])], [[1, 0]]],
  ['one glob of two', [route('/a/**'), route(['/b', '/a/c'])], [[1, 0]]],
  ['the first of several that take it', [route('/x'), route('/a/**'), route('/**'), route('/a/b')], [[3, 1]]],
  ['two globs of one route', [route(['/**', '/a'])], []],
  ['a middle "**" is left alone', [route('/a/**/b'), route('/a/*/b')], []],
];

describe('a dead route', () => {
  it.each(shadows)('%s', (_name, routes, dead) => {
    expect(findShadows(routes).map((shadow) => [shadow.route, shadow.by.route])).toEqual(dead);
  });

  it('is never one that some path reaches', () => {
    const pick = randomOf(7);
    for (let round = 0; round < 120; round += 1) {
      const routes = Array.from({ length: 6 }, () => route(pathOf(pick, globParts)));
      const dead = new Set(findShadows(routes).map((shadow) => shadow.route));
      for (let i = 0; i < 60; i += 1) {
        const path = pathOf(pick, pathParts);
        expect(dead.has(naiveFind(routes, path, 'GET')), `${path} in ${JSON.stringify(routes)}`).toBe(false);
      }
    }
  });

  it('is looked for among ten thousand without asking each about each', () => {
    const routes = Array.from({ length: 10_000 }, (_, i) => route(`/api/things${i}/**`));
    expect(fastestOf(1, () => findShadows(routes))).toBeLessThan(2000);
  });
});
