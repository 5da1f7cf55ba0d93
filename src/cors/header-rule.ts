/** Header names of the config: `allowHeaders` (V30–V33), `exposeHeaders` (V34–V38) and `maxAge` (V39). */

import type { KeyPath } from '../config/problem.ts';
import type { Verdict, Verdicts } from '../config/verdict.ts';
import {
  forbiddenResponseHeaders,
  isForbiddenRequestHeader,
  safelistedResponseHeaders,
} from '../http/fetch-names.ts';
import { isToken } from '../http/token.ts';
import { type ListedName, listedNames, warnOfStar } from './name-list.ts';
import type { NameRule } from './policy.ts';

/** The rule of `allowHeaders`. Content-Type always belongs to it: a JSON POST asks for it, and nobody lists it. */
export function compileAllowHeaders(
  value: string | readonly string[],
  at: KeyPath,
  verdicts: Verdicts,
): NameRule {
  const names = listedNames(value, at);
  for (const listed of names) {
    const verdict = listed.name === '*' ? undefined : whyNotAllowed(listed, verdicts);
    if (verdict !== undefined) verdicts.error(listed.at, verdict);
  }
  if (names.some(({ name }) => name === '*')) {
    warnOfStar(names, at, verdicts);
    return '*';
  }
  return uniqueNames([...names.map(({ name }) => name), 'Content-Type']);
}

function whyNotAllowed({ name, at }: ListedName, verdicts: Verdicts): Verdict | undefined {
  const lower = name.toLowerCase();
  const shown = verdicts.shown(at, name);
  if (!isToken(name)) {
    const why = 'one bad name makes every preflight fail';
    return notAName({ name, at }, { code: 'CP144', why, verdicts });
  }
  // Before the forbidden ones, of which two are Access-Control-Request-*: the misunderstanding is the same.
  if (lower.startsWith('access-control-')) {
    return {
      code: 'CP146',
      said: `Cannot allow ${shown}: pages do not send it, it belongs to the CORS protocol itself`,
      mend: 'remove it; list the headers that your page sets, e.g. "X-Api-Version"',
    };
  }
  if (!isForbiddenRequestHeader(lower)) return undefined;
  return {
    code: 'CP145',
    said: `Cannot allow ${shown}: pages can never set it, it is a forbidden request-header`,
    mend: lower === 'cookie' ? 'remove it; cookies are sent with "allowCredentials": true' : 'remove it',
  };
}

/** The rule of `exposeHeaders`: the case and the order of the config, without what is readable or unreadable anyway. */
export function compileExposeHeaders(
  value: string | readonly string[],
  at: KeyPath,
  verdicts: Verdicts,
): NameRule {
  const names = listedNames(value, at);
  for (const listed of names) if (listed.name !== '*') checkExposed(listed, verdicts);
  if (names.some(({ name }) => name === '*')) {
    warnOfStar(names, at, verdicts);
    return '*';
  }
  return uniqueNames(names.map(({ name }) => name)).filter((name) => {
    const lower = name.toLowerCase();
    return !safelistedResponseHeaders.has(lower) && !forbiddenResponseHeaders.has(lower);
  });
}

function checkExposed({ name, at }: ListedName, verdicts: Verdicts): void {
  const lower = name.toLowerCase();
  const shown = verdicts.shown(at, name);
  if (!isToken(name)) {
    const why = 'one bad name voids the whole list in browsers';
    verdicts.error(at, notAName({ name, at }, { code: 'CP147', why, verdicts }));
  } else if (lower === 'origin' || lower.startsWith('access-control-')) {
    verdicts.error(at, {
      code: 'CP148',
      said: `Cannot expose ${shown}: it is not a header of the answer that a page could use`,
      mend: 'remove it; list the headers that your page reads, e.g. "ETag"',
    });
  } else if (forbiddenResponseHeaders.has(lower)) {
    verdicts.warn(at, {
      code: 'CP244',
      said: `${shown} is left out: scripts can never read it, whatever is exposed`,
      mend: 'remove it',
    });
  }
}

interface NotAName {
  readonly code: string;
  readonly why: string;
  readonly verdicts: Verdicts;
}

function notAName({ name, at }: ListedName, { code, why, verdicts }: NotAName): Verdict {
  const parts = name.split(/[\s,]+/).filter((part) => isToken(part));
  const list = parts.map((part) => JSON.stringify(part)).join(', ');
  const general = 'write one header name, e.g. "X-Request-Id"';
  return {
    code,
    said: `Cannot list ${verdicts.shown(at, name)}: ${why}`,
    mend: verdicts.mendFor(at, { mend: parts.length > 1 ? `write a list: [${list}]` : general, general }),
  };
}

/** The first spelling of each name. */
function uniqueNames(names: readonly string[]): readonly string[] {
  const seen = new Set<string>();
  return names.filter((name) => {
    const isNew = !seen.has(name.toLowerCase());
    seen.add(name.toLowerCase());
    return isNew;
  });
}

/** Firefox keeps a preflight answer for a day at most, Chromium for two hours. */
const longestMaxAge = 86_400;
const longestInChromium = 7_200;

/** Seconds. −1, which other tools take for "never", is 0 here: delta-seconds has no sign (RFC 9111 §1.2.2). */
export function compileMaxAge(value: number, at: KeyPath, verdicts: Verdicts): number {
  if (!Number.isInteger(value) || value < -1 || value > longestMaxAge) {
    verdicts.error(at, {
      code: 'CP149',
      said: `Cannot set maxAge to ${value}: it is a whole number of seconds from 0 to ${longestMaxAge}, where the longest of the browsers ends`,
      mend: `write e.g. "maxAge": ${value > longestMaxAge ? longestInChromium : 600}`,
    });
    return 0;
  }
  if (value === -1) {
    verdicts.notice(at, {
      code: 'CP342',
      said: '-1 is applied as 0: browsers keep no preflight answer',
      mend: 'write "maxAge": 0',
    });
    return 0;
  }
  if (value > longestInChromium) {
    verdicts.warn(at, {
      code: 'CP245',
      said: `maxAge ${value} is longer than browsers keep a preflight answer: Chromium ends at ${longestInChromium} seconds`,
      mend: `write "maxAge": ${longestInChromium}`,
    });
  }
  return value;
}
