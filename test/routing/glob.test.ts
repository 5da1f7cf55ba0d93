import picomatch from 'picomatch';
import { describe, expect, it } from 'vitest';
import { compileGlob, pathSegments } from '../../src/routing/glob.ts';
import { whyBadGlob } from '../../src/routing/glob-syntax.ts';

function matches(glob: string, path: string): boolean {
  return compileGlob(glob).matches(pathSegments(path));
}

const rows: readonly (readonly [glob: string, takes: readonly string[], refuses: readonly string[]])[] = [
  ['/**', ['/', '/a', '/a/', '/a/b', '/.well-known/x', '//a'], []],
  ['/gh/**', ['/gh', '/gh/', '/gh/a/b', '/gh/.x'], ['/ghost', '/GH/a', '/', '/a/gh']],
  ['/gh/*', ['/gh/a', '/gh/.a'], ['/gh', '/gh/', '/gh/a/', '/gh/a/b']],
  ['/api', ['/api'], ['/api/', '/api/x', '/apis']],
  ['/', ['/'], ['/a']],
  ['/a/**/b', ['/a/b', '/a/x/b', '/a/x/y/b', '/a//b'], ['/a/b/', '/a/xb', '/b']],
  ['/**/b', ['/b', '/a/b'], ['/b/c']],
  ['/**/a/**/b/**', ['/a/b', '/x/a/y/b/z', '/a/a/b/b'], ['/b/a', '/ab']],
  ['/**/a/b/**/a', ['/a/b/a', '/a/a/b/x/a'], ['/a/b', '/a/x/b/a']],
  ['/*/x', ['/a/x'], ['//x', '/a/b/x']],
  ['/*.js', ['/a.js', '/.js', '/a.b.js'], ['/a.jsx', '/ajs', '/a/b.js']],
  ['/v?/x', ['/v1/x'], ['/v/x', '/v12/x', '/v1/']],
  ['/[ab]/x', ['/a/x', '/b/x'], ['/c/x', '/ab/x']],
  ['/[!ab]/x', ['/c/x'], ['/a/x']],
  ['/v[1-3]', ['/v1', '/v3'], ['/v4']],
  ['/{a,b}/x', ['/a/x', '/b/x'], ['/ab/x', '/{a,b}/x']],
  ['/a{,b}/x', ['/a/x', '/ab/x'], ['/abb/x']],
  ['/a*b*c', ['/abc', '/axbxc', '/abbcc', '/abcbc'], ['/ab', '/acb', '/abcd', '/a/b/c']],
  ['/a*xy*yz', ['/axyyz', '/aqxyqyz'], ['/aqxyz']],
  ['/*a*', ['/a', '/bab'], ['/b', '/']],
  ['/a*a', ['/aa', '/aba'], ['/a']],
  ['/a*a*a', ['/aaa', '/aaaa'], ['/aa']],
  ['/*?.js?*', ['/a.jsx', '/ab.jsxy'], ['/.jsx', '/a.js']],
  ['/a+b*', ['/a+b', '/a+bc'], ['/aab']],
  ['/$.^*', ['/$.^', '/$.^x'], ['/$x^']],
  ['/a.b', ['/a.b'], ['/axb']],
  ['/a.*', ['/a.b'], ['/axb']],
  ['/f[(]x[)]*', ['/f(x)', '/f(x)y'], ['/fx']],
  ['/a%2fb/*', ['/a%2fb/c'], ['/a/b/c', '/a%2Fb/c']],
  ['/@scope/*', ['/@scope/x'], ['/scope/x']],
  ['/!x*', ['/!x', '/!xy'], ['/y']],
];

describe('a glob', () => {
  for (const [glob, takes, refuses] of rows) {
    it(`${glob} takes what it says and nothing else`, () => {
      expect(whyBadGlob(glob, glob)).toBeUndefined();
      expect(takes.filter((path) => !matches(glob, path))).toEqual([]);
      expect(refuses.filter((path) => matches(glob, path))).toEqual([]);
    });
  }

  // Two of its ways are left alone: its "/**/a" does not take "/a", so that the slash in front is left out here; and
  // its "*/**" does not take "a", though its "a/**" and "?/**" do.
  it('means what picomatch means by it', () => {
    const differing: string[] = [];
    for (const glob of combinations(['a', '*', '**', 'a*', '?', '[ab]', '[^a]', '{a,b}c'], 3)) {
      if (glob.endsWith('*/**')) continue;
      const asPicomatch = picomatch(glob, { dot: true });
      for (const path of combinations(['a', 'b', 'ac', '.a'], 3)) {
        if (matches(`/${glob}`, `/${path}`) !== asPicomatch(path)) differing.push(`${glob} ${path}`);
      }
    }
    expect(differing).toEqual([]);
  });
});

function combinations(parts: readonly string[], longest: number): string[] {
  let last = [...parts];
  const all = [...parts];
  for (let length = 2; length <= longest; length += 1) {
    last = last.flatMap((head) => parts.map((part) => `${head}/${part}`));
    all.push(...last);
  }
  return all;
}

const refused: readonly (readonly [name: string, glob: string, code: string, mend: string])[] = [
  ['no slash at its start', 'api/**', 'CP150', '"/api/**"'],
  ['the empty text', '', 'CP150', '"/"'],
  ['a full URL', 'https://a.test/x/**', 'CP150', '"/x/**"'],
  ['a full URL without a path', 'https://a.test', 'CP150', '"/**"'],
  ['a fragment', '/a#b', 'CP150', '"/a"'],
  ['a query', '/a?b=1', 'CP150', '"/a"'],
  ['a negation', '!/a/**', 'CP150', 'first'],
  ['a dot segment', '/a/../b', 'CP150', 'write'],
  ['a dot segment, encoded', '/a/%2E%2e/b', 'CP150', 'write'],
  ['an empty segment', '/a//b', 'CP150', '"/a/b"'],
  ['a backslash', '/a\\b', 'CP150', 'brackets'],
  ['a space', '/a b', 'CP150', '"/a%20b"'],
  ['a name beyond ASCII', '/bücher/**', 'CP150', '"/b%C3%BCcher/**"'],
  ['a bar', '/a|b', 'CP150', '"/a%7Cb"'],
  ['an extended glob', '/!(a)/b', 'CP151', 'several globs'],
  ['a repeated group', '/+(a)/b', 'CP151', 'several globs'],
  ['a plain group', '/(a+)+', 'CP151', '"[(]"'],
  ['"**" within a segment', '/api**', 'CP151', '"api/**"'],
  ['a range', '/v{1..9}', 'CP151', '"[1-9]"'],
  ['an open bracket', '/[ab', 'CP151', 'close it'],
  ['an open brace', '/{a,b', 'CP151', 'close it'],
  ['a closed brace', '/a}', 'CP151', 'close it'],
  ['a slash in braces', '/{a/b,c}', 'CP151', 'several globs'],
  ['several "*" beside braces', '/*{a,b}*', 'CP151', 'at most one'],
];

describe('a glob that is refused', () => {
  it.each(refused)('%s: %s', (_name, glob, code, mend) => {
    const verdict = whyBadGlob(glob, JSON.stringify(glob));
    expect(verdict?.code).toBe(code);
    expect(verdict?.mend).toContain(mend);
  });
});

/** The attack: a page asks for a path that is made to be matched slowly, and the proxy stands still for all. */
describe('a path made to be slow', () => {
  const deep = pathSegments(`/${'a/'.repeat(4096)}`);
  const long = pathSegments(`/${'a'.repeat(8192)}`);

  it('costs each glob at most its length times that of the glob', () => {
    const globs = [
      ...Array.from({ length: 100 }, (_, i) => `/**/a/**/a/**/b${i}/**`),
      ...Array.from({ length: 100 }, (_, i) => `/**/a/**/a/**/a/**/x${i}`),
      ...Array.from({ length: 100 }, (_, i) => `/**/a/**/*${i}`),
      ...Array.from({ length: 100 }, (_, i) => `/a/**/b/**/c${i}/**/d`),
      ...Array.from({ length: 100 }, (_, i) => `/*a*a*a*a*b${i}`),
    ].map(compileGlob);
    expect(fastestOf(5, () => globs.filter((glob) => glob.matches(deep) || glob.matches(long)))).toBeLessThan(
      25,
    );
  });

  it('does not become exponential or polynomial in one segment either', () => {
    for (const text of ['/*a*a*a*a*a*b', '/*?*?*?*b', '/a*b', '/*{a,b}c']) {
      const glob = compileGlob(text);
      expect(fastestOf(3, () => glob.matches(long))).toBeLessThan(20);
    }
  });
});

/** Milliseconds; the fastest of several runs, for another process may hold the processor meanwhile. */
function fastestOf(runs: number, action: () => unknown): number {
  const times = Array.from({ length: runs }, () => {
    const start = performance.now();
    action();
    return performance.now() - start;
  });
  return Math.min(...times);
}
