/** `listen`: where this proxy listens, and under which names it is itself (V55, V56, A3). */

import { defaults } from '../config/defaults.ts';
import type { KeyPath } from '../config/problem.ts';
import type { ListenRules } from '../config/schema.ts';
import { sizeInBytes } from '../config/size.ts';
import type { Verdicts } from '../config/verdict.ts';
import { hostName, isEverybody } from '../guard/host-rules.ts';
import { defaultPort, isLoopbackHost } from '../http/origin.ts';
import type { ListenOptions } from '../ruleset.ts';
import { badPorts } from './bad-ports.ts';
import { checkPair, type PemFiles } from './pem.ts';

/** What the checks of routes and policies have to know of the listener. */
export interface Listener {
  readonly isLoopback: boolean;
  /** Serialized origins; empty where the port is not known yet (0). */
  readonly origins: ReadonlySet<string>;
  readonly isSelf: (host: string, port: number) => boolean;
}

export function compileListen(rules: ListenRules, verdicts: Verdicts, files: PemFiles): ListenOptions {
  checkHost(rules, verdicts);
  checkPort(rules, verdicts);
  const { limits, timeouts } = defaults.listen;
  return {
    host: rules.host ?? defaults.listen.host,
    port: rules.port ?? defaults.listen.port,
    https: compileHttps(rules, verdicts, files),
    urlBytes: sizeInBytes(rules.limits?.url ?? limits.url),
    headBytes: sizeInBytes(rules.limits?.headers ?? limits.headers),
    headerCount: rules.limits?.headerCount ?? limits.headerCount,
    connections: rules.limits?.connections ?? limits.connections,
    headTimeoutMs: rules.timeouts?.head ?? timeouts.head,
    drainTimeoutMs: rules.timeouts?.drain ?? timeouts.drain,
  };
}

function checkHost({ host }: ListenRules, verdicts: Verdicts): void {
  if (host === undefined || hostName(host) !== undefined) return;
  const at = ['listen', 'host'];
  verdicts.error(at, {
    code: 'CP112',
    said: `Cannot listen on ${verdicts.shown(at, host)}: it must be a name or an address alone, without scheme, port or path`,
    mend: 'write "localhost"; the port is set apart from it',
  });
}

function checkPort({ port }: ListenRules, verdicts: Verdicts): void {
  if (port === undefined || !badPorts.has(port)) return;
  verdicts.error(['listen', 'port'], {
    code: 'CP113',
    said: `Cannot listen on port ${port}: every browser refuses it, it is on Fetch's list of bad ports`,
    mend: `take another, e.g. ${defaults.listen.port}`,
  });
}

function compileHttps({ https }: ListenRules, verdicts: Verdicts, files: PemFiles): ListenOptions['https'] {
  if (https === undefined || typeof https === 'boolean') return https ?? false;
  const at = ['listen', 'https'];
  const certFile = files.resolve(https.cert);
  const keyFile = files.resolve(https.key);
  const cert = files.read(https.cert, [...at, 'cert']);
  const key = files.read(https.key, [...at, 'key']);
  checkPair({ cert, key }, at, verdicts);
  return { certFile, keyFile };
}

const everyInterface: ReadonlySet<string> = new Set(['0.0.0.0', '::', '[::]']);

export function listenerOf(options: ListenOptions, localAddresses: readonly string[]): Listener {
  const host = hostName(options.host) ?? options.host;
  const scheme = options.https === false ? 'http' : 'https';
  const port = String(options.port) === defaultPort(scheme) ? '' : `:${options.port}`;
  const isWide = everyInterface.has(options.host);
  const others = isWide ? localAddresses.flatMap((address) => hostName(address) ?? []) : [host];
  const hosts = new Set(['localhost', '127.0.0.1', '[::1]', ...others]);
  return {
    isLoopback: isLoopbackHost(host),
    origins: new Set(options.port === 0 ? [] : [...hosts].map((name) => `${scheme}://${name}${port}`)),
    isSelf: (target, targetPort) =>
      options.port !== 0 &&
      targetPort === options.port &&
      // Connecting to 0.0.0.0 ends at this machine too.
      (hosts.has(target) || target === '0.0.0.0' || target === '[::]' || target.endsWith('.localhost')),
  };
}

/** V55: the one verdict on `listen` that depends on the routes. */
export function checkWidth(rules: ListenRules, secretRoute: string | undefined, verdicts: Verdicts): void {
  const host = rules.host ?? defaults.listen.host;
  const name = hostName(host);
  if (name === undefined || isLoopbackHost(name)) return;
  const at = ['listen', 'host'];
  const shown = verdicts.shown(at, host);
  const mend = 'listen on "localhost"';
  if (secretRoute === undefined) {
    const said = `${shown} is wider than this machine: everybody on the network can use this proxy`;
    verdicts.warn(at, { code: 'CP211', said, mend });
  } else if (rules.dangerouslyAllowSecretsOnLan === true) {
    const said = `${shown} is wider than this machine: everybody on the network can use the secret of ${secretRoute}`;
    verdicts.warn(at, { code: 'CP215', said, mend });
  } else {
    verdicts.error(at, {
      code: 'CP114',
      said: `Cannot listen on ${shown} with a secret on ${secretRoute}: everybody on the network could use it`,
      mend: `${mend}; in a container, set "listen": { "dangerouslyAllowSecretsOnLan": true }`,
    });
  }
}

/** Names under which a secret is not as safe as under a loopback name. */
export function checkNames(rules: ListenRules, secretRoute: string | undefined, verdicts: Verdicts): void {
  if (secretRoute === undefined) return;
  const isPlain = rules.https === undefined || rules.https === false;
  for (const [i, text] of (rules.allowedHosts ?? []).entries()) {
    const at = ['listen', 'allowedHosts', i];
    // Without its escape it is refused already (V57).
    if (isEverybody(text) && rules.dangerouslyAllowAnyHost !== true) continue;
    if (isEverybody(text)) {
      // A page that rebinds its name is same-origin: it sends no Origin, and reads what it gets.
      verdicts.error(at, {
        code: 'CP110',
        said: `Cannot allow ${verdicts.shown(at, text)} as a host with a secret on ${secretRoute}: any website could spend it, and read the answers, by DNS rebinding`,
        mend: 'name your host, e.g. "app.localhost"',
      });
    } else if (isPlain) warnOfPlainName(text, at, { secretRoute, verdicts });
  }
}

interface NameCheck {
  readonly secretRoute: string;
  readonly verdicts: Verdicts;
}

/**
 * Threat T1 where `Sec-Fetch-*` is missing: browsers send it to trustworthy origins alone, and http is one only on
 * loopback names (Fetch Metadata, "set the Fetch metadata headers for a request" step 1). An image of any website then
 * looks like a request of curl.
 */
function warnOfPlainName(text: string, at: KeyPath, { secretRoute, verdicts }: NameCheck): void {
  if (isLoopbackHost(hostName(text.replace(/^\./, '')) ?? 'localhost')) return;
  verdicts.warn(at, {
    code: 'CP216',
    said: `Under ${verdicts.shown(at, text)} browsers do not say over plain http which site a request comes from: by an image or a link any website can spend the secret of ${secretRoute}, though not read the answer`,
    mend: 'set "listen": { "https": true }, or open this proxy under a *.localhost name',
  });
}
