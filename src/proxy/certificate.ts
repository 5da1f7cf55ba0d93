/** The listener's certificate: the user's files, or one made here and kept, trusted where mkcert's CA is. */

import { createPrivateKey, X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import {
  type Authority,
  certificateFolder,
  findAuthority,
  keepPair,
  type Pair,
  pairFile,
  readPair,
  type Surroundings,
} from './certificate-folder.ts';

export interface Certificate extends Pair {
  /** Which certificate it is and how it comes to be trusted; `url` is the proxy's own. */
  readonly note: (url: string) => string;
}

export interface CertificateOptions extends Surroundings {
  readonly now: Date;
  /** Where a certificate made here is kept; by default the user's folder for applications' data. */
  readonly directory?: string;
}

export interface CertificateFiles {
  readonly certFile: string;
  readonly keyFile: string;
}

const dayMs = 86_400_000;

/**
 * macOS and iOS refuse a longer life, of a CA that the user added too: 825 days, both ends included
 * (https://support.apple.com/103769). A day of it lies in the past, for clocks that go wrong.
 */
const lifeDays = 820;

/** One that ends this soon is made anew: a browser's exception must not end in the middle of a week of work. */
const spareDays = 7;

/** Rejects where a file of the user's cannot be read. One of ours is always to be had, if need be for this run alone. */
export async function certificateFor(
  https: true | CertificateFiles,
  options: CertificateOptions,
): Promise<Certificate> {
  return https === true ? ownCertificate(options) : givenCertificate(https, options);
}

async function givenCertificate(
  { certFile, keyFile }: CertificateFiles,
  { now }: CertificateOptions,
): Promise<Certificate> {
  const [cert, key] = await Promise.all([readFile(certFile, 'utf8'), readFile(keyFile, 'utf8')]);
  const { validTo } = new X509Certificate(cert);
  const end =
    Date.parse(validTo) > now.getTime() ? `valid until ${day(validTo)}` : `expired on ${day(validTo)}`;
  return { cert, key, note: () => `HTTPS with the certificate of ${certFile}, ${end}` };
}

async function ownCertificate(options: CertificateOptions): Promise<Certificate> {
  const { now, directory = certificateFolder(options) } = options;
  const authority = await findAuthority(options, now);
  const kept = await readPair(directory);
  const isFit = kept !== undefined && serves(kept, authority, now);
  const pair = isFit ? kept : await issue(authority, now);
  const unkept = isFit ? undefined : await keepPair(directory, pair);
  const place =
    unkept === undefined
      ? `kept in ${pairFile(directory)}`
      : `for this run alone: it cannot be kept in ${directory} (${unkept})`;
  const until = `valid until ${day(new X509Certificate(pair.cert).validTo)}, ${place}`;
  return { ...pair, note: (url) => noteOn(authority, { url, until }) };
}

function noteOn(
  authority: Authority,
  { url, until }: { readonly url: string; readonly until: string },
): string {
  if (authority.kind === 'usable') {
    return (
      `HTTPS with a certificate signed by mkcert's CA in ${authority.folder} (${until}); ` +
      'where a browser does not trust it, run: mkcert -install'
    );
  }
  const unusable =
    authority.kind === 'unusable'
      ? `; mkcert's CA in ${authority.folder} is of no use: ${authority.why}`
      : '';
  return (
    `HTTPS with a self-signed certificate (${until})${unusable}. ` +
    `A page's fetch() fails until you have opened ${url} once and accepted the browser's warning; ` +
    'for a certificate without a warning run mkcert -install, then start again'
  );
}

/** Whether a kept certificate is still the one that would be made: time, key, names and signer. */
function serves({ cert, key }: Pair, authority: Authority, now: Date): boolean {
  try {
    const x509 = new X509Certificate(cert);
    const [from, to] = [Date.parse(x509.validFrom), Date.parse(x509.validTo)];
    const isInTime = from <= now.getTime() && to >= now.getTime() + spareDays * dayMs;
    return (
      isInTime && x509.checkPrivateKey(createPrivateKey(key)) && hasNames(x509) && isSignedBy(x509, authority)
    );
  } catch {
    return false;
  }
}

function hasNames(x509: X509Certificate): boolean {
  const hasWildcard = x509.subjectAltName?.includes('DNS:*.localhost') === true;
  const hasAddresses = ['127.0.0.1', '::1'].every((address) => x509.checkIP(address) !== undefined);
  return hasWildcard && hasAddresses && x509.checkHost('localhost') !== undefined;
}

function isSignedBy(x509: X509Certificate, authority: Authority): boolean {
  // OpenSSL says of no certificate without the right to sign others that it issued itself.
  if (authority.kind !== 'usable') return x509.issuer === x509.subject && x509.verify(x509.publicKey);
  const signer = new X509Certificate(authority.pair.cert);
  return x509.checkIssued(signer) && x509.verify(signer.publicKey);
}

/** The only use of `selfsigned`, loaded when a certificate has to be made: about once in two years. */
async function issue(authority: Authority, now: Date): Promise<Pair> {
  const { generate } = await import('selfsigned');
  const ca = authority.kind === 'usable' ? { ca: authority.pair } : {};
  // P-256, but for mkcert's CA, which is RSA: the package signs only keys of the CA's own type.
  const keyType = authority.kind === 'usable' ? authority.keyType : 'ec';
  const made = await generate([{ name: 'commonName', value: 'localhost' }], {
    ...ca,
    keyType,
    keySize: 2048,
    curve: 'P-256',
    algorithm: 'sha256',
    notBeforeDate: new Date(now.getTime() - dayMs),
    notAfterDate: new Date(now.getTime() + (lifeDays - 1) * dayMs),
    extensions: extensions(keyType),
  });
  return { cert: `${made.cert.trimEnd()}\n`, key: `${made.private.trimEnd()}\n` };
}

/** No CA, although some would trust that more easily: whoever reads its key could then sign for every site. */
function extensions(keyType: 'rsa' | 'ec') {
  return [
    { name: 'basicConstraints' as const, cA: false, critical: true },
    {
      name: 'keyUsage' as const,
      digitalSignature: true,
      keyEncipherment: keyType === 'rsa',
      critical: true,
    },
    { name: 'extKeyUsage' as const, serverAuth: true },
    {
      name: 'subjectAltName' as const,
      altNames: [
        { type: 2 as const, value: 'localhost' },
        // Not every browser takes a wildcard of a top-level name; those that do are served.
        { type: 2 as const, value: '*.localhost' },
        { type: 7 as const, ip: '127.0.0.1' },
        { type: 7 as const, ip: '::1' },
      ],
    },
  ];
}

/** `2028-02-21` */
function day(validTo: string): string {
  return new Date(validTo).toISOString().slice(0, 10);
}
