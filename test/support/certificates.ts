/** Certificates for tests, made when they are needed: a private key in the tree would set off every scanner. */

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { generate } from 'selfsigned';

/** PEM texts, in the shape that `tls.createServer` takes. */
export interface Certificate {
  readonly cert: string;
  readonly key: string;
}

export interface CertificateFiles {
  readonly cert: string;
  readonly key: string;
  readonly remove: () => Promise<void>;
}

const dayMs = 86_400_000;

/** Self-signed, for localhost and the loopback addresses; it is its own authority. */
export function validCertificate(): Promise<Certificate> {
  return certificate(new Date(Date.now() - dayMs), new Date(Date.now() + dayMs));
}

export function expiredCertificate(): Promise<Certificate> {
  return certificate(new Date(Date.now() - 2 * dayMs), new Date(Date.now() - dayMs));
}

/** A pair that belongs together, of a key that no TLS takes. */
export async function weakCertificate(): Promise<Certificate> {
  const weak = { keyType: 'rsa', keySize: 512, algorithm: 'sha256' } as const;
  const pems = await generate([{ name: 'commonName', value: 'localhost' }], weak);
  return { cert: pems.cert, key: pems.private };
}

/** The certificate as files, for the keys of the config that name files. */
export async function certificateFiles({ cert, key }: Certificate): Promise<CertificateFiles> {
  const folder = await mkdtemp(join(tmpdir(), 'cors-proxy-test-'));
  const files = { cert: join(folder, 'cert.pem'), key: join(folder, 'key.pem') };
  await writeFile(files.cert, cert);
  await writeFile(files.key, key, { mode: 0o600 });
  return { ...files, remove: () => rm(folder, { recursive: true, force: true }) };
}

async function certificate(notBeforeDate: Date, notAfterDate: Date): Promise<Certificate> {
  const pems = await generate([{ name: 'commonName', value: 'localhost' }], {
    keyType: 'ec',
    algorithm: 'sha256',
    notBeforeDate,
    notAfterDate,
    extensions: [
      { name: 'basicConstraints', cA: true },
      {
        name: 'subjectAltName',
        altNames: [
          { type: 2, value: 'localhost' },
          { type: 7, ip: '127.0.0.1' },
          { type: 7, ip: '::1' },
        ],
      },
    ],
  });
  return { cert: pems.cert, key: pems.private };
}
