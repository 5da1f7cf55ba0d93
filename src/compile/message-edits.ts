/** `request` and `response` of a route: what is changed in the heads that pass. */

import { defaults } from '../config/defaults.ts';
import type { KeyPath } from '../config/problem.ts';
import type { RequestRules, ResponseRules } from '../config/schema.ts';
import type { Verdicts } from '../config/verdict.ts';
import { parseAuthority } from '../http/host.ts';
import { parseOrigin } from '../http/origin.ts';
import type { RequestEdits, ResponseEdits, Secret } from '../ruleset.ts';
import {
  checkRequestHeaders,
  checkResponseHeaders,
  compileEdits,
  type HeaderEdit,
  mergeEdits,
} from './header-edits.ts';
import type { CompiledTarget } from './target.ts';

/** A section of the top level and the route's own, with the paths under which they stand. */
export interface Sections<Rules> {
  readonly top: Rules | undefined;
  readonly own: Rules | undefined;
  readonly topAt: KeyPath;
  readonly ownAt: KeyPath;
}

interface CompiledRequest {
  readonly edits: RequestEdits;
  readonly secretNames: readonly string[];
  readonly secrets: readonly Secret[];
}

export function compileRequest(
  sections: Sections<RequestRules>,
  basic: CompiledTarget['basic'],
  verdicts: Verdicts,
): CompiledRequest {
  const [top, own] = headerSources(sections);
  checkRequestHeaders(top, verdicts);
  checkRequestHeaders(own, verdicts);
  const edits = mergeEdits(top, own);
  const isNamed = edits.some(({ name }) => name.toLowerCase() === 'authorization');
  // What the config says of Authorization by name is nearer than a user in a URL.
  const user = basic === undefined || isNamed ? [] : [userEdit(basic.header, sections.ownAt)];
  const fromEnvironment = edits.flatMap((edit) => secretOf(edit, verdicts));
  const names = fromEnvironment.flatMap(({ names }) => names);
  const { drop, set } = compileEdits([...edits, ...user]);
  return {
    edits: {
      drop,
      set,
      host: compileHost(sections, verdicts),
      origin: compileOrigin(sections, verdicts),
    },
    secretNames: [...new Set([...names, ...user.map(() => 'target')])],
    secrets: [...fromEnvironment.flatMap(secretsOf), ...targetSecrets(basic)],
  };
}

function headerSources({ top, own, topAt, ownAt }: Sections<RequestRules | ResponseRules>) {
  return [
    { headers: top?.headers, at: [...topAt, 'headers'] },
    { headers: own?.headers, at: [...ownAt, 'headers'] },
  ] as const;
}

function userEdit(value: string, at: KeyPath): HeaderEdit {
  return { name: 'Authorization', value, at };
}

interface NamedValue {
  readonly names: readonly string[];
  /** Of the whole field, and of each `${NAME}` in it. */
  readonly texts: readonly string[];
}

function secretOf({ value, at }: HeaderEdit, verdicts: Verdicts): readonly NamedValue[] {
  const names = verdicts.namesAt(at);
  return value === null || names.length === 0 ? [] : [{ names, texts: [value, ...verdicts.valuesAt(at)] }];
}

/** Each text, and what follows its scheme: an API that echoes the key echoes it alone, or the user that it read in it. */
function secretsOf({ names, texts }: NamedValue): readonly Secret[] {
  const name = names.join(', ');
  return texts.flatMap(knownForms).map((value) => ({ name, value }));
}

function knownForms(text: string): readonly string[] {
  const [, scheme = '', bare] = /^(bearer|basic|token|apikey|digest) +(.+)$/i.exec(text) ?? [];
  if (bare === undefined) return [text];
  if (scheme.toLowerCase() !== 'basic') return [text, bare];
  // RFC 7617: user, a colon, password.
  const pair = Buffer.from(bare, 'base64').toString('utf8');
  const colon = pair.indexOf(':');
  return colon === -1 ? [text, bare] : [text, bare, pair, pair.slice(colon + 1)];
}

function targetSecrets(basic: CompiledTarget['basic']): readonly Secret[] {
  return (basic?.secrets ?? []).map((value) => ({ name: 'target', value }));
}

function compileHost({ top, own, topAt, ownAt }: Sections<RequestRules>, verdicts: Verdicts): string {
  const value = own?.host ?? top?.host ?? defaults.request.host;
  if (value === 'upstream' || value === 'keep' || parseAuthority(value) !== undefined) return value;
  const at = [...(own?.host === undefined ? topAt : ownAt), 'host'];
  verdicts.error(at, {
    code: 'CP163',
    said: `Cannot send ${verdicts.shown(at, value)} as Host: it must be a name with or without a port, and no URL`,
    mend: 'write "upstream", "keep" or a name, e.g. "api.example.com"',
  });
  return value;
}

function compileOrigin({ top, own, topAt, ownAt }: Sections<RequestRules>, verdicts: Verdicts): string {
  const value = own?.origin ?? top?.origin ?? defaults.request.origin;
  const isMode = value === 'upstream' || value === 'keep' || value === 'remove' || value === 'null';
  if (isMode || parseOrigin(value) !== undefined) return value;
  const at = [...(own?.origin === undefined ? topAt : ownAt), 'origin'];
  const isHidden = verdicts.namesAt(at).length > 0;
  verdicts.error(at, {
    code: 'CP164',
    said: `Cannot send ${verdicts.shown(at, value)} as Origin: browsers never write an origin so`,
    mend: isHidden ? 'give it a value such as "https://app.example.com"' : `write ${likelyOrigin(value)}`,
  });
  return value;
}

function likelyOrigin(value: string): string {
  const origin = URL.canParse(value) ? new URL(value).origin : 'null';
  return origin === 'null'
    ? '"keep", "upstream", "remove" or e.g. "https://app.example.com"'
    : JSON.stringify(origin);
}

export function compileResponse(sections: Sections<ResponseRules>, verdicts: Verdicts): ResponseEdits {
  const [top, own] = headerSources(sections);
  checkResponseHeaders(top, verdicts);
  checkResponseHeaders(own, verdicts);
  const { drop, set } = compileEdits(mergeEdits(top, own));
  return {
    drop,
    set,
    cookies: sections.own?.cookies ?? sections.top?.cookies ?? defaults.response.cookies,
    redirects: sections.own?.redirects ?? sections.top?.redirects ?? defaults.response.redirects,
  };
}
