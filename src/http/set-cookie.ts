/**
 * `Set-Cookie` attribute by attribute (RFC 6265 §5.2, and the drafts after it): split at semicolons as user agents do,
 * quotes do not protect them; name, value and unknown attributes stay byte for byte.
 */

export interface SetCookie {
  /** `name=value` as sent. */
  readonly pair: string;
  readonly name: string;
  readonly attributes: readonly CookieAttribute[];
}

export interface CookieAttribute {
  /** Lower case. */
  readonly name: string;
  readonly value: string;
  /** As sent, with the white space around it. */
  readonly text: string;
}

export function parseSetCookie(line: string): SetCookie {
  const [pair = '', ...rest] = line.split(';');
  const equals = pair.indexOf('=');
  return {
    pair,
    name: (equals === -1 ? '' : pair.slice(0, equals)).trim(),
    attributes: rest.map(parseAttribute),
  };
}

function parseAttribute(text: string): CookieAttribute {
  const equals = text.indexOf('=');
  const name = (equals === -1 ? text : text.slice(0, equals)).trim().toLowerCase();
  const value = equals === -1 ? '' : text.slice(equals + 1).trim();
  return { name, value, text };
}

export function serializeSetCookie(cookie: SetCookie): string {
  return [cookie.pair, ...cookie.attributes.map(({ text }) => text)].join(';');
}

/** The last one counts (RFC 6265 §5.3). */
export function attribute(cookie: SetCookie, lowerCaseName: string): CookieAttribute | undefined {
  return cookie.attributes.findLast(({ name }) => name === lowerCaseName);
}
