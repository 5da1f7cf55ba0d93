/** Parses a text and says each problem in one line: `config.json:3:23 listen.port CP102 said · mend`. */

import { type ParseOptions, parseConfig } from '../../src/config/parse.ts';
import { type Problem, placeText } from '../../src/config/problem.ts';
import { environment } from '../../src/config/variables.ts';

export type Environment = Readonly<Record<string, string>>;

export function problemsOf(
  text: string,
  env: Environment = {},
  options: ParseOptions = {},
): readonly Problem[] {
  return parseConfig(text, { file: 'c.json', variables: [environment(env)], ...options }).problems;
}

export function line({ place, code, said, mend }: Problem): string {
  return `${placeText(place)} ${place.key} ${code} ${said} · ${mend}`;
}

/** A config that is well but for what is put into its only route, in line 2. */
export function withRoute(members: string): string {
  return `{ "routes": [ { "match": "/a/**", "target": "https://a.test",\n${members} } ] }`;
}

/** A config that is well but for what is put into it, in line 2. */
export function withMembers(members: string): string {
  return `{ "target": "https://a.test",\n${members} }`;
}
