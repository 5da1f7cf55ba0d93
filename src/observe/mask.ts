/** What may be printed of a request: secrets are masked by value, credentials by name, and no peer steers a terminal. */

import { masked, type SecretText, secretsIn } from '../guard/secret-text.ts';
import type { HeaderList } from '../http/header-list.ts';
import type { Ruleset, Secret } from '../ruleset.ts';

export interface Mask {
  /** A text of any origin: secrets gone, control characters visible. */
  readonly text: (text: string) => string;
  /** A request target: the values of telling query keys gone, too. */
  readonly target: (target: string) => string;
  readonly headers: (headers: HeaderList) => HeaderList;
  /** A body: its lines kept, the values of telling keys in JSON and in forms gone, too. Not for a terminal. */
  readonly body: (text: string, type: string) => string;
}

const masks = new WeakMap<readonly Secret[], Mask>();

/** Made once for each ruleset: a request is masked by the rules that it began with. */
export function maskOf({ secrets }: Pick<Ruleset, 'secrets'>): Mask {
  const known = masks.get(secrets);
  if (known !== undefined) return known;
  const mask = compileMask(secretsIn(secrets));
  masks.set(secrets, mask);
  return mask;
}

function compileMask(secrets: SecretText): Mask {
  const text = (raw: string) => escapeControls(secrets.mask(raw));
  // A name has no case, and whoever echoes a secret in one may have changed it.
  const fieldName = (raw: string) => (secrets.isInName(raw) ? masked : text(raw));
  return {
    text,
    target: (target) => text(maskQuery(target)),
    body: (raw, type) => maskBody(secrets.mask(raw), type),
    headers: (headers) =>
      headers.map((part, i) => (i % 2 === 0 ? fieldName(part) : maskField(headers[i - 1] ?? '', text(part)))),
  };
}

/** The field by its name: what a page or an API proves itself with. */
function maskField(name: string, value: string): string {
  switch (name.toLowerCase()) {
    case 'authorization':
    case 'proxy-authorization':
      // The scheme says much and gives nothing away.
      return value.replace(/^([A-Za-z][\w-]* )?.*$/s, `$1${masked}`);
    case 'cookie':
      return value.replaceAll(/=[^;]*/g, `=${masked}`);
    case 'set-cookie':
      return value.replace(/=[^;]*/, `=${masked}`);
    case 'location':
    case 'content-location':
    case 'referer':
      return maskQuery(value);
    default:
      return /(?:^|-)(?:token|secret|password|api-?key)$/i.test(name) ? masked : value;
  }
}

const tellingKey =
  /token|secret|passw|signature|credential|session|key$|^(?:x-amz-)?sig$|^auth$|^code$|^jwt$|^pwd$/i;

/** Split by hand: a pattern over the whole query would try every place of a long one again and again. */
function maskQuery(target: string): string {
  const mark = target.indexOf('?');
  if (mark === -1) return target;
  // Token and key of the inspector.
  if (target.startsWith('/__cors-proxy')) return `${target.slice(0, mark)}?${masked}`;
  const pairs = target.slice(mark + 1).split('&');
  return `${target.slice(0, mark)}?${pairs.map(maskPair).join('&')}`;
}

function maskPair(pair: string): string {
  const equals = pair.indexOf('=');
  if (equals === -1 || !tellingKey.test(pair.slice(0, equals))) return pair;
  return `${pair.slice(0, equals)}=${masked}`;
}

function maskBody(text: string, type: string): string {
  if (/^application\/x-www-form-urlencoded/i.test(type)) return text.split('&').map(maskPair).join('&');
  return text.replaceAll(namedText, (whole, before: string, key: string) =>
    tellingName.test(key) ? `${before}"${masked}"` : whole,
  );
}

/** Narrower than in a query: `code` and `key` are what most errors and most records have. */
const tellingName = /token|secret|passw|credential|signature|(?:api|access|private)[-_]?key|^jwt$|^pwd$/i;

/** A key and its text in JSON; a value that was cut has no quote at its end. */
const namedText = /("([^"\\]{1,60})"\s*:\s*)"(?:[^"\\]|\\.)*(?:"|$)/gs;

/**
 * C0 and C1 controls, and the marks that turn the direction of a line (CVE-2021-42574): a peer must not move the cursor,
 * set the title, or write a line that looks like ours.
 */
export function escapeControls(text: string): string {
  // Hardly any text has one: to look costs a third of replacing none.
  if (text.search(controls) === -1) return text;
  return text.replaceAll(
    controls,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

const controls = /[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff]/g;
