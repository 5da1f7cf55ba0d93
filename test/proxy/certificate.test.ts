/** Certificates made here: what they say, where they are kept, when they are made anew, who signs them. */

import { X509Certificate } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createSecureContext } from 'node:tls';
import { generate } from 'selfsigned';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { certificateFor } from '../../src/proxy/certificate.ts';
import { certificateFolder } from '../../src/proxy/certificate-folder.ts';
import { startTestApp } from '../support/test-app.ts';
import { askHttp2, openSession } from './https-stand.ts';

const dayMs = 86_400_000;
const now = new Date('2026-06-01T12:00:00Z');
const later = (days: number) => new Date(now.getTime() + days * dayMs);
const url = 'https://localhost:8010';

let home: string;
/** A home of its own: neither the user's certificates nor an mkcert of theirs. */
let env: Record<string, string>;
let directory: string;

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'cors-proxy-test-'));
  onTestFinished(() => rm(home, { recursive: true, force: true }));
  env = { HOME: home, CAROOT: join(home, 'ca') };
  directory = join(home, 'certificates');
});

const make = (at: Date = now) => certificateFor(true, { env, directory, now: at });

/** As mkcert makes it, the key beside the certificate; its RSA key takes long to find, and one row is enough for it. */
async function makeAuthority(
  keyType: 'rsa' | 'ec' = 'ec',
  end: Date = later(3650),
): Promise<X509Certificate> {
  const pems = await generate(
    [
      { name: 'organizationName', value: 'mkcert development CA' },
      { name: 'commonName', value: 'mkcert ann@book (Ann)' },
    ],
    {
      keyType,
      algorithm: 'sha256',
      notBeforeDate: later(-30),
      notAfterDate: end,
      extensions: [
        { name: 'basicConstraints', cA: true, critical: true },
        { name: 'keyUsage', keyCertSign: true, critical: true },
      ],
    },
  );
  const folder = join(home, 'ca');
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'rootCA.pem'), pems.cert);
  await writeFile(join(folder, 'rootCA-key.pem'), pems.private);
  return new X509Certificate(pems.cert);
}

describe('a certificate made here', () => {
  it('is for localhost and the loopback addresses, on P-256, and no CA', async () => {
    const { cert, key } = await make();
    const x509 = new X509Certificate(cert);
    expect(x509.subjectAltName).toContain('DNS:localhost');
    expect(x509.subjectAltName).toContain('DNS:*.localhost');
    expect(x509.checkIP('127.0.0.1')).toBe('127.0.0.1');
    expect(x509.checkIP('::1')).toBe('::1');
    expect(x509.ca).toBe(false);
    expect(x509.publicKey.asymmetricKeyDetails).toMatchObject({ namedCurve: 'prime256v1' });
    // serverAuth, which Apple's rules ask for.
    expect(x509.keyUsage).toEqual(['1.3.6.1.5.5.7.3.1']);
    expect(() => createSecureContext({ cert, key })).not.toThrow();
  });

  it('lives for no more than the 825 days that macOS and iOS allow, and is valid for clocks that lag', async () => {
    const x509 = new X509Certificate((await make()).cert);
    const [from, to] = [Date.parse(x509.validFrom), Date.parse(x509.validTo)];
    expect((to - from) / dayMs).toBeLessThan(825);
    expect(from).toBeLessThan(now.getTime() - dayMs / 2);
    expect(to).toBeGreaterThan(later(700).getTime());
  });

  it('says that it is self-signed, what fails because of it, and both ways out', async () => {
    const note = (await make()).note(url);
    expect(note).toContain('self-signed');
    expect(note).toContain(`opened ${url} once`);
    expect(note).toContain('fetch() fails');
    expect(note).toContain('mkcert -install');
    expect(note).toContain(join(directory, 'localhost.pem'));
  });

  it.skipIf(process.platform === 'win32')(
    'is readable by the user alone, and nothing else is left',
    async () => {
      await make();
      expect((await stat(directory)).mode & 0o777).toBe(0o700);
      expect((await stat(join(directory, 'localhost.pem'))).mode & 0o777).toBe(0o600);
      expect(await readdir(directory)).toEqual(['localhost.pem']);
    },
  );
});

describe('a kept certificate', () => {
  const cases: readonly (readonly [string, 'kept' | 'made anew', () => Promise<void>, Date?])[] = [
    ['serves again', 'kept', async () => {}],
    ['serves while more than a week is left', 'kept', async () => {}, later(800)],
    ['is made anew in its last week', 'made anew', async () => {}, later(815)],
    ['is made anew when it has expired', 'made anew', async () => {}, later(900)],
    ['is made anew when it is not valid yet', 'made anew', async () => {}, later(-30)],
    ['is made anew when it is no PEM text', 'made anew', () => writeFile(kept(), 'nonsense')],
    ['is made anew when it is PEM text around nonsense', 'made anew', () => spoil()],
    ['is made anew when the key is another', 'made anew', () => swapKey()],
    ['is made anew when mkcert has a CA now', 'made anew', async () => void (await makeAuthority())],
  ];
  const kept = () => join(directory, 'localhost.pem');
  const spoil = async () => {
    const text = await readFile(kept(), 'utf8');
    await writeFile(kept(), text.replace(/(CERTIFICATE-----\n).{40}/, '$1'));
  };
  const swapKey = async () => {
    const { cert } = await make();
    const other = await certificateFor(true, { env, directory: join(home, 'other'), now });
    await writeFile(kept(), `${other.key}${cert}`);
  };
  for (const [sentence, fate, change, at] of cases) {
    it(sentence, async () => {
      const first = await make();
      await change();
      const second = await make(at);
      expect(second.cert === first.cert ? 'kept' : 'made anew').toBe(fate);
      expect((await make(at)).cert).toBe(second.cert);
      expect(() => createSecureContext(second)).not.toThrow();
    });
  }

  it('is made anew when its names are others', async () => {
    const pems = await generate([{ name: 'commonName', value: 'localhost' }], {
      keyType: 'ec',
      algorithm: 'sha256',
    });
    await mkdir(directory);
    await writeFile(kept(), `${pems.private}${pems.cert}\n`);
    expect((await make(new Date())).cert.trim()).not.toBe(pems.cert.trim());
  });

  it('is no condition: where nothing can be written, it serves for this run', async () => {
    await writeFile(directory, 'a file where the folder would be');
    const { cert, key, note } = await make();
    expect(() => createSecureContext({ cert, key })).not.toThrow();
    expect(note(url)).toContain('for this run alone');
    expect(note(url)).toMatch(/EEXIST|ENOTDIR/);
  });
});

describe("mkcert's CA", () => {
  for (const keyType of ['rsa', 'ec'] as const) {
    it(`signs where the machine has one (${keyType}), and the note says which`, async () => {
      const authority = await makeAuthority(keyType);
      const { cert, key, note } = await make();
      const x509 = new X509Certificate(cert);
      expect(x509.checkIssued(authority)).toBe(true);
      expect(x509.verify(authority.publicKey)).toBe(true);
      expect(() => createSecureContext({ cert, key })).not.toThrow();
      expect(note(url)).toContain(`mkcert's CA in ${join(home, 'ca')}`);
      expect(note(url)).toContain('mkcert -install');
      expect(note(url)).not.toContain('self-signed');
      expect((await make()).cert).toBe(cert);
    });
  }

  it('is looked for where mkcert keeps it', async () => {
    await makeAuthority();
    const folder = join(home, 'data');
    await mkdir(folder);
    const { CAROOT: _, ...rest } = env;
    const moved = join(folder, 'mkcert');
    await import('node:fs/promises').then(({ rename }) => rename(join(home, 'ca'), moved));
    const { note } = await certificateFor(true, {
      env: { ...rest, XDG_DATA_HOME: folder },
      directory,
      now,
      platform: 'linux',
    });
    expect(note(url)).toContain(moved);
  });

  const unusable: readonly (readonly [string, string, () => Promise<void>])[] = [
    [
      'its key is not on this machine',
      'rootCA-key.pem cannot be read',
      () => rm(join(home, 'ca', 'rootCA-key.pem')),
    ],
    [
      'its key is another',
      'not the key of rootCA.pem',
      async () => {
        const key = join(home, 'ca', 'rootCA-key.pem');
        const text = await readFile(join(home, 'ca', 'rootCA.pem'), 'utf8');
        await makeAuthority();
        await writeFile(join(home, 'ca', 'rootCA.pem'), text);
        expect(await readFile(key, 'utf8')).not.toBe('');
      },
    ],
    ['it is no PEM text', 'not PEM text', () => writeFile(join(home, 'ca', 'rootCA.pem'), 'nonsense')],
    ['it has expired', 'it expired on', async () => void (await makeAuthority('ec', later(-1)))],
    [
      'it is no CA',
      'is not a CA',
      async () => {
        const { cert, key } = await certificateFor(true, {
          env: { CAROOT: home },
          directory: join(home, 'x'),
          now,
        });
        await writeFile(join(home, 'ca', 'rootCA.pem'), cert);
        await writeFile(join(home, 'ca', 'rootCA-key.pem'), key);
      },
    ],
  ];
  for (const [why, said, spoil] of unusable) {
    it(`is not used where ${why}, and the note says so`, async () => {
      await makeAuthority();
      await spoil();
      const { cert, note } = await make();
      const x509 = new X509Certificate(cert);
      expect(x509.verify(x509.publicKey)).toBe(true);
      expect(note(url)).toContain('self-signed');
      expect(note(url)).toContain(said);
    });
  }
});

describe('the folder', () => {
  const cases = [
    ['linux', { HOME: '/h' }, '/h/.local/share/cors-dev-proxy'],
    ['linux', { HOME: '/h', XDG_DATA_HOME: '/d' }, '/d/cors-dev-proxy'],
    ['darwin', { HOME: '/h' }, '/h/Library/Application Support/cors-dev-proxy'],
    ['win32', { LOCALAPPDATA: '/l', XDG_DATA_HOME: '/d' }, '/l/cors-dev-proxy'],
    ['win32', { USERPROFILE: '/u' }, '/u/AppData/Local/cors-dev-proxy'],
  ] as const;
  for (const [platform, from, folder] of cases) {
    it(`on ${platform} with ${Object.keys(from)} is ${folder}`, () => {
      expect(certificateFolder({ env: from, platform }).replaceAll('\\', '/')).toBe(folder);
    });
  }
});

describe("the user's own files", () => {
  it('are read as they are, and named with their end', async () => {
    const { cert, key } = await make();
    const files = { certFile: join(home, 'cert.pem'), keyFile: join(home, 'key.pem') };
    await writeFile(files.certFile, cert);
    await writeFile(files.keyFile, key);
    const given = await certificateFor(files, { env, now });
    expect(given).toMatchObject({ cert, key });
    expect(given.note(url)).toMatch(/HTTPS with the certificate of .*cert\.pem, valid until 2028-/);
    const expired = await certificateFor(files, { env, now: later(2000) });
    expect(expired.note(url)).toContain('expired on 2028-');
  });

  it('are an error where they cannot be read', async () => {
    const files = { certFile: join(home, 'none.pem'), keyFile: join(home, 'none.key') };
    await expect(certificateFor(files, { env, now })).rejects.toThrow(/ENOENT/);
  });
});

describe('listen.https: true', () => {
  it('listens with the certificate made, on both names of this machine, and says which it is', async () => {
    const app = await startTestApp(
      { target: 'http://127.0.0.1:9', listen: { https: true } },
      { app: { certificate: { env, directory } } },
    );
    const { cert } = await certificateFor(true, { env, directory, now: new Date() });
    const session = await openSession(app.port, cert);
    expect((await askHttp2(session, { ':path': '/__cors-proxy/health' })).status).toBe(200);
    const [notice] = app.notices;
    expect(notice).toMatchObject({ level: 'info', message: expect.stringContaining(app.url) });
  });

  it('starts where nothing can be written', async () => {
    await writeFile(directory, 'a file where the folder would be');
    const app = await startTestApp(
      { target: 'http://127.0.0.1:9', listen: { https: true } },
      { app: { certificate: { env, directory } } },
    );
    expect(app.notices[0]?.message).toContain('for this run alone');
  });
});
