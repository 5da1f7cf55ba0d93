/** What a glob may be made of; the rest is refused at load, with the likely meaning as the mend. */

import type { Verdict } from '../config/verdict.ts';

/** Why a glob is refused, or `undefined`. `shown` is how it may be printed. */
export function whyBadGlob(glob: string, shown: string): Verdict | undefined {
  return (
    whyNotAPath(glob, shown) ??
    whyGroup(glob, shown) ??
    whyNeverAPath(glob, shown) ??
    whyBadSyntax(glob, shown)
  );
}

/** V44: a glob on the path alone, from its first slash. */
function whyNotAPath(glob: string, shown: string): Verdict | undefined {
  const cannot = (why: string, mend: string) => verdict('CP150', `Cannot match ${shown}: ${why}`, mend);
  const url = /^[a-z][a-z0-9+.-]*:\/\/[^/]*(.*)$/i.exec(glob);
  if (url !== null)
    return cannot('it is a full URL, and a glob is on the path alone', write(url[1] || '/**'));
  if (glob.startsWith('!')) {
    return cannot(
      'a glob cannot be negated',
      'put a route with the narrower glob first: the first match wins',
    );
  }
  if (!glob.startsWith('/')) return cannot('a path begins with "/"', write(`/${glob}`));
  if (glob.includes('#')) return cannot('a fragment ("#") never travels in HTTP', write(before(glob, '#')));
  if (/\?[^/=]*=/.test(glob)) {
    return cannot(
      'it has a query, and a glob is on the path alone ("?" stands for one character)',
      write(before(glob, '?')),
    );
  }
  return undefined;
}

/** V44: what no path that this proxy accepts can hold. */
function whyNeverAPath(glob: string, shown: string): Verdict | undefined {
  const cannot = (why: string, mend: string) => verdict('CP150', `Cannot match ${shown}: ${why}`, mend);
  if (/(?:^|\/)(?:\.|%2e){1,2}(?:\/|$)/i.test(glob)) {
    return cannot(
      'requests with a dot segment ("." or "..") are refused before any route',
      'write the path that is meant',
    );
  }
  if (glob.includes('//')) {
    return cannot('it has an empty segment ("//")', write(glob.replace(/\/{2,}/g, '/')));
  }
  if (glob.includes('\\')) {
    return cannot(
      'it has a backslash, which no path can have',
      'for a special character write it in brackets, e.g. "[*]"',
    );
  }
  const odd = /[^\x21-\x7e]|["<>`|]/.exec(glob);
  if (odd === null) return undefined;
  return cannot(
    `${JSON.stringify(odd[0])} never stands in a path as received: browsers percent-encode it`,
    write(glob.replace(/[^\x21-\x7e]+|["<>`|]/g, encodeURIComponent)),
  );
}

/** Extended globs and plain groups, before the bars that they hold. */
function whyGroup(glob: string, shown: string): Verdict | undefined {
  if (!/[()]/.test(outsideBrackets(glob))) return undefined;
  return verdict(
    'CP151',
    `Cannot use ${shown} as a glob: groups such as "!(…)" and "+(…)" are not offered, for some take exponential time`,
    'list several globs, or put the narrower route first; a parenthesis itself is "[(]"',
  );
}

/** Forms that could take exponential time or that mean less than they seem to. */
function whyBadSyntax(glob: string, shown: string): Verdict | undefined {
  const cannot = (why: string, mend: string) =>
    verdict('CP151', `Cannot use ${shown} as a glob: ${why}`, mend);
  if (/[{][^}]*\.\.[^}]*[}]/.test(glob)) {
    return cannot(
      'ranges such as "{1..9}" are not offered',
      'write the alternatives out: "{1,2,3}" or "[1-9]"',
    );
  }
  for (const segment of glob.split('/')) {
    const bad = whyBadSegment(segment);
    if (bad !== undefined) return cannot(bad.why, bad.mend);
  }
  return undefined;
}

function whyBadSegment(segment: string): { readonly why: string; readonly mend: string } | undefined {
  if (segment !== '**' && segment.includes('**')) {
    return {
      why: '"**" stands for whole segments, so it must be alone between slashes',
      mend: `write ${JSON.stringify(`${segment.replaceAll('**', '')}/**`)}, or a single "*" within the segment`,
    };
  }
  if (!isBalanced(segment)) {
    return {
      why: 'a bracket or brace is not closed within its segment',
      mend: 'close it before the next "/"; alternatives that hold a "/" are several globs in a list',
    };
  }
  if (segment !== '**' && /[[{]/.test(segment) && segment.split('*').length > 2) {
    return {
      why: `${JSON.stringify(segment)} has several "*" beside brackets or braces, which can take too long`,
      mend: 'use at most one "*" in such a segment, or list several globs',
    };
  }
  return undefined;
}

function isBalanced(segment: string): boolean {
  let depth = 0;
  const withoutClasses = outsideBrackets(segment);
  if (/[[\]]/.test(withoutClasses)) return false;
  for (const character of withoutClasses) {
    if (character === '{') depth += 1;
    if (character === '}') depth -= 1;
    if (depth < 0) return false;
  }
  return depth === 0;
}

/** Without `[…]`, in which every character stands for itself. */
function outsideBrackets(text: string): string {
  return text.replace(/\[[!^]?[^\]/]+\]/g, '');
}

function before(text: string, mark: string): string {
  return text.slice(0, text.indexOf(mark));
}

function write(value: string): string {
  return `write ${JSON.stringify(value)}`;
}

function verdict(code: string, said: string, mend: string): Verdict {
  return { code, said, mend };
}
