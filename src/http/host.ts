/** The authority of a request: `Host` (RFC 9110 §7.2) and the authority of an absolute-form target. */

export interface Authority {
  /** Lower case; IPv6 in brackets; a trailing dot kept away. */
  readonly host: string;
  /** Digits, or the empty string where none was given. */
  readonly port: string;
}

const registeredName = /^(?!.*\.\.)[a-z0-9_](?:[a-z0-9_.-]{0,252})$/;
const ipv6 = /^\[[0-9a-f:.]{2,45}\]$/;

let lastText = '';
let last: Authority | undefined;

/** The authority, or `undefined` where the text is not `host [ ":" port ]`. Never throws, whatever the bytes. */
export function parseAuthority(text: string): Authority | undefined {
  // A page's requests all name the same, and each is read twice.
  if (text !== lastText) {
    last = parse(text);
    lastText = text;
  }
  return last;
}

function parse(text: string): Authority | undefined {
  const lower = text.toLowerCase();
  const split = lower.startsWith('[') ? lower.indexOf(']') + 1 : lower.indexOf(':');
  const end = split <= 0 ? lower.length : split;
  const host = lower.slice(0, end);
  const port = lower.slice(end);
  if (!isHostName(host) || !isPortSuffix(port)) return undefined;
  return { host: host.endsWith('.') ? host.slice(0, -1) : host, port: port.slice(1) };
}

function isHostName(host: string): boolean {
  return host.startsWith('[') ? ipv6.test(host) && isIpv6(host.slice(1, -1)) : registeredName.test(host);
}

function isPortSuffix(suffix: string): boolean {
  if (suffix === '') return true;
  return /^:[0-9]{1,5}$/.test(suffix) && Number(suffix.slice(1)) <= 65535;
}

/** RFC 4291 §2.2: eight groups, or fewer around one `::`; the last two may be an IPv4 address. */
function isIpv6(text: string): boolean {
  const halves = text.split('::');
  if (halves.length > 2) return false;
  const groups = halves.flatMap((half) => (half === '' ? [] : half.split(':')));
  const last = groups.at(-1) ?? '';
  const isMixed = last.includes('.');
  const hex = isMixed ? groups.slice(0, -1) : groups;
  if (isMixed && !/^(?:[0-9]{1,3}\.){3}[0-9]{1,3}$/.test(last)) return false;
  if (!hex.every((group) => /^[0-9a-f]{1,4}$/.test(group))) return false;
  const count = hex.length + (isMixed ? 2 : 0);
  return halves.length === 2 ? count <= 7 : count === 8;
}
