/** `request.headers` and `response.headers`: the route's over the top level's, name by name whatever the case. */

import type { KeyPath } from '../config/problem.ts';
import type { Verdict, Verdicts } from '../config/verdict.ts';
import { isHopByHop } from '../http/hop-by-hop.ts';
import { isSecretField } from '../http/secret-fields.ts';
import { isFieldValue, isToken } from '../http/token.ts';

export interface HeaderEdit {
  /** As written. */
  readonly name: string;
  /** `null` removes. */
  readonly value: string | null;
  readonly at: KeyPath;
}

type HeaderRules = Readonly<Record<string, string | null>>;

/** One `headers` object and its path. */
interface HeaderSource {
  readonly headers: HeaderRules | undefined;
  readonly at: KeyPath;
}

export function mergeEdits(top: HeaderSource, own: HeaderSource): readonly HeaderEdit[] {
  const merged = new Map<string, HeaderEdit>();
  for (const edit of [...editsOf(top), ...editsOf(own)]) merged.set(edit.name.toLowerCase(), edit);
  return [...merged.values()];
}

function editsOf({ headers = {}, at }: HeaderSource): readonly HeaderEdit[] {
  return Object.entries(headers).map(([name, value]) => ({ name, value, at: [...at, name] }));
}

/** The two lists that a plan needs: what goes, and what comes in its place. */
export function compileEdits(edits: readonly HeaderEdit[]): {
  readonly drop: ReadonlySet<string>;
  readonly set: readonly string[];
} {
  return {
    drop: new Set(edits.map(({ name }) => name.toLowerCase())),
    set: edits.flatMap(({ name, value }) => (value === null ? [] : [name, value])),
  };
}

/** V51, V53, V54 on one `request.headers`. */
export function checkRequestHeaders(source: HeaderSource, verdicts: Verdicts): void {
  for (const edit of checkedNames(source, verdicts)) {
    const verdict = whyNotOnRequest(edit);
    if (verdict !== undefined) verdicts.errorAtKey(edit.at, verdict);
    else warnOfWrittenSecret(edit, verdicts);
  }
}

export function checkResponseHeaders(source: HeaderSource, verdicts: Verdicts): void {
  for (const edit of checkedNames(source, verdicts)) {
    const verdict = whyNotOnResponse(edit);
    if (verdict !== undefined) verdicts.errorAtKey(edit.at, verdict);
  }
}

/** Those with a sound name; a bad value is reported on the way. */
function checkedNames(source: HeaderSource, verdicts: Verdicts): readonly HeaderEdit[] {
  const seen = new Map<string, string>();
  return editsOf(source).filter(({ name, value, at }) => {
    if (value !== null && !isFieldValue(value)) verdicts.error(at, badValue(value, at, verdicts));
    const earlier = seen.get(name.toLowerCase());
    seen.set(name.toLowerCase(), name);
    if (earlier !== undefined) verdicts.errorAtKey(at, sameName(name, earlier));
    if (isToken(name)) return true;
    verdicts.errorAtKey(at, {
      code: 'CP160',
      said: `Cannot use ${JSON.stringify(name)} as a header name: it has a character that none may have`,
      mend: 'write letters, digits and "-", e.g. "X-Request-Id"',
    });
    return false;
  });
}

function sameName(name: string, earlier: string): Verdict {
  return {
    code: 'CP166',
    said: `Cannot set ${JSON.stringify(name)} beside ${JSON.stringify(earlier)}: header names are the same in any case`,
    mend: 'keep one of the two',
  };
}

function badValue(value: string, at: KeyPath, verdicts: Verdicts): Verdict {
  const names = verdicts.namesAt(at).map((name) => `\${${name}}`);
  const what = names.length === 0 ? 'The value' : `The value with ${names.join(', ')}`;
  const fault = /[\r\n]/.test(value)
    ? 'a line break'
    : /[^\0-\xff]/.test(value)
      ? 'a character beyond Latin-1'
      : 'a control character';
  return {
    code: 'CP165',
    said: `${what} cannot be a header's: it contains ${fault}`,
    mend: names.length === 0 ? 'remove it' : 'is there a stray newline in .env.local?',
  };
}

const framing: ReadonlySet<string> = new Set(['content-length', 'expect', 'transfer-encoding']);

function whyNotOnRequest({ name }: HeaderEdit): Verdict | undefined {
  const lower = name.toLowerCase();
  const said = `Cannot change ${JSON.stringify(name)} here`;
  if (lower === 'host') {
    return {
      code: 'CP161',
      said: `${said}: it has a key of its own`,
      mend: 'set "request": { "host": "upstream" }, "keep" or a value',
    };
  }
  if (lower === 'origin') {
    return {
      code: 'CP161',
      said: `${said}: it has a key of its own`,
      mend: 'set "request": { "origin": "keep" }, "upstream", "remove" or a value',
    };
  }
  return isHopByHop(lower) || framing.has(lower) ? ownedByProxy(said) : undefined;
}

function whyNotOnResponse({ name }: HeaderEdit): Verdict | undefined {
  const lower = name.toLowerCase();
  const said = `Cannot change ${JSON.stringify(name)} here`;
  if (lower.startsWith('access-control-')) {
    return {
      code: 'CP162',
      said: `${said}: the CORS headers come from "cors" alone, so that there is one of each`,
      mend: 'set the rule in "cors", e.g. "exposeHeaders"',
    };
  }
  return isHopByHop(lower) || framing.has(lower) ? ownedByProxy(said) : undefined;
}

/** RFC 9110 §7.6.1; a second length is how requests are smuggled. */
function ownedByProxy(said: string): Verdict {
  return {
    code: 'CP161',
    said: `${said}: it belongs to one connection or frames the message, and this proxy writes it itself`,
    mend: 'remove it',
  };
}

/** V51. Only `${…}` turns on masking and the gate for origins. */
function warnOfWrittenSecret({ name, value, at }: HeaderEdit, verdicts: Verdicts): void {
  if (value === null || value === '' || !isSecretField(name) || verdicts.namesAt(at).length > 0) return;
  const scheme = /^(?:Bearer|Basic|Token) /i.exec(value)?.[0] ?? '';
  verdicts.warn(at, {
    code: 'CP225',
    said: `${JSON.stringify(name)} is written out in the file: it can be committed, and the route is not treated as carrying a secret`,
    mend: `put it into .env.local and write ${JSON.stringify(`${scheme}\${API_KEY}`)}`,
  });
}
