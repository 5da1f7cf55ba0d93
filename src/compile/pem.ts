/** PEM files that the config names: read and looked at when the config is, not at the first handshake (A3). */

import { createPrivateKey, X509Certificate } from 'node:crypto';
import { resolve } from 'node:path';
import { createSecureContext } from 'node:tls';
import { wayOf } from '../config/as-given.ts';
import type { KeyPath, Place } from '../config/problem.ts';
import type { Verdicts } from '../config/verdict.ts';

export interface PemFiles {
  /** The file as this process can open it: relative ones count from the config's directory. */
  readonly resolve: (file: string) => string;
  /** The text, or `undefined` where it cannot be read, which was reported at `at`. */
  readonly read: (file: string, at: KeyPath) => string | undefined;
}

/** Without `readFile` nothing is read, and nothing is reported. */
export function pemFiles(
  source: { readonly directory: string; readonly readFile: ((path: string) => string) | undefined },
  verdicts: Verdicts,
): PemFiles {
  const { directory, readFile } = source;
  return {
    resolve: (file) => resolve(directory, file),
    read: (file, at) => {
      try {
        return readFile?.(resolve(directory, file));
      } catch (error) {
        const why = codeText(error);
        verdicts.error(at, {
          code: 'CP115',
          said: `Cannot read ${verdicts.shown(at, file)}${why}`,
          mend: `write a PEM file's path, relative to ${standpointOf(verdicts.placeOf(at))}`,
        });
        return undefined;
      }
    },
  };
}

function codeText(error: unknown): string {
  return error instanceof Error && 'code' in error ? ` (${String(error.code)})` : '';
}

function standpointOf(place: Place): string {
  return wayOf(place) === 'key' ? 'the config file' : 'the folder that you are in';
}

interface Pair {
  readonly cert: string | undefined;
  readonly key: string | undefined;
}

/** Whether the certificate and the key are such, and belong together; `at` holds `cert` and `key`. */
export function checkPair({ cert, key }: Pair, at: KeyPath, verdicts: Verdicts): void {
  const certificate = cert === undefined ? undefined : readCertificate(cert, [...at, 'cert'], verdicts);
  if (key === undefined) return;
  const keyAt = [...at, 'key'];
  try {
    const privateKey = createPrivateKey(key);
    if (certificate === undefined) return;
    if (certificate.checkPrivateKey(privateKey)) checkUse({ cert, key }, keyAt, verdicts);
    else
      verdicts.error(keyAt, {
        code: 'CP118',
        said: 'Cannot use this key: it does not belong to the certificate in "cert"',
        mend: 'name the key that the certificate was made with',
      });
  } catch {
    verdicts.error(keyAt, {
      code: 'CP118',
      said: 'Cannot use this key: it is not a private key in PEM, or it needs a passphrase',
      mend: 'name an unencrypted PEM file: -----BEGIN PRIVATE KEY-----',
    });
  }
}

/** OpenSSL refuses some pairs as too weak; Node throws that at whoever opens a connection with them. */
function checkUse(pair: Pair, at: KeyPath, verdicts: Verdicts): void {
  try {
    createSecureContext(pair);
  } catch (error) {
    const why = codeText(error);
    verdicts.error(at, {
      code: 'CP118',
      said: `Cannot use this key and its certificate: TLS does not take them${why}`,
      mend: 'make both anew, with a key on an elliptic curve or RSA of 2048 bits',
    });
  }
}

export function readCertificate(pem: string, at: KeyPath, verdicts: Verdicts): X509Certificate | undefined {
  try {
    return new X509Certificate(pem);
  } catch {
    verdicts.error(at, {
      code: 'CP118',
      said: 'Cannot use this certificate: it is not one in PEM',
      mend: 'name a PEM file: -----BEGIN CERTIFICATE-----',
    });
    return undefined;
  }
}
