/** The cookie of the inspector. Cookies reach every port of a host, so the port is in its name, and no API sees it. */

const prefix = 'cors-proxy-inspector-';

export function inspectorCookie(port: number): string {
  return `${prefix}${port}`;
}

/** A `Cookie` field without the cookies of any inspector; `undefined` where nothing else was in it. */
export function withoutOwnCookies(value: string): string | undefined {
  if (!value.includes(prefix)) return value;
  const kept = value.split(';').filter((pair) => !pair.trimStart().startsWith(prefix));
  return kept.length === 0 ? undefined : kept.join(';').trimStart();
}
