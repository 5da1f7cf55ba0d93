/** Verdicts that need a whole policy, and what it stands beside: credentials, a secret, the listener, the target. */

import { credentialsOn, originExample, wayOf } from '../config/as-given.ts';
import { type KeyPath, keyText, type Place } from '../config/problem.ts';
import type { Verdicts } from '../config/verdict.ts';
import { isLoopbackHost } from '../http/origin.ts';
import type { MergedPolicy } from './compile-policy.ts';
import { checkCredentials, checkPassthrough, named } from './contradictions.ts';
import type { Pattern } from './origin-pattern.ts';
import type { OriginEntry } from './origin-rule.ts';
import { isPrivateName, isPublicSuffix } from './public-suffixes.ts';

interface PolicyContext {
  /** `routes[0]`, `target`, or empty for the default policy. */
  readonly at: KeyPath;
  /** Names of the secrets that the route carries. */
  readonly secretNames: readonly string[];
  /** Serialized origins under which this proxy is reached. */
  readonly ownOrigins: ReadonlySet<string>;
  readonly isLoopbackListener: boolean;
  /** The target's serialized origin; `undefined` for the default policy. */
  readonly targetOrigin: string | undefined;
}

export function checkPolicy(merged: MergedPolicy, context: PolicyContext, verdicts: Verdicts): void {
  if (merged.policy.mode === 'passthrough') {
    checkPassthrough(merged, context, verdicts);
    return;
  }
  checkSecret(merged, context, verdicts);
  checkCredentials(merged, verdicts);
  const entries = merged.origins?.kind === 'listed' ? merged.origins.entries : [];
  for (const entry of entries) {
    checkNull(entry, { merged, context, verdicts });
    checkBroad(entry, { merged, context, verdicts });
    checkAnyPort(entry, { merged, context, verdicts });
    checkPlainHttp(entry, merged, verdicts);
    checkSlips(entry, context, verdicts);
  }
  warnOfPublicPages(entries, context, verdicts);
}

interface EntryCheck {
  readonly merged: MergedPolicy;
  readonly context: PolicyContext;
  readonly verdicts: Verdicts;
}

/** V01, V04. */
function checkSecret(merged: MergedPolicy, { at, secretNames }: PolicyContext, verdicts: Verdicts): void {
  if (secretNames.length === 0) return;
  const { way } = merged.policy.places.allowOrigin;
  const mend = `list the page's origin, e.g. ${originExample(way)}`;
  if (merged.origins === undefined && !merged.policy.places.allowOrigin.written) {
    verdicts.error(at, {
      code: 'CP133',
      said: `Route carries a secret (${named(secretNames)}) and names no origin: every page of this machine could spend it`,
      mend,
    });
  } else if (merged.origins?.kind === 'any') {
    verdicts.error(merged.paths.allowOrigin, {
      code: 'CP132',
      said: `Cannot combine allowOrigin "*" with a secret: any web page could spend ${named(secretNames)} through ${keyText(at)}`,
      mend,
    });
  }
}

/** What makes an origin that anybody can have a danger: "credentials" or "a secret"; `undefined` where nothing does. */
function riskOf({ merged, context }: EntryCheck): string | undefined {
  if (context.secretNames.length > 0) return `a secret (${named(context.secretNames)})`;
  return merged.asksCredentials ? credentialsOn(merged.policy.places.allowCredentials.way) : undefined;
}

/** V05. */
function checkNull(entry: OriginEntry, check: EntryCheck): void {
  if (entry.kind !== 'null') return;
  const { merged, verdicts } = check;
  const risk = riskOf(check);
  const mend = 'serve the page over http, and list that origin';
  const why = 'any sandboxed frame, data: and file: page sends it';
  if (risk !== undefined) {
    verdicts.error(entry.at, { code: 'CP134', said: `Cannot list "null" beside ${risk}: ${why}`, mend });
  } else if (!merged.allowNullOrigin) {
    verdicts.error(entry.at, {
      code: 'CP134',
      said: `Cannot list "null": ${why}`,
      mend: `${mend}; or set "dangerouslyAllowNullOrigin": true ${nullKeyPlace(verdicts.placeOf(entry.at))}`,
    });
  } else {
    verdicts.warn(entry.at, { code: 'CP235', said: `"null" is allowed: ${why}`, mend });
  }
}

/** No flag stands for this key. */
function nullKeyPlace(place: Place): string {
  return wayOf(place) === 'key' ? 'beside allowOrigin' : 'in the "cors" of a config file';
}

/**
 * Threat T5: any page of this machine has such an origin, that of another project's dev server for one, and same-site
 * is not trust.
 */
function checkAnyPort(entry: OriginEntry, { context, verdicts }: EntryCheck): void {
  if (entry.kind !== 'pattern' || entry.pattern.parts.port !== '*' || context.secretNames.length === 0)
    return;
  const example = exampleOrigin(entry.pattern.parts);
  verdicts.warn(entry.at, {
    code: 'CP236',
    said: `${verdicts.shown(entry.at, entry.text)} lets a page on any port spend ${named(context.secretNames)}, those of other projects' dev servers too`,
    mend: verdicts.mendFor(entry.at, {
      mend: `name the port of your page, e.g. ${JSON.stringify(example)}`,
      general: 'name the port of your page',
    }),
  });
}

function exampleOrigin({ scheme, hosts, base }: Pattern['parts']): string {
  return `${scheme}://${hosts === 'subtree' ? 'app.' : ''}${base}:5173`;
}

/** V15. */
function checkBroad(entry: OriginEntry, check: EntryCheck): void {
  if (entry.kind !== 'pattern' || entry.pattern.parts.hosts !== 'subtree') return;
  const { base } = entry.pattern.parts;
  if (!isPublicSuffix(base)) return;
  const { verdicts } = check;
  const shown = verdicts.shown(entry.at, entry.text);
  const name = verdicts.namesAt(entry.at).length > 0 ? 'that name' : `"${base}"`;
  const mend = 'name your own host below it';
  const risk = riskOf(check);
  if (risk === undefined) {
    verdicts.warn(entry.at, {
      code: 'CP230',
      said: `${shown} is wider than it looks: anyone can register a name under ${name}`,
      mend,
    });
  } else {
    verdicts.error(entry.at, {
      code: 'CP138',
      said: `Cannot combine ${shown} with ${risk}: anyone can register a name under ${name}`,
      mend,
    });
  }
}

/** V16. Loopback never leaves the machine, so that http is as good as https there. */
function checkPlainHttp(entry: OriginEntry, merged: MergedPolicy, verdicts: Verdicts): void {
  if (!merged.asksCredentials || entry.kind === 'null') return;
  const { scheme, host } = placeOfPage(entry);
  if (scheme !== 'http' || isLoopbackHost(host)) return;
  verdicts.error(entry.at, {
    code: 'CP138',
    said: `Cannot combine ${verdicts.shown(entry.at, entry.text)} with ${credentialsOn(merged.policy.places.allowCredentials.way)}: whoever controls the network is that origin`,
    mend: 'use https, or open the page under a *.localhost name, e.g. "http://app.localhost:5173"',
  });
}

function placeOfPage(entry: Exclude<OriginEntry, { kind: 'null' }>): { scheme: string; host: string } {
  if (entry.kind === 'exact') return entry.origin;
  return { scheme: entry.pattern.parts.scheme, host: entry.pattern.parts.base };
}

/** V21, V22. */
function checkSlips(entry: OriginEntry, context: PolicyContext, verdicts: Verdicts): void {
  if (entry.kind !== 'exact') return;
  const shown = verdicts.shown(entry.at, entry.text);
  if (context.ownOrigins.has(entry.text)) {
    verdicts.warn(entry.at, {
      code: 'CP232',
      said: `${shown} is this proxy's own origin: same-origin pages need no CORS`,
      mend: 'list the origin of the page instead, e.g. "http://localhost:5173"',
    });
  } else if (entry.text === context.targetOrigin) {
    verdicts.warn(entry.at, {
      code: 'CP233',
      said: `${shown} is the API's own origin: the page does not run there`,
      mend: 'list the origin of the page instead, e.g. "http://localhost:5173"',
    });
  }
}

/** V61. Said once a list: the browser asks its user for each page all the same. */
function warnOfPublicPages(
  entries: readonly OriginEntry[],
  context: PolicyContext,
  verdicts: Verdicts,
): void {
  if (!context.isLoopbackListener) return;
  const page = entries.find((entry) => entry.kind !== 'null' && isPublicPage(placeOfPage(entry)));
  if (page === undefined) return;
  verdicts.warn(page.at, {
    code: 'CP234',
    said: `${verdicts.shown(page.at, page.text)} is a page on the internet, and this proxy listens on this machine alone: Chrome 142 and later ask their user for Local Network Access, and no header of ours can grant it`,
    mend: 'allow it once in the browser, or open the page from localhost',
  });
}

function isPublicPage({ scheme, host }: { scheme: string; host: string }): boolean {
  const isAddress = /^\[|^[0-9.]+$/.test(host);
  return (
    scheme === 'https' && !isAddress && !isLoopbackHost(host) && !isPrivateName(host) && !isPublicSuffix(host)
  );
}
