/**
 * Serialized origins: the one parser for the `Origin` field and for the config, so that the config cannot hold what
 * a request can never match. It accepts only what a browser writes (HTML, "ASCII serialization of an origin").
 */

/** A tuple origin. `port` is the empty string where it is the default port of the scheme. */
export interface Origin {
  readonly scheme: string;
  /** Lower case; IPv6 in brackets. */
  readonly host: string;
  readonly port: string;
}

// A scheme, `://`, a host of one to 253 bytes, a port: no path, no user, no white space, nothing in upper case.
const serialized = /^([a-z][a-z0-9+.-]*):\/\/(\[[0-9a-f:]+\]|[a-z0-9_.-]{1,253})(?::([1-9][0-9]{0,4}))?$/;

/** The longest origin that a browser can send: scheme, host of 253 bytes, port; the rest is an attack or a bug. */
const longestOrigin = 300;

/** The origin, or `undefined` where the text is not one in the form that browsers write. `null` is not one. */
export function parseOrigin(text: string): Origin | undefined {
  if (text.length > longestOrigin) return undefined;
  const match = serialized.exec(text);
  if (match === null) return undefined;
  const [, scheme = '', host = '', port = ''] = match;
  if (port !== '' && (Number(port) > 65535 || port === defaultPort(scheme))) return undefined;
  return { scheme, host, port };
}

export function serializeOrigin(origin: Origin): string {
  return `${origin.scheme}://${origin.host}${origin.port === '' ? '' : `:${origin.port}`}`;
}

/** URL Standard, "default port" of the special schemes that a page can have. */
export function defaultPort(scheme: string): string {
  switch (scheme) {
    case 'http':
    case 'ws':
      return '80';
    case 'https':
    case 'wss':
      return '443';
    default:
      return '';
  }
}

const loopbackIpv4 = /^127(?:\.(?:0|[1-9][0-9]?|1[0-9]{2}|2[0-4][0-9]|25[0-5])){3}$/;

/** The address of a peer on this machine: 127.0.0.0/8 or ::1; on a socket for both families IPv4 stands inside IPv6. */
export function isLoopbackAddress(address: string): boolean {
  return address === '::1' || loopbackIpv4.test(address.replace(/^::ffff:/i, ''));
}

/** localhost, `*.localhost`, 127.0.0.0/8 and `[::1]` (Secure Contexts, "potentially trustworthy origin"). */
export function isLoopbackHost(host: string): boolean {
  return host === 'localhost' || host.endsWith('.localhost') || host === '[::1]' || loopbackIpv4.test(host);
}
