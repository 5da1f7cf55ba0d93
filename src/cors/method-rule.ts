/** Method names of the config: `allowMethods`, and `methods` of a route (V23–V29, A9). */

import type { KeyPath } from '../config/problem.ts';
import type { Verdict, Verdicts } from '../config/verdict.ts';
import { forbiddenMethods, normalizedMethods } from '../http/fetch-names.ts';
import { receivableMethods } from '../http/receivable-methods.ts';
import { isToken } from '../http/token.ts';
import { type ListedName, listedNames, warnOfStar } from './name-list.ts';
import type { NameRule } from './policy.ts';

/** The rule of `allowMethods` at `at`; names in the case in which requests send them. */
export function compileAllowMethods(
  value: string | readonly string[],
  at: KeyPath,
  verdicts: Verdicts,
): NameRule {
  const names = listedNames(value, at);
  if (names.length === 0) {
    verdicts.error(at, {
      code: 'CP143',
      said: 'Cannot allow an empty list of methods: GET, HEAD and POST need no permission, so that it forbids nothing',
      mend: 'remove the key, or list methods, e.g. ["GET", "POST", "PUT"]',
    });
  }
  const methods = compileMethodNames(
    names.filter(({ name }) => name !== '*'),
    verdicts,
  );
  if (names.some(({ name }) => name === '*')) {
    warnOfStar(names, at, verdicts);
    return '*';
  }
  warnOfOptions(names, verdicts);
  warnOfSafelisted(methods, at, verdicts);
  return methods;
}

/** The `methods` of a route at `at`, upper-cased where `fetch` does so. */
export function compileRouteMethods(
  value: readonly string[],
  at: KeyPath,
  verdicts: Verdicts,
): ReadonlySet<string> {
  if (value.length === 0) {
    verdicts.error(at, {
      code: 'CP152',
      said: 'Cannot route an empty list of methods: the route would take no request',
      mend: 'remove the key for all methods, or list some, e.g. ["GET"]',
    });
  }
  return new Set(compileMethodNames(listedNames(value, at), verdicts));
}

function compileMethodNames(names: readonly ListedName[], verdicts: Verdicts): readonly string[] {
  const applied = names.map(({ name, at }) => compileMethod(name, at, verdicts));
  return [...new Set(applied)];
}

/** The name as requests have it. The order of the checks matters: `patch` is a slip, not an unknown method. */
function compileMethod(name: string, at: KeyPath, verdicts: Verdicts): string {
  const upper = name.toUpperCase();
  const shown = verdicts.shown(at, name);
  if (!isToken(name)) verdicts.error(at, notAMethod({ name, at }, verdicts));
  else if (forbiddenMethods.has(upper)) {
    verdicts.error(at, {
      code: 'CP141',
      said: `Cannot list ${shown}: pages cannot send it, it is a forbidden method`,
      mend: 'remove it',
    });
  } else if (name !== upper && normalizedMethods.has(upper)) {
    const mend = `write ${JSON.stringify(upper)}`;
    verdicts.notice(at, { code: 'CP340', said: `${shown} is applied as ${JSON.stringify(upper)}`, mend });
    return upper;
  } else if (name !== upper && receivableMethods.has(upper)) {
    verdicts.warn(at, {
      code: 'CP240',
      said: `${shown} will never match: methods are case-sensitive, and fetch does not upper-case this one`,
      mend: `did you mean ${JSON.stringify(upper)}?`,
    });
  } else if (!receivableMethods.has(name)) {
    verdicts.error(at, {
      code: 'CP142',
      said: `Cannot list ${shown}: Node's parser does not know this method and answers it with 400`,
      mend: 'remove it, or use a method that HTTP servers know, e.g. "PATCH"',
    });
  }
  return name;
}

function notAMethod({ name, at }: ListedName, verdicts: Verdicts): Verdict {
  const parts = name.split(/[\s,]+/).filter((part) => isToken(part));
  const list = parts.map((part) => JSON.stringify(part.toUpperCase())).join(', ');
  const general = 'write one name, e.g. "GET"';
  return {
    code: 'CP140',
    said: `Cannot list ${verdicts.shown(at, name)}: it is not a method name`,
    mend: verdicts.mendFor(at, { mend: parts.length > 1 ? `write a list: [${list}]` : general, general }),
  };
}

function warnOfOptions(names: readonly ListedName[], verdicts: Verdicts): void {
  for (const { name, at } of names) {
    if (name.toUpperCase() !== 'OPTIONS') continue;
    verdicts.warn(at, {
      code: 'CP241',
      said: '"OPTIONS" is needed only for pages that call fetch(…, { method: "OPTIONS" }); preflights need no permission',
      mend: 'remove it',
    });
  }
}

/** Fetch, "CORS-preflight fetch" step 7.5. HEAD alone is forgotten rather than forbidden, and says nothing. */
function warnOfSafelisted(methods: readonly string[], at: KeyPath, verdicts: Verdicts): void {
  const missing = ['GET', 'HEAD', 'POST'].filter((name) => !methods.includes(name));
  const isSound = methods.length > 0 && methods.every(isToken);
  if (!isSound || missing.length === 0 || missing.join() === 'HEAD') return;
  verdicts.warn(at, {
    code: 'CP242',
    said: `Leaving out ${missing.join(', ').replace(/, (?=\w+$)/, ' and ')} forbids nothing: CORS-safelisted methods need no permission`,
    mend: `add ${missing.map((name) => JSON.stringify(name)).join(', ')}; to refuse methods, set "methods" on the route`,
  });
}
