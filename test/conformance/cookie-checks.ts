/** What the rows demand of Set-Cookie lines (RFC 6265bis). */

import type { SetCookieWish } from './case-shape.ts';

interface Cookie {
  readonly line: string;
  readonly name: string;
  /** Lower-case name → value. */
  readonly attributes: ReadonlyMap<string, string>;
  /** As written. */
  readonly written: readonly string[];
}

export function cookieFailures(wish: SetCookieWish, lines: readonly string[]): readonly string[] {
  const cookies = lines.map(parse);
  const { count, lacksAttr = [], containsAttr = [] } = wish;
  return [
    ...(wish.lines !== undefined && JSON.stringify(wish.lines) !== JSON.stringify(lines)
      ? [`Set-Cookie ${JSON.stringify(lines)}, wanted ${JSON.stringify(wish.lines)}`]
      : []),
    ...(count !== undefined && count !== lines.length
      ? [`${lines.length} Set-Cookie lines, wanted ${count}`]
      : []),
    // A row about attributes means a cookie that is still there.
    ...(count === undefined && lines.length === 0 ? ['no Set-Cookie line'] : []),
    ...cookies.flatMap((cookie) => [
      ...lacksAttr
        .filter((name) => cookie.attributes.has(name.toLowerCase()))
        .map((name) => `${name} stands in ${cookie.line}`),
      ...containsAttr
        .filter((attribute) => !cookie.written.includes(attribute))
        .map((attribute) => `${attribute} is missing in ${cookie.line}`),
      // Asserted on every line of every row: a browser drops what breaks these.
      ...invariantFailures(cookie),
    ]),
  ];
}

function parse(line: string): Cookie {
  const [pair = '', ...attributes] = line.split(';').map((part) => part.trim());
  const entries = attributes.map((attribute): [string, string] => {
    const [name = '', ...value] = attribute.split('=');
    return [name.toLowerCase(), value.join('=')];
  });
  return { line, name: pair.split('=')[0] ?? '', attributes: new Map(entries), written: attributes };
}

function invariantFailures({ line, name, attributes }: Cookie): readonly string[] {
  const isSecure = attributes.has('secure');
  const isNone = attributes.get('samesite')?.toLowerCase() === 'none';
  const isHost = /^__Host-/i.test(name);
  const isHttp = /^__(?:Host-)?Http-/i.test(name);
  return [
    ...(isNone && !isSecure ? [`SameSite=None without Secure: ${line}`] : []),
    ...(attributes.has('partitioned') && !isSecure ? [`Partitioned without Secure: ${line}`] : []),
    ...((isHost || isHttp || /^__Secure-/i.test(name)) && !isSecure
      ? [`the prefix wants Secure: ${line}`]
      : []),
    ...(isHttp && !attributes.has('httponly') ? [`the prefix wants HttpOnly: ${line}`] : []),
    ...(isHost && (attributes.get('path') !== '/' || attributes.has('domain'))
      ? [`the prefix wants Path=/ and no Domain: ${line}`]
      : []),
  ];
}
