/** Where certificates are kept, and where mkcert keeps its CA: the same per-user folder of applications' data. */

import { createPrivateKey, randomBytes, X509Certificate } from 'node:crypto';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';

/** PEM texts. */
export interface Pair {
  readonly cert: string;
  readonly key: string;
}

export interface Surroundings {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** `process.platform` by default. */
  readonly platform?: NodeJS.Platform;
}

/** `~/.local/share`, `~/Library/Application Support` or `%LOCALAPPDATA%`; in this order because mkcert has it. */
function dataFolder({ env, platform = process.platform }: Surroundings): string {
  const home = env.HOME || env.USERPROFILE || homedir();
  if (platform === 'win32') return env.LOCALAPPDATA || join(home, 'AppData', 'Local');
  if (env.XDG_DATA_HOME) return env.XDG_DATA_HOME;
  return platform === 'darwin' ? join(home, 'Library', 'Application Support') : join(home, '.local', 'share');
}

export function certificateFolder(surroundings: Surroundings): string {
  return join(dataFolder(surroundings), 'cors-dev-proxy');
}

export type Authority =
  | { readonly kind: 'none' }
  | { readonly kind: 'usable'; readonly folder: string; readonly pair: Pair; readonly keyType: 'rsa' | 'ec' }
  | { readonly kind: 'unusable'; readonly folder: string; readonly why: string };

/** mkcert's CA (https://github.com/FiloSottile/mkcert#changing-the-location-of-the-ca-files). */
export async function findAuthority(surroundings: Surroundings, now: Date): Promise<Authority> {
  const folder = surroundings.env.CAROOT || join(dataFolder(surroundings), 'mkcert');
  const cert = await readIfThere(join(folder, 'rootCA.pem'));
  if (cert === undefined) return { kind: 'none' };
  // `mkcert -install` on a second machine copies rootCA.pem alone: it trusts the CA and cannot sign for it.
  const key = await readIfThere(join(folder, 'rootCA-key.pem'));
  if (key === undefined) return { kind: 'unusable', folder, why: 'rootCA-key.pem cannot be read' };
  try {
    return judgeAuthority({ cert, key }, { folder, now });
  } catch {
    return { kind: 'unusable', folder, why: 'rootCA.pem or rootCA-key.pem is not PEM text' };
  }
}

function judgeAuthority(
  pair: Pair,
  { folder, now }: { readonly folder: string; readonly now: Date },
): Authority {
  const cert = new X509Certificate(pair.cert);
  const key = createPrivateKey(pair.key);
  const no = (why: string): Authority => ({ kind: 'unusable', folder, why });
  if (!cert.ca) return no('rootCA.pem is not a CA');
  if (!cert.checkPrivateKey(key)) return no('rootCA-key.pem is not the key of rootCA.pem');
  if (Date.parse(cert.validTo) <= now.getTime()) return no(`it expired on ${cert.validTo}`);
  const keyType = key.asymmetricKeyType;
  if (keyType !== 'rsa' && keyType !== 'ec') return no(`its key is of type ${keyType}`);
  return { kind: 'usable', folder, pair, keyType };
}

/** One file for both, so that a certificate never stands beside another's key. */
export function pairFile(folder: string): string {
  return join(folder, 'localhost.pem');
}

export async function readPair(folder: string): Promise<Pair | undefined> {
  const text = await readIfThere(pairFile(folder));
  const key = text?.match(/-----BEGIN PRIVATE KEY-----[^-]+-----END PRIVATE KEY-----\n/)?.[0];
  const cert = text?.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----\n/)?.[0];
  return key === undefined || cert === undefined ? undefined : { cert, key };
}

/** Readable by the user alone. Gives why it could not be kept, or `undefined`. */
export async function keepPair(folder: string, { cert, key }: Pair): Promise<string | undefined> {
  const file = pairFile(folder);
  const draft = `${file}.${randomBytes(6).toString('hex')}`;
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    await writeFile(draft, `${key}${cert}`, { mode: 0o600, flag: 'wx' });
    await rename(draft, file);
    return undefined;
  } catch (error) {
    await rm(draft, { force: true }).catch(() => {});
    return error instanceof Error && 'code' in error ? String(error.code) : String(error);
  }
}

async function readIfThere(path: string): Promise<string | undefined> {
  return readFile(path, 'utf8').catch(() => undefined);
}
