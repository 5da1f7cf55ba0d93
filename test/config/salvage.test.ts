/** One report has all problems: those of the shape, and those of what the shape left over. */

import { describe, expect, it } from 'vitest';
import { compile } from '../../src/compile.ts';
import { parseConfig } from '../../src/config/parse.ts';
import { joinProblems } from '../../src/config/salvage.ts';

function codesOf(text: string): string[] {
  const parsed = parseConfig(text);
  if (parsed.ok) return ['no problem of the shape'];
  const { salvaged } = parsed;
  if (salvaged === undefined) return parsed.problems.map(({ code, place }) => `${code} ${place.key}`);
  const all = joinProblems(parsed.problems, salvaged, compile(salvaged.config).problems);
  return all.map(({ code, place }) => `${code} ${place.key}`);
}

const api = '"target": "https://api.example.com"';

describe('a config with mistakes of several kinds', () => {
  it.each([
    [
      "a misspelt key does not hide an origin with a path, nor another route's target",
      `{ "routes": [ { "match": "/a/**", ${api}, "stripPrefx": "/a", "cors": { "allowOrigin": "http://localhost:1/app" } },
                     { "match": "/b/**", "target": "api.example.com" } ] }`,
      ['CP103 routes[0].stripPrefx', 'CP135 routes[0].cors.allowOrigin', 'CP116 routes[1].target'],
    ],
    [
      'a wrong type does not hide a forbidden header',
      `{ ${api}, "cors": { "allowCredentials": "yes", "allowHeaders": ["Cookie"] } }`,
      ['CP102 cors.allowCredentials', 'CP145 cors.allowHeaders[0]'],
    ],
    [
      'what was left out is not missed as well: an unreadable allowOrigin is no missing one',
      `{ "routes": [ { "match": "/a/**", ${api}, "request": { "headers": { "X-Key": "\${SALVAGE_KEY:-abcdef}" } }, "cors": { "allowOrigin": 5 } } ] }`,
      ['CP102 routes[0].cors.allowOrigin'],
    ],
    [
      'a route that is no object keeps its place, so that those behind it are named right',
      `{ "routes": [ 7, { "match": "/b/**", "target": "ftp://x.example" } ] }`,
      ['CP102 routes[0]', 'CP116 routes[1].target'],
    ],
    [
      'an unset variable does not hide a bad port',
      `{ "target": "\${SALVAGE_UNSET}", "listen": { "port": 6000 } }`,
      ['CP120 target', 'CP113 listen.port'],
    ],
    ['after a syntax error nothing more is guessed', '{ "target": "x", ', ['CP101 ']],
  ])('%s', (_, text, codes) => {
    expect(codesOf(text)).toEqual(codes);
  });
});
