/**
 * Globs on paths, compiled once. A glob is cut at its slashes, and so is the path: `**` stands for any number of
 * segments, picomatch compiles the segments that hold `*`, `?`, `[…]` or `{…}`.
 *
 * Refused alternative: one picomatch regexp for the whole glob. It backtracks: with two `**` before its last segment a
 * path of 600 bytes takes 30 ms, with three 160 ms, and a page chooses the path. Cut into segments, the cost is the
 * path's length times the glob's at most.
 */

import picomatch from 'picomatch';

export interface Glob {
  readonly text: string;
  readonly segments: readonly Segment[];
  /** Whether it matches the segments of a path, as `pathSegments` cuts it. */
  readonly matches: (segments: readonly string[]) => boolean;
}

export type Segment =
  | { readonly kind: 'literal'; readonly text: string }
  /** `**`: none, one or more segments. */
  | { readonly kind: 'globstar'; readonly text: '**' }
  /** `*` alone: any segment but an empty one. */
  | { readonly kind: 'star'; readonly text: '*' }
  | { readonly kind: 'wild'; readonly text: string; readonly matches: (segment: string) => boolean };

/** `/gh/user` → `gh`, `user`; `/gh/` → `gh` and an empty segment. As received: nothing is decoded. */
export function pathSegments(path: string): string[] {
  return path.slice(1).split('/');
}

/** The glob must have passed `whyBadGlob`. */
export function compileGlob(text: string): Glob {
  const segments = pathSegments(text).map(compileSegment);
  return { text, segments, matches: compileMatch(segments) };
}

export function isLiteral(glob: Glob): boolean {
  return glob.segments.every((segment) => segment.kind === 'literal');
}

export function segmentMatches(segment: Segment, text: string): boolean {
  switch (segment.kind) {
    case 'literal':
      return segment.text === text;
    case 'star':
      return text !== '';
    case 'wild':
      return segment.matches(text);
    case 'globstar':
      return true;
  }
}

function compileSegment(text: string): Segment {
  if (text === '**') return { kind: 'globstar', text };
  if (text === '*') return { kind: 'star', text };
  if (!/[*?[\]{}]/.test(text)) return { kind: 'literal', text };
  const stars = text.split('*').length - 1;
  const matches = stars > 1 ? compileStars(text) : compileWithPicomatch(text);
  return { kind: 'wild', text, matches };
}

/** At most one `*` and no group can repeat, so that the regexp is linear. */
function compileWithPicomatch(text: string): (segment: string) => boolean {
  // `.` is a character like any other in a path of HTTP: /gh/**  takes /gh/.well-known/x too.
  const options = { dot: true, noextglob: true, nonegate: true, strictSlashes: true, regex: false };
  const pattern = picomatch.makeRe(escapedOutsideBrackets(text), options);
  return (segment) => segment !== '' && pattern.test(segment);
}

/** What picomatch would read as more than a character, but a path means as one. */
function escapedOutsideBrackets(text: string): string {
  return text.replace(/\[[^\]]*\]|[^\w*?[\]{},-]/g, (part) =>
    part.startsWith('[') ? part.replace(/^\[!/, '[^') : `\\${part}`,
  );
}

/** Several `*` in one segment: "a*b*c". The pieces are found from left to right, so that it is never exponential. */
function compileStars(text: string): (segment: string) => boolean {
  const pieces = text.split('*');
  const first = pieces[0] ?? '';
  const last = pieces.at(-1) ?? '';
  const middle = pieces.slice(1, -1).filter((piece) => piece !== '');
  const least = pieces.join('').length;
  return (segment) => {
    const end = segment.length - last.length;
    if (segment.length < Math.max(least, 1) || !fitsAt(segment, first, 0) || !fitsAt(segment, last, end)) {
      return false;
    }
    let from = first.length;
    for (const piece of middle) {
      const at = indexOfPiece(segment, piece, from);
      if (at === -1) return false;
      from = at + piece.length;
    }
    return from <= end;
  };
}

function indexOfPiece(segment: string, piece: string, from: number): number {
  if (!piece.includes('?')) return segment.indexOf(piece, from);
  for (let at = from; at + piece.length <= segment.length; at += 1) {
    if (fitsAt(segment, piece, at)) return at;
  }
  return -1;
}

/** Whether `piece`, in which `?` is any character, stands at a place of the segment. */
function fitsAt(segment: string, piece: string, at: number): boolean {
  if (!piece.includes('?')) return segment.startsWith(piece, at);
  for (let i = 0; i < piece.length; i += 1) {
    if (piece[i] !== '?' && piece[i] !== segment[at + i]) return false;
  }
  return true;
}

/**
 * The runs of segments between the `**`: the first is anchored at the start, the last at the end, those between are
 * found from left to right; the leftmost place is always a right one, so that nothing is tried twice.
 */
function compileMatch(segments: readonly Segment[]): (path: readonly string[]) => boolean {
  const runs = splitRuns(segments);
  const first = runs[0] ?? [];
  if (runs.length === 1) return (path) => path.length === first.length && runFits(first, path, 0);
  const last = runs.at(-1) ?? [];
  const middle = runs.slice(1, -1).filter((run) => run.length > 0);
  const needed = middle.flat().flatMap((segment) => (segment.kind === 'literal' ? [segment.text] : []));
  const least = runs.flat().length;
  return (path) => {
    const end = path.length - last.length;
    if (path.length < least || !runFits(first, path, 0) || !runFits(last, path, end)) return false;
    if (middle.length === 0) return true;
    if (!needed.every((text) => segmentSet(path).has(text))) return false;
    let from = first.length;
    for (const run of middle) {
      const at = indexOfRun(run, path, { from, end });
      if (at === -1) return false;
      from = at + run.length;
    }
    return true;
  };
}

function splitRuns(segments: readonly Segment[]): Segment[][] {
  const runs: Segment[][] = [[]];
  for (const segment of segments) {
    if (segment.kind === 'globstar') runs.push([]);
    else runs.at(-1)?.push(segment);
  }
  return runs;
}

function indexOfRun(
  run: readonly Segment[],
  path: readonly string[],
  { from, end }: { readonly from: number; readonly end: number },
): number {
  for (let at = from; at + run.length <= end; at += 1) {
    if (runFits(run, path, at)) return at;
  }
  return -1;
}

function runFits(run: readonly Segment[], path: readonly string[], at: number): boolean {
  for (let i = 0; i < run.length; i += 1) {
    const segment = run[i];
    if (segment === undefined || !segmentMatches(segment, path[at + i] ?? '')) return false;
  }
  return true;
}

const sets = new WeakMap<readonly string[], ReadonlySet<string>>();

/** One set a path, whatever the number of globs: most are refused by a segment that the path does not have. */
function segmentSet(path: readonly string[]): ReadonlySet<string> {
  const known = sets.get(path);
  if (known !== undefined) return known;
  const made = new Set(path);
  sets.set(path, made);
  return made;
}
